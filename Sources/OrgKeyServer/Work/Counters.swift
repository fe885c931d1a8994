internal import OrgKeyModel
internal import OrgKeyWire
internal import Synchronization

/// What a reactor counts: usage by secret, and outcomes whoever's the key was.
struct ReactorCounts: ~Copyable {
  var tally = UsageTally()
  private(set) var outcomes = InlineArray<14, UInt64>(repeating: 0)

  mutating func record(_ questions: UnsafeMutableBufferPointer<Question>, at now: Instant) {
    unsafe tally.record(questions, at: now)
    for index in questions.indices {
      let reason = unsafe questions[index].verdict.reason
      outcomes[Int(reason.rawValue)] &+= 1
    }
  }
}

extension Service {
  /// Totals since the start, by name.
  var counters: [Counter] {
    var totals = InlineArray<14, UInt64>(repeating: 0)
    usage.addOutcomes(to: &totals)
    var list = Reason.allCases.map { reason in
      let name = reason == .allowed ? "authorize_allowed" : "authorize_denied_\(reason.snakeCase)"
      return Counter(name: name, value: totals[Int(reason.rawValue)])
    }
    list.append(Counter(name: "changes", value: changeCount))
    list.append(Counter(name: "connections_refused", value: refusedCount))
    list.append(Counter(name: "connections_stalled", value: stalledCount))
    return list
  }
}

extension Reason {
  /// "key_revoked".
  var snakeCase: String {
    var text = ""
    for character in "\(self)" {
      text += character.isUppercase ? "_" + character.lowercased() : String(character)
    }
    return text
  }
}
