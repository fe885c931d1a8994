/// A set of rowids, which are dense: a bit each. Damage can make one huge; those lie apart.
struct NumberSet {
  private static let denseLimit: Int64 = 1 << 30

  private var words: [UInt64] = []
  private var others: Set<Int64> = []

  mutating func insert(_ number: Int64) {
    guard number >= 0, number < Self.denseLimit else {
      others.insert(number)
      return
    }
    let word = Int(number >> 6)
    if word >= words.count {
      let grown = max(word + 1, words.count * 2)
      words.append(contentsOf: repeatElement(0, count: grown - words.count))
    }
    words[word] |= 1 << UInt64(number & 63)
  }

  func contains(_ number: Int64) -> Bool {
    guard number >= 0, number < Self.denseLimit else { return others.contains(number) }
    let word = Int(number >> 6)
    return word < words.count && words[word] & 1 << UInt64(number & 63) != 0
  }
}
