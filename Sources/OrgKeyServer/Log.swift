package import Logging
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
    let form = LineForm(format: format, isForJournal: StandardError.isJournal)
    let sink = LogSink(form)
    self.sink = sink
    logger = Logger(label: "orgkeyd") { _ in
      LogLines(logLevel: level, form: form, sink: sink)
    }
  }

  /// Waits until all that was logged is written, a second at most: nobody may be reading.
  package func flush() { sink.flush() }
}

/// Turns events into lines.
private struct LogLines: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  let form: LineForm
  let sink: LogSink

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    sink.write(form.line(event.level, event.message.description, all))
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

  init(_ form: LineForm) {
    let queue = queue
    let thread = try? Thread("orgkey-log") {
      while true {
        var taken = queue.wait(untilMilliseconds: nil, for: { !$0.lines.isEmpty }) { queue in
          defer { queue = Queue(isWriting: true) }
          return queue
        }
        if taken.dropped > 0 {
          taken.lines.append(
            form.line(
              .warning, "\(taken.dropped) lines of the log were dropped: nobody read them"))
        }
        StandardError.write(taken.lines.joined(), patience: -1)
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
