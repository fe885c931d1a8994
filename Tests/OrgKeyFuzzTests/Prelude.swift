import OrgKeySystem

@testable import OrgKeyServer
@testable import OrgKeyWire

/// What every program finds: who is on which line, and a small tree with two keys.
enum Prelude {
  static let access = AccessPolicy(
    ownUser: 999, administrators: Accounts(users: [1000]),
    delegates: Accounts(users: [2000, 2001]), readers: Accounts(users: [2001, 3000]))

  /// By the line's number; whether it came by the socket that serves only what everybody may ask.
  static let peers: [(Peer, isEverybodys: Bool)] = [
    (Peer(uid: 0, gid: 0, pid: 1), false),
    (Peer(uid: 4000, gid: 4000, pid: 2), false),
    (Peer(uid: 3000, gid: 3000, pid: 3), false),
    (Peer(uid: 2000, gid: 2000, pid: 4), false),
    (Peer(uid: 1000, gid: 1000, pid: 5, groups: [7]), false),
    (Peer(uid: AccessPolicy.overflowUser, gid: 65_534, pid: 0), false),
    (Peer(uid: 0, gid: 0, pid: 7), true),
    (Peer(uid: 2001, gid: 2001, pid: 8), false),
  ]

  static var requests: [[UInt8]] {
    let methods: [Request.Method] = [
      .putOrganization(.init(organizationID: "acme", name: "Acme")),
      .putOrganization(.init(organizationID: "acme.emea", parentID: "acme")),
      .putOrganization(.init(organizationID: "beta")),
      .issueKey(.init(organizationID: "acme", name: "all", permissions: ["contacts:*"])),
      .issueKey(
        .init(
          organizationID: "acme.emea", name: "some", permissions: ["contacts:read"],
          rateLimit: .init(limit: 3, windowS: 3600))),
    ]
    return methods.map { method in
      var buffer = ByteBuffer()
      _ = buffer.append(Request(callID: 1, method: method), by: Arena())
      return Array(buffer.bytes.dropFirst(Frame.headerLength))
    }
  }
}

extension Program.Step {
  /// A call of an administrator.
  init(_ body: [UInt8]) { self.init(action: .frame(body), line: 0, isHeldBack: false) }
}
