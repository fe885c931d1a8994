internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

extension CallHandler {
  func health() -> HealthResponse {
    HealthResponse(
      status: service.isServing ? .serving : .notServing, version: Version.current,
      databaseID: service.databaseID)
  }

  func getStatistics() -> Work {
    .read(scan: false) { (records) throws(Refusal) in
      .getStatistics(try records.statistics())
    }
  }
}

extension Records {
  func fileSizes() throws(Refusal) -> DatabaseSizes {
    do throws(SystemError) { return try service.files.sizes() } catch {
      throw Refusal(.internal, "the database's files cannot be looked at: \(error)")
    }
  }

  func statistics() throws(Refusal) -> GetStatisticsResponse {
    let now = Clock.wallMilliseconds()
    let sizes = try fileSizes()
    let (keys, organizations, busiest) = service.directory.read { directory in
      let busiest = service.activity.busiest(at: Clock.monotonicMilliseconds()).compactMap {
        entry in
        directory.key(number: entry.key).map { handle in
          KeyActivity(
            keyID: directory[handle].id.text, allowedPerS: entry.allowedPerSecond,
            deniedPerS: entry.deniedPerSecond)
        }
      }
      return (directory.activeKeyCount, directory.organizationCount, busiest)
    }
    return GetStatisticsResponse(
      version: Version.current, startedAtUnixMs: service.startedAt, keyCount: UInt64(keys),
      organizationCount: UInt64(organizations),
      connectionCount: UInt64(max(0, service.connections.count)),
      residentBytes: UInt64(clamping: ProcessMemory.residentBytes),
      databaseBytes: UInt64(clamping: sizes.database),
      counters: service.counters + service.conditions,
      walBytes: UInt64(clamping: sizes.wal), freeDiskBytes: UInt64(clamping: sizes.free),
      quarantinedRowCount: UInt64(service.quarantinedRowCount), busiestKeys: busiest,
      usageAgeMs: UInt64(service.usage.age(at: now)))
  }
}
