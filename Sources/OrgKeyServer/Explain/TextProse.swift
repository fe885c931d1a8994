internal import OrgKeyModel

/// Says what is to be said of a text that belongs to no key in the records, and quotes nothing of
/// it.
struct TextProse {
  let policy: Policy
  let databaseID: String

  func found(_ reason: Reason, _ text: Span<UInt8>) -> String {
    switch KeyDiagnosis(text) {
    case .empty:
      "no key was sent: the text is empty"
    case .sound where !hasOwnPrefix(text):
      "no such key: the form and the checksum are right, but the keys of this daemon begin with "
        + "\(policy.keyPrefix.text)_: it is of another one"
    case .sound:
      "no such key: the form and the checksum are right, but it was not issued by this database "
        + "(\(databaseID)): issued by another one, or its record was deleted"
    case let diagnosis:
      (reason == .keyMalformed ? "malformed: " : "no such key: ") + diagnosis.explanation
    }
  }

  var damaged: String { "no such key is served: the record of it is damaged" }

  /// One of a key that was deleted. Whose it was is not kept.
  func found(deletedAt time: Int64, _ reason: Reason, now: Int64) -> String {
    let text =
      "the key was deleted; this secret of it was revoked, or rotated out, "
      + TimeText.relative(time, now: now)
    return reason == .keyRevoked ? text : text + ", and by now its text is told as unknown"
  }

  private func hasOwnPrefix(_ text: Span<UInt8>) -> Bool {
    KeyText.shape(of: text, prefix: policy.keyPrefix) == .own
  }
}
