import Glibc
import OrgKeySystem

/// What is fuzzed. One program has them all; the name by which it is run chooses.
enum FuzzTarget: String, CaseIterable {
  /// From the bytes of clients to what is on disk.
  case daemon
  /// From a daemon's bytes to what the library tells the application.
  case replies
  /// The two ways to read a body against each other.
  case bodies

  /// - Throws: `Violation` if something came of the input that must not.
  func run(_ input: [UInt8]) throws {
    switch self {
    case .daemon: try World.shared.run(Program(input))
    case .replies: try Replies.run(input)
    case .bodies: try Bodies.run(input)
    }
  }

  nonisolated(unsafe) fileprivate static var chosen = FuzzTarget.daemon
}

/// What must never be.
struct Violation: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }

  static func unless(_ holds: Bool, _ description: @autoclosure () -> String) throws(Violation) {
    if !holds { throw Violation(description()) }
  }
}

@_cdecl("LLVMFuzzerInitialize")
func initializeFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>
) -> CInt {
  let name = String(cString: arguments.pointee[0]).split(separator: "/").last ?? ""
  guard let target = FuzzTarget(rawValue: String(name)) else {
    StandardError.write("there is no target \(name)\n")
    exit(64)
  }
  FuzzTarget.chosen = target
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: data, count: count)))
  } catch {
    StandardError.write("\(error)\n")
    abort()
  }
  return 0
}
