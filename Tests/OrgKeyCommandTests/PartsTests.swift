import OrgKey
import Testing

@testable import OrgKeyCommand

@Suite struct PartsTests {
  @Test(
    arguments: [
      ("500ms", 500), ("30s", 30_000), ("15m", 900_000), ("24h", 86_400_000),
      ("90d", 7_776_000_000),
    ] as [(String, Int64)])
  func takesLengthsOfTime(text: String, milliseconds: Int64) {
    #expect(LengthArgument(argument: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "5", "s", "-5s", "0s", "1.5h", "5 m", "9999999999999999999d", "999999999999999d",
  ])
  func refusesWhatIsNoLengthOfTime(text: String) {
    #expect(LengthArgument(argument: text) == nil)
  }

  @Test func takesLimits() {
    #expect(
      LimitArgument(argument: "100/1h")?.rateLimit
        == RateLimit(limit: 100, window: .seconds(3_600)))
    for text in ["100", "0/1h", "100/", "/1h", "100/1500ms", "1/2/3", "-1/1h", "1/31d"] {
      #expect(LimitArgument(argument: text) == nil, "\(text)")
    }
    #expect(RateLimit(limit: 5, window: .seconds(90)).text == "5 requests in 90s")
    #expect(RateLimit(limit: 1, window: .seconds(7_200)).text == "1 request in 2h")
  }

  @Test func takesMomentsAndLabels() {
    func moment(_ text: String) -> Int64? { TimeArgument(argument: text)?.unixMilliseconds }
    #expect(moment("2026-11-24T00:28:27Z") == 1_795_480_107_000)
    #expect(moment("2026-11-24T00:28:27.362Z") == 1_795_480_107_362)
    #expect(moment("2026-11-24T02:28:27+02:00") == 1_795_480_107_000)
    for text in ["tomorrow", "2026-11-24", "2026-13-01T00:00:00Z", ""] {
      #expect(moment(text) == nil, "\(text)")
    }
    #expect(LabelArgument(argument: "a=b=c")?.label == Label(name: "a", value: "b=c"))
    #expect(LabelArgument(argument: "a=")?.label == Label(name: "a", value: ""))
    for text in ["a", "=b", ""] { #expect(LabelArgument(argument: text) == nil, "\(text)") }
  }

  @Test func tellsTimesToPeopleAndPrograms() {
    let now = Timestamp(unixMilliseconds: 1_795_480_107_362)
    func relative(_ seconds: Int64) -> String {
      TimeText.relative(now.advanced(by: .seconds(seconds)), now: now)
    }
    #expect(relative(0) == "just now")
    #expect(relative(-90) == "90s ago")
    #expect(relative(-7_200) == "2h ago")
    #expect(relative(86_400 * 90 - 1) == "in 90d")
    #expect(relative(-86_400 * 800) == "2y ago")
    #expect(TimeText.rfc3339(now) == "2026-11-24T00:28:27.362Z")
    for milliseconds: Int64 in [0, 1, 7, 999, 1_000, 253_402_300_799_999] {
      let time = Timestamp(unixMilliseconds: milliseconds)
      #expect(TimeText.parse(TimeText.rfc3339(time)) == time, "\(milliseconds)")
    }
  }

  @Test func cutsTablesAndLeavesColumnsOutToFit() {
    let table = Table(
      columns: [
        .init(title: "ID", minimum: 5), .init(title: "EXTRA", rank: 2), .init(title: "NAME"),
        .init(title: "N", isNumber: true),
      ],
      rows: [
        ["key_1", "extra things", "a rather long name for a key", "7"],
        ["key_2", "", "短い名前", "12"],
      ])
    let plain = Style(hasColor: false)
    #expect(
      table.lines(width: nil, style: plain) == [
        "ID     EXTRA         NAME                           N",
        "key_1  extra things  a rather long name for a key   7",
        "key_2                短い名前                      12",
      ])
    #expect(
      table.lines(width: 23, style: plain) == [
        "ID     NAME           N", "key_1  a rather lo…   7", "key_2  短い名前      12",
      ])
    for width in 19...60 {
      for line in table.lines(width: width, style: plain) {
        #expect(Printable.width(line) <= width)
      }
    }
  }

  @Test func showsNoControlCharacters() {
    #expect(Cell("a\u{1B}[31mb").text == "a\u{FFFD}[31mb")
    #expect(Printable.cut("日本語", to: 5) == "日本…")
    #expect(Printable.cut("abc", to: 3) == "abc")
  }

  @Test func drawsTrees() {
    func node(_ id: String, _ parent: String?) -> Tree.Node {
      Tree.Node(id: id, parentID: parent, label: id)
    }
    let tree = Tree([
      node("acme", nil), node("eu", "acme"), node("berlin", "eu"), node("us", "acme"),
      node("stray", "unseen"),
    ])
    #expect(tree.lines() == ["acme", "├─ eu", "│  └─ berlin", "└─ us", "stray"])
    #expect(Tree([]).lines() == [])
  }

  @Test func decidesAboutColour() {
    func hasColor(_ terminal: Bool, _ variables: [String: String]) -> Bool {
      Style(isTerminal: terminal) { variables[$0] }.hasColor
    }
    #expect(hasColor(true, [:]))
    #expect(!hasColor(false, [:]))
    #expect(!hasColor(true, ["NO_COLOR": "1"]))
    #expect(hasColor(true, ["NO_COLOR": ""]))
    #expect(hasColor(false, ["CLICOLOR_FORCE": "1"]))
    #expect(!hasColor(false, ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]))
    #expect(Style(hasColor: true).paint("x", .bad) == "\u{1B}[31mx\u{1B}[0m")
  }

  @Test func tellsAmounts() {
    #expect(Amount.bytes(0) == "0 B")
    #expect(Amount.bytes(1_536) == "1.5 KiB")
    #expect(Amount.bytes(3 << 40) == "3.0 TiB")
    #expect(Amount.counted(1, "key") == "1 key")
    #expect(Amount.counted(2, "key") == "2 keys")
  }

  @Test func takesOptionsInFrontOfTheVerb() {
    #expect(
      LeadingOptions.moved(["--socket", "/s", "key", "list"]) == ["key", "list", "--socket", "/s"])
    #expect(
      LeadingOptions.moved(["--output=json", "org", "show", "--", "-x"]) == [
        "org", "show", "--output=json", "--", "-x",
      ])
    #expect(LeadingOptions.moved(["--socket"]) == ["--socket"])
    #expect(LeadingOptions.moved(["--help"]) == ["--help"])
  }

  @Test func framesAndUnframes() throws {
    for count in [0, 1, 255, 256, 70_000, Framing.maximumBody] {
      let body = [UInt8](repeating: 7, count: count)
      let frame = Framing.header(count) + body
      #expect(try Framing.bodies(frame + frame) == [body[...], body[...]])
    }
    for wrong in [[0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 2, 1], [0, 0, 0x10, 0, 1]] as [[UInt8]] {
      #expect(throws: Failure.self) { try Framing.bodies(wrong) }
    }
  }

  @Test func hasAnExitStatusForEachFailure() {
    let cases: [(any Error, OrgKeyCommand.ExitStatus)] = [
      (QueryError.refused(Refusal(.notFound)), .refused),
      (QueryError.refused(Refusal(.unimplemented)), .refused),
      (QueryError.refused(Refusal(.permissionDenied)), .notPermitted),
      (ChangeError.refused(Refusal(.resourceExhausted)), .tryAgain),
      (ChangeError.refused(Refusal(.alreadyExists)), .refused),
      (ChangeError.misuse(Misuse(field: "name", message: "m")), .refused),
      (QueryError.unavailable(Unavailable(.noSocket(path: "/s"))), .unreachable),
      (QueryError.unavailable(Unavailable(.nobodyListening(path: "/s"))), .unreachable),
      (QueryError.unavailable(Unavailable(.permissionDenied(path: "/s"))), .notPermitted),
      (
        QueryError.unavailable(Unavailable(.invalidSocketPath(path: "", limit: 107))),
        .configuration
      ),
      (QueryError.unavailable(Unavailable(.timedOut)), .tryAgain),
      (QueryError.unavailable(Unavailable(.protocolFault("x"))), .fault),
      (AuthorizationError.unavailable(Unavailable(.daemon(message: "m"))), .tryAgain),
      (ChangeError.outcomeUnknown(Unavailable(.connectionLost)), .tryAgain),
      (ChangeError.outcomeUnknown(Unavailable(.daemon(message: "m"))), .fault),
      (AuthorizationError.denied(Denial(.permissionDenied)), .denied),
    ]
    for (error, status) in cases { #expect(Failure(error)?.status == status, "\(error)") }
    struct Other: Error {}
    #expect(Failure(Other()) == nil)
  }
}
