internal import ArgumentParser
internal import OrgKey

/// What is said of an import when it is over.
struct ImportReport {
  let file: String
  let noun: String
  let isDryRun: Bool
  let output: OutputOptions

  func show(_ result: ImportResult) throws {
    try output.one(Answer(result, isDryRun: isDryRun)) { screen in
      try screen.show([Printable.line(sentence(result))])
    }
  }

  /// - Throws: always: nothing was imported.
  func refuse(_ faults: [ImportFault]) throws -> Never {
    let sorted = faults.sorted { $0.line < $1.line }.prefix(ImportFaults.most)
    try output.one(Answer(Array(sorted), isDryRun: isDryRun)) { _ in
      for fault in sorted { StandardStream.talk("\(file):\(fault.line): \(fault.message)") }
    }
    let count =
      sorted.count < ImportFaults.most
      ? Amount.counted(sorted.count, "fault") : "at least \(sorted.count) faults"
    throw Failure(
      .refused, isDryRun ? "\(count): it would not be imported" : "\(count): nothing was imported")
  }

  private func sentence(_ result: ImportResult) -> String {
    let rest = result.stagedCount - min(result.importedCount, result.stagedCount)
    let exist = rest == 1 ? "exists" : "exist"
    let skipped = rest == 0 ? "" : "; \(Amount.counted(rest, "row")) \(exist) as given"
    let imported = Amount.counted(result.importedCount, noun)
    return isDryRun
      ? "\(imported) would be imported\(skipped); nothing was changed"
      : "\(imported) imported\(skipped)"
  }

  private struct Answer: Encodable {
    let dryRun: Bool
    let stagedCount: UInt64
    let importedCount: UInt64
    let faults: [ImportFault]

    init(_ result: ImportResult, isDryRun: Bool) {
      dryRun = isDryRun
      stagedCount = result.stagedCount
      importedCount = result.importedCount
      faults = []
    }

    init(_ faults: [ImportFault], isDryRun: Bool) {
      dryRun = isDryRun
      stagedCount = 0
      importedCount = 0
      self.faults = faults
    }
  }
}
