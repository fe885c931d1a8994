import Glibc
import OrgKeyWire

@testable import OrgKey

/// A daemon that answers with any bytes: whatever they are, the library makes no more of them than
/// they say.
///
/// The first byte of an input says what is asked, the second in what pieces the rest comes.
enum Replies {
  static func run(_ input: [UInt8]) throws {
    let asked = Question(input.first ?? 0)
    let piece = Int(input.dropFirst().first ?? 0) + 1
    let stream = Array(input.dropFirst(2).prefix(longestStream))
    try read(stream, inPiecesOf: piece)
    try exchange(asked, stream, cut: min(stream.count, piece * 4))
  }

  /// What a socket takes without anybody reading.
  private static let longestStream = 100_000

  struct Question {
    let scope: OrganizationScope
    let environment: String?

    init(_ bits: UInt8) {
      scope = bits & 1 == 0 ? .own : .organization("acme")
      environment = bits & 2 == 0 ? nil : "live"
    }

    func call() throws -> Call<Grant, AuthorizationError> {
      try .authorize(
        .text("pc_live_1"), permission: "contacts:read", in: scope, environment: environment)
    }
  }

  // MARK: Replies as they come out of the stream

  /// Reads the stream in pieces and at once, and has every call make what it can of each reply.
  private static func read(_ stream: [UInt8], inPiecesOf piece: Int) throws {
    let whole = try replies(in: stream, inPiecesOf: max(1, stream.count))
    let pieces = try replies(in: stream, inPiecesOf: piece)
    try Violation.unless(
      whole.faulty == pieces.faulty && whole.replies.count == pieces.replies.count,
      "replies depend on how they come: \(whole.replies.count), \(pieces.replies.count)")
    for reply in whole.replies {
      for reading in Reading.all { reading.read(reply) }
    }
  }

  private static func replies(
    in stream: [UInt8], inPiecesOf piece: Int
  ) throws -> (replies: [Response], faulty: Bool) {
    let (here, there) = try pair()
    var reader = ReplyReader()
    var replies: [Response] = []
    var rest = stream[...]
    while !rest.isEmpty {
      send(rest.prefix(piece), to: there)
      rest = rest.dropFirst(piece)
      guard case .bytes = reader.receive(from: here) else { throw Violation("nothing came") }
      do {
        // A large piece may come in several reads.
        repeat {
          while let reply = try reader.next() { replies.append(reply) }
          guard case .bytes(let count) = reader.receive(from: here), count > 0 else { break }
        } while true
      } catch {
        return (replies, true)
      }
    }
    return (replies, false)
  }

  // MARK: A call from end to end

  /// Makes a call that is answered with the first part of the stream, then perhaps one more.
  private static func exchange(_ asked: Question, _ stream: [UInt8], cut: Int) throws {
    let (here, there) = try pair()
    let connection = BlockingConnection(here)
    let deadline = ContinuousClock.now + .seconds(60)
    send(stream[..<cut], to: there)
    if cut == stream.count { Platform.shutDown(there) }
    // Nothing more comes of half an answer: the rest follows only when the first was whole.
    guard case .body = Wire.front(stream[..<cut]) else {
      Platform.shutDown(there)
      return try judge(connection, asked, 1, stream[..<cut], deadline)
    }
    try judge(connection, asked, 1, stream[..<cut], deadline)
    guard cut < stream.count, !connection.isNew else { return }
    send(stream[cut...], to: there)
    Platform.shutDown(there)
    try judge(connection, asked, 2, stream[cut...], deadline)
  }

  private static func judge(
    _ connection: BlockingConnection, _ asked: Question, _ callID: UInt64,
    _ answer: ArraySlice<UInt8>, _ deadline: ContinuousClock.Instant
  ) throws {
    let call = try asked.call()
    let outcome = connection.exchange(call.message, deadline: deadline)
    guard let grant = try? call.result(outcome) else { return }
    try Violation.unless(
      GrantingAnswer(answer, callID: callID, asked)?.grants(grant) == true,
      "a grant is made of \(Array(answer))")
  }

  private static func pair() throws -> (Descriptor, Descriptor) {
    var pair: (Int32, Int32) = (-1, -1)
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let result = withUnsafeMutablePointer(to: &pair) {
      $0.withMemoryRebound(to: Int32.self, capacity: 2) { socketpair(AF_UNIX, type, 0, $0) }
    }
    try Violation.unless(result == 0, "socketpair: \(errno)")
    return (Descriptor(pair.0), Descriptor(pair.1))
  }

  private static func send(_ bytes: ArraySlice<UInt8>, to socket: Descriptor) {
    _ = bytes.withUnsafeBytes { Platform.send($0, to: socket) }
  }
}

/// An answer that allows what was asked, by a reading of its bytes that is not the library's.
private struct GrantingAnswer {
  private let answer: [UInt8]
  private let fields: [WireField]
  private let asked: Replies.Question

