internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

extension CallHandler {
  func getUsage(_ request: GetUsageRequest, _ call: Call) throws(Refusal) -> Work {
    let id = try Validation.keyID(request.keyID)
    let days = try days(request)
    let author = call.author
    return .read(scan: false) { (records) throws(Refusal) in
      .getUsage(try records.usage(of: id, days, author))
    }
  }

  /// The days from the one that `from_unix_ms` lies in to that of `to_unix_ms`, both included.
  private func days(_ request: GetUsageRequest) throws(Refusal) -> Range<Int64> {
    let now = Clock.wallMilliseconds()
    let from = try time(request.fromUnixMs, "from_unix_ms")
    let to = try time(request.toUnixMs, "to_unix_ms")
    guard from <= (to == 0 ? now : to) else {
      throw .invalid("from_unix_ms", "from_unix_ms is after to_unix_ms, which is now when it is 0")
    }
    let last = UTCDay.number(of: to == 0 ? now : to)
    // Of 30 days the last is one.
    let first = from == 0 ? last - 29 : UTCDay.number(of: from)
    // What is older is deleted piece by piece: no day is shown by halves.
    let oldest = UTCDay.number(of: now) - Limits.usageDays + 1
    let shown = max(first, oldest)
    return shown..<max(shown, last + 1)
  }
}

extension Records {
  /// How a key was used, the oldest day first. A day without any use has no entry: nothing in the
  /// contract asks for it, and who draws the days knows which he asked for.
  func usage(
    of id: KeyID, _ days: Range<Int64>, _ author: Author
  ) throws(Refusal) -> GetUsageResponse {
    let scope = try scope(of: author)
    let found = try service.usage.consistentlyByDay { (pending) throws(Refusal) in
      try read(damage: scope == nil ? .damagedRow : .noSuchKey) { (reader) throws(StoreError) in
        try reader.usage(of: id, days: days)
      }.map { (usage: $0, pending: pending($0.secretNumbers)) }
    }
    guard let found, reaches(scope, found.usage.organization) else { throw .noSuchKey }
    var counts = found.usage.counts
    for entry in found.pending where days.contains(entry.day) {
      counts.append(.init(day: entry.day, reason: entry.reason, count: entry.count))
    }
    return GetUsageResponse(days: UsageDay.days(counts))
  }
}

extension UsageDay {
  /// Adds up counts of which some are of the same day and outcome.
  fileprivate static func days(_ counts: [KeyUsage.Count]) -> [UsageDay] {
    var days: [UsageDay] = []
    for count in counts.sorted(by: { ($0.day, $0.reason.rawValue) < ($1.day, $1.reason.rawValue) })
    {
      let start = UTCDay.start(of: count.day)
      if days.last?.dayUnixMs != start {
        // A clock that ran through many days must not make an answer outgrow its frame.
        if days.count == Int(Limits.usageDays) { break }
        days.append(UsageDay(dayUnixMs: start))
      }
      days[days.count - 1].add(count)
    }
    return days
  }

  private mutating func add(_ count: KeyUsage.Count) {
    if count.reason == .allowed {
      allowedCount += count.count
    } else if denials.last?.reason == count.reason.message {
      denials[denials.count - 1].count += count.count
    } else {
      denials.append(.init(reason: count.reason.message, count: count.count))
    }
  }
}
