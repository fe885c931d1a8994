internal import OrgKey

/// What this user is to the daemon, found out by what it may call: a call with nothing in it is
/// refused for who makes it before it is refused for what it lacks.
enum Role {
  case everybody, delegate, reader, administrator

  /// - Parameter administrator: who was told the statistics.
  init(seeing administrator: BlockingAdministrator) {
    self = .reader
    do throws(ChangeError) {
      _ = try administrator.updateKey(id: "", KeyChanges(name: .set("")))
    } catch {
      if case .misuse = error { self = .administrator }
    }
  }

  /// - Parameter client: who was not.
  init(refused client: OrgKeyClient) {
    self = .everybody
    let delegate = client.onBehalf(of: "doctor", actor: "", granting: []).blocking
    do throws(QueryError) { _ = try delegate.key(id: "") } catch {
      if case .misuse = error { self = .delegate }
    }
  }

  /// What follows the user's name.
  var sentence: String {
    switch self {
    case .everybody: "has no role: it may authorize, identify and ask for health"
    case .delegate: "is a delegate: it acts for organizations, by --acting-org"
    case .reader: "is a reader: it sees all and changes nothing"
    case .administrator: "is an administrator"
    }
  }
}
