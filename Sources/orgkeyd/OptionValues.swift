internal import ArgumentParser
internal import Logging
internal import OrgKeyServer

/// Permission bits as people write them: 0660.
struct OctalMode: ExpressibleByArgument, Decodable, CustomStringConvertible {
  let bits: UInt32

  init(bits: UInt32) { self.bits = bits }

  init?(argument: String) {
    guard let bits = UInt32(argument, radix: 8), bits <= 0o777 else { return nil }
    self.bits = bits
  }

  var description: String { "0" + String(bits, radix: 8) }
  var defaultValueDescription: String { description }
}

/// A level as the option names it: the logging library's own names.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
  case debug, info, notice, warning, error, critical

  var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

extension LogFormat: ExpressibleByArgument {}
