internal import OrgKeyStore
internal import OrgKeySystem

/// What `orgkeyd` does with database files instead of serving. Each line of what is to be said is
/// handed to `say`.
package enum Offline {
  /// Verifies a database file whole, changing nothing.
  ///
  /// - Returns: whether all is well.
  /// - Throws: it can't be looked at.
  package static func check(_ path: String, say: (String) -> Void) throws(StartError) -> Bool {
    do throws(StoreError) {
      let report = try CheckReport(checking: path)
      tell(report, of: path, say)
      return report.worst == nil
    } catch {
      throw StartError(error)
    }
  }

  /// Puts a backup in the place of the database.
  ///
  /// - Throws: nothing was restored; the database is as it was.
  package static func restore(
    _ path: String, to database: String, acceptDamage: Bool, say: (String) -> Void
  ) throws(StartError) {
    do throws(StoreError) {
      let restore = try Restore(path, to: database)
      tell(restore.backup, of: path, say)
      let report = try restore.run(acceptDamage: acceptDamage)
      tell(report, restore, say)
    } catch {
      throw StartError(error)
    }
  }

  // MARK: A check

  private static func tell(_ report: CheckReport, of path: String, _ say: (String) -> Void) {
    for fault in report.faults { say(fault.description) }
    let untold = report.faultCount - report.faults.count
    if untold > 0 { say("… and \(grouped(untold)) more") }
    let counts =
      "\(amount(report.keys, "key")), \(amount(report.secrets, "secret")), "
      + "\(amount(report.organizations, "organization")), \(completeness(report.lastEvent))"
    let verdict =
      switch report.worst {
      case nil: "all is well"
      case .row:
        "\(amount(report.faultCount, "fault")) in rows: orgkeyd serves without them and denies "
          + "what depends on them; a backup made before may have them intact"
      case .table:
        "\(amount(report.faultCount, "fault")): rows are missing or out of date, revocations may "
          + "be among them; orgkeyd serves this only with --accept-damage; restore a backup"
      case .file:
        "\(amount(report.faultCount, "fault")): SQLite can't read it or not rely on it; restore "
          + "a backup"
      }
    say("\(path): \(counts): \(verdict)")
  }

  private static func completeness(_ last: AuditMark?) -> String {
    guard let last else { return "no audit event" }
    return "complete up to audit event \(mark(last))"
  }

  private static func mark(_ mark: AuditMark) -> String {
    mark.at == 0
      ? grouped(mark.sequence) : "\(grouped(mark.sequence)) of \(Clock.rfc3339(mark.at))"
  }

  // MARK: A restore

  private static func tell(_ report: RestoreReport, _ restore: Restore, _ say: (String) -> Void) {
    let database = restore.files.database
    say("restored: \(database), \(completeness(restore.backup.lastEvent))")
    if let schema = report.migratedFrom { say("brought up to date from schema \(schema)") }
    switch report.present {
    case .none:
      say("There was no database: nothing could be carried over. What was revoked or suspended")
      say("after the backup was made is active again.")
    case .unreadable(let reason):
      say("WARNING: the database that was replaced can't be read: \(reason)")
      say("WARNING: what was revoked or suspended after the backup was made could not be carried")
      say("WARNING: over and IS ACTIVE AGAIN.")
    case .read:
      tellLoss(report, say)
      tell(report.carried, say)
    }
    if let kept = report.kept { say("the database that was replaced is kept as \(kept)") }
  }

  private static func tellLoss(_ report: RestoreReport, _ say: (String) -> Void) {
    guard let last = report.lastLost else { return say("no later audit event is lost") }
    say("lost: \(amount(report.lostEvents, "later audit event")), up to \(mark(last))")
    say("with the changes they tell of, but for what is carried over")
  }

  private static func tell(_ carried: CarriedOver, _ say: (String) -> Void) {
    say(
      "carried over: \(amount(carried.revokedKeys, "key")) revoked, "
        + "\(grouped(carried.disabledKeys)) disabled, "
        + "\(grouped(carried.shortenedKeys)) ending earlier, "
        + "\(amount(carried.endedSecrets, "secret")) revoked or retired, "
        + "\(amount(carried.suspendedOrganizations, "organization")) suspended, "
        + "\(amount(carried.deadDigests, "digest")) of secrets that the backup has not")
    if carried.deletedKeyCount > 0 {
      say("revoked, since they were deleted after the backup was made:")
      list(carried.deletedKeys, of: carried.deletedKeyCount, say)
    }
    if carried.deletedOrganizations > 0 {
      say(
        "there again, though deleted after the backup was made: "
          + amount(carried.deletedOrganizations, "organization"))
    }
    if carried.keyWithoutSecretCount > 0 {
      say("without a secret that works, since theirs was made after the backup; rotate them:")
      list(carried.keysWithoutSecret, of: carried.keyWithoutSecretCount, say)
    }
    if carried.gapCount > 0 {
      say("WARNING: parts of the database that was replaced can't be read. What was revoked or")
      say("WARNING: suspended there after the backup was made IS ACTIVE AGAIN:")
      list(carried.gaps, of: carried.gapCount, say)
    }
  }

  private static func list(_ items: [String], of count: Int, _ say: (String) -> Void) {
    for item in items { say("  \(item)") }
    if count > items.count { say("  … and \(grouped(count - items.count)) more") }
  }

  // MARK: Numbers

  private static func amount(_ number: some BinaryInteger, _ thing: String) -> String {
    "\(grouped(number)) \(thing)\(number == 1 ? "" : "s")"
  }

  /// "12,345".
  private static func grouped(_ number: some BinaryInteger) -> String {
    var text = ""
    for (place, digit) in "\(number)".reversed().enumerated() {
      if place > 0 && place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
