import OrgKeyModel

/// What is wrong with a row of an import.
package struct RowFault: Equatable, Sendable {
  /// From 1, over all requests.
  package var row: UInt64
  /// One sentence that also says what is right; quotes nothing of the row.
  package var message: String

  package init(row: UInt64, message: String) {
    self.row = row
    self.message = message
  }
}

/// The faults of an import, as many as are told.
package struct RowFaults: Sendable {
  /// In the order of rows.
  package private(set) var list: [RowFault] = []

  package init() {}

  package var isEmpty: Bool { list.isEmpty }

  /// Whether no more are told, so that looking for more is in vain.
  package var isFull: Bool { list.count >= Limits.importFaults }

  mutating func add(_ row: UInt64, _ message: String) {
    if isFull { return }
    let place = list.lastIndex { $0.row <= row }.map { $0 + 1 } ?? 0
    list.insert(RowFault(row: row, message: message), at: place)
  }
}

/// What came of an import.
package struct ImportOutcome: Equatable, Sendable {
  /// What was made or changed; in a dry run, what would be. What exists as given is not counted.
  package var importedCount = 0
  /// In the order of rows. Any: nothing was imported.
  package var faults: [RowFault] = []

  package init(importedCount: Int = 0, faults: [RowFault] = []) {
    self.importedCount = importedCount
    self.faults = faults
  }
}

/// Rows of an import while they wait for the last, each of good form, and the faults of those that
/// are not.
package protocol StagedRows: Sendable {
  init()
  /// Those with faults included.
  var rowCount: UInt64 { get }
  var faults: RowFaults { get }
  /// About how much memory they take.
  var byteCount: Int { get }
}

extension Transaction {
  /// Refuses rows that the disk has no room for, before they fill it.
  func requireSpace(for staged: some StagedRows) throws(Refusal) {
    try requireSpace()
    // In the log, and again in the database: what is of fixed size, with its share of the indexes
    // and an event of audit, and texts, of which the event has its own.
    let needed = Int64(staged.rowCount) * 1_000 + Int64(staged.byteCount) * 4
    guard let free = try? files.sizes().free, free < needed else { return }
    throw Refusal(
      .resourceExhausted,
      "the import takes about \(needed >> 20) MiB on disk, and \(free >> 20) MiB are free: make "
        + "room, or split the file")
  }
}

/// Rows kept compactly: what is of fixed size, and their texts one behind the other. In pieces, so
/// that nothing is moved to make room.
struct PackedRows<Row: BitwiseCopyable & Sendable>: Sendable {
  struct Piece: Sendable {
    /// The number of the first row; those of the others follow it.
    let firstRow: UInt64
    fileprivate(set) var rows: [Row] = []
    fileprivate var textStarts: [UInt32] = []
    fileprivate var texts: [UInt8] = []

    func texts(of index: Int) -> RowTexts {
      RowTexts(bytes: texts, position: Int(textStarts[index]))
    }
  }

  private static var rowsPerPiece: Int { 4_096 }

  private(set) var pieces: [Piece] = []
  private(set) var count = 0
  private(set) var byteCount = 0

  /// - Parameter number: greater than that of the row before.
  mutating func append(_ row: Row, number: UInt64, texts: [String]) {
    if !isNext(number) { startPiece(at: number) }
    let last = pieces.count - 1
    pieces[last].rows.append(row)
    pieces[last].textStarts.append(UInt32(pieces[last].texts.count))
    for text in texts { pieces[last].texts.append(contentsOf: text.utf8) }
    count += 1
    byteCount += MemoryLayout<Row>.stride + 4 + texts.reduce(0) { $0 + $1.utf8.count }
  }

  private func isNext(_ number: UInt64) -> Bool {
    guard let last = pieces.last, last.rows.count < Self.rowsPerPiece else { return false }
    return last.firstRow + UInt64(last.rows.count) == number
  }

  /// Arrays have grown by doubling: what the last piece has too much is given back.
  private mutating func startPiece(at number: UInt64) {
    if var full = pieces.popLast() {
      full.rows = full.rows.map { $0 }
      full.texts = full.texts.map { $0 }
      pieces.append(full)
    }
    pieces.append(Piece(firstRow: number))
  }
}

/// The texts of a packed row, in the order in which they were given.
struct RowTexts {
  fileprivate let bytes: [UInt8]
  fileprivate var position: Int

  mutating func next(_ count: some BinaryInteger) -> String {
    defer { position += Int(count) }
    return String(decoding: bytes[position..<position + Int(count)], as: UTF8.self)
  }
}

/// Texts that many rows share, each kept once.
struct DistinctTexts: Sendable {
  private(set) var texts: [String] = []
  private var places: [String: UInt32] = [:]
  private(set) var byteCount = 0

  /// - Parameter text: ASCII, so that equal texts have equal bytes.
  mutating func place(of text: String) -> UInt32 {
    if let known = places[text] { return known }
    let place = UInt32(texts.count)
    texts.append(text)
    places[text] = place
    // With its places in both, and what each allocation takes.
    byteCount += text.utf8.count + 128
    return place
  }
}
