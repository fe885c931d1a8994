import OrgKeyModel
import Testing

@Suite struct ValidationTests {
  /// The field that is refused; nil when the body is not.
  private func refused(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch let refusal as Refusal {
      return refusal.code == .invalidArgument ? refusal.field : "another code"
    } catch {
      return "another error"
    }
  }

  private func times(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  @Test func organizationID() {
    for id in ["a", "acme/eu", "~!", String(repeating: "x", count: 128)] {
      #expect(refused { try Validation.organizationID(id) } == nil)
    }
    for id in ["", "a b", "a\n", "\u{7F}", "ä", times("x", 129)] {
      #expect(
        refused { try Validation.organizationID(id, field: "parent_id") }
          == "parent_id")
    }
  }

  @Test func permission() {
    for text in ["a", "contacts:read", "a.b-c_d:0", times("x", 100)] {
      #expect(refused { try Validation.permission(text.utf8.span) } == nil)
    }
    for text in ["", "*", "a:*", "a::b", ":a", "a:", "A", "a b", "ä", times("x", 101)] {
      #expect(
        refused { try Validation.permission(text.utf8.span) }
          == "permission")
    }
  }

  @Test func permissions() throws {
    let kept = try Validation.permissions(["b", "a:*", "b", "*", "a:*"])
    #expect(kept == ["b", "a:*", "*"])
    #expect(try Validation.permissions([]) == [])
    #expect(try Validation.permissions((0..<64).map { "p\($0)" }).count == 64)
    for wrong in [
      [""], ["**"], ["a*"], [":*"], ["a:*:b"], ["a:**"], ["*:a"], ["a::*"], ["A:*"],
      ["ok", times("x", 99) + ":*"], (0..<65).map { "p\($0)" },
    ] {
      #expect(
        refused { _ = try Validation.permissions(wrong) } == "permissions")
    }
  }

  @Test func shortTexts() throws {
    for text in ["a", "live", "e2", times("z", 16)] {
      #expect(try Validation.environment(text).text == text)
      #expect(try Validation.keyPrefix(text).text == text)
    }
    for text in ["", "2a", "Live", "li_ve", "é", "a\0", times("z", 17)] {
      #expect(
        refused { _ = try Validation.environment(text) } == "environment")
    }
  }

  @Test func names() {
    for name in ["x", "Production CRM sync", times("é", 200), times("字", 133)] {
      #expect(refused { try Validation.keyName(name) } == nil)
    }
    for name in ["", "a\nb", "a\u{85}", times("x", 201), times("字", 134)] {
      #expect(refused { try Validation.keyName(name) } == "name")
    }
    #expect(refused { try Validation.organizationName("") } == nil)
  }

  @Test func rateLimits() {
    for (limit, window, isRight) in [
      (1, 1, true), (16_777_215, 2_592_000, true), (0, 1, false), (1, 0, false),
      (16_777_216, 1, false), (1, 2_592_001, false),
    ] as [(UInt32, UInt32, Bool)] {
      let rate = RateLimit(limit: limit, window: window)
      let field = refused { try Validation.rateLimit(rate) }
      #expect(field == (isRight ? nil : "rate_limit"))
    }
  }

  @Test func labels() {
    let most = (0..<16).map { (name: "n\($0)", value: times("v", 256)) }
    #expect(refused { try Validation.labels(most) } == nil)
    for wrong in [
      [(name: "", value: "v")], [(name: times("n", 65), value: "v")],
      [(name: "n", value: times("v", 257))], [(name: "n", value: "a\n")],
      [(name: "n", value: "1"), (name: "n", value: "2")], most + [(name: "one", value: "more")],
    ] {
      #expect(refused { try Validation.labels(wrong) } == "labels")
    }
  }

  @Test func linesAndTimes() {
    #expect(refused { try Validation.requestID(times("r", 64)) } == nil)
    #expect(
      refused { try Validation.requestID(times("r", 65)) } == "request_id")
    #expect(
      refused { try Validation.actor(times("a", 201)) } == "caller.actor")
    #expect(refused { try Validation.reason("a\u{1B}[31m") } == "reason")
    for (time, isRight) in [
      (0, true), (noon + 1, true), (noon, false), (-1, false), (.max, false),
    ] as [(Int64, Bool)] {
      let field = refused { try Validation.expiry(time, now: noon) }
      #expect(field == (isRight ? nil : "expires_at_unix_ms"))
    }
  }

  /// A key pasted into the wrong field must not come back in an error, which gets logged.
  @Test func messagesQuoteNothing() {
    let key = "pc_live_Canary7Canary7Canary7Canary7Canary"
    let checks: [() throws -> Void] = [
      { try Validation.permission(key.utf8.span) },
      { _ = try Validation.permissions([key]) },
      { _ = try Validation.environment(key) },
      { _ = try Validation.keyID(key) },
      { try Validation.organizationID(key + " ") },
      { try Validation.keyName(key + "\n") },
      { try Validation.requestID(key + key) },
      { try Validation.labels([(name: key + "\n", value: "")]) },
    ]
    for check in checks {
      do {
        try check()
        Issue.record("not refused")
      } catch let refusal as Refusal {
        #expect(!refusal.message.contains("Canary"))
        #expect(refusal.message.hasPrefix(refusal.field))
      } catch {
        Issue.record("another error")
      }
    }
  }
}
