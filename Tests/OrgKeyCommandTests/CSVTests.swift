import Testing

@testable import OrgKeyCommand

@Suite struct CSVTests {
  private func rows(_ bytes: [UInt8]) throws -> [CSVParser.Row] {
    var parser = CSVParser()
    var rows: [CSVParser.Row] = []
    for byte in bytes { if let row = try parser.take(byte) { rows.append(row) } }
    if let row = try parser.end() { rows.append(row) }
    return rows
  }

  private func values(_ text: String) throws -> [[String]] {
    try rows(Array(text.utf8)).map(\.values)
  }

  @Test(
    arguments: [
      ("", []), ("a", [["a"]]), ("a\n", [["a"]]), ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
      (",", [["", ""]]), (",\n", [["", ""]]), ("a,\n,b", [["a", ""], ["", "b"]]),
      ("\"a\"", [["a"]]), ("\"\"", [[""]]), ("\"\"\n", [[""]]), ("\"a,b\",c", [["a,b", "c"]]),
      ("\"a\"\"b\"", [["a\"b"]]), ("\"\"\"\"", [["\""]]), ("\"\"\"a\"\"\"", [["\"a\""]]),
      ("\"a\nb\"\nc", [["a\nb"], ["c"]]), ("\"a\r\nb\",x\r\n", [["a\r\nb", "x"]]),
      ("\"\r\",x\n", [["\r", "x"]]), ("\"\",\"\"", [["", ""]]), (" a , b ", [[" a ", " b "]]),
      ("a\n\n\r\nb\n\n", [["a"], ["b"]]), ("ä,日本\n", [["ä", "日本"]]), ("a\r\n", [["a"]]),
      ("a,\r\n", [["a", ""]]),
    ] as [(String, [[String]])])
  func readsAsRFC4180Says(text: String, expected: [[String]]) throws {
    #expect(try values(text) == expected)
  }

  @Test(
    arguments: [
      ("a\nb\"c\"\n", 2), ("\"a\"b", 1), ("\"a\" ,b", 1), ("x\n\"a\nb", 2), ("x\n\n\"", 3),
      ("a\rb", 1), ("\"a\"\rb", 1), ("x\na\r\r\n", 2), ("a\n\"b\nc\"d", 3), ("a\0b\n", 1),
    ] as [(String, UInt64)])
  func refusesWhatMeansNothing(text: String, line: UInt64) {
    #expect {
      try values(text)
    } throws: { error in
      guard case ReadError.file(let fault) = error else { return false }
      return fault.line == line
    }
  }

  @Test func countsLinesAsAnEditorDoes() throws {
    let lines = try rows(Array("a\n\n\"b\n\nc\"\nd\r\n\r\ne".utf8)).map(\.line)
    #expect(lines == [1, 3, 6, 8])
  }

  @Test func refusesWhatIsNoUTF8() throws {
    for bytes in [[0x61, 0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0xAF]] as [[UInt8]] {
      #expect(throws: ReadError.self) { try rows(bytes) }
    }
    // Equal as Swift compares, different as bytes: neither becomes the other.
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    let read = try values("\(composed),\(decomposed)")[0]
    #expect(read.map { Array($0.utf8) } == [Array(composed.utf8), Array(decomposed.utf8)])
  }

  @Test func endsARowThatNeverEnds() throws {
    let most = ImportLimits.recordBytes
    #expect(try values(String(repeating: "a", count: most)).count == 1)
    #expect(throws: ReadError.self) { try values(String(repeating: "a", count: most + 1)) }
    #expect(throws: ReadError.self) { try values("\"" + String(repeating: "\n", count: most)) }
  }

  @Test func writesAndReadsTheSame() throws {
    var random = SystemRandomNumberGenerator()
    let alphabet = Array("ab,\"\n\r é;")
    for _ in 0..<2_000 {
      let table = (0..<3).map { _ in
        (0..<2).map { _ in
          String(
            (0..<Int.random(in: 0...6, using: &random)).map { _ in
              alphabet.randomElement(using: &random) ?? "a"
            })
        }
      }
      let text = table.map { row in
        row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
      }.joined(separator: Bool.random(using: &random) ? "\n" : "\r\n")
      let read = try values(text)
      #expect(read.map { $0.map { Array($0.utf8) } } == table.map { $0.map { Array($0.utf8) } })
    }
  }
}
