internal import OrgKeyModel
internal import Synchronization

/// How many connections there are, in all and of each user, and how many there may be.
final class ConnectionCounts: Sendable {
  /// Beyond the limits, for administrators: whoever fills them can't keep a key from being revoked.
  static let reserved = 8

  private struct Open {
    var all = 0
    var byUser: [UInt32: Int] = [:]
  }

  private let most: Int
  private let mostPerUser: Int
  private let open = Mutex(Open())

  init(_ settings: DaemonSettings) {
    most = settings.maxConnections
    mostPerUser = settings.connectionsPerUser
  }

  var count: Int { open.withLock { $0.all } }

  /// Counts a connection, until `closed`.
  ///
  /// - Returns: why it may not be served; nil: it may.
  func opened(by user: UInt32, _ roles: Roles) -> Refusal? {
    let reserved = roles.contains(.administrator) ? ConnectionCounts.reserved : 0
    let (all, own) = open.withLock { open in
      open.all += 1
      open.byUser[user, default: 0] += 1
      return (open.all, open.byUser[user, default: 0])
    }
    if own > mostPerUser + reserved {
      return Refusal(
        .resourceExhausted,
        "uid \(user) has all the \(mostPerUser) connections that one user may have "
          + "(--max-connections-per-uid)")
    }
    if all > most + reserved {
      return Refusal(
        .resourceExhausted,
        "orgkeyd has all the \(most) connections it may have (--max-connections)")
    }
    return nil
  }

  func closed(by user: UInt32) {
    open.withLock { open in
      open.all -= 1
      let own = open.byUser[user, default: 0] - 1
      open.byUser[user] = own > 0 ? own : nil
    }
  }
}

extension Refusal {
  static let noDescriptor = Refusal(
    .resourceExhausted,
    "orgkeyd has all the file descriptors it may have for connections: raise its limit "
      + "(LimitNOFILE=, ulimit -n) or try again")
}
