import CLinux
import Glibc

/// The service manager that started this process, if one did: systemd, or what speaks its protocol,
/// sd_notify(3).
package struct ServiceManager: Sendable {
  /// A path, or an abstract name that begins with `@`; nil: nobody wants to be told.
  private let address: String?
  /// Within which it wants to hear of the process again and again, milliseconds; nil: it does not.
  package let watchdogMilliseconds: Int64?

  /// As NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID say.
  package init() {
    address = ThisProcess.variable("NOTIFY_SOCKET")
    let isMeant = ThisProcess.variable("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
    let microseconds = ThisProcess.variable("WATCHDOG_USEC").flatMap { Int64($0) } ?? 0
    watchdogMilliseconds = isMeant && microseconds > 0 ? max(1, microseconds / 1_000) : nil
  }

  package enum State: String, Sendable {
    case ready = "READY=1"
    case stopping = "STOPPING=1"
    case alive = "WATCHDOG=1"
  }

  /// Tells it of a state, and a line that it shows to people; if it does not listen, nobody waits.
  package func tell(_ state: State? = nil, status: String? = nil) {
    guard let address else { return }
    let line = status.map { text in "STATUS=" + text.split(separator: "\n").joined(separator: " ") }
    let words = [state?.rawValue, line].compactMap { $0 }.joined(separator: "\n")
    try? UnixSocket.sendDatagram(Array(words.utf8), to: address)
  }
}
