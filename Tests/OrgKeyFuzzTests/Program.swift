/// An input of the daemon's target: what clients do, step by step. Any bytes are one.
///
/// A step is a byte that says what is done and on which line, two bytes of length, the lower one
/// first, and so many bytes. `Tests/fuzz/seeds.py` writes them.
struct Program {
  struct Step {
    let action: Action
    /// Which client does it.
    let line: Int
    /// Whether the daemon looks at it only together with the next.
    let isHeldBack: Bool
  }

  enum Action {
    case bytes([UInt8])
    /// A body, to be sent as a frame.
    case frame([UInt8])
    /// As bytes, the last of them so many times more.
    case repeated([UInt8], Int)
    /// A body, of whose frame so many bytes come first.
    case split([UInt8], Int)
    case endSending
    case hangUp
    case restart
    case nothing
  }

  static let lines = 8
  /// Enough for a body that is too long.
  private static let longestRepetition = 1 << 20 + 16
  /// Zeros are frames, five of them one.
  private static let mostZeros = 5_000

  private(set) var steps: [Step] = []

  init(_ input: [UInt8]) {
    var rest = input[...]
    while let head = rest.popFirst() {
      let low = Int(rest.popFirst() ?? 0)
      let length = low | Int(rest.popFirst() ?? 0) << 8
      let payload = Array(rest.prefix(length))
      rest = rest.dropFirst(length)
      steps.append(
        Step(
          action: Self.action(head & 7, payload), line: Int(head >> 4) & (Self.lines - 1),
          isHeldBack: head & 8 != 0))
    }
  }

  private static func action(_ kind: UInt8, _ payload: [UInt8]) -> Action {
    switch kind {
    case 0: .bytes(payload)
    case 1: .frame(payload)
    case 2: repeated(Array(payload.dropFirst(3)), payload.prefix(3))
    case 3: .split(Array(payload.dropFirst()), Int(payload.first ?? 0))
    case 4: .endSending
    case 5: .hangUp
    case 6: .restart
    default: .nothing
    }
  }

  private static func repeated(_ bytes: [UInt8], _ count: ArraySlice<UInt8>) -> Action {
    let most = bytes.last ?? 0 == 0 ? mostZeros : longestRepetition
    return .repeated(bytes, min(most, count.reversed().reduce(0) { $0 << 8 | Int($1) }))
  }
}
