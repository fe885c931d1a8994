internal import CBench

/// Which core is whose.
struct Cores {
  let server: Int32
  let load: Int32
  let count: Int

  /// Of those that this process may run on: the load gets the first, the server the last.
  init() {
    var all: [Int32] = []
    while case let core = cbench_processor(Int32(all.count)), core >= 0 { all.append(core) }
    count = all.count
    load = all.first ?? -1
    server = all.last ?? -1
  }

  /// Pins this thread, and those that it starts from now on, to the load's core.
  func pinLoad() { cbench_pin(load) }

  /// Lends all cores to `body`.
  func unpinned<R>(_ body: () throws -> R) rethrows -> R {
    cbench_pin(-1)
    defer { cbench_pin(load) }
    return try body()
  }
}