  /// - Returns: nil: it is not the one whole answer to this call, or does not allow it.
  init?(_ stream: ArraySlice<UInt8>, callID: UInt64, _ asked: Replies.Question) {
    guard case .body(let range) = Wire.front(stream), range.upperBound == stream.endIndex,
      let response = Wire.fields(stream[range]), response.number(1) ?? 0 == callID
    else { return nil }
    let statuses = response.filter { $0.number == 2 }
    guard statuses.allSatisfy({ Wire.fields(stream[$0.payload])?.number(1) ?? 0 == 0 }) else {
      return nil
    }
    // Parts of a message that is given more than once are one; another result takes its place.
    guard response.last(where: { $0.number >= 16 && $0.number <= 51 })?.number == 16 else {
      return nil
    }
    let answer = response.filter { $0.number == 16 }.flatMap { Array(stream[$0.payload]) }
    guard let fields = Wire.fields(answer[...]), fields.number(1) == 1,
      fields.number(2) ?? 0 == 0
    else { return nil }
    self.answer = answer
    self.fields = fields
    self.asked = asked
  }

  private func text(_ number: UInt64) -> [UInt8] {
    fields.payload(number).map { Array(answer[$0]) } ?? []
  }

  func grants(_ grant: Grant) -> Bool {
    let own = text(4)
    let expected =
      if case .organization(let id) = asked.scope { Array(id.utf8) } else { own }
    return !text(3).isEmpty && !own.isEmpty && text(8) == expected
      && Array(grant.organizationID.utf8) == expected && Array(grant.keyID.utf8) == text(3)
      && Array(grant.keyOrganizationID.utf8) == own
      && Array(grant.environment.utf8) == text(5)
      && (asked.environment.map { Array($0.utf8) == text(5) } ?? true)
  }
}

/// What a call makes of a reply.
private struct Reading {
  let read: (Response) -> Void

  private init<S, F>(_ call: Call<S, F>?) {
    precondition(call != nil, "a call that can't be made")
    read = { response in _ = try? call?.result(.answered(response)) }
  }

  nonisolated(unsafe) static let all: [Reading] = checks + changes + queries

  private static let caller = ActingCaller(actor: "ana")

  private static var checks: [Reading] {
    [
      Reading(try? Replies.Question(0).call()), Reading(try? Replies.Question(3).call()),
      Reading(try? Call<OrgKey.Key, _>.identify(.text("pc_live_1"), environment: nil)),
      Reading(
        try? Call<Page<String>, _>.accessibleOrganizations(
          .text("pc_live_1"), environment: nil, pageSize: nil, pageToken: nil)),
      Reading(Call<Health, _>.health()),
    ]
  }

  private static var changes: [Reading] {
    var keys = RowImport<ImportedKey>(isDryRun: false, caller)
    var organizations = RowImport<ImportedOrganization>(isDryRun: false, caller)
    return [
      Reading(
        try? Call<IssuedKey, _>.issueKey(
          NewKey(organizationID: "acme", name: "a", permissions: []), caller)),
      Reading(
        try? Call<IssuedKey, _>.rotateKey(
          id: "key_1", overlap: .untilRevoked, requestID: "1", caller)),
      Reading(try? Call<OrgKey.Key, _>.updateKey(id: "key_1", KeyChanges(name: .set("a")), caller)),
      Reading(try? Call<OrgKey.Key, _>.revokeKey(.key(id: "key_1"), reason: "", caller)),
      Reading(
        try? Call<UInt64, _>.revokeKeys(
          of: "acme", includingDescendants: true, reason: "", caller)),
      Reading(try? Call<Void, _>.deleteKey(id: "key_1", caller)),
      Reading(
        try? Call<PutOrganization, _>.putOrganization(
          id: "acme", parentID: nil, name: nil, caller)),
      Reading(try? Call<OrgKey.Organization, _>.moveOrganization(id: "acme", to: .root, caller)),
      Reading(try? Call<OrgKey.Organization, _>.suspendOrganization(id: "acme", caller)),
      Reading(try? Call<OrgKey.Organization, _>.resumeOrganization(id: "acme", caller)),
      Reading(
        try? Call<DeletedOrganizations, _>.deleteOrganization(
          id: "acme", revokingKeys: true, includingDescendants: true, caller)),
      Reading((try? keys.add(nil)).flatMap { $0 }),
      Reading((try? organizations.add(nil)).flatMap { $0 }),
    ]
  }

  private static var queries: [Reading] {
    [
      Reading(try? Call<OrgKey.Key, _>.key(id: "key_1", caller)),
      Reading(
        try? Call<Page<OrgKey.Key>, _>.keys(KeyFilter(), pageSize: nil, pageToken: nil, caller)),
      Reading(try? Call<[OrgKey.UsageDay], _>.usage(keyID: "key_1", from: nil, to: nil, caller)),
      Reading(
        try? Call<Explanation, _>.explain(
          .key(id: "key_1", secretVersion: nil), permission: "a:b", in: .own, environment: nil,
          caller)),
      Reading(try? Call<OrgKey.Organization, _>.organization(id: "acme", caller)),
      Reading(
        try? Call<Page<OrgKey.Organization>, _>.organizations(
          under: nil, includingDescendants: true, pageSize: nil, pageToken: nil, caller)),
      Reading(
        try? Call<AuditPage, _>.auditEvents(
          AuditFilter(), .oldestFirst(after: nil), pageSize: nil, caller)),
      Reading(try? Call<Statistics, _>.statistics(caller)),
      Reading(try? Call<String, _>.metrics(caller)),
      Reading(try? BackupCopy(caller).next()),
    ]
  }
}
