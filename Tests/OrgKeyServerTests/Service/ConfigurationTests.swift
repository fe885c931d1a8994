import Foundation
import Glibc
import Testing

@testable import OrgKeyWire

/// The configuration file, the environment and the command line.
@Suite final class ConfigurationTests {
  private let directory: String
  private var file: String { directory + "/orgkeyd.conf" }

  init() throws {
    var template = Array("/tmp/orgkey-test-XXXXXX".utf8CString)
    directory = String(cString: mkdtemp(&template))
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  private func write(_ text: String) throws {
    try Data(text.utf8).write(to: URL(filePath: file))
  }

  private func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Ended {
    try Ended(["--config", file] + arguments, environment: environment, in: directory)
  }

  /// What is in force, without the comments.
  private func printed(_ arguments: [String], environment: [String: String] = [:]) throws
    -> [String]
  {
    let ended = try Ended(
      arguments + ["--print-config"], environment: environment, in: directory)
    #expect(ended.status == 0 && ended.errors == "")
    return ended.output.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      $0.split(separator: " #")[0].trimmingCharacters(in: .whitespaces)
    }
  }

  // MARK: Faults

  @Test func everyFaultIsNamedWithItsLine() throws {
    try write(
      """
      # A comment, an empty line, and blanks that don't matter.

        threads=2\t# two
      thread = 2
      max-connections = 0
      admin-uid = root
      admin-uid = nobody-of-this-name
      [section]
      threads = 3
      socket-mode = 0999
      log-format = xml
      accept-damage = perhaps
      audit-retention =
      socket-group = "root"
      config = other.conf
      = 5
      """)
    let check = try run(
      "--check-config",
      environment: ["ORGKEYD_LOG_LEVEL": "loud", "ORGKEYD_X": "1", "ORGKEYD_READER_UID": ","])
    #expect(check.status == 78 && check.output == "")
    let expected = [
      "\(file):4: unknown setting 'thread'. Did you mean 'threads'?",
      "\(file):5: max-connections: 0 is not 1 to 1000000",
      "\(file):7: admin-uid: there is no \"nobody-of-this-name\" on this system",
      "\(file):8: a line is name = value, and this one has no =",
      "\(file):9: threads is set already, at \(file):3",
      "\(file):10: The value '0999' is invalid for '--socket-mode <socket-mode>'",
      "\(file):11: The value 'xml' is invalid for '--log-format <log-format>'. Please provide one of "
        + "'text' and 'json'.",
      "\(file):12: accept-damage is true or false",
      "\(file):13: audit-retention has no value: take the line out, or write what it is to be",
      "\(file):14: socket-group: values stand without quotes",
      "\(file):15: unknown setting 'config'",
      "\(file):16: unknown setting ''",
      "$ORGKEYD_READER_UID: reader-uid: there is no value",
      "$ORGKEYD_X: there is no setting of this name",
      "$ORGKEYD_LOG_LEVEL: The value 'loud' is invalid for '--log-level <log-level>'. Please provide "
        + "one of the following: debug, info, notice, warning, error, critical",
    ]
    #expect(check.errors == expected.map { "orgkeyd: \($0)\n" }.joined())
    // It does not start with them either.
    let start = try run("--socket", "x.sock", "--database", "x.db")
    #expect(start.status == 78)
    #expect(start.errors == expected.prefix(12).map { "orgkeyd: \($0)\n" }.joined())
    #expect(access(directory + "/x.db", F_OK) != 0)
  }

  @Test func whatDoesNotGoTogetherIsToldOfWhereItWasSet() throws {
    try write("socket = a.sock\nadmin-socket = a.sock\n")
    let check = try run("--check-config")
    #expect(check.status == 78)
    #expect(check.errors == "orgkeyd: \(file):2: admin-socket: it is the same path as socket\n")
    #expect(try run("--check-config", "--socket", "b.sock").status == 0)
  }

  @Test func bytesThatAreNoTextAreAFault() throws {
    try Data([0x61, 0xFF, 0x3D, 0x31, 0x0A, 0x62, 0x3D, 0x00, 0x0A]).write(to: URL(filePath: file))
    let check = try run("--check-config")
    #expect(check.errors.split(separator: "\n").count == 2)
    #expect(check.errors.contains("\(file):1: the line has bytes that are no text in UTF-8"))
    #expect(check.errors.contains("\(file):2: the line has bytes that are no text in UTF-8"))
  }

