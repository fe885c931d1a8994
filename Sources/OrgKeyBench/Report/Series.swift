/// What one was measured to do in one round.
typealias Sample = [Metric: Double]

/// All rounds of those that are measured in turns.
struct Series {
  private(set) var names: [String] = []
  private var samples: [String: [Sample]] = [:]

  mutating func add(_ sample: Sample, of name: String) {
    if samples[name] == nil { names.append(name) }
    samples[name, default: []].append(sample)
  }

  /// One a round; nil: it was not measured.
  func values(_ metric: Metric, of name: String) -> [Double]? {
    guard let samples = samples[name] else { return nil }
    let values = samples.compactMap { $0[metric] }
    return values.isEmpty ? nil : values
  }
}
