/// A key issued elsewhere, to be taken over by its digest.
public struct ImportedKey: Sendable, Hashable {
  /// Of the key's text: 32 bytes.
  public var sha256: [UInt8]
  /// What people may see of the text: "pc_live_…3fA9".
  public var hint: String
  public var organizationID: String
  /// 1 to 200 characters, no control characters.
  public var name: String
  /// nil: the one the daemon requires, else "live".
  public var environment: String?
  /// Patterns: "contacts:read", "contacts:*", "*". None: the key may do nothing.
  public var permissions: [String]
  /// nil: it is not known.
  public var createdAt: Timestamp?
  /// nil: never.
  public var expiresAt: Timestamp?
  /// nil: the daemon's default.
  public var rateLimit: RateLimit?
  public var labels: [Label]

  public init(
    sha256: [UInt8], hint: String, organizationID: String, name: String,
    environment: String? = nil, permissions: [String] = [], createdAt: Timestamp? = nil,
    expiresAt: Timestamp? = nil, rateLimit: RateLimit? = nil, labels: [Label] = []
  ) {
    self.sha256 = sha256
    self.hint = hint
    self.organizationID = organizationID
    self.name = name
    self.environment = environment
    self.permissions = permissions
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.rateLimit = rateLimit
    self.labels = labels
  }
}

/// An organization to be made together with many others.
public struct ImportedOrganization: Sendable, Hashable {
  /// The application's own identifier, 1 to 128 bytes of printable ASCII without space.
  public var id: String
  /// May exist or be in any row; nil: the root of a tree.
  public var parentID: String?
  /// For people; may be empty.
  public var name: String

  public init(id: String, parentID: String? = nil, name: String = "") {
    self.id = id
    self.parentID = parentID
    self.name = name
  }
}

/// What came of an import: all of it, or nothing if there is any fault.
public struct ImportResult: Sendable, Hashable {
  /// What is wrong with a row.
  public struct Fault: Sendable, Hashable {
    /// Which one, counted from 1.
    public var row: UInt64
    /// One sentence for a person.
    public var message: String

    public init(row: UInt64, message: String) {
      self.row = row
      self.message = message
    }
  }

  /// Rows that the daemon looked at.
  public var stagedCount: UInt64
  /// What was made, in a dry run: what would be. Rows that exist as given count for nothing.
  public var importedCount: UInt64
  /// In the order of rows. There may be more: the import ends at about a hundred.
  public var faults: [Fault]

  public init(stagedCount: UInt64 = 0, importedCount: UInt64 = 0, faults: [Fault] = []) {
    self.stagedCount = stagedCount
    self.importedCount = importedCount
    self.faults = faults
  }
}
