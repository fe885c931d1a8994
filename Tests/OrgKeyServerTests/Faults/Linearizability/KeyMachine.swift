/// A key as its callers see it, reduced to what operations of a history can tell apart.
struct KeyMachine: Hashable {
  /// What is done with a key.
  enum Act: Hashable {
    case authorize(version: UInt32)
    case disable, enable
    case revoke
    /// Revokes one secret.
    case retire(version: UInt32)
    /// The secrets there were work no longer.
    case rotate
  }

  /// What was answered.
  enum Outcome: Hashable {
    case allowed, disabled, revoked, retired
    case done
    /// There is a secret of this version now.
    case rotated(version: UInt32)
    /// The key is revoked, and can't be changed.
    case refused
    /// Nothing: it may have been done, or be done at any later time, or never.
    case unknown
  }

  private var isDisabled = false
  private var isRevoked = false
  /// Those before are retired.
  private var newest: UInt32 = 1
  private var isNewestRetired = false

  /// What the key is after an act with that outcome; nil: it can't have that outcome now.
  func after(_ act: Act, _ outcome: Outcome) -> KeyMachine? {
    let (next, right) = carryingOut(act)
    return outcome == right || outcome == .unknown ? next : nil
  }

  private func carryingOut(_ act: Act) -> (KeyMachine, Outcome) {
    var next = self
    switch act {
    case .authorize(let version): return (self, verdict(version))
    case .revoke: next.isRevoked = true
    case .retire(let version):
      // Of a key that is revoked nothing changes.
      if !isRevoked && version == newest { next.isNewestRetired = true }
    case _ where isRevoked: return (self, .refused)
    case .disable: next.isDisabled = true
    case .enable: next.isDisabled = false
    case .rotate:
      next.newest += 1
      next.isNewestRetired = false
      return (next, .rotated(version: next.newest))
    }
    return (next, .done)
  }

  private func verdict(_ version: UInt32) -> Outcome {
    if isRevoked { return .revoked }
    if version < newest || isNewestRetired { return .retired }
    return isDisabled ? .disabled : .allowed
  }
}
