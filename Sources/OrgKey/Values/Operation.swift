/// How the daemon is.
public struct Health: Sendable, Hashable {
  /// false: starting, draining, or unable to vouch for its data.
  public var isServing: Bool
  /// The daemon's, "0.1.0".
  public var version: String
  /// Made with the database: tells two daemons apart.
  public var databaseID: String

  public init(isServing: Bool, version: String, databaseID: String) {
    self.isServing = isServing
    self.version = version
    self.databaseID = databaseID
  }
}

/// What the daemon counts about itself.
public struct Statistics: Sendable, Hashable {
  /// A count by its name.
  public struct Counter: Sendable, Hashable {
    public var name: String
    public var value: UInt64

    public init(name: String, value: UInt64) {
      self.name = name
      self.value = value
    }
  }

  /// How busy a key was over the last 10 seconds, in requests per second.
  public struct KeyActivity: Sendable, Hashable {
    public var keyID: String
    public var allowedPerSecond: Double
    public var deniedPerSecond: Double

    public init(keyID: String, allowedPerSecond: Double, deniedPerSecond: Double) {
      self.keyID = keyID
      self.allowedPerSecond = allowedPerSecond
      self.deniedPerSecond = deniedPerSecond
    }
  }

  public var version = ""
  /// When the daemon's process started.
  public var startedAt = Timestamp(unixMilliseconds: 0)
  /// Active keys.
  public var keyCount: UInt64 = 0
  public var organizationCount: UInt64 = 0
  public var connectionCount: UInt64 = 0
  /// Bytes of memory in use.
  public var residentBytes: UInt64 = 0
  /// Of the database's file, without its log.
  public var databaseBytes: UInt64 = 0
  /// Of the write-ahead log.
  public var walBytes: UInt64 = 0
  /// Where the database is.
  public var freeDiskBytes: UInt64 = 0
  /// Rows that failed their checksum and are not served.
  public var quarantinedRowCount: UInt64 = 0
  /// "authorize_allowed", "authorize_denied_key_revoked", "changes", …, since the daemon's start;
  /// and what they are to be read against, such as "max_connections".
  public var counters: [Counter] = []
  /// At most 50.
  public var busiestKeys: [KeyActivity] = []
  /// How old the oldest count is that is not yet on disk.
  public var usageAge: Duration = .zero

  public init() {}
}
