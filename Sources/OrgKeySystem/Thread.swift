import CLinux
import Glibc

/// A thread of the daemon's own, with a name that `top -H` shows.
package struct Thread: Sendable {
  private let handle: pthread_t

  /// Starts `body`. Names are cut at 15 bytes by the kernel.
  package init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
    var handle = pthread_t()
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    let code = unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        unsafe clinux_name_thread(start.name)
        start.body()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      unsafe start.release()
      throw SystemError("pthread_create", on: name, code: code)
    }
    self.handle = handle
  }

  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Waits for its end.
  package func join() { _ = pthread_join(handle, nil) }
}
