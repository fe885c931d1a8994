import OrgKeyModel
import OrgKeyStore
import Testing

@testable import OrgKeyServer

@Suite struct ImportMemoryTests {
  /// Rows as many and as large as a test says.
  private struct Rows: StagedRows {
    var rowCount: UInt64 = 0
    var faults = RowFaults()
    var byteCount = 0
  }

  private let memory = ImportMemory()

  private func take(
    _ mebibytes: Int, into open: OpenImport<Rows>, isLast: Bool = false
  ) throws -> OpenImport<Rows>.State {
    try open.take(isLast: isLast, isDryRun: false) {
      $0.byteCount += mebibytes << 20
      $0.rowCount += 1
    }
  }

  private func refusal(_ body: () throws -> Void) throws -> Refusal.Code? {
    do {
      try body()
      return nil
    } catch let refusal as Refusal {
      return refusal.code
    }
  }

  @Test func allImportsTogetherTakeNoMoreThanTheyMay() throws {
    let (first, second) = (OpenImport<Rows>(memory), OpenImport<Rows>(memory))
    _ = try take(100, into: first)
    _ = try take(100, into: second)
    _ = try take(50, into: first)
    #expect(memory.byteCount == 250 << 20)
    #expect(try refusal { _ = try take(10, into: second) } == .resourceExhausted)
    // It was dropped, so that the first can go on.
    #expect(memory.byteCount == 150 << 20)
    _ = try take(100, into: first)
    #expect(try refusal { _ = try take(0, into: second) } == .failedPrecondition)
    #expect(try refusal { _ = try take(0, into: second, isLast: true) } == .failedPrecondition)
    #expect(try take(1, into: second).rows.rowCount == 1)
  }

  @Test func memoryIsGivenBackWithTheRows() throws {
    var open: OpenImport<Rows>? = OpenImport(memory)
    var whole: OpenImport<Rows>.State?
    if let open { whole = try take(7, into: open, isLast: true) }
    if let open { _ = try take(5, into: open) }
    #expect(memory.byteCount == 12 << 20)
    open = nil
    #expect(memory.byteCount == 7 << 20)
    whole = nil
    #expect(whole == nil && memory.byteCount == 0)
  }

  @Test func importHasNoMoreRowsThanItMay() throws {
    let open = OpenImport<Rows>(memory)
    _ = try open.take(isLast: false, isDryRun: false) { $0.rowCount = UInt64(Limits.importRows) }
    #expect(try refusal { _ = try take(0, into: open) } == .resourceExhausted)
    #expect(try refusal { _ = try take(0, into: open) } == .failedPrecondition)
  }

  @Test func importThatBeginsAnewKnowsNothingOfTheLast() throws {
    let open = OpenImport<Rows>(memory)
    _ = try open.take(isLast: true, isDryRun: true) { $0.rowCount = 5 }
    #expect(try take(0, into: open, isLast: true).rows.rowCount == 1)
    open.breakOff(isLast: false)
    #expect(try refusal { _ = try take(0, into: open, isLast: true) } == .failedPrecondition)
    #expect(try take(0, into: open, isLast: true).rows.rowCount == 1)
  }
}
