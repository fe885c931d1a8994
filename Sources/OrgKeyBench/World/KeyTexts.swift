internal import OrgKeyModel

/// The texts of the benchmark's keys, in the daemon's own form; each made again from its number.
struct KeyTexts {
  private let prefix: KeyPrefix
  private let environment: Environment

  init() throws {
    prefix = try Validation.keyPrefix("pc")
    environment = try Validation.environment("live")
  }

  func bytes(_ number: Int) -> [UInt8] {
    // Far apart, so that the numbers of one key are not those of the next.
    var source = Randomness(seed: UInt64(number) &* 0xD134_2543_DE82_EF95)
    var text = [UInt8](repeating: 0, count: KeyText.maximumBytes)
    var span = text.mutableSpan
    let count = KeyText.write(prefix: prefix, environment: environment, into: &span) { random in
      var word: UInt64 = 0
      for index in random.indices {
        if index % 8 == 0 { word = source.next() }
        random[index] = UInt8(truncatingIfNeeded: word)
        word >>= 8
      }
    }
    return Array(text.prefix(count))
  }

  func text(_ number: Int) -> String { String(decoding: bytes(number), as: UTF8.self) }
}
