internal import OrgKey

/// The end of a rotation: whether the old secret may go, and what is said of it.
struct RotationFinish {
  let quietFor: Duration
  /// Whether it goes even while it is in use.
  let isForced: Bool

  /// For the records.
  var reason: String { isForced ? "rotation finished by force" : "rotation finished" }

  /// - Throws: there are not two live secrets, or traffic has not moved.
  func traffic(of key: Key) throws(Failure) -> Traffic {
    guard let traffic = Traffic(key) else {
      throw Failure(.refused, "there is nothing to finish: \(key.id) \(present(key))")
    }
    let now = Timestamp.now
    guard isForced || traffic.hasMoved(now, quietFor: quietFor) else {
      throw Failure(
        .refused,
        "\(traffic.sentence(now, quietFor: quietFor)): \(traffic.advice(now, quietFor: quietFor)), "
          + "or revoke secret \(traffic.old.version) all the same with --force")
    }
    return traffic
  }

  private func present(_ key: Key) -> String {
    if key.state == .revoked { return "is revoked, with all its secrets" }
    guard let only = key.secrets.first else { return "has no live secret: rotate it to make one" }
    return "has one live secret, \(only.text)"
  }

  func described(_ traffic: Traffic) -> String {
    "secret \(traffic.old.text) of \(traffic.keyID); \(traffic.sentence(.now, quietFor: quietFor))"
  }

  func report(_ old: Secret, _ key: Key) -> String {
    let rest = key.secrets.map(\.text).joined(separator: ", ")
    return "secret \(old.text) is revoked; \(key.line) goes on working with secret \(rest)"
  }
}
