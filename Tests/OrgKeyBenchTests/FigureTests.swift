import Testing

@testable import OrgKeyBench

@Suite struct FigureTests {
  @Test func theMedianIsOfTheRoundsAndTheRatioOfTheRatiosWithinThem() {
    let summary = Summary([5, 1, 9])
    #expect([summary.lowest, summary.median, summary.highest] == [1, 5, 9])
    #expect(summary.rounds == [5, 1, 9])
    // The machine became three times as fast: the ratio is the same.
    #expect(Summary.ratio([1, 2, 3], [2, 4, 6]).median == 0.5)
    #expect(Summary.ratio([1], [0]).median == 0)
  }

  @Test func aGoalIsReachedAtItsBound() {
    #expect(Figure.Goal.atLeast(0.8).isReached(0.8))
    #expect(!Figure.Goal.atLeast(0.8).isReached(0.79))
    #expect(Figure.Goal.atMost(1.2).isReached(1.2))
    #expect(!Figure.Goal.atMost(1.2).isReached(1.21))
  }

  @Test func whoWasNotMeasuredIsNotComparedWith() throws {
    var series = Series()
    for round in 1...3 { series.add([.rate: Double(round)], of: "orgkeyd") }
    let figure = try #require(
      Figure(.one, .rate, of: "orgkeyd", in: series, against: [("redis", .atLeast(1))]))
    #expect(figure.value.median == 2)
    #expect(figure.comparisons.isEmpty)
    #expect(Figure(.one, .p50, of: "orgkeyd", in: series) == nil)
  }

  @Test func numbersAreWrittenForPeople() {
    #expect(Text.count(1_234_567) == "1,234,567")
    #expect(Text.count(100) == "100")
    #expect(Text.fixed(1_234.5678, 2) == "1,234.57")
    #expect(Text.fixed(0.049, 1) == "0.0")
    #expect(Text.fixed(-0.05, 2) == "-0.05")
    #expect(Text.fixed(.infinity, 2) == "–")
  }

  @Test func aStallCountsForTheCallsThatItKeptFromBeingMade() {
    // A call each 10 µs, and one that took 10 ms: 999 more would have waited.
    let calls = [UInt32](repeating: 10_000, count: 1_000) + [10_000_000]
    let plain = Latencies.sample(calls, interval: 0)
    let corrected = Latencies.sample(calls, interval: 10_000)
    #expect(plain[.p99].map { $0 < 11 } == true)
    #expect(corrected[.p99].map { $0 > 9_000 } == true)
  }
}
