import Foundation
import Testing

/// What shells complete and what the manual says, from the programs' own definitions.
@Suite struct CompletionTests {
  private static let shells = ["bash", "zsh", "fish"]

  private static func has(_ program: String) -> Bool {
    ["/bin", "/usr/bin"].contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  private func run(_ command: [String], _ environment: [String: String] = [:]) throws -> (
    status: Int32, output: String
  ) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }

  @Test(arguments: shells.filter(has)) func writesScriptsThatShellsTake(shell: String) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "orgkey-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for program in ["orgkey", "orgkeyd"] {
      let path = directory.appending(path: program).path
      let script = try run([
        Command.binaries.appending(path: program).path, "--generate-completion-script", shell,
      ])
      #expect(script.status == 0)
      #expect(script.output.contains("complet") || script.output.contains("compdef"))
      try script.output.write(toFile: path, atomically: true, encoding: .utf8)
      let checked = try run([shell, "-n", path])
      #expect(checked.status == 0 && checked.output.isEmpty, "\(checked.output)")
    }
  }

  /// What bash offers for the last word of a line.
  ///
  /// - Parameter script: the completions, in a file.
  private func offered(_ line: String, _ script: String, socket: String) throws -> [String] {
    let offer = """
      source "$2"
      COMP_LINE=$1 COMP_POINT=${#1}
      read -ra COMP_WORDS <<<"$1"
      [[ $1 == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      COMP_WORDS[0]=$0
      _orgkey orgkey "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let said = try run(
      ["bash", "-c", offer, Command.path, line, script], ["ORGKEY_SOCKET": socket]
    ).output
    return said.split(separator: "\n").map(String.init).sorted()
  }

  @Test func offersVerbsValuesFilesAndWhatTheDaemonKnows() throws {
    let fixture = try Fixture()
    let (id, _) = try fixture.issue()
    let script = fixture.daemon.path("completions")
    try run([Command.path, "--generate-completion-script", "bash"]).output.write(
      toFile: script, atomically: true, encoding: .utf8)
    func offered(_ line: String, socket: String? = nil) throws -> [String] {
      try self.offered(line, script, socket: socket ?? fixture.daemon.socket)
    }
    #expect(try offered("orgkey org sus") == ["suspend"])
    #expect(try offered("orgkey org list --output j") == ["json", "jsonl"])
    #expect(try offered("orgkey org delete x --d") == ["--descendants"])
    #expect(try offered("orgkey org show ") == ["acme", "eu"])
    #expect(try offered("orgkey org move x --to e") == ["eu"])
    #expect(try offered("orgkey key show \(id.prefix(6))") == [id])
    let database = fixture.daemon.path("db")
    #expect(try offered("orgkey org import \(database)").contains(database))
    // Whoever chooses identifiers runs nothing by them.
    let trap = fixture.daemon.path("trap")
    #expect(try fixture.orgkey(["org", "put", "e$(touch${IFS}\(trap))"]).status == 0)
    #expect(try offered("orgkey org show e") == ["eu"])
    #expect(!FileManager.default.fileExists(atPath: trap))
    #expect(try offered("orgkey org show ", socket: "/nowhere") == [])
  }

  @Test func writesAManualPageForEachVerb() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let directory = FileManager.default.temporaryDirectory.appending(path: "orgkey-\(UUID())")
    defer { try? FileManager.default.removeItem(at: directory) }
    let written = try run([
      sources.appending(path: ".ci/manual").path, directory.path, "2026-01-31", Command.path,
      Command.binaries.appending(path: "orgkeyd").path,
    ])
    #expect(written.status == 0, "\(written.output)")
    let pages = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    for page in ["orgkey.1", "orgkey-org.1", "orgkey-org-delete.1", "orgkeyd.8"] {
      #expect(pages.contains(page))
    }
    let paths = pages.map { directory.appending(path: $0).path }
    if Self.has("mandoc") {
      let checked = try run(["mandoc", "-T", "lint", "-W", "warning"] + paths)
      #expect(checked.output.isEmpty, "\(checked.output)")
    }
    if Self.has("man") {
      let shown = try run(
        ["sh", "-c", "man --warnings -l \"$@\" 2>&1 >/dev/null", "man"] + paths,
        ["MANWIDTH": "80"])
      #expect(shown.status == 0 && shown.output.isEmpty, "\(shown.output)")
    }
    let page = try String(
      contentsOf: directory.appending(path: "orgkey-org-list.1"), encoding: .utf8)
    #expect(page.contains("(values: table, json, jsonl; default: table)"))
    #expect(page.contains(".Dd January 31, 2026"))
  }
}
