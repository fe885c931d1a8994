import Glibc
import Testing

/// What strace sees of this process, or of one of its threads, while something is done.
struct SystemCalls {
  /// Its lines, without the process's number in front.
  let lines: [String]

  func count(_ name: String) -> Int { lines.count { $0.hasPrefix(name + "(") } }

  /// - Parameters:
  ///   - thread: nil: all threads.
  ///   - kinds: of system calls, as strace's -e names them.
  init(
    of thread: pid_t? = nil, _ kinds: String, during work: () async throws -> Void
  ) async throws {
    let file = "/tmp/orgkey-test-\(UInt64.random(in: .min ... .max)).strace"
    defer { unsafe unlink(file) }
    let options = thread == nil ? ["-f"] : []
    let strace = try spawn(
      ["strace", "-qq", "-e", "trace=" + kinds, "-o", file] + options
        + ["-p", "\(thread ?? getpid())"])
    while !isTraced(thread ?? getpid()) {
      guard waitpid(strace, nil, WNOHANG) == 0 else { throw DidNotTrace() }
      sched_yield()
    }
    try await work()
    kill(strace, SIGTERM)
    waitpid(strace, nil, 0)
    lines = read(file).split(separator: "\n").map { line in
      String(thread == nil ? line.drop { $0 != " " }.drop { $0 == " " } : line)
    }
  }
}

struct DidNotTrace: Error {}

/// The calling thread's number.
func currentThread() -> pid_t {
  var text = [CChar](repeating: 0, count: 64)
  let length = unsafe readlink("/proc/thread-self", &text, text.count)
  // "1234/task/1235"
  let link = String(
    decoding: text.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return link.split(separator: "/").last.flatMap { pid_t($0) } ?? -1
}

private func spawn(_ words: [String]) throws -> pid_t {
  var argv = unsafe words.map { unsafe strdup($0) } + [nil]
  defer { unsafe argv.forEach { unsafe free($0) } }
  // This may be one of dispatch's threads, which block the signal that ends strace.
  var none = sigset_t()
  unsafe sigemptyset(&none)
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var pid: pid_t = 0
  guard unsafe posix_spawnp(&pid, words[0], nil, &attributes, &argv, environ) == 0 else {
    throw DidNotTrace()
  }
  return pid
}

private func isTraced(_ thread: pid_t) -> Bool {
  let status = read("/proc/self/task/\(thread)/status")
  return status.contains("TracerPid:") && !status.contains("TracerPid:\t0\n")
}

private func read(_ file: String) -> String {
  guard let stream = unsafe fopen(file, "r") else { return "" }
  defer { unsafe fclose(stream) }
  var text: [UInt8] = []
  while true {
    let byte = unsafe fgetc(stream)
    if byte < 0 { return String(decoding: text, as: UTF8.self) }
    text.append(UInt8(byte))
  }
}
