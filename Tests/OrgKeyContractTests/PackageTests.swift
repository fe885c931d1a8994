import Foundation
import Testing

@Suite("The package")
struct PackageTests {
  private static let bash = URL(filePath: "/bin/bash")

  /// With the Swift of the README and of the library's articles.
  @Test("can be depended on by URL and version", .timeLimit(.minutes(10)))
  func consumer() throws {
    let script = try Script(Self.bash, ["Tests/consumer.sh", Script.binaries.path])
    #expect(script.status == 0, "\(script.output)")
  }

  /// Every block of the README's section on debugging, as it is written.
  @Test("can be debugged as its README says")
  func recipes() throws {
    let readme = try String(
      contentsOf: Script.package.appending(path: "README.md"), encoding: .utf8)
    let recipes = Self.blocks(of: readme, section: "## Debugging with stock tools")
    #expect(recipes.count == 2)
    for recipe in recipes {
      let script = try Script(Self.bash, ["-c", Self.served(recipe), Script.package.path])
      #expect(script.status == 0, "\(script.output)")
      #expect(script.output.contains("status: SERVING_STATUS_SERVING"), "\(script.output)")
    }
  }

  /// From the first key to a client in Python, by the README's commands as they are written.
  @Test("can be tried, and asked from Python, as its README says")
  func python() throws {
    let readme = try String(
      contentsOf: Script.package.appending(path: "README.md"), encoding: .utf8)
    let commands = try #require(Self.blocks(of: readme, section: "## Try it").last)
    let python = Self.blocks(of: readme, section: "## In another language")
    #expect(python.count == 1)
    // The last of the commands is denied.
    let recipe = "{ \(commands)\n} || true\n" + python.joined()
    let script = try Script(Self.bash, ["-c", Self.served(recipe), Script.package.path])
    #expect(script.status == 0, "\(script.output)")
    for answer in [
      "ALLOWED\n", "ORG_ACCESS_DENIED\n", "decision: DECISION_ALLOWED\n",
      #"authorized_organization_id: "acme-eu""#,
    ] {
      #expect(script.output.contains(answer), "\(script.output)")
    }
  }

  /// Runs a recipe in a directory that looks like this package's, beside a daemon at ./run/.
  private static func served(_ recipe: String) -> String {
    """
    set -euo pipefail
    work=$(mktemp -d); cd "$work"; ln -s "$0/proto" "$0/Tests" .; mkdir -m 0700 run
    export PYTHONDONTWRITEBYTECODE=1
    orgkeyd --socket run/orgkey.sock --database run/orgkey.db 2> log & daemon=$!
    trap 'kill $daemon; wait $daemon; rm -rf "$work"' EXIT
    until [ -S run/orgkey.sock ]; do kill -0 $daemon; done
    \(recipe)
    """
  }

  /// The indented blocks of a section.
  private static func blocks(of text: String, section: String) -> [String] {
    guard let start = text.range(of: section + "\n") else { return [] }
    let rest = text[start.upperBound...]
    let end = rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex
    var blocks: [[Substring]] = [[]]
    for line in rest[..<end].split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("    ") {
        blocks[blocks.count - 1].append(line.dropFirst(4))
      } else if blocks.last?.isEmpty == false {
        blocks.append([])
      }
    }
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
  }
}
