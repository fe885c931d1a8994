/// What is to change about a key, and what to leave as it is. Takes effect for the next request
/// after the answer.
///
///     var changes = KeyChanges()
///     changes.name = .set("CRM sync, Europe")
///     changes.expiresAt = .set(nil)  // never
///     try await administrator.updateKey(id: id, changes)
public struct KeyChanges: Sendable, Hashable {
  /// What becomes of one property.
  public enum Change<Value: Sendable & Hashable>: Sendable, Hashable {
    /// It stays as it is.
    case leave
    /// It becomes this.
    case set(Value)
  }

  public var name: Change<String> = .leave
  /// All of them, not only those to be added. None: the key may do nothing.
  public var permissions: Change<[String]> = .leave
  /// `.set(nil)`: never.
  public var expiresAt: Change<Timestamp?> = .leave
  /// Opens a new window. `.set(nil)`: unlimited.
  public var rateLimit: Change<RateLimit?> = .leave
  /// A disabled key is denied until it is enabled again.
  public var isDisabled: Change<Bool> = .leave
  /// All of them, not only those to be added.
  public var labels: Change<[Label]> = .leave

  public init(
    name: Change<String> = .leave, permissions: Change<[String]> = .leave,
    expiresAt: Change<Timestamp?> = .leave, rateLimit: Change<RateLimit?> = .leave,
    isDisabled: Change<Bool> = .leave, labels: Change<[Label]> = .leave
  ) {
    self.name = name
    self.permissions = permissions
    self.expiresAt = expiresAt
    self.rateLimit = rateLimit
    self.isDisabled = isDisabled
    self.labels = labels
  }
}

/// How long a key's present secret goes on working beside the new one.
public enum RotationOverlap: Sendable, Hashable {
  /// Until it is revoked with `RevocationTarget.secret`.
  case untilRevoked
  /// Not at all.
  case none
  /// Whole seconds, at least one.
  case duration(Duration)
}

/// Names a request, so that the daemon knows a repetition of it.
enum RequestID {
  static func random() -> String {
    String(UInt64.random(in: .min ... .max), radix: 36)
      + String(UInt64.random(in: .min ... .max), radix: 36)
  }
}
