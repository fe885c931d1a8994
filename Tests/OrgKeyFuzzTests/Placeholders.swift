/// Stands in a program for what only the run knows: a byte 1, a letter, a digit.
struct Placeholders {
  /// T: secrets, K: key ids, P: page tokens and ids of backups; in the order in which they came.
  var values: [UInt8: [[UInt8]]] = [:]

  private static let length = 3
  private static let deepest = 4

  mutating func add(_ value: some Sequence<UInt8>, as kind: Unicode.Scalar) {
    let value = Array(value)
    let kind = UInt8(ascii: kind)
    if value.isEmpty || values[kind]?.contains(value) == true { return }
    values[kind, default: []].append(value)
  }

  /// A message with the values in place, and the lengths of what holds them put right.
  func expand(_ body: ArraySlice<UInt8>, depth: Int = 0) -> [UInt8] {
    guard body.contains(1) else { return Array(body) }
    guard depth < Self.deepest, let fields = Wire.fields(body) else { return replace(body) }
    var expanded: [UInt8] = []
    for field in fields {
      let payload = body[field.payload]
      guard field.type == 2, payload.contains(1) else {
        expanded += body[field.whole]
        continue
      }
      let value = expand(payload, depth: depth + 1)
      expanded += Wire.varint(field.number << 3 | 2) + Wire.varint(UInt64(value.count)) + value
    }
    return expanded
  }

  /// A stream with the values in place in its whole frames.
  func expandFrames(_ stream: [UInt8]) -> [UInt8] {
    var expanded: [UInt8] = []
    var rest = stream[...]
    while case .body(let range) = Wire.front(rest) {
      expanded += Wire.frame(expand(rest[range]))
      rest = rest[range.upperBound...]
    }
    return expanded + rest
  }

  private func replace(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var replaced: [UInt8] = []
    var rest = text
    while !rest.isEmpty {
      if let value = value(rest) {
        replaced += value
        rest = rest.dropFirst(Self.length)
      } else {
        replaced += rest.prefix(1)
        rest = rest.dropFirst()
      }
    }
    return replaced
  }

  private func value(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let token = Array(text.prefix(Self.length))
    guard token.count == Self.length, token[0] == 1, let list = values[token[1]] else { return nil }
    return list[Int(token[2] & 15) % list.count]
  }
}
