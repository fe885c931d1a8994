/// SplitMix64: the same choices from the same seed.
struct Chance: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// A number below `bound`, which is at least 1.
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
  }

  mutating func one(in count: Int) -> Bool { below(count) == 0 }

  /// One of some choices, of which there is at least one.
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }

  /// One of the last `count`; nil if there are none.
  mutating func pick<Choice>(last count: Int, of choices: [Choice]) -> Choice? {
    choices.isEmpty ? nil : choices[choices.count - 1 - below(min(count, choices.count))]
  }

  /// One of some choices, each as often as its weight says.
  mutating func pick<Choice>(weighted choices: [(Choice, Int)]) -> Choice {
    var rest = below(choices.reduce(0) { $0 + $1.1 })
    for (choice, weight) in choices {
      if rest < weight { return choice }
      rest -= weight
    }
    return choices[0].0
  }
}
