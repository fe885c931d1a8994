/// One figure, what it is held against, and what is to be reached.
struct Figure: Encodable {
  struct Comparison: Encodable {
    let against: String
    let value: Summary
    let ratio: Summary
    let goal: Goal?
    let reached: Bool?
  }

  enum Goal: Encodable {
    case atLeast(Double)
    case atMost(Double)

    func isReached(_ ratio: Double) -> Bool {
      switch self {
      case .atLeast(let bound): ratio >= bound
      case .atMost(let bound): ratio <= bound
      }
    }

    var text: String {
      switch self {
      case .atLeast(let bound): "≥ " + Text.fixed(bound, 2)
      case .atMost(let bound): "≤ " + Text.fixed(bound, 2)
      }
    }

    private enum Name: String, CodingKey {
      case atLeast = "at_least"
      case atMost = "at_most"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Name.self)
      switch self {
      case .atLeast(let bound): try container.encode(bound, forKey: .atLeast)
      case .atMost(let bound): try container.encode(bound, forKey: .atMost)
      }
    }
  }

  let scenario: String
  /// Who was measured.
  let of: String
  let metric: Metric
  let unit: String
  let value: Summary
  let comparisons: [Comparison]

  /// - Parameter against: whom, and what is to be reached; those not measured are left out.
  init?(
    _ scenario: Scenario, _ metric: Metric, of name: String, in series: Series,
    against: [(name: String, goal: Goal?)] = []
  ) {
    guard let own = series.values(metric, of: name) else { return nil }
    self.scenario = scenario.rawValue
    self.metric = metric
    of = name
    unit = metric.unit
    value = Summary(own)
    comparisons = against.compactMap { other in
      guard let values = series.values(metric, of: other.name) else { return nil }
      let ratio = Summary.ratio(own, values)
      return Comparison(
        against: other.name, value: Summary(values), ratio: ratio, goal: other.goal,
        reached: other.goal?.isReached(ratio.median))
    }
  }
}
