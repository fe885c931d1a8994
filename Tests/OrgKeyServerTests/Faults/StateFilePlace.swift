import Foundation
import Glibc
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// A directory in which an `orgkeyd` is started on files that may be wrong.
final class StateFilePlace {
  struct Outcome: Equatable, CustomStringConvertible {
    var status: Int32
    var text: String
    var isServing: Bool

    var description: String { "\(isServing ? "served, " : "")\(status): \(text)" }
  }

  /// A process that is ended by whoever started it.
  final class Run {
    private let process: Process
    private let log: String
    private(set) var mode: UInt32?

    init(_ process: Process, log: String) throws {
      self.process = process
      self.log = log
      try process.run()
    }

    func end() {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }

    /// Waits until it ends, or serves, which it is then asked to stop.
    func outcome(served path: String) -> Outcome {
      var isServing = false
      let deadline = Clock.monotonicMilliseconds() + 30_000
      while process.isRunning, Clock.monotonicMilliseconds() < deadline {
        if text.contains("info serving") {
          isServing = (try? RawClient(path).call(.health(.init())).status) == .some(nil)
          mode = try? FileStatus(of: path)?.mode
          process.terminate()
          break
        }
        usleep(2_000)
      }
      if process.isRunning && !isServing { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus, text: isServing ? "" : text, isServing: isServing)
    }

    private var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
  }

  let directory: String
  private let log: String

  init() throws {
    var template = Array("/tmp/o-XXXXXX".utf8CString)
    directory = String(cString: mkdtemp(&template))
    log = directory + ".log"
  }

  deinit {
    try? FileManager.default.removeItem(atPath: directory)
    unlink(log)
  }

  func path(_ name: String) -> String {
    let name = name.replacingOccurrences(of: "$PWD", with: directory)
    return name.hasPrefix("/") || name.utf8.count > 80 ? name : directory + "/" + name
  }

  /// Prepares the directory; a program that goes on in the background is returned once it is up.
  func shell(_ script: String, template database: String) throws -> Run? {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.currentDirectoryURL = URL(filePath: directory)
    process.environment = ["database": database, "PATH": "/usr/bin:/bin"]
    process.standardInput = Pipe()
    let isBackground = script.hasSuffix(" & background")
    let words = isBackground ? "exec " + script.dropLast(" & background".count) : script
    process.arguments = ["-c", words]
    let run = try Run(process, log: log)
    guard isBackground else {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      return nil
    }
    while process.isRunning, access(directory + "/up", F_OK) != 0 { usleep(2_000) }
    return run
  }

  /// Starts `orgkeyd` here; options not given name good files.
  func run(_ arguments: [String], umask: UInt32 = 0o022) throws -> Run {
    let process = Process()
    var words = arguments.map { $0.replacingOccurrences(of: "$PWD", with: directory) }
    if !words.contains("--socket") { words += ["--socket", "orgkey.sock"] }
    if !words.contains("--database") { words += ["--database", "orgkey.db"] }
    process.executableURL = URL(filePath: "/bin/sh")
    process.currentDirectoryURL = URL(filePath: directory)
    process.arguments =
      ["-c", "umask \(String(umask, radix: 8)); exec \"$@\"", "sh", DaemonProcess.program.path]
      + words
    try Data().write(to: URL(filePath: log))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: log))
    return try Run(process, log: log)
  }

  /// What is there, with what would tell that it was changed.
  func listing() throws -> Set<String> {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/find")
    process.arguments = [
      directory, "-mindepth", "1", "(", "-type", "d", "-printf", "%p %y %i %m %U\\n", "-o", "-not",
      "-name", "*.lock", "-printf", "%p %y %i %m %U %s %T@ %l\\n", ")",
    ]
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Set(String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init))
  }
}
