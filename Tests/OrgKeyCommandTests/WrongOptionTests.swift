import Foundation
import Testing

/// Every option of every verb that takes a value, by what the command says of itself: a wrong one is
/// refused in words, and nothing is done.
@Suite struct WrongOptionTests {
  /// By option; those of the same name are alike in all verbs.
  private static let wrong = [
    "acting-org": "a b", "actor": "a\nb", "add-label": "=x", "add-permission": "A:B",
    "after": "x", "all-of": "a b", "count": "0", "days": "0", "environment": "Live",
    "every": "soon",
    "expires-at": "tomorrow", "expires-in": "soon", "expires-within": "soon", "field": "no_such",
    "format": "xml", "from": "a b", "grantable": "A:B", "hint": "a\nb", "key": "x",
    "key-file": "/nowhere/x", "label": "=x", "limit": "many", "limit-results": "0",
    "max-limit": "many", "metrics-file": "/nowhere/x", "name": "a\nb", "org": "a b",
    "out": "/nowhere/x", "output": "xml", "overlap": "soon", "parent": "a b", "permission": "A:B",
    "quiet-for": "soon", "reason": "a\nb", "remove-label": "=x", "remove-permission": "A:B",
    "request-id": "a\nb", "secret-older-than": "soon", "secret-version": "0", "serve": "x",
    "since": "x", "state": "odd",
    "timeout": "soon", "to": "a b", "unused-for": "soon",
  ]

  /// An option of a verb, and the words that make a line with it whole.
  struct Case: CustomTestStringConvertible {
    let verb: [String]
    let option: String
    let others: [String]

    /// A word that is no fault.
    static func positional(of verb: [String]) -> String {
      verb.first == "key" && verb.last != "import" ? "key_0000000000000000" : "x"
    }

    /// What goes with it to make sense.
    var company: [String] {
      switch (verb.last, option) {
      case ("authorize", "org"), ("explain", "org"): []
      case ("authorize", _), ("explain", _): ["--own"]
      case ("revoke", "key-file"): ["--by-secret", "--yes"]
      case ("revoke", "all-of"): []
      case ("revoke", _): ["key_0000000000000000", "--yes"]
      case (_, "field"): ["--output", "json"]
      default: []
      }
    }

    var testDescription: String { (verb + ["--" + option]).joined(separator: " ") }
  }

  /// As `--experimental-dump-help` tells it.
  private struct Verb: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable { let name: String }
      let kind: String
      let shouldDisplay: Bool
      let isOptional: Bool
      let preferredName: Name?
    }

    let commandName: String
    let arguments: [Argument]?
    let subcommands: [Verb]?

    func cases(_ above: [String]) -> [Case] {
      let options = (arguments ?? []).filter { $0.shouldDisplay }
      let own = options.compactMap { argument -> Case? in
        guard argument.kind == "option", let name = argument.preferredName?.name else { return nil }
        let others = options.filter { !$0.isOptional && $0.preferredName?.name != name }.flatMap {
          $0.preferredName.map { ["--" + $0.name, "x"] } ?? [Case.positional(of: above)]
        }
        return Case(verb: above, option: name, others: others)
      }
      return own + (subcommands ?? []).flatMap { $0.cases(above + [$0.commandName]) }
    }
  }

  private static func cases() throws -> [Case] {
    struct Tool: Decodable { let command: Verb }
    let told = try Command.run(["--experimental-dump-help"], socket: nil)
    return try JSONDecoder().decode(Tool.self, from: told.bytes).command.cases([])
  }

  @Test func wrongValueOfEachIsRefusedInWords() throws {
    let fixture = try Fixture()
    let cases = try WrongOptionTests.cases()
    #expect(cases.count > 150)
    #expect(Set(cases.map(\.option)) == Set(WrongOptionTests.wrong.keys).union(["socket"]))
    // What --socket is wrong with, ReachTests look at; what is only looked for is never wrong; and
    // where nothing is found there are no fields.
    let others = [
      "key list --name", "key list --hint", "key update --remove-label", "key revoke --field",
    ]
    for one in cases where one.option != "socket" && !others.contains(one.testDescription) {
      let value = WrongOptionTests.wrong[one.option] ?? ""
      let words = one.verb + one.others + one.company + ["--\(one.option)", value]
      let outcome = try Command.run(words, socket: fixture.daemon.socket)
      #expect([64, 65].contains(outcome.status), "\(one.testDescription): \(outcome)")
      #expect(outcome.output == "", "\(one.testDescription): \(outcome.output)")
      let says = [one.option, value].contains { outcome.errors.contains($0) }
      #expect(says, "\(one.testDescription): \(outcome.errors)")
    }
  }
}
