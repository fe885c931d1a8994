extension Duration {
  private static let units: [(suffix: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]

  /// "500ms", "1s", "15m", "24h", "90d" in milliseconds; nil for anything else.
  package static func milliseconds(parsing text: String) -> Int64? {
    for unit in units where text.hasSuffix(unit.suffix) {
      guard let count = Int64(text.dropLast(unit.suffix.count)), count >= 0 else { continue }
      let (product, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
      return overflow ? nil : product
    }
    return nil
  }
}

extension RateLimit {
  /// "100/1h": 100 requests in a window of one hour.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let limit = UInt32(parts[0]),
      let window = Duration.milliseconds(parsing: String(parts[1])), window % 1000 == 0,
      let seconds = UInt32(exactly: window / 1000)
    else { return nil }
    self.init(limit: limit, window: seconds)
    guard isValid else { return nil }
  }
}
