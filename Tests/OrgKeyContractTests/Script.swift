import Foundation

/// Runs a program and collects what it says.
struct Script {
  static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  /// Where the daemon and the command were built with these tests.
  static let binaries = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  let status: Int32
  let output: String

  init(_ program: URL, _ arguments: [String], in directory: URL = Script.package) throws {
    let pipe = Pipe()
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment.merging(
      [
        "PATH": Script.binaries.path + ":/usr/bin:/bin:"
          + (ProcessInfo.processInfo.environment["PATH"] ?? "")
      ]
    ) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    status = process.terminationStatus
    output = String(decoding: said, as: UTF8.self)
  }
}
