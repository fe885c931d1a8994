import Foundation
import Glibc
import OrgKey

/// The built `orgkeyd` as a process, on a directory of its own that goes with it. Started and ended
/// by one thread at a time.
final class RealDaemon: @unchecked Sendable {
  struct DidNotServe: Error {}

  let directory: String
  var socket: String { directory + "/s" }
  private(set) var pid: pid_t = 0

  init() throws {
    var template = Array("/tmp/orgkey-test-XXXXXX".utf8CString)
    directory = unsafe String(cString: mkdtemp(&template))
    try start()
  }

  deinit {
    if pid != 0 { _ = end(SIGKILL) }
    try? FileManager.default.removeItem(atPath: directory)
  }

  /// Starts it and waits until it serves.
  func start() throws {
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "orgkeyd").path
    let words = [program, "--socket", socket, "--database", directory + "/db"]
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var argv = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe argv.forEach { unsafe free($0) } }
    guard unsafe posix_spawn(&pid, program, &actions, nil, &argv, environ) == 0 else {
      throw DidNotServe()
    }
    // A client of its own: those of a test have to find out by themselves.
    let client = OrgKeyClient(socketPath: socket)
    defer { client.close() }
    try client.blocking.waitUntilServing(timeout: .seconds(30))
  }

  /// Sends a signal, waits for the end and returns the exit status, or 128 and the signal.
  ///
  /// One that has not ended after a minute is killed; then, and for one that does not run, it
  /// returns -1, which no test expects.
  func end(_ signal: Int32) -> Int32 {
    guard pid != 0 else { return -1 }
    defer { pid = 0 }
    kill(pid, signal)
    let deadline = ContinuousClock.now + .seconds(60)
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, WNOHANG) != pid {
      guard ContinuousClock.now < deadline else {
        kill(pid, SIGKILL)
        while waitpid(pid, nil, 0) < 0 && errno == EINTR {}
        return -1
      }
      usleep(1_000)
    }
    let caught = status & 0x7F
    return caught == 0 ? status >> 8 & 0xFF : 128 + caught
  }

  /// Stops it, and waits until it has.
  func stop() {
    kill(pid, SIGSTOP)
    while waitpid(pid, nil, WUNTRACED) < 0 && errno == EINTR {}
  }

  func resume() { kill(pid, SIGCONT) }

  /// A key of a new organization "acme" with the permission "a:b".
  func issue() throws -> IssuedKey {
    let administrator = OrgKeyClient(socketPath: socket).administrator().blocking
    _ = try administrator.putOrganization(id: "acme")
    return try administrator.issueKey(
      NewKey(organizationID: "acme", name: "test", permissions: ["a:b"]))
  }
}
