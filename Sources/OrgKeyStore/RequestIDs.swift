import OrgKeyModel

// A request_id makes a retry do nothing twice: it is remembered for 7 days within its
// organization, with a fingerprint of what was asked for.

extension Transaction {
  /// Refuses a request that was carried out before, naming what came of it.
  func requireNew(
    requestID: String, fingerprint: [UInt8], in organization: Int64
  ) throws {
    guard !requestID.isEmpty else { return }
    let earlier = try connection.first(
      """
      SELECT fingerprint, key_id, secret_version FROM request_ids
      WHERE organization = ? AND request_id = ? AND created_at > ?
      """,
      [
        .integer(organization), .text(requestID),
        .integer(now - Limits.requestIDLifetimeMilliseconds),
      ]
    ) { (fingerprint: $0.blob(0), keyID: $0.text(1), version: UInt32(clamping: $0.integer(2))) }
    guard let earlier else { return }
    guard earlier.fingerprint == fingerprint else {
      throw Refusal.invalid(
        "request_id", "request_id: it was used before, and for something else than this")
    }
    // Beside a secret that was rotated in, the one before it may still be at work.
    let way = earlier.version == 1 ? "rotate that key" : "revoke that secret, then rotate the key,"
    var refusal = Refusal(
      .alreadyExists,
      "this request was carried out before, and made secret \(earlier.version) of the key that is "
        + "named here: whoever did not keep its text can \(way) to obtain another")
    refusal.keyID = earlier.keyID
    refusal.secretVersion = earlier.version
    throw refusal
  }

  /// Remembers a request, and forgets some of those that are too old.
  func remember(
    requestID: String, fingerprint: [UInt8], in organization: Int64, keyID: String,
    secretVersion: UInt32
  ) throws(StoreError) {
    guard !requestID.isEmpty else { return }
    try connection.run(
      """
      DELETE FROM request_ids WHERE (organization, request_id) IN (
        SELECT organization, request_id FROM request_ids WHERE created_at <= ? LIMIT 100)
      """, .integer(now - Limits.requestIDLifetimeMilliseconds))
    try connection.run(
      "INSERT OR REPLACE INTO request_ids VALUES (?, ?, ?, ?, ?, ?)", .integer(organization),
      .text(requestID), .blob(fingerprint), .text(keyID), .integer(Int64(secretVersion)),
      .integer(now))
  }
}
