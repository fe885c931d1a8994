internal import OrgKey

/// The contract's UsageDay.
struct UsageDayJSON: Encodable {
  struct DenialsJSON: Encodable {
    let reason: String
    let count: UInt64
  }

  let day: String
  let allowedCount: UInt64
  let denials: [DenialsJSON]

  init(_ usage: UsageDay) {
    day = TimeText.rfc3339(usage.day)
    allowedCount = usage.allowedCount
    denials = usage.denials.map {
      DenialsJSON(reason: $0.reason.description, count: $0.count)
    }
  }
}
