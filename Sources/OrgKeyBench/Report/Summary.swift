/// A figure over all rounds.
struct Summary: Encodable, Equatable {
  /// One a round, in their order.
  let rounds: [Double]
  let median: Double
  let lowest: Double
  let highest: Double

  /// - Parameter rounds: at least one.
  init(_ rounds: [Double]) {
    let sorted = rounds.sorted()
    self.rounds = rounds
    median = sorted[sorted.count / 2]
    lowest = sorted[0]
    highest = sorted[sorted.count - 1]
  }

  /// What one is of the other, within each round: a drift of the machine cancels.
  static func ratio(_ a: [Double], _ b: [Double]) -> Summary {
    Summary(zip(a, b).map { $1 == 0 ? 0 : $0 / $1 })
  }
}
