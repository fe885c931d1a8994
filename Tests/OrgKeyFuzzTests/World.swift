import Glibc
import Logging
import OrgKeyModel
import OrgKeySystem

@testable import OrgKeyServer
@testable import OrgKeyStore
@testable import OrgKeyWire

/// A daemon without threads, on a database in memory: what its threads would do is done here, one
/// thing after the other.
final class World {
  nonisolated(unsafe) static let shared = World()

  private let files: WorldFiles
  let settings: DaemonSettings
  let mailbox: Mailbox
  var table = ConnectionTable()
  private var batch = AuthorizeBatch()
  var opened: (store: Store, reader: Reader)?
  var served: Served?

  var lines: [Line?] = []
  private var step = 0
  var witness = Witness()
  private var prelude = Witness()

  /// What goes with an end of the daemon.
  struct Served {
    let store: Store
    let service: Service
    let upkeep: Upkeep
    let records: Records
    let calls: CallHandler
  }

  private init() {
    do {
      files = try WorldFiles()
      mailbox = try Mailbox()
      settings = try WorldFiles.settings(files.database)
      try begin()
      for body in Prelude.requests { try take(Program.Step(body)) }
      prelude = witness
      try end()
      try close()
      try files.keepAsTemplate()
    } catch {
      preconditionFailure("no world: \(error)")
    }
  }

  func run(_ program: Program) throws {
    witness = prelude
    step = 0
    do {
      try open()
      if let store = opened?.store { try files.restoreTemplate(in: store) }
      try begin()
      for step in program.steps { try take(step) }
      try compareWithWhatIsLoaded()
      try end()
    } catch {
      // The next program begins afresh.
      for token in table.tokens { table.remove(token) }
      try close()
      throw error
    }
  }

  // MARK: Steps

  private func take(_ step: Program.Step) throws {
    self.step += 1
    switch step.action {
    case .bytes(let bytes): try send(witness.known.expandFrames(bytes), by: step.line)
    case .frame(let body): try send(Wire.frame(witness.known.expand(body[...])), by: step.line)
    case .repeated(let bytes, let count):
      try send(bytes + Array(repeating: bytes.last ?? 0, count: count), by: step.line)
    case .split(let body, let place):
      let frame = Wire.frame(witness.known.expand(body[...]))
      try send(Array(frame.prefix(place)), by: step.line)
      try serve()
      try send(Array(frame.dropFirst(place)), by: step.line)
    case .endSending: try line(step.line).endSending()
    case .hangUp: lines[step.line] = nil
    case .restart:
      try compareWithWhatIsLoaded()
      try end()
      try close()
      try begin()
    case .nothing: break
    }
    if !step.isHeldBack { try serve() }
  }

  private func send(_ bytes: [UInt8], by number: Int) throws {
    let line = try line(number)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = line.send(rest, step: step)
      if count == 0 { try serve() }
      rest = rest.dropFirst(count)
    }
    witness.heard(bytes)
  }

  /// A client's line, made anew if the last is closed.
  private func line(_ number: Int) throws -> Line {
    if let line = lines[number], !line.isClosed { return line }
    let service = try present.service
    var accepted: Descriptor?
    let here = try WorldFiles.connected(to: &accepted)
    let (peer, isEverybodys) = Prelude.peers[number]
    let roles = isEverybodys ? [] : service.access.roles(of: peer)
    let reference = table.insert { token in
      Connection(
        accepted.take() ?? Descriptor(-1), token: token, peer: peer, roles: roles,
        administratorsAt: isEverybodys ? "/run/orgkey/admin.sock" : nil,
        memory: service.bufferMemory)
    }
    _ = service.connections.opened(by: peer.uid, roles)
    // Whatever was in that memory before, from here on only this connection's bytes are.
    reference.connection.input.clearSpace(Connection.readAtLeast)
    reference.connection.output.clearSpace(0)
    let line = Line(here, token: reference.connection.token)
    lines[number] = line
    return line
  }

  // MARK: What threads do

  /// Lets the daemon work until nothing moves any more.
  func serve() throws {
    for _ in 0..<100_000 {
      let hasTurned = try serveConnections()
      try present.reading()
      try present.writing()
      let hasMail = deliver()
      if try !listen() && !hasTurned && !hasMail { return try checkSettled() }
    }
    throw Violation("the daemon does not come to rest")
  }

  /// A turn for every connection.
  /// - Returns: whether there is something left to be done.
  private func serveConnections() throws -> Bool {
    let calls = try present.calls
    var moves = false
    var turns: [ConnectionReference] = []
    for token in table.tokens {
      guard let reference = table[token] else { continue }
      let before = reference.connection.input.count
      let hadEnded = reference.connection.inputEnded
      reference.connection.receive()
      moves = moves || reference.connection.input.count != before
      moves = moves || reference.connection.inputEnded != hadEnded
      turns.append(reference)
    }
    calls.handle(turns, at: Clock.monotonicNanoseconds(), by: &batch)
    for reference in turns {
      if calls.look(at: &reference.connection) || reference.connection.isEnding { moves = true }
      try finish(reference)
    }
    return moves
  }

  private func finish(_ reference: ConnectionReference) throws {
    guard reference.connection.send(now: Clock.monotonicMilliseconds),
      !reference.connection.isFinished, !reference.connection.failed
    else {
      let service = try present.service
      reference.connection.presence.end()
      service.dropBackups(of: reference.connection.presence)
      if !reference.connection.input.isEmpty || reference.connection.closing {
        reference.connection.discardInput()
      }
      service.connections.closed(by: reference.connection.peer.uid)
      return table.remove(reference.connection.token)
    }
  }

  private func deliver() -> Bool {
    let deliveries = mailbox.takeAll()
    for case .reply(let token, let reply) in deliveries {
      guard let reference = table[token] else { continue }
      reference.connection.pending -= 1
      reference.connection.output.append(reply.frame.bytes)
    }
    return !deliveries.isEmpty
  }

  /// Clients take what was answered.
  private func listen() throws -> Bool {
    var hasHeard = false
    for case let line? in lines {
      if line.receive() { hasHeard = true }
      while let answer = try line.takeAnswer() { try witness.judge(answer, on: line, step) }
    }
    return hasHeard
  }

  private func checkSettled() throws {
    for case let line? in lines { try line.checkSettled() }
    for token in table.tokens {
      guard let reference = table[token] else { continue }
      try Violation.unless(
        reference.connection.pending == 0, "calls are pending that nobody works on")
      try Violation.unless(reference.connection.output.isEmpty, "answers are not sent")
      for secret in witness.secrets {
        try Violation.unless(
          !reference.connection.input.keepsBehind(secret)
            && !reference.connection.output.keepsBehind(secret), "a buffer keeps a secret")
      }
    }
    try Violation.unless(
      present.service.connections.count == table.tokens.count, "connections are miscounted")
  }
}

extension World.Served {
  func reading() { service.reading.run(records) }
  func writing() throws { try service.writer.run(store, service, upkeep) }
}

extension ByteBuffer {
  /// Zeroes what is free, after making so much of it.
  mutating func clearSpace(_ minimum: Int) {
    let space = space(atLeast: minimum)
    memset(space.baseAddress!, 0, space.count)
  }

  /// Whether a text lies in what is free: in memory that was this buffer's from the beginning.
  mutating func keepsBehind(_ text: [UInt8]) -> Bool {
    guard isEmpty else { return false }
    let space = space(atLeast: 0)
    return UnsafeRawBufferPointer(space).holds(text)
  }
}
