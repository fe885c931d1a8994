import Foundation
import OrgKeyModel
@testable import OrgKeyStore
import Testing

/// Large tables are read in stretches that begin where SQLite finds a number. Damage to numbers
/// must cost no more than the rows that it hit.
@Suite(.timeLimit(.minutes(2))) struct StretchTests {
  let directory: TemporaryDirectory
  /// More than two stretches; two bytes of a number as SQLite writes it.
  private let count = 10_000

  init() throws {
    directory = try TemporaryDirectory()
    let store = try directory.open()
    try store.fill(keys: count)
    try store.close()
  }

  /// As SQLite writes a number of 128 to 16,383.
  private func varint(_ number: Int) -> [UInt8] {
    [UInt8(number >> 7) | 0x80, UInt8(number & 0x7F)]
  }

  /// Damages the file, looks at what is loaded from it, and mends it.
  private func whenDamaged(
    missing: Int?, _ comment: Comment, _ damage: (inout Data) throws -> Void
  ) throws {
    let url = URL(filePath: directory.database)
    let whole = try Data(contentsOf: url)
    var damaged = whole
    try damage(&damaged)
    try damaged.write(to: url)
    try check(missing, comment)
    try whole.write(to: url)
  }

  /// What the daemon finds, and what --check-database finds, which reads by one thread.
  private func check(_ missing: Int?, _ comment: Comment) throws {
    let intact = (1...Int64(count)).filter { $0 != missing.map(Int64.init) }
    let loaded = try loadOnce()
    #expect(loaded.keys.map(\.number) == intact, comment)
    #expect(loaded.secrets.map(\.key) == intact, comment)
    let report = try CheckReport(checking: directory.database)
    #expect(report.keys == intact.count && report.secrets == intact.count, comment)
  }

  private func loadOnce() throws -> Loaded {
    let store = try directory.open()
    defer { try? store.close() }
    return try store.loadAll()
  }

  @Test func numberWhenHitCostsItsRowAlone() throws {
    let hits = [
      (200, 16_383), (4095, 16_383), (4096, 16_383), (4097, 16_383), (4098, 16_383), (4097, 130),
      (5000, 130), (8192, 130), (8193, 130), (8193, 16_383), (8194, 4097), (10_000, 130),
    ]
    for (number, wrong) in hits {
      try whenDamaged(missing: number, "\(number) became \(wrong)") { file in
        // Behind the number: the length of the row's header, and the types of two columns.
        let places = file.ranges(of: varint(number) + [17, 0, 53])
        try #require(places.count == 1)
        file.replaceSubrange(places[0].lowerBound..<places[0].lowerBound + 2, with: varint(wrong))
      }
    }
  }

  @Test(arguments: ["keys", "secrets"]) func pointerWhenHitCostsNothing(table: String) throws {
    let root = try root(of: table)
    // A search begins in the middle.
    for eighth in [1, 4, 7] {
      try whenDamaged(missing: nil, "at \(eighth)/8") { file in
        let page = Int(root - 1) * 4096
        try #require(file[page] == 5, "an inner page")
        let cells = Int(file[page + 3]) << 8 | Int(file[page + 4])
        let pointer = page + 12 + 2 * ((cells - 1) * eighth / 8)
        let cell = page + (Int(file[pointer]) << 8 | Int(file[pointer + 1]))
        try #require(file[cell + 4] & 0x80 != 0, "a number of two bytes")
        file[cell + 4] = 0xFF
      }
    }
  }

  private func root(of table: String) throws -> Int64 {
    let store = try directory.open()
    defer { try? store.close() }
    return try store.count("SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'")
  }

  @Test func checksumsStayWhatTheyWere() {
    let known: [(Int, Int64)] = [
      (0, -4_358_652_812_620_176_517), (1, -4_714_647_999_390_216_551),
      (7, 5_000_691_339_502_426_664), (8, 1_027_357_070_213_721_169),
      (9, 7_958_530_653_307_918_257), (12, -7_814_323_033_798_372_403),
      (15, -2_695_034_813_337_516_575), (16, -5_866_876_121_090_184_583),
      (17, 7_232_612_649_359_112_739), (20, 4_038_157_919_748_261_832),
      (23, -8_602_528_749_739_267_166), (24, 4_766_285_529_226_975_269),
    ]
    for (count, checksum) in known {
      let bytes = (0..<count).map { UInt8(0x41 + $0) }
      #expect(Checksum.of(.permissionSets, number: 7, [.blob(bytes)]) == checksum, "\(count)")
    }
  }
}
