internal import OrgKey

/// Looks at the daemon from outside, and asks it for as much as this user is told.
struct Examination {
  let client: OrgKeyClient
  let now: Timestamp

  /// One for each check.
  func findings() -> [Finding] {
    let health: Health
    do throws(QueryError) { health = try client.blocking.health() } catch {
      return whole([.unreachable(error, client.socketPath)], otherwise: "the daemon can't be asked")
    }
    let reached: [Finding] = [
      .socket(client.socketPath), .service(health), .version(health.version),
    ]
    let administrator = client.administrator().blocking
    do throws(QueryError) {
      let statistics = try administrator.statistics()
      return whole(
        reached + [.role(Role(seeing: administrator))] + told(statistics)
          + asked(administrator, statistics))
    } catch {
      guard case .refused(let refusal) = error, refusal.code == .permissionDenied else {
        return whole(reached + [.untold(error)], otherwise: "the daemon can't tell")
      }
      let role = Role(refused: client)
      return whole(
        reached + [.role(role, advice: refusal.message)],
        otherwise: "told to readers and administrators", advice: refusal.message)
    }
  }

  private func told(_ statistics: Statistics) -> [Finding] {
    [
      .database(statistics), .wal(statistics), .disk(statistics), .quarantine(statistics),
      .usage(statistics), .connections(statistics),
    ]
  }

  private func asked(
    _ administrator: BlockingAdministrator, _ statistics: Statistics
  ) -> [Finding] {
    KeyExamination(administrator: administrator, now: now).findings(statistics)
      + [.clock(statistics, administrator, now: now)]
  }

  /// All checks in their order; those that were not made are skipped.
  private func whole(
    _ made: [Finding], otherwise reason: String = "the daemon doesn't tell", advice: String? = nil
  ) -> [Finding] {
    let made = made + [.timeSync(HostClock.isSynchronized)]
    return Finding.Check.allCases.map { check in
      made.first { $0.check == check } ?? Finding(check, .skipped, reason, advice: advice)
    }
  }
}

extension Statistics {
  /// nil: this daemon does not count it.
  func counter(_ name: String) -> UInt64? { counters.first { $0.name == name }?.value }
}
