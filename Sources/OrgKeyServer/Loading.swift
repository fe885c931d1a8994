internal import Logging
internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem

/// From the database to the Directory.
enum Loading {
  /// Reads everything that decisions need.
  ///
  /// - Parameter now: on the wall clock, milliseconds.
  /// - Throws: the database can't be vouched for, unless the settings accept that.
  static func load(
    _ store: Store, into directory: inout Directory, _ settings: DaemonSettings, now: Int64
  ) throws(StoreError) -> LoadReport {
    directory.reserve(secrets: store.secretCount)
    // What died long ago by the clock, but not by the last change, is loaded: the clock may be ahead
    // now and be put right while the daemon runs.
    let report = try store.load(
      now: min(now, try store.newestAuditEventAt() ?? now), acceptDamage: settings.acceptDamage,
      organizations: { _ = directory.loadOrganizations($0) },
      permissionSet: { directory.insert(PermissionSet(patterns: $1), number: $0) },
      key: { directory.load($0, now: now) },
      expecting: { directory.expect($0) },
      secret: { directory.insert($0) },
      deadDigest: { directory.insert(deadDigest: $0, diedAt: $1) })
    directory.countLoadedKeys()
    return report
  }

  /// A seed of this process's own.
  static func seed() throws(StoreError) -> HashSeed {
    do throws(SystemError) {
      let bytes = try Random.bytes(32)
      let words = (0..<4).map { word in
        bytes[8 * word..<8 * word + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      }
      return HashSeed((words[0], words[1], words[2], words[3]))
    } catch {
      throw StoreError(error)
    }
  }

  static func log(_ report: LoadReport, milliseconds: Int64, _ log: Logger) {
    log.info(
      "loaded",
      metadata: [
        "orgkey.organizations": "\(report.organizations)", "orgkey.keys": "\(report.keys)",
        "orgkey.milliseconds": "\(milliseconds)",
      ])
    for row in report.quarantined { log.error("not served: \(row)") }
    if report.quarantinedCount > report.quarantined.count {
      log.error("\(report.quarantinedCount) damaged rows in all are not served")
    }
    if let damage = report.acceptedLogDamage { log.error("\(damage); the damage was accepted") }
    for table in report.acceptedTables {
      log.error("table \(table) lost rows or has old ones; the damage was accepted")
    }
  }
}
