internal import OrgKey

/// A row that a file can have.
protocol FileRow: Sendable {
  associatedtype Column: ImportColumn

  /// What one is called.
  static var noun: String { get }

  init(_ record: ImportRecord<Column>) throws(ImportFault)
}

enum OrganizationColumn: String, ImportColumn {
  case id, parent, name

  var otherNames: [String] {
    switch self {
    case .id: ["organization_id"]
    case .parent: ["parent_id"]
    case .name: []
    }
  }

  var isRequired: Bool { self == .id }
}

extension ImportedOrganization: FileRow {
  static var noun: String { "organization" }

  init(_ record: ImportRecord<OrganizationColumn>) throws(ImportFault) {
    self.init(
      id: try record.required(.id), parentID: try record.text(.parent),
      name: try record.text(.name) ?? "")
  }
}

enum KeyColumn: String, ImportColumn {
  case sha256, hint, organization, name, environment, permissions, labels
  case createdAt = "created_at"
  case expiresAt = "expires_at"
  case rateLimit = "rate_limit"

  var otherNames: [String] { self == .organization ? ["organization_id"] : [] }
  var isRequired: Bool { self == .sha256 || self == .organization || self == .name }
}

extension ImportedKey: FileRow {
  static var noun: String { "key" }

  init(_ record: ImportRecord<KeyColumn>) throws(ImportFault) {
    guard let digest = Self.bytes(hex: try record.required(.sha256)) else {
      throw record.fault(
        "sha256 is not 64 hexadecimal digits, as printf %s \"$KEY\" | sha256sum gives them; "
          + "a key's text itself has no place in a file")
    }
    self.init(
      sha256: digest, hint: try record.text(.hint) ?? "",
      organizationID: try record.required(.organization), name: try record.required(.name),
      environment: try record.text(.environment), permissions: try record.texts(.permissions),
      createdAt: try Self.time(.createdAt, record), expiresAt: try Self.time(.expiresAt, record),
      rateLimit: try Self.limit(record), labels: try record.labels(.labels))
  }

  private static func time(
    _ column: KeyColumn, _ record: ImportRecord<KeyColumn>
  ) throws(ImportFault) -> Timestamp? {
    guard let text = try record.text(column) else { return nil }
    guard let time = TimeText.parse(text) else {
      throw record.fault("\(column.rawValue) is not a time as in 2026-01-31T09:30:00Z")
    }
    // Said here, for the daemon speaks of Unix milliseconds.
    if time.unixMilliseconds < 0 { throw record.fault("\(column.rawValue) is before 1970") }
    if column == .createdAt && time > .now {
      throw record.fault("\(column.rawValue) is in the future")
    }
    return time
  }

  private static func limit(_ record: ImportRecord<KeyColumn>) throws(ImportFault) -> RateLimit? {
    guard let text = try record.text(.rateLimit) else { return nil }
    guard let limit = LimitArgument(argument: text)?.rateLimit else {
      throw record.fault("rate_limit is not a limit as in 100/1h")
    }
    return limit
  }

  /// nil: these are not the digits of 32 bytes.
  private static func bytes(hex text: String) -> [UInt8]? {
    let digits = text.utf8.map { byte in
      byte < 0x80 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
    }
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    return bytes
  }
}
