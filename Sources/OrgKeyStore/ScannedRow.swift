import OrgKeyModel

/// What a row of a table came to.
enum ScannedRow<Record: BitwiseCopyable & Sendable>: BitwiseCopyable, Sendable {
  case live(Record)
  /// For 30 days: on disk only.
  case dead(number: Int64)
  case faulty(number: Int64, QuarantinedRow.Fault)
}

extension ScannedRow<KeyRecord> {
  init(key row: borrowing RawRow, deadBefore: Int64) {
    let number = row.integer(0)
    let revokedAt = row.integer(9)
    guard revokedAt == 0 || revokedAt > deadBefore else {
      self = .dead(number: number)
      return
    }
    guard let id = row.withSpan(1, { KeyID($0) }),
      let environment = row.withSpan(4, { Environment($0) })
    else {
      self = .faulty(number: number, .text)
      return
    }
    self = .live(
      KeyRecord(
        number: number, id: id, organization: row.integer(2), environment: environment,
        permissionSet: row.integer(5), expiresAt: row.integer(7), revokedAt: revokedAt,
        disabled: row.flag(8), rateLimit: KeyRow.rateLimit(row.integer(11), row.integer(12))))
  }
}

extension ScannedRow<SecretRecord> {
  init(secret row: borrowing RawRow, deadBefore: Int64) {
    let number = row.integer(0)
    let retiresAt = row.integer(6)
    guard retiresAt == 0 || retiresAt > deadBefore else {
      self = .dead(number: number)
      return
    }
    guard let digest = row.withSpan(3, { $0.count == 32 ? Digest($0) : nil }) else {
      self = .faulty(number: number, .text)
      return
    }
    self = .live(
      SecretRecord(
        number: number, key: row.integer(1), version: UInt32(clamping: row.integer(2)),
        digest: digest, retiresAt: retiresAt, revoked: row.flag(7)))
  }
}
