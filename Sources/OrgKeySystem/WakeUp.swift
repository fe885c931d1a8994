import CLinux
import Glibc

/// Wakes a thread that waits in epoll: eventfd(2).
package struct WakeUp: ~Copyable, Sendable {
  private let descriptor: Descriptor

  package init() throws(SystemError) {
    let number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard number >= 0 else { throw SystemError("eventfd") }
    descriptor = Descriptor(number)
  }

  package var number: Int32 { descriptor.number }

  package func signal() { _ = eventfd_write(descriptor.number, 1) }

  package func clear() {
    var count: eventfd_t = 0
    _ = unsafe eventfd_read(descriptor.number, &count)
  }
}
