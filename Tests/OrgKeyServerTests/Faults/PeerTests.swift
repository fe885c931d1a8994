import Glibc
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// Who a client is, by the kernel's word, with real processes of other users.
@Suite(.enabled(if: geteuid() == 0)) struct PeerTests {
  /// What each role may and another may not.
  private enum May: CaseIterable {
    case health, read, change, backUp

    static let administrator = May.allCases
    static let delegate: [May] = [.health, .change]
    static let reader: [May] = [.health, .read]
    static let everybody: [May] = [.health]

    func request() -> Request {
      switch self {
      case .health: Request(callID: 1, method: .health(.init()))
      case .read: Request(callID: 2, method: .getStatistics(.init()))
      case .change:
        Request(
          callID: 3, caller: Caller(actor: "a", actingOrganizationID: "acme"),
          method: .putOrganization(.init(organizationID: "child", parentID: "acme")))
      case .backUp: Request(callID: 4, method: .backup(.init()))
      }
    }
  }

  private static let options = [
    "--socket-mode", "0666", "--admin-uid", "1001", "--admin-gid", "2001", "--delegate-uid", "1002",
    "--delegate-gid", "2002", "--reader-uid", "1003", "--reader-gid", "2003",
  ]

  /// - Parameter name: of the socket, in the daemon's directory.
  private func expect(
    _ daemon: DaemonProcess, at name: String = "orgkey.sock", uid: UInt32, gid: UInt32? = nil,
    groups: [UInt32] = [],
    _ turn: OtherUser.Turn = .beforeConnecting, may expected: [May]
  ) throws {
    let user = try OtherUser(of: daemon, at: name, uid: uid, gid: gid, groups: groups, turn)
    let client = try RawClient(daemon.socket)
    let answers = try user.answers(to: May.allCases.map { client.frame($0.request()) })
    #expect(answers.map(\.callID) == [1, 2, 3, 4])
    let may = zip(May.allCases, answers).filter { $1.status?.code != .permissionDenied }.map(\.0)
    #expect(may == expected, "\(name), uid \(uid), gid \(gid ?? uid), groups \(groups), \(turn)")
  }

  @Test func rolesAreThoseOfTheUserWhoConnected() throws {
    let daemon = try DaemonProcess(PeerTests.options)
    try RawClient(daemon.socket).put("acme")
    try expect(daemon, uid: 0, may: May.administrator)
    try expect(daemon, uid: 1_001, may: May.administrator)
    try expect(daemon, uid: 1_002, may: May.delegate)
    try expect(daemon, uid: 1_003, may: May.reader)
    try expect(daemon, uid: 1_009, may: May.everybody)
    // By a group, be it the primary one, one of few or one of many.
    let many = (5_000..<5_200).map(UInt32.init)
    try expect(daemon, uid: 1_009, gid: 2_001, may: May.administrator)
    try expect(daemon, uid: 1_009, groups: [7, 2_001], may: May.administrator)
    try expect(daemon, uid: 1_009, groups: many + [2_001], may: May.administrator)
    try expect(daemon, uid: 1_009, gid: 2_002, may: May.delegate)
    try expect(daemon, uid: 1_009, groups: [2_003], may: May.reader)
    try expect(daemon, uid: 1_009, gid: 1_001, groups: [1_003, 0], may: May.everybody)
    // Who stands for users of foreign namespaces has no role, whatever his groups.
    try expect(daemon, uid: 65_534, may: May.everybody)
    try expect(daemon, uid: 65_534, gid: 2_001, groups: [2_003], may: May.everybody)
    // What he becomes later and who else has his socket changes nothing.
    try expect(daemon, uid: 1_009, .afterConnecting, may: May.administrator)
    try expect(daemon, uid: 1_009, .inAChildThatPassesOn, may: May.everybody)
    try expect(daemon, uid: 1_003, .inAChildThatPassesOn, may: May.reader)
  }

  @Test func roleForTheOverflowUserIsRefused() throws {
    #expect(throws: DaemonProcess.DidNotServe.self) {
      _ = try DaemonProcess(["--admin-uid", "65534"])
    }
  }

  @Test func userOfTheDaemonIsItsAdministrator() throws {
    let daemon = try DaemonProcess(
      PeerTests.options,
      under: ["setpriv", "--reuid", "1234", "--regid", "1234", "--clear-groups"]
    ) { database in
      let directory = String(
        database.prefix(upTo: database.lastIndex(of: "/") ?? database.endIndex))
      #expect(chown(directory, 1_234, 1_234) == 0)
    }
    try RawClient(daemon.socket).put("acme")
    try expect(daemon, uid: 1_234, may: May.administrator)
    try expect(daemon, uid: 0, may: May.administrator)
    try expect(daemon, uid: 1_009, gid: 1_234, may: May.everybody)
  }

  @Test func administratorsSocketIsTheOnlyOneWithRoles() throws {
    let daemon = try DaemonProcess(
      PeerTests.options + ["--admin-socket", "$PWD/admin.sock"])
    try RawClient(daemon.directory + "/admin.sock").put("acme")
    try expect(daemon, uid: 0, may: May.everybody)
    try expect(daemon, uid: 1_001, groups: [2_001], may: May.everybody)
  }

  @Test func descriptorsThatArePassedUnaskedAreClosed() throws {
    let daemon = try DaemonProcess(PeerTests.options)
    let client = try RawClient(daemon.socket)
    #expect(try client.call(.health(.init())).status == nil)
    let before = try daemon.openDescriptors()
    let health = client.frame(Request(callID: 7, method: .health(.init())))
    let user = try OtherUser(of: daemon, uid: 1_009, .beforePassingUnasked)
    let answers = try user.answers(to: Array(repeating: health, count: 20))
    #expect(answers.map(\.callID) == Array(repeating: 7, count: 20))
    // At most his connection, and nothing of what came by it: one that was closed may have been
    // counted before.
    #expect(try daemon.openDescriptors() <= before + 1)
  }
}
