internal import OrgKey
internal import OrgKeyModel

// Whether the daemon is reached, by whom, and whether it is the right one.

extension Finding {
  static let log = "look at its log: journalctl -u orgkeyd"

  static func socket(_ path: String) -> Finding {
    guard let entry = FileEntry(path) else { return Finding(.socket, .ok, path) }
    let found = "\(path), \(entry.access)"
    guard entry.mode & 0o002 != 0 else { return Finding(.socket, .ok, found) }
    return Finding(
      .socket, .warning, "\(found): every user of this host may open it",
      advice:
        "unless that is meant, start orgkeyd with --socket-mode 0660 and --socket-group, or give its "
        + "socket unit SocketMode=0660 and SocketGroup=")
  }

  static func unreachable(_ error: QueryError, _ path: String) -> Finding {
    if case .unavailable(let unavailable) = error, let contact = FirstContact(unavailable.cause) {
      return Finding(.socket, .fault, contact.found, advice: contact.advice)
    }
    let message = Failure(error)?.message ?? "\(error)"
    return Finding(.socket, .fault, "\(path): \(message)", advice: log)
  }

  static func service(_ health: Health) -> Finding {
    let database = "database \(health.databaseID)"
    if health.isServing { return Finding(.service, .ok, "serving, \(database)") }
    return Finding(
      .service, .fault, "not serving, \(database): it starts, stops or can't vouch for its data",
      advice: "look again in a moment; if it stays so, \(log)")
  }

  static func version(_ daemon: String, command: String = Version.current) -> Finding {
    if daemon == command {
      return Finding(.version, .ok, "\(daemon), both orgkeyd and orgkey")
    }
    return Finding(
      .version, .warning, "orgkeyd \(daemon), orgkey \(command)",
      advice: "install both from one package, and start orgkeyd again: the old one may still run")
  }

  static func role(_ role: Role, advice: String? = nil) -> Finding {
    Finding(.role, .ok, "\(FirstContact.user) \(role.sentence)", advice: advice)
  }

  /// The daemon is there and does not say how it is.
  static func untold(_ error: QueryError) -> Finding {
    Finding(.database, .fault, Failure(error)?.message ?? "\(error)", advice: log)
  }
}
