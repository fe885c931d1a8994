internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

// Each metric is defined once, here. Labels have few values, all of which are there from the start.

extension CallHandler {
  func getMetrics() -> Work {
    .read(scan: false) { (records) throws(Refusal) in
      .getMetrics(GetMetricsResponse(text: try records.metrics()))
    }
  }
}

extension Records {
  func metrics() throws(Refusal) -> String {
    var text = MetricsText()
    service.addChecks(to: &text)
    service.addRecords(to: &text)
    service.addConnections(to: &text)
    service.addUsage(to: &text)
    service.addStore(try fileSizes(), to: &text)
    service.addProcess(to: &text)
    return text.text
  }
}

extension Service {
  fileprivate func addChecks(to text: inout MetricsText) {
    var outcomes = InlineArray<14, UInt64>(repeating: 0)
    usage.addOutcomes(to: &outcomes)
    text.family(
      "orgkey_authorize_total", .counter,
      "Authorize calls decided, by the public decision and the operator's reason.",
      Reason.allCases.map { reason in
        (
          [
            "decision": reason.message.decision.label,
            "reason": reason == .allowed ? "NONE" : reason.snakeCase.uppercased(),
          ], outcomes[Int(reason.rawValue)]
        )
      })
    if let times = usage.answerTimes {
      text.histogram(
        "orgkey_authorize_duration_seconds",
        "Time from taking up what came over a connection to sending the Authorize answers to it.",
        times)
    }
  }

  fileprivate func addRecords(to text: inout MetricsText) {
    let (keys, organizations) = directory.read { ($0.keyCounts, $0.organizationCount) }
    text.family(
      "orgkey_keys", .gauge,
      "Keys by state; revoked ones are counted for 30 days.",
      [
        (["state": "active"], UInt64(keys.active)),
        (["state": "disabled"], UInt64(keys.disabled)),
        (["state": "expired"], UInt64(keys.expired)),
        (["state": "revoked"], UInt64(keys.revoked)),
      ])
    text.gauge("orgkey_organizations", "Organizations.", organizations)
    text.counter("orgkey_changes_total", "Changes committed.", changeCount)
  }

  fileprivate func addConnections(to text: inout MetricsText) {
    text.gauge("orgkey_connections", "Open connections.", max(0, connections.count))
    text.counter(
      "orgkey_connections_refused_total",
      "Connections not served, or no longer, for want of what all of them share.", refusedCount)
    text.counter(
      "orgkey_connections_stalled_total", "Connections closed because they stalled.", stalledCount)
    text.counter(
      "orgkey_denied_peers_total",
      "Calls refused with PERMISSION_DENIED because their peer lacks the role.", deniedPeerCount)
  }

  fileprivate func addUsage(to text: inout MetricsText) {
    text.histogram(
      "orgkey_usage_flush_seconds", "Time it took to write all usage counted to disk.",
      flushTimes.totals)
    text.gauge(
      "orgkey_usage_age_seconds", "Age of the oldest usage counted that is not on disk.",
      milliseconds: usage.age(at: Clock.wallMilliseconds()))
  }

  fileprivate func addStore(_ sizes: DatabaseSizes, to text: inout MetricsText) {
    text.histogram(
      "orgkey_store_commit_seconds", "Time to commit changes that waited together, with its fsync.",
      commitTimes.totals)
    text.gauge("orgkey_database_bytes", "Size of the database.", sizes.database)
    text.gauge("orgkey_wal_bytes", "Size of the database's write-ahead log.", sizes.wal)
    text.gauge("orgkey_disk_free_bytes", "Free space beside the database.", sizes.free)
    text.gauge(
      "orgkey_quarantined_rows", "Rows that failed their checksum and are not served.",
      quarantinedRowCount)
  }

  fileprivate func addProcess(to text: inout MetricsText) {
    text.family(
      "orgkey_build_info", .gauge, "Always 1; the version is the label.",
      [(["version": Version.current], 1)])
    text.counter(
      "process_cpu_seconds_total", "Processor time of the daemon.",
      nanoseconds: ProcessFigures.processorNanoseconds)
    text.gauge(
      "process_resident_memory_bytes", "Memory in use by the daemon.", ProcessMemory.residentBytes)
    if let open = ProcessFigures.openDescriptors {
      text.gauge("process_open_fds", "Open file descriptors.", open)
    }
    text.gauge("process_max_fds", "File descriptors that may be open.", ThisProcess.descriptorLimit)
    if let processStartedAt {
      text.gauge(
        "process_start_time_seconds", "When the daemon was started, in Unix time.",
        milliseconds: processStartedAt)
    }
  }
}

extension Decision {
  /// The contract's name.
  fileprivate var label: String {
    switch self {
    case .unspecified: "UNSPECIFIED"
    case .allowed: "ALLOWED"
    case .invalidAPIKey: "INVALID_API_KEY"
    case .orgAccessDenied: "ORG_ACCESS_DENIED"
    case .permissionDenied: "PERMISSION_DENIED"
    case .rateLimitExceeded: "RATE_LIMIT_EXCEEDED"
    }
  }
}
