internal import CBench
internal import Glibc
internal import OrgKeySystem

/// A process that serves a private socket.
final class Server {
  let name: String
  let socket: String
  let pid: Int32
  private let log: String
  private let cleanup: Cleanup

  /// - Parameter processor: nil: all of them.
  init(
    _ name: String, _ words: [String], socket: String, log: String, processor: Int32?,
    _ cleanup: Cleanup
  ) throws {
    self.name = name
    self.socket = socket
    self.log = log
    self.cleanup = cleanup
    var pointers = unsafe words.map { word in unsafe UnsafePointer(strdup(word)) } + [nil]
    defer { unsafe pointers.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
    pid = unsafe cbench_start(&pointers, processor ?? -1, log)
    guard pid > 0 else { throw Failure("\(words[0]): \(SystemError("fork", code: -pid))") }
    cleanup.add(process: pid)
  }

  /// Waits until `isReady`.
  func wait(_ isReady: () -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(300)
    while !isReady() {
      guard !hasEnded, ContinuousClock.now < deadline else {
        let said = (try? Files.prefix(2_000, of: log)).map { String(decoding: $0, as: UTF8.self) }
        throw Failure("\(name) does not serve: \(said ?? "")")
      }
      usleep(500)
    }
  }

  private var hasEnded: Bool {
    var status: Int32 = 0
    guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return false }
    cleanup.forget(process: pid)
    return true
  }

  /// Ends it as it wants to be ended.
  func stop() throws {
    let status = end(SIGTERM)
    guard status == 0 else { throw Failure("\(name) did not end well: status \(status)") }
  }

  /// - Parameter signal: 0: it ends by itself.
  /// - Returns: what waitpid(2) says.
  @discardableResult
  func end(_ signal: Int32) -> Int32 {
    kill(pid, signal)
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    cleanup.forget(process: pid)
    return status
  }

  /// Waits until nothing keeps it busy, but not for ever.
  func settle() {
    let deadline = ContinuousClock.now + .seconds(20)
    while case let before = processorSeconds, ContinuousClock.now < deadline {
      usleep(20_000)
      if processorSeconds - before < 0.000_5 { return }
    }
  }

  var processorSeconds: Double { cbench_processor_seconds(pid) }

  /// In megabytes of 1,000,000 bytes.
  func residentMegabytes() throws -> Double {
    let text = String(decoding: try Files.prefix(8_192, of: "/proc/\(pid)/status"), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("VmRSS:") {
      let fields = line.split { $0 == " " || $0 == "\t" }
      if fields.count > 1, let kilobytes = Double(fields[1]) { return kilobytes * 1_024 / 1e6 }
    }
    throw Failure("/proc/\(pid)/status has no VmRSS")
  }
}
