/// Metrics as Prometheus reads them: its text format, version 0.0.4. Names, helps and labels are the
/// daemon's own words, of which none needs to be escaped.
struct MetricsText {
  enum Kind: String { case counter, gauge, histogram }

  private(set) var text = ""

  mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
    begin(name, .counter, help)
    sample(name, "\(value)")
  }

  mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
    begin(name, .gauge, help)
    sample(name, "\(value)")
  }

  /// - Parameter milliseconds: told in seconds.
  mutating func gauge(_ name: String, _ help: String, milliseconds: Int64) {
    begin(name, .gauge, help)
    sample(name, "\(Double(milliseconds) / 1e3)")
  }

  /// One value for each set of labels.
  mutating func family(
    _ name: String, _ kind: Kind, _ help: String,
    _ samples: [(labels: KeyValuePairs<String, String>, value: UInt64)]
  ) {
    begin(name, kind, help)
    for (labels, value) in samples { sample(name, labels, "\(value)") }
  }

  mutating func histogram(_ name: String, _ help: String, _ totals: Durations.Totals) {
    begin(name, .histogram, help)
    var count: UInt64 = 0
    for place in totals.counts.indices {
      count += totals.counts[place]
      let bound = place < totals.bounds.count ? "\(seconds(totals.bounds[place]))" : "+Inf"
      sample(name + "_bucket", ["le": bound], "\(count)")
    }
    sample(name + "_sum", "\(seconds(totals.sum))")
    sample(name + "_count", "\(count)")
  }

  /// - Parameter nanoseconds: told in seconds.
  mutating func counter(_ name: String, _ help: String, nanoseconds: Int64) {
    begin(name, .counter, help)
    sample(name, "\(seconds(UInt64(max(0, nanoseconds))))")
  }

  private func seconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e9 }

  private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private mutating func sample(_ name: String, _ value: String) { text += "\(name) \(value)\n" }

  private mutating func sample(
    _ name: String, _ labels: KeyValuePairs<String, String>, _ value: String
  ) {
    let pairs = labels.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
    sample("\(name){\(pairs)}", value)
  }
}