  @Test func fileThatCannotBeReadOrTrustedIsAFault() throws {
    for (arguments, words) in [
      (["--config", "missing"], "No such file"), (["--config", "/tmp"], "/tmp is no file"),
      (["--config", "/dev/zero"], "/dev/zero is no file"),
    ] {
      let check = try Ended(arguments + ["--check-config"], in: directory)
      #expect(check.status == 78 && check.errors.contains(words), "\(check)")
    }
    try write("threads = 1\n")
    for mode: mode_t in [0o666, 0o664] {
      chmod(file, mode)
      #expect(
        try run("--check-config").errors.contains("others than its owner can write to \(file)"))
    }
    chmod(file, 0o644)
    if geteuid() == 0 {
      chown(file, 1, 1)
      #expect(try run("--check-config").errors.contains("\(file) belongs to uid 1"))
      chown(file, 0, 0)
    }
    #expect(try run("--check-config").output == "\(file): all is well\n")
    // As volumes of containers have it.
    symlink(file, directory + "/link")
    #expect(try Ended(["--config", directory + "/link", "--check-config"]).status == 0)
    try write(String(repeating: "# long\n", count: 200_000))
    #expect(try run("--check-config").errors.contains("more than 1048576 bytes"))
  }

  // MARK: Precedence

  @Test func commandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws {
    try write(
      """
      threads = 1
      key-prefix = a
      log-level = debug
      admin-uid = root
      admin-uid = daemon
      reader-uid = root
      accept-damage = true
      """)
    let environment = [
      "ORGKEYD_CONFIG": file, "ORGKEYD_KEY_PREFIX": "b", "ORGKEYD_LOG_LEVEL": "error",
      "ORGKEYD_ADMIN_UID": "bin,sys", "ORGKEYD_DELEGATE_GID": "root",
      "ORGKEYD_ACCEPT_DAMAGE": "false",
      // Empty is as good as not set; and this is what Kubernetes says of a Service `orgkeyd`.
      "ORGKEYD_THREADS": "", "ORGKEYD_SERVICE_HOST": "10.0.0.1", "ORGKEYD_PORT": "tcp://10.0.0.1:1",
      "ORGKEYD_SERVICE_PORT_METRICS": "1", "ORGKEYD_PORT_9464_TCP_ADDR": "10.0.0.1",
    ]
    let lines = try printed(
      ["--log-level", "critical", "--reader-uid=bin"], environment: environment)
    for line in [
      "threads = 1", "key-prefix = b", "log-level = critical", "admin-uid = bin", "admin-uid = sys",
      "reader-uid = bin", "delegate-gid = root", "accept-damage = false", "log-format = text",
      "socket = /run/orgkey/orgkey.sock",
    ] { #expect(lines.contains(line), "\(line)") }
    #expect(lines.count { $0.hasPrefix("admin-uid") } == 2)
    #expect(lines.count { $0.hasPrefix("reader-uid") } == 1)
  }

  @Test func whatIsOverruledHasToBeRightToo() throws {
    try write("threads = none\n")
    #expect(try run("--threads", "2", "--check-config").status == 78)
  }

  @Test func printedConfigurationSaysTheSameAgain() throws {
    let arguments = [
      "--socket", "a.sock", "--admin-uid", "root", "--admin-uid", "bin", "--default-rate-limit",
      "100/1h", "--accept-damage", "--socket-mode", "600",
    ]
    let first = try Ended(arguments + ["--print-config"], in: directory)
    try write(first.output)
    #expect(first.output.contains("# command line"))
    let second = try printed(["--config", file])
    #expect(second == (try printed(arguments)))
    #expect(second.contains("socket-mode = 0600"))
    let (before, after) = (
      first.output.split(separator: "\n"),
      try run("--print-config").output.split(separator: "\n")
    )
    for name in ["root", "bin"] {
      let number = try #require(before.firstIndex { $0.hasPrefix("admin-uid = \(name) ") })
      #expect(after[number].hasSuffix("# \(file):\(number + 1)"))
    }
  }

  @Test func onlyOneThingIsDoneAtATime() throws {
    let ended = try Ended(["--check-config", "--check-database", "x"])
    #expect(ended.status == 64)
    #expect(ended.errors.contains("--check-config and --check-database exclude each other"))
  }

  @Test func daemonServesByItsFile() throws {
    try write("key-prefix = acme\nthreads = 1\n")
    let daemon = try DaemonProcess(["--config", file])
    let client = try RawClient(daemon.socket)
    try client.put("a")
    guard
      case .issueKey(let issued) = try client.result(
        .issueKey(.init(organizationID: "a", name: "n")))
    else { return }
    #expect(issued.key?.secrets.first?.hint.hasPrefix("acme_") == true)
  }
}
