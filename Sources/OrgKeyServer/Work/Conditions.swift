internal import OrgKeyWire

extension Service {
  /// What the statistics are to be read against: settings, by their options' names.
  var conditions: [Counter] {
    [
      Counter(name: "max_connections", value: UInt64(clamping: settings.maxConnections)),
      Counter(
        name: "usage_flush_interval_ms", value: UInt64(clamping: settings.usageFlushInterval)),
    ]
  }
}
