import Foundation
import Glibc
import OrgKeySystem
import Synchronization
import Testing
import TestSupport

@testable import OrgKeyWire

/// A daemon whose sockets somebody else has made, as systemd does.
@Suite struct ActivationTests {
  @Test func handedOverSocketIsServedAndStays() throws {
    let daemon = try DaemonProcess(handedOver: ["main"])
    let before = try #require(try FileStatus(of: daemon.socket))
    #expect(
      try RawClient(daemon.socket).status(.putOrganization(.init(organizationID: "a"))) == nil)
    #expect(daemon.end(SIGTERM) == 0)
    let after = try #require(try FileStatus(of: daemon.socket))
    #expect(after.kind == .socket && after.mode == before.mode)
    #expect(access(daemon.socket + ".lock", F_OK) != 0)
    // Who comes while nobody serves is served by the next one.
    let early = try RawClient(daemon.socket)
    try early.send(Request(callID: 7, method: .getOrganization(.init(organizationID: "a"))))
    try daemon.start()
    #expect(try early.receive().callID == 7)
  }

  @Test func socketsAreToldApartByTheirNames() throws {
    let daemon = try DaemonProcess(handedOver: ["admin", "main"])
    let put = Request.Method.putOrganization(.init(organizationID: "a"))
    let refused = try RawClient(daemon.socket).status(put)
    #expect(refused?.code == .permissionDenied)
    #expect(refused?.message.contains("call PutOrganization on \(daemon.directory)/admin") == true)
    #expect(try RawClient(daemon.directory + "/admin").status(put) == nil)
  }

  @Test func socketForAdministratorsAloneLeavesTheOtherToTheDaemon() throws {
    let daemon = try DaemonProcess(["--socket", "$PWD/orgkey.sock"], handedOver: ["admin"])
    #expect(try RawClient(daemon.socket).call(.health(.init())).status == nil)
    #expect(try RawClient(daemon.socket).status(.listKeys(.init()))?.code == .permissionDenied)
    #expect(try RawClient(daemon.directory + "/admin").status(.listKeys(.init())) == nil)
    #expect(daemon.end(SIGTERM) == 0)
    #expect(access(daemon.socket, F_OK) != 0 && access(daemon.directory + "/admin", F_OK) == 0)
  }

  @Test(arguments: [["admin", "other"], ["one", "two"]])
  func namesThatSayNothingAreRefused(_ names: [String]) throws {
    let refused = #expect(throws: DaemonProcess.DidNotServe.self) {
      _ = try DaemonProcess(handedOver: names)
    }
    #expect(refused?.log.contains("has to call them main and admin, each once") == true)
  }

  @Test(arguments: ["socket.socket()", "socket.socket(socket.AF_UNIX)", "open('/dev/null')"])
  func whatIsNoListeningSocketIsRefused(_ made: String) throws {
    let said = try Shell.output(
      """
      import os, socket, subprocess, sys
      made = \(made)
      os.dup2(made.fileno(), 3)
      program = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
      done = subprocess.run(["sh", "-c", program, "sh", sys.argv[1], "--database", "/dev/null/x"],
        pass_fds=[3], stderr=subprocess.PIPE, text=True)
      print(done.returncode, done.stderr)
      """, DaemonProcess.program.path)
    #expect(
      said.hasPrefix("78 orgkeyd: descriptor 3, handed over in LISTEN_FDS, is no Unix stream"))
  }

  @Test func openSocketIsWarnedOf() throws {
    let daemon = try DaemonProcess(handedOver: ["main"]) { database in
      chmod(URL(filePath: database).deletingLastPathComponent().path + "/orgkey.sock", 0o666)
    }
    #expect(daemon.logged.contains("every user of this host may open the socket"))
  }

  /// Restarts under load: a call that finds its connection closed is made once more on another, and
  /// is then answered.
  @Test func restartsLoseNoCallOfClientsThatReconnectOnce() throws {
    let daemon = try DaemonProcess(handedOver: ["main"])
    let first = try RawClient(daemon.socket)
    try first.put("acme")
    let key = try first.issue("acme").text
    let load = Load()
    let clients = try (0..<8).map { _ in
      try OrgKeySystem.Thread("client") { load.ask(daemon.socket, key) }
    }
    defer {
      load.stopped.store(true, ordering: .relaxed)
      for client in clients { client.join() }
    }
    let restarts = Campaign.count(20, long: 100)
    for _ in 0..<restarts {
      let before = load.answered.load(ordering: .relaxed)
      // They have to be asking when it ends.
      #expect(eventually { load.answered.load(ordering: .relaxed) > before + 50 })
      #expect(daemon.end(SIGTERM) == 0)
      try daemon.start()
    }
    let (answered, again) = (
      load.answered.load(ordering: .relaxed), load.again.load(ordering: .relaxed)
    )
    print("\(restarts) restarts: \(answered) calls, \(again) made again, \(load.lost) lost")
    #expect(load.faults == [])
    #expect(again >= restarts)
  }

  private final class Load: Sendable {
    let stopped = Atomic<Bool>(false)
    let answered = Atomic<Int>(0)
    let again = Atomic<Int>(0)
    private let told = Mutex<[String]>([])

    var faults: [String] { told.withLock { $0 } }
    var lost: Int { faults.count }

    func ask(_ socket: String, _ key: SecretText) {
      var client: RawClient?
      while !stopped.load(ordering: .relaxed) {
        do {
          let answer: AuthorizeResponse
          do {
            if client == nil { client = try RawClient(socket) }
            guard let client else { return }
            answer = try client.authorize(key)
          } catch {
            again.add(1, ordering: .relaxed)
            let fresh = try RawClient(socket)
            client = fresh
            answer = try fresh.authorize(key)
          }
          answered.add(1, ordering: .relaxed)
          if answer.decision != .allowed { told.withLock { $0.append("\(answer)") } }
        } catch {
          told.withLock { $0.append("\(error)") }
          client = nil
        }
      }
    }
  }
}
