internal import OrgKey

/// The file that node_exporter reads: there is never half of it.
struct MetricsFile {
  let path: String
  let administrator: BlockingAdministrator

  /// - Parameter interval: after which to write it again, until the process is told to end; nil: once.
  func write(every interval: Duration?) throws {
    do throws(SystemMessage) { try WholeFile.check(path, isReplacing: true) } catch {
      throw Failure(.usage, "--metrics-file \(path): \(error)")
    }
    guard let interval else { return try write() }
    let signals = HeldSignals()
    var absence = Absence()
    var told = ""
    repeat {
      try absence.outlast {
        // A disk that is full, or a directory that is gone, may be so for a moment.
        do { try write() } catch let failure as Failure where failure.status == .fault {
          if failure.message != told { StandardStream.complain(failure.message) }
          told = failure.message
        }
      }
    } while signals.wait(for: interval) == nil
  }

  private func write() throws {
    let text = Array(try administrator.metrics().utf8)
    do throws(SystemMessage) {
      var file = try WholeFile(path, isReplacing: true, isForEverybody: true)
      try file.write(text.span)
      try file.keep()
    } catch {
      throw Failure(.fault, "\(path): \(error)")
    }
  }
}
