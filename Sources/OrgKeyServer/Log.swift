package import Logging
internal import OrgKeyStore
internal import OrgKeySystem

/// How a line of the log looks.
package enum LogFormat: String, Sendable, CaseIterable {
  /// For people, and for the journal: `2026-11-23T10:00:00Z info message name=value`.
  case text
  /// One JSON object a line.
  case json
}

/// The daemon's log, on standard error.
package struct DaemonLog: Sendable {
  package let logger: Logger
  private let sink: LogSink

  package init(_ level: Logger.Level, _ format: LogFormat) {
    let sink = LogSink()
    self.sink = sink
    logger = Logger(label: "orgkeyd") { _ in
      LogLines(logLevel: level, format: format, sink: sink)
    }
  }

  /// Waits until all that was logged is written, a second at most: nobody may be reading.
  package func flush() { sink.flush() }
}

/// Turns events into lines.
private struct LogLines: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  let format: LogFormat
  let sink: LogSink

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let time = Clock.rfc3339(Clock.wallMilliseconds())
    switch format {
    case .text:
      let pairs = all.map { " \($0.key)=\(LogLines.quoted("\($0.value)"))" }.joined()
      sink.write("\(time) \(event.level) \(LogLines.oneLine(event.message.description))\(pairs)\n")
    case .json:
      let fields =
        [("time", time), ("level", event.level.rawValue), ("message", event.message.description)]
        + all.map { ($0.key, "\($0.value)") }
      let pairs = fields.map { "\(JSON.quoted($0.0)):\(JSON.quoted($0.1))" }
      sink.write("{\(pairs.joined(separator: ","))}\n")
    }
  }

  /// A line is one event: what a client may have put into a text can't begin another.
  private static func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 }) else { return text }
    return String(text.map { $0.unicodeScalars.first.map { $0.value < 0x20 } == true ? " " : $0 })
  }

  private static func quoted(_ value: String) -> String {
    let plain = value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C }
    return plain && !value.isEmpty ? value : JSON.quoted(value)
  }
}

/// Where lines go. A reader that has stopped reading never holds up a thread that answers: lines
/// wait in a queue for a thread of the log's own, and what finds the queue full is counted.
private final class LogSink: Sendable {
  private static let queueLength = 4_096
  private static let patience: Int64 = 1_000

  private struct Queue {
    var lines: [String] = []
    var dropped = 0
    var isWriting = false
  }

  private let queue = Condition(Queue())

  init() {
    let queue = queue
    let thread = try? Thread("orgkey-log") {
      while true {
        let taken = queue.wait(untilMilliseconds: nil, for: { !$0.lines.isEmpty }) { queue in
          defer { queue = Queue(isWriting: true) }
          return queue
        }
        StandardError.write(taken.lines.joined())
        if taken.dropped > 0 {
          StandardError.write("\(taken.dropped) lines of the log were dropped: nobody read them\n")
        }
        queue.change { $0.isWriting = false }
      }
    }
    if thread == nil { StandardError.write("orgkeyd: no thread for the log: it stays empty\n") }
  }

  func write(_ line: String) {
    queue.change { queue in
      if queue.lines.count < LogSink.queueLength {
        queue.lines.append(line)
      } else {
        queue.dropped += 1
      }
    }
  }

  func flush() {
    queue.wait(
      untilMilliseconds: Clock.monotonicMilliseconds() + LogSink.patience,
      for: { $0.lines.isEmpty && !$0.isWriting }, { _ in })
  }
}
