import Foundation
import Glibc
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// What an operator, or somebody else, may have done to the files of `orgkeyd`: it serves, or says
/// what to do, and touches nothing that is not its own.
@Suite(.enabled(if: geteuid() == 0))
struct StateFileTests {
  /// A database that a daemon has made and closed.
  private static let template: DaemonProcess? = {
    guard let daemon = try? DaemonProcess(), daemon.end(SIGTERM) == 0 else { return nil }
    atexit {
      guard let template = StateFileTests.template else { return }
      try? FileManager.default.removeItem(atPath: template.directory)
    }
    return daemon
  }()

  @Test(arguments: StateFileCase.sockets + StateFileCase.databases)
  func daemonServesOrSaysWhatToDo(_ example: StateFileCase) throws {
    let place = try StateFilePlace()
    let template = try #require(StateFileTests.template)
    let leftover = try place.shell(example.script, template: template.database)
    defer { leftover?.end() }
    let before = try place.listing()
    let run = try place.run(example.arguments, umask: example.umask)
    let outcome = run.outcome(served: place.path(example.served))
    switch example.outcome {
    case .serves:
      #expect(outcome == .init(status: 0, text: "", isServing: true), "\(outcome)")
    case .refuses(let status, let words):
      #expect(outcome.status == status, "\(outcome)")
      #expect(outcome.text.contains(words), "\(outcome)")
      #expect(outcome.text.contains("orgkeyd: "))
      // What was there is as it was.
      let after = try place.listing()
      #expect(before.isSubset(of: after), "\(before.subtracting(after))")
    }
    if let mode = example.socketMode {
      #expect(run.mode == mode)
    }
  }

  @Test func socketOfADaemonThatWasKilledIsReplaced() throws {
    let daemon = try DaemonProcess()
    #expect(daemon.end(SIGKILL) == 128 + SIGKILL)
    #expect(try FileStatus(of: daemon.socket)?.kind == .socket)
    try daemon.start()
    #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
  }

  @Test func socketOfAnotherDaemonIsLeftToIt() throws {
    let daemon = try DaemonProcess()
    let place = try StateFilePlace()
    for (arguments, status, words) in [
      (["--socket", daemon.socket], 69, "another orgkeyd (pid \(daemon.pid)) is serving"),
      (["--socket", "other.sock", "--database", daemon.database], 75, "pid \(daemon.pid)"),
      (["--admin-socket", daemon.socket], 69, "another orgkeyd (pid \(daemon.pid)) is serving"),
    ] as [([String], Int32, String)] {
      let outcome = try place.run(arguments).outcome(served: place.path("orgkey.sock"))
      #expect(outcome.status == status && outcome.text.contains(words), "\(outcome)")
      #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
    }
    // Also when its lock was removed.
    #expect(unlink(daemon.socket + ".lock") == 0)
    let outcome = try place.run(["--socket", daemon.socket])
      .outcome(served: place.path("orgkey.sock"))
    #expect(outcome.status == 69 && outcome.text.contains("another program"), "\(outcome)")
    #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
  }
}
