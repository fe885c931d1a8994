import TestSupport
import Foundation
import Testing

/// A daemon on a directory that everybody may enter, so that a second user can be tried.
final class Daemon {
  let directory: URL
  private let arguments: [String]
  private var process = Process()

  var socket: String { path("s") }

  init(_ arguments: [String] = []) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "orgkey-\(UUID())")
    try FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    self.arguments = arguments
    try start()
  }

  private func start() throws {
    process = Process()
    process.executableURL = Command.binaries.appending(path: "orgkeyd")
    process.arguments = ["--socket", path("s"), "--database", path("db")] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    let isServing = try eventually {
      try !process.isRunning || Command.run(["health"], socket: path("s")).status == 0
    }
    #expect(isServing, "orgkeyd neither serves nor ends")
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: directory)
  }

  func path(_ name: String) -> String { directory.appending(path: name).path }

  /// Stops it and starts it again, on the same database unless that was replaced in `between`.
  func restart(_ between: () throws -> Void = {}) throws {
    stop()
    try between()
    try start()
  }

  /// Stops it, and leaves the directory.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}

/// The built `orgkey`.
enum Command {
  struct Outcome {
    let status: Int32
    let bytes: Data
    let errors: String

    var output: String { String(decoding: bytes, as: UTF8.self) }
  }

  static let binaries = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  static var path: String { binaries.appending(path: "orgkey").path }

  /// As another user; of a group of the same number, unless one is given.
  static func user(_ uid: String, group: String? = nil) -> [String] {
    ["/usr/bin/setpriv", "--reuid", uid, "--regid", group ?? uid, "--clear-groups"]
  }

  /// Whether another user can reach the built command at all.
  static var othersMayRunIt: Bool {
    let outcome = try? run(["--version"], socket: nil, through: user("65534"))
    return outcome?.status == 0
  }

  /// - Parameter prefix: what runs the command: another user, a terminal.
  static func run(
    _ arguments: [String], socket: String?, input: Data = Data(),
    environment: [String: String] = [:], through prefix: [String] = [], output: FileHandle? = nil
  ) throws -> Outcome {
    let process = Process()
    let command = prefix + [path] + arguments
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = variables(socket).merging(environment) { $1 }
    let (standardInput, standardOutput, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = output ?? standardOutput
    process.standardError = errors
    try process.run()
    try? standardInput.fileHandleForWriting.write(contentsOf: input)
    try standardInput.fileHandleForWriting.close()
    if output != nil { try standardOutput.fileHandleForWriting.close() }
    let said = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
    let talk = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, bytes: said, errors: String(decoding: talk, as: UTF8.self))
  }

  /// On a terminal of 80 columns; what it says on both streams comes out as one.
  static func onTerminal(
    _ arguments: [String], socket: String, typing: String = "",
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let line = ([path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/script")
    process.arguments = ["-qec", "stty cols 80; \(line)", "/dev/null"]
    process.environment = variables(socket).merging(environment) { $1 }
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The end of what is typed would be taken for the end of the session: it stays open.
    try input.fileHandleForWriting.write(contentsOf: Data(typing.utf8))
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, bytes: said, errors: "")
  }

  private static func variables(_ socket: String?) -> [String: String] {
    var variables = ["PATH": "/usr/bin:/bin"]
    variables["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
    variables["ORGKEY_SOCKET"] = socket
    return variables
  }
}

/// One daemon with two organizations, `acme` above `eu`, and a key of `acme`.
struct Fixture {
  let daemon: Daemon

  init(_ arguments: [String] = []) throws {
    signal(SIGPIPE, SIG_IGN)
    daemon = try Daemon(arguments)
    #expect(try orgkey(["org", "put", "acme", "--name", "Acme"]).status == 0)
    #expect(try orgkey(["org", "put", "eu", "--parent", "acme"]).status == 0)
  }

  func orgkey(
    _ arguments: [String], input: String = "", environment: [String: String] = [:],
    through prefix: [String] = []
  ) throws -> Command.Outcome {
    try Command.run(
      arguments, socket: daemon.socket, input: Data(input.utf8), environment: environment,
      through: prefix)
  }

  /// A key that may contacts:* in acme: its id and its text.
  func issue(_ arguments: [String] = []) throws -> (id: String, text: String) {
    let issued = try orgkey(
      ["key", "issue", "acme", "--name", "CRM", "--permission", "contacts:*"] + arguments)
    #expect(issued.status == 0, "\(issued.errors)")
    return (String(issued.errors.prefix(20)), issued.output.trimmingCharacters(in: .newlines))
  }

  /// The record of a key or an organization.
  func json(_ arguments: [String]) throws -> [String: Any] {
    let bytes = try orgkey(arguments + ["--output", "json"]).bytes
    return try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }
}
