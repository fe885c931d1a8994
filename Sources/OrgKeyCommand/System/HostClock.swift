internal import CClock

/// This host's clock.
enum HostClock {
  /// Whether a time service keeps it right; nil: the kernel won't say. Asked here, for a daemon in
  /// confinement may not.
  static var isSynchronized: Bool? {
    let state = cclock_is_synchronized()
    return state < 0 ? nil : state == 1
  }
}
