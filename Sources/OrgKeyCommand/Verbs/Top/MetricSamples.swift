/// What the daemon's metrics say, by a sample's name and labels as they stand there. They are the
/// daemon's own words: of their labels none holds a quotation mark or a space.
struct MetricSamples {
  private var values: [Substring: Double] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      guard let space = line.lastIndex(of: " "), let value = Double(line[space...].dropFirst())
      else { continue }
      values[line[..<space]] = value
    }
  }

  /// 0: there is none of this name without labels.
  subscript(name: String) -> Double { values[name[...]] ?? 0 }

  /// All samples of a name that have labels.
  func family(_ name: String) -> [(labels: [Substring: Substring], value: Double)] {
    values.compactMap { key, value in
      guard let brace = key.firstIndex(of: "{"), key[..<brace] == name else { return nil }
      let pairs = key[brace...].dropFirst().dropLast().split(separator: ",").map {
        $0.split(separator: "=", maxSplits: 1)
      }
      let labels = pairs.filter { $0.count == 2 }.map { ($0[0], $0[1].dropFirst().dropLast()) }
      return (Dictionary(labels) { first, _ in first }, value)
    }
  }

  /// The buckets of a histogram: how many were no longer than each bound, in the order of these.
  func buckets(_ name: String) -> [(bound: Double, count: Double)] {
    family(name + "_bucket").compactMap { labels, value in
      labels["le"].flatMap { $0 == "+Inf" ? .infinity : Double($0) }.map { ($0, value) }
    }.sorted { $0.bound < $1.bound }
  }
}
