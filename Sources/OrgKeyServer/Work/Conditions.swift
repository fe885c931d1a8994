internal import OrgKeyWire

extension Service {
  /// What the statistics are to be read against: settings, by their options' names, and how often
  /// the start did without what was lost.
  var conditions: [Counter] {
    [
      Counter(name: "max_connections", value: UInt64(clamping: settings.maxConnections)),
      Counter(
        name: "usage_flush_interval_ms", value: UInt64(clamping: settings.usageFlushInterval)),
      Counter(name: "accepted_damage", value: UInt64(acceptedDamageCount)),
    ]
  }
}
