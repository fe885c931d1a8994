internal import Synchronization

/// Where the daemon is to be found.
final class Endpoint: Sendable {
  /// What came of an attempt to connect.
  enum Attempt {
    case connected(Descriptor)
    /// The daemon is restarting, or has its hands full: it is worth trying again.
    case later(Unavailable.Cause)
    case failed(Unavailable.Cause)
  }

  let path: String
  /// Whether the daemon was there once: then one that is gone is taken to be restarting.
  private let wasReached = Atomic(false)

  init(path: String) { self.path = path }

  /// Tries once; never blocks.
  func connect() -> Attempt {
    do {
      let socket = try Platform.connect(to: path)
      wasReached.store(true, ordering: .relaxed)
      return .connected(socket)
    } catch {
      switch error {
      case .timedOut: return .later(error)
      case .noSocket, .nobodyListening:
        return wasReached.load(ordering: .relaxed) ? .later(error) : .failed(error)
      default: return .failed(error)
      }
    }
  }
}
