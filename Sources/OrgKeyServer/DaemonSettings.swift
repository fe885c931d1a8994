package import OrgKeyModel

/// All that a daemon can be told, checked: names resolved to numbers, texts to values.
package struct DaemonSettings: Sendable {
  package static let defaultSocket = "/run/orgkey/orgkey.sock"
  package static let defaultDatabase = "/var/lib/orgkey/orgkey.db"

  package var socket = defaultSocket
  package var database = defaultDatabase
  /// Where administrators, delegates and readers are served; nil: on the main socket.
  package var adminSocket: String?
  /// Permission bits of both sockets.
  package var socketMode: UInt32 = 0o660
  /// The group of both sockets; nil: the daemon's own.
  package var socketGroup: UInt32?
  package var access: AccessPolicy
  /// What secrets begin with.
  package var keyPrefix: KeyPrefix
  /// Keys of other environments are refused, whatever a request names; nil: all are served.
  package var requiredEnvironment: Environment?
  /// Reactor threads.
  package var threads = 2
  /// The limit of a key for which none is asked; nil: unlimited.
  package var defaultRateLimit: OrgKeyModel.RateLimit?
  package var maxConnections = 4_096
  /// Of one user; nil: half of all, so that nobody can keep the others out.
  package var maxConnectionsPerUser: Int?
  /// Between flushes of usage counts, milliseconds.
  package var usageFlushInterval: Int64 = 1_000
  /// How long audit events are kept, milliseconds; nil: for good.
  package var auditRetention: Int64?
  /// Serve although rows have vanished from the database or came from elsewhere.
  package var acceptDamage = false

  var connectionsPerUser: Int { maxConnectionsPerUser ?? max(1, maxConnections / 2) }

  package init(access: AccessPolicy, keyPrefix: KeyPrefix) {
    self.access = access
    self.keyPrefix = keyPrefix
  }
}
