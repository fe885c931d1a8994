internal import ArgumentParser
internal import OrgKey

struct StatusVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what the daemon counts about itself.",
    discussion: """
      For readers and administrators. Whether it serves, everybody may ask: orgkey health.

        orgkey status --output json | jq .usage_age_ms
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() throws {
    let client = connection.client()
    let statistics = try client.administrator().blocking.statistics()
    try output.one(StatisticsJSON(statistics)) { screen in
      try screen.show(details(statistics, socket: client.socketPath, screen))
      if !statistics.busiestKeys.isEmpty {
        try screen.show([""])
        try screen.show(Table(busiest: statistics.busiestKeys))
      }
    }
  }

  private func details(_ statistics: Statistics, socket: String, _ screen: Screen) -> Details {
    var details = Details()
    details.add("Version", Cell("orgkeyd \(statistics.version)"))
    details.add("Socket", Cell(socket))
    details.add("Started", Cell(screen.ago(statistics.startedAt)))
    details.add("Organizations", Cell("\(statistics.organizationCount)"))
    details.add("Active keys", Cell("\(statistics.keyCount)"))
    details.add("Connections", Cell("\(statistics.connectionCount)"))
    details.add("Memory", Cell(Amount.bytes(statistics.residentBytes)))
    details.add("Database", Cell(Amount.bytes(statistics.databaseBytes)))
    details.add("Write-ahead log", Cell(Amount.bytes(statistics.walBytes)))
    details.add("Free disk", Cell(Amount.bytes(statistics.freeDiskBytes)))
    details.add(
      "Quarantined rows",
      Cell("\(statistics.quarantinedRowCount)", statistics.quarantinedRowCount > 0 ? .bad : .plain))
    details.add(
      "Usage not on disk",
      Cell(
        statistics.usageAge == .zero
          ? "none" : "for \(Int64(statistics.usageAge / .milliseconds(1))) ms"))
    for counter in statistics.counters where counter.value > 0 {
      details.add(counter.name, Cell("\(counter.value)"))
    }
    return details
  }
}

extension Table {
  /// How busy keys are.
  init(busiest keys: [Statistics.KeyActivity]) {
    self.init(
      columns: [
        .init(title: "BUSIEST KEYS", minimum: 20), .init(title: "ALLOWED/S", isNumber: true),
        .init(title: "DENIED/S", isNumber: true),
      ],
      rows: keys.map {
        [
          Cell($0.keyID), Cell(Amount.tenths($0.allowedPerSecond)),
          Cell(Amount.tenths($0.deniedPerSecond)),
        ]
      })
  }
}
