/// The secret of a hash. Digests may be imported and organizations' ids are the application's:
/// who chooses them must not be able to choose where they fall.
package struct HashSeed: BitwiseCopyable, Sendable {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64

  /// - Parameter random: random numbers of this process's own.
  package init(_ random: (UInt64, UInt64, UInt64, UInt64)) {
    (first, second, third, fourth) = random
  }

  /// Half of the seed: tells this process from another.
  var epoch: UInt32 { UInt32(truncatingIfNeeded: fold(first ^ third, second | 1) >> 32) }

  func hash(_ digest: Digest) -> UInt64 {
    let left = fold(digest.first ^ first, digest.second ^ second)
    let right = fold(digest.third ^ third, digest.fourth ^ fourth)
    return fold(left ^ third, right ^ first)
  }

  func hash(_ low: UInt64, _ high: UInt64) -> UInt64 {
    fold(fold(low ^ first, high ^ second) ^ third, fourth)
  }

  func hash(_ text: Span<UInt8>) -> UInt64 {
    var state = fourth ^ UInt64(text.count)
    var start = 0
    while start < text.count {
      let low = Self.word(text, start)
      let high = Self.word(text, start + 8)
      state = fold(low ^ first, high ^ state ^ second)
      start += 16
    }
    return fold(state ^ third, fourth)
  }

  /// The eight bytes at `start`, zeros behind the end.
  private static func word(_ text: Span<UInt8>, _ start: Int) -> UInt64 {
    if start + 8 <= text.count {
      return unsafe text.withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: start, as: UInt64.self)
      }
    }
    var word: UInt64 = 0
    for index in min(start, text.count)..<text.count { word = word << 8 | UInt64(text[index]) }
    return word
  }

  /// Both halves of the 128-bit product.
  private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
