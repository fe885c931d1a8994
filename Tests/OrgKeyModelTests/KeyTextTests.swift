import TestSupport
import Testing

@testable import OrgKeyModel

@Suite struct KeyTextTests {
  let prefix = KeyPrefix("pc")!
  let live = Environment("live")!

  private func make(_ generator: inout Xoshiro, environment: Environment? = nil) -> [UInt8] {
    var buffer = [UInt8](repeating: 0xEE, count: KeyText.maximumBytes)
    var span = buffer.mutableSpan
    let count = KeyText.write(prefix: prefix, environment: environment ?? live, into: &span) {
      for index in $0.indices { $0[index] = UInt8.random(in: .min ... .max, using: &generator) }
    }
    #expect(buffer[count...].allSatisfy { $0 == 0 })
    return Array(buffer[..<count])
  }

  @Test func crcOfTheCheckString() {
    #expect(Checksum.crc32("123456789".utf8.span) == 0xCBF4_3926)
    #expect(Checksum.crc32("".utf8.span) == 0)
    #expect(Checksum.crc32("a".utf8.span) == 0xE8B7_BE43)
    #expect(
      Checksum.crc32("The quick brown fox jumps over the lazy dog".utf8.span) == 0x414F_A339)
  }

  @Test(arguments: [
    (0, "000000"), (61, "00000z"), (62, "000010"), (UInt32.max, "4gfFC3"),
  ]) func checkIsSixDigitsOfBase62(number: UInt32, text: String) {
    let digits = (0..<6).map { Checksum.digit($0, of: number) }
    #expect(String(decoding: digits, as: UTF8.self) == text)
  }

  @Test func madeTextHasOurShapeAndNoOneByteErrorPasses() {
    var generator = Xoshiro(seed: 1)
    let text = make(&generator)
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("pc_live_"))
    #expect(text.count == 46)
    #expect(KeyText.shape(of: text.span, prefix: prefix) == .own)
    #expect(KeyDiagnosis(text.span) == .sound)
    for position in 8..<46 {
      var wrong = text
      wrong[position] = wrong[position] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
      #expect(KeyText.shape(of: wrong.span, prefix: prefix) == .ownWithWrongCheck)
      #expect(KeyDiagnosis(wrong.span) == .wrongCheck)
    }
  }

  @Test func longestTextFits() {
    var generator = Xoshiro(seed: 2)
    let long = String(repeating: "e", count: 16)
    let text = make(&generator, environment: Environment(long))
    #expect(text.count == 2 + 1 + 16 + 1 + 38)
    #expect(KeyText.shape(of: text.span, prefix: prefix) == .own)
  }

  @Test func failureOfTheRandomSourceIsPassedOn() {
    struct Failure: Error {}
    var buffer = [UInt8](repeating: 0, count: KeyText.maximumBytes)
    #expect(throws: Failure.self) {
      var span = buffer.mutableSpan
      _ = try KeyText.write(prefix: prefix, environment: live, into: &span) { _ throws(Failure) in
        throw Failure()
      }
    }
  }

  /// 62 digits over 320,000 draws: chi-square with 61 degrees of freedom stays below 130 with
  /// all but 1 in 10^6; a bare remainder (8 of 62 digits a quarter likelier) gives over 2,000.
  @Test func digitsOfABodyAreEven() {
    var generator = Xoshiro(seed: 3)
    var counts = [UInt8: Int]()
    let keys = 10_000
    for _ in 0..<keys {
      for byte in make(&generator)[8..<40] { counts[byte, default: 0] += 1 }
    }
    #expect(counts.count == 62)
    #expect(chiSquare(counts.values, total: keys * 32) < 130)
  }

  @Test func digitsOfAKeyIDAreEven() {
    var generator = Xoshiro(seed: 4)
    var counts = [UInt8: Int]()
    var seen = Set<KeyID>()
    for _ in 0..<10_000 {
      let id = KeyID { span in
        for index in span.indices {
          span[index] = UInt8.random(in: .min ... .max, using: &generator)
        }
      }
      seen.insert(id)
      #expect(KeyID(id.text) == id)
      for byte in id.text.utf8.dropFirst(4) { counts[byte, default: 0] += 1 }
    }
    #expect(seen.count == 10_000)
    #expect(counts.count == 36)
    #expect(chiSquare(counts.values, total: 160_000) < 95)
  }

  private func chiSquare(_ counts: some Collection<Int>, total: Int) -> Double {
    let expected = Double(total) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }
}

@Suite struct KeyDiagnosisTests {
  private let body = "pc_live_" + String(repeating: "a", count: 38)

  @Test func tellsWhatIsWrong() {
    for (text, expected) in [
      ("", KeyDiagnosis.empty), ("Bearer " + body, .bearer), ("bearer x", .bearer),
      ("\"\(body)\"", .quoted), ("'\(body)", .quoted), (body + "\n", .surrounded),
      ("pc_live_ aaa", .whitespace), (" " + body, .surrounded), (body + "\n\"", .quoted),
      ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", .webToken),
      (String(repeating: "k", count: 257), .tooLong), ("pc_live_\u{1}", .notPrintable),
      ("schlüssel", .notPrintable), (body, .wrongCheck), (body + "bb", .wrongLength(excess: 2)),
      (String(body.dropLast()), .wrongLength(excess: -1)), ("pc_live_", .unknownForm),
      ("sk-whatever", .unknownForm), ("pc_live_" + String(repeating: "-", count: 38), .unknownForm),
      ("PC_live_" + String(repeating: "a", count: 38), .unknownForm),
    ] {
      #expect(KeyDiagnosis(text.utf8.span) == expected)
    }
  }

  @Test func anyPrefixMayBeSound() {
    let head = "acme_test_" + String(repeating: "0", count: 32)
    let crc = Checksum.crc32(head.utf8.span)
    let text = head + String(decoding: (0..<6).map { Checksum.digit($0, of: crc) }, as: UTF8.self)
    #expect(KeyDiagnosis(text.utf8.span) == .sound)
    #expect(KeyText.shape(of: text.utf8.span, prefix: KeyPrefix("pc")!) == .foreign)
    #expect(KeyText.hint(of: text.utf8.span) == "acme_test_…" + text.suffix(4))
  }
}
