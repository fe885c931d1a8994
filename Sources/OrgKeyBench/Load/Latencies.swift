internal import Histogram

/// Latencies of one run, summed up.
enum Latencies {
  /// - Parameters:
  ///   - nanoseconds: of each call.
  ///   - interval: how often a caller asks. An answer that took longer kept it from asking: the
  ///     calls that it would have made are counted, with what they would have waited. 0: none
  ///     was kept.
  static func sample(_ nanoseconds: some Sequence<UInt32>, interval: Double) -> Sample {
    var histogram = Histogram<UInt64>(
      lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000_000,
      numberOfSignificantValueDigits: .three)
    for latency in nanoseconds {
      if interval > 0 {
        histogram.recordCorrectedValue(UInt64(latency), expectedInterval: UInt64(interval))
      } else {
        histogram.record(UInt64(latency))
      }
    }
    func microseconds(_ percentile: Double) -> Double {
      Double(histogram.valueAtPercentile(percentile)) / 1_000
    }
    return [.p50: microseconds(50), .p99: microseconds(99), .p999: microseconds(99.9)]
  }
}
