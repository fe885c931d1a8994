import Glibc

@testable import OrgKeyWire

/// A body is read in a plain way and in a general one, whole and in parts: as far as two of them
/// take it, it means the same. Of what was read, nothing stays in memory.
enum Bodies {
  private static let decoder = SharedRequestDecoder()
  private static let responses = SharedResponseDecoder()
  private static let arena = InspectedArena()

  static func run(_ input: [UInt8]) throws {
    try input.withUnsafeBytes { body in
      try request(body)
      try response(body)
      try arena.inspect(body)
    }
  }

  // MARK: Requests

  private static func request(_ body: UnsafeRawBufferPointer) throws {
    let general = decoder.decode(body)
    if let plain = AuthorizeCall(plain: body).map(Decoded.Authorize.init) {
      try Violation.unless(
        general == .authorize(plain), "\(Array(body)) is plainly \(plain), and \(general)")
    }
    if case .other(let request) = general {
      try isKept(request)
      try isTakenApart(body, request)
    }
    if case .refused = general { return }
    // What is a request to the daemon is a message to everybody.
    try Violation.unless(
      Wire.fields(Array(body)[...]) != nil, "\(Array(body)) is a request and no message")
  }

  /// What is sent on means the same.
  private static func isKept(_ request: Request) throws {
    var buffer = ByteBuffer()
    guard buffer.append(request, by: Arena()) else { throw Violation("\(request) can't be sent") }
    let again = decoder.decode(
      UnsafeRawBufferPointer(rebasing: buffer.bytes[Frame.headerLength...]))
    try Violation.unless(again == .other(request), "\(request) became \(again)")
  }

  /// An import that is taken apart is the one it was.
  private static func isTakenApart(_ body: UnsafeRawBufferPointer, _ request: Request) throws {
    try Violation.unless(
      RequestDecoder.importParts(in: body) == request.importParts, "of an import: \(Array(body))")
    guard let long = LongBody(body) else { return }
    let method = try long.method.decode()
    try Violation.unless(
      method == request.method && long.method.importParts == request.importParts,
      "\(Array(body)) has another method in parts")
    let head = long.head.withUnsafeBytes { decoder.decode($0) }
    guard case .other(let head) = head else { throw Violation("no head in \(Array(body))") }
    try Violation.unless(
      head.callID == request.callID && head.timeoutMs == request.timeoutMs
        && head.caller == request.caller && head.method?.name == request.method?.name,
      "\(Array(body)) has another head in parts")
  }

  // MARK: Responses

  private static func response(_ body: UnsafeRawBufferPointer) throws {
    let general = responses.unpack(body)
    if let plain = PlainAuthorizeReply.read(body) {
      try Violation.unless(
        general == plain, "\(Array(body)) is plainly \(plain), and \(general as Any)")
    }
    guard let general else { return }
    // Bytes are compared, because a rate may be not-a-number. What has many parts may outgrow a
    // frame when it is written out.
    guard let sent = encoded(general) else { return }
    let again = sent.withUnsafeBytes { responses.unpack($0) }
    try Violation.unless(again.flatMap(encoded) == sent, "\(general) became \(again as Any)")
  }

  private static func encoded(_ response: Response) -> [UInt8]? {
    var buffer = ByteBuffer()
    guard buffer.append(response, by: Arena()) else { return nil }
    return Array(buffer.bytes.dropFirst(Frame.headerLength))
  }
}

/// A request that was read, copied out of the decoder's memory.
private enum Decoded: Equatable {
  struct Authorize: Equatable {
    let callID: UInt64
    let hasCaller: Bool
    let texts: [[UInt8]]

    init(_ call: AuthorizeCall) {
      callID = call.callID
      hasCaller = call.hasCaller
      texts = [call.apiKey, call.organizationID, call.permission, call.environment].map(Array.init)
    }
  }

  case authorize(Authorize)
  case other(Request)
  case refused(BodyFault)
}

private final class SharedRequestDecoder: @unchecked Sendable {
  private let decoder = RequestDecoder()

  func decode(_ body: UnsafeRawBufferPointer) -> Decoded {
    defer { decoder.reset() }
    do throws(BodyFault) {
      switch try decoder.decode(body) {
      case .authorize(let call): return .authorize(Decoded.Authorize(call))
      case .other(let request): return .other(request)
      }
    } catch {
      return .refused(error)
    }
  }
}

private final class SharedResponseDecoder: @unchecked Sendable {
  private let decoder = ResponseDecoder()

  func unpack(_ body: UnsafeRawBufferPointer) -> Response? { try? decoder.unpack(body) }
}

/// An arena into which one looks from outside.
private final class InspectedArena: @unchecked Sendable {
  private static let budget = 1 << 20
  private let arena = Arena(budget: InspectedArena.budget)

  // It begins with what protobuf-c sees of it.
  private var state: UnsafeMutablePointer<Arena.State> {
    UnsafeMutableRawPointer(arena.allocator).assumingMemoryBound(to: Arena.State.self)
  }

  init() { memset(state.pointee.block, 0, Arena.blockSize) }

  /// Unpacks a body, within the budget, and looks at what is left after the reset.
  func inspect(_ body: UnsafeRawBufferPointer) throws {
    _ = try? Body.unpack(body, as: .request, strict: false, in: arena)
    try Violation.unless(state.pointee.total <= Self.budget, "more was taken than the budget")
    arena.reset()
    try Violation.unless(
      state.pointee.used == 0 && state.pointee.total == 0 && state.pointee.further.isEmpty
        && !state.pointee.exhausted, "an arena is not reset")
    let isWiped = Self.zeros.withUnsafeBytes {
      memcmp($0.baseAddress!, state.pointee.block, Arena.blockSize) == 0
    }
    try Violation.unless(isWiped, "an arena is not wiped")
  }

  private static let zeros = [UInt8](repeating: 0, count: Arena.blockSize)
}
