internal import OrgKey

/// What the daemon has counted, at one moment.
struct Look {
  let at: ContinuousClock.Instant
  let samples: MetricSamples
  let busiestKeys: [Statistics.KeyActivity]

  /// Of the process: another one begins to count anew.
  var startedAt: Double { samples["process_start_time_seconds"] }
}

/// What the daemon does, between two looks at it.
struct Pace {
  struct Denials: Equatable {
    let decision: String
    let reason: String
    let perSecond: Double
  }

  let allowedPerSecond: Double
  /// Most first; none that is zero.
  let denials: [Denials]
  let changesPerSecond: Double
  /// The times of Authorize calls between the looks.
  let latency: Latency
  let connections: Int
  let usageAge: Duration
  let busiestKeys: [Statistics.KeyActivity]

  /// nil: they are looks at two processes, between which nothing can be told.
  init?(from before: Look, to now: Look) {
    let seconds = (now.at - before.at) / .seconds(1)
    guard seconds > 0, before.startedAt == now.startedAt else { return nil }
    func perSecond(_ count: Double, _ earlier: Double) -> Double {
      max(0, count - earlier) / seconds
    }
    let earlier = Self.verdicts(before)
    let verdicts = Self.verdicts(now).map { verdict, count in
      Denials(
        decision: verdict.decision, reason: verdict.reason,
        perSecond: perSecond(count, earlier[verdict] ?? 0))
    }
    allowedPerSecond = verdicts.first { $0.decision == "ALLOWED" }?.perSecond ?? 0
    denials = verdicts.filter { $0.decision != "ALLOWED" && $0.perSecond > 0 }
      .sorted { ($1.perSecond, $0.reason) < ($0.perSecond, $1.reason) }
    let changes = "orgkey_changes_total"
    changesPerSecond = perSecond(now.samples[changes], before.samples[changes])
    let times = "orgkey_authorize_duration_seconds"
    latency = Latency(from: before.samples.buckets(times), to: now.samples.buckets(times))
    connections = Int(now.samples["orgkey_connections"])
    usageAge = .seconds(now.samples["orgkey_usage_age_seconds"])
    busiestKeys = now.busiestKeys
  }

  var deniedPerSecond: Double { denials.reduce(0) { $0 + $1.perSecond } }
  var callsPerSecond: Double { allowedPerSecond + deniedPerSecond }

  private struct Verdict: Hashable {
    let decision: String
    let reason: String
  }

  private static func verdicts(_ look: Look) -> [Verdict: Double] {
    var counts: [Verdict: Double] = [:]
    for (labels, count) in look.samples.family("orgkey_authorize_total") {
      let verdict = Verdict(
        decision: String(labels["decision"] ?? ""), reason: String(labels["reason"] ?? ""))
      counts[verdict] = count
    }
    return counts
  }
}

/// How long calls took: a histogram's growth.
struct Latency {
  /// How many were no longer than each bound, seconds, in the order of these.
  private let buckets: [(bound: Double, count: Double)]

  /// - Parameter before: of the same bounds.
  init(from before: [(bound: Double, count: Double)], to now: [(bound: Double, count: Double)]) {
    buckets =
      before.count == now.count ? zip(before, now).map { ($1.bound, $1.count - $0.count) } : []
  }

  /// What so great a share of the calls did not exceed, taken as evenly spread within their bucket;
  /// the greatest bound for what is beyond it; nil: there were none.
  func quantile(_ share: Double) -> Duration? {
    guard let all = buckets.last?.count, all > 0 else { return nil }
    let rank = share * all
    var below: (bound: Double, count: Double) = (0, 0)
    for bucket in buckets {
      if bucket.bound == .infinity { break }
      if bucket.count >= rank {
        let part = (rank - below.count) / (bucket.count - below.count)
        return .seconds(below.bound + (bucket.bound - below.bound) * part)
      }
      below = bucket
    }
    return .seconds(below.bound)
  }
}
