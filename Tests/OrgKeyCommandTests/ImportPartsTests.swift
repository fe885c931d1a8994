import OrgKey
import Testing

@testable import OrgKeyCommand

/// From a file's bytes to rows, and from rows back to its lines.
@Suite struct ImportPartsTests {
  private static let digest = String(repeating: "0a", count: 32)

  /// The rows of a text and, where there are any, its faults by line.
  private func read<Row: FileRow>(
    _ type: Row.Type, _ records: any RecordReader<Row.Column>, _ text: String
  ) -> (rows: [Row], faults: [UInt64: String]) {
    var records = records
    var rows: [Row] = []
    var faults: [UInt64: String] = [:]
    func take(_ record: () throws(ReadError) -> ImportRecord<Row.Column>?) -> Bool {
      do throws(ReadError) {
        guard let record = try record() else { return true }
        do throws(ImportFault) { rows.append(try Row(record)) } catch {
          faults[error.line] = error.message
        }
        return true
      } catch {
        switch error {
        case .row(let fault): faults[fault.line] = fault.message
        case .file(let fault):
          faults[fault.line] = fault.message
          return false
        }
        return true
      }
    }
    for byte in text.utf8 {
      guard take({ () throws(ReadError) in try records.take(byte) }) else { return (rows, faults) }
    }
    _ = take { () throws(ReadError) in try records.end() }
    return (rows, faults)
  }

  private func organizations(csv text: String) -> ([ImportedOrganization], [UInt64: String]) {
    read(ImportedOrganization.self, CSVRecords<OrganizationColumn>(), text)
  }

  private func organizations(json text: String) -> ([ImportedOrganization], [UInt64: String]) {
    read(ImportedOrganization.self, JSONRecords<OrganizationColumn>(), text)
  }

  private func keys(csv text: String) -> ([ImportedKey], [UInt64: String]) {
    read(ImportedKey.self, CSVRecords<KeyColumn>(), text)
  }

  private func keys(json text: String) -> ([ImportedKey], [UInt64: String]) {
    read(ImportedKey.self, JSONRecords<KeyColumn>(), text)
  }

  @Test func takesColumnsInAnyOrderAndUnderEitherName() {
    let expected = [
      ImportedOrganization(id: "a"), ImportedOrganization(id: "b", parentID: "a", name: "B, the"),
    ]
    #expect(organizations(csv: "id,parent,name\na,,\nb,a,\"B, the\"\n").0 == expected)
    #expect(organizations(csv: "name,organization_id,parent_id\n,a,\n\"B, the\",b,a").0 == expected)
    let json = """
      {"id": "a", "parent": null, "name": ""}
      {"name": "B, the", "organization_id": "b", "parent_id": "a"}
      """
    #expect(organizations(json: json).0 == expected)
    #expect(organizations(json: json.replacing("\n", with: "\r\n\r\n")).0 == expected)
    #expect(organizations(csv: "id\na\n").0 == [ImportedOrganization(id: "a")])
  }

  @Test(
    arguments: [
      ("id,nom\na,b", "\"nom\""), ("name\na", "id"), ("id,id\na,b", "two columns"),
      ("id,organization_id\na,b", "two columns"), ("id;name\na;b", "commas"),
      ("id\tname\na\tb", "commas"), ("", "empty"), ("\n\n", "empty"), (",id\n", "column 1"),
      ("ID\na", "\"ID\""),
    ] as [(String, String)])
  func refusesAHeaderThatNamesNoColumns(text: String, said: String) {
    let (rows, faults) = organizations(csv: text)
    #expect(rows.isEmpty)
    #expect(faults[1]?.contains(said) == true, "\(faults)")
  }

  @Test func namesTheLineOfEachFault() {
    let (rows, faults) = organizations(csv: "id,name\na\nb,\"x\ny\"\n\n,z\nc,d,e\nf,g\n")
    #expect(rows.map(\.id) == ["b", "f"])
    #expect(faults.keys.sorted() == [2, 6, 7])
    let json = """
      {"id": "a"}
      {"id": "b", "more": 1}
      ["id"]
      {"id": 5}
      {"id": "c", "name": ["x"]}
      {"id": "d", "organization_id": "e"}

      {"id": "f"
      {"name": "g"}
      {"id": "h"}
      """
    let (read, wrong) = organizations(json: json)
    #expect(read.map(\.id) == ["a", "h"])
    #expect(wrong.keys.sorted() == [2, 3, 4, 5, 6, 8, 9])
    #expect(wrong[2]?.contains("\"more\"") == true)
  }

  @Test func takesAllOfAKey() {
    let csv = """
      sha256,hint,organization,name,environment,permissions,created_at,expires_at,rate_limit,labels
      \(Self.digest.uppercased()),pc_live_…3fA9,acme,CRM,test,contacts:*; deals:read;,\
      2026-01-31T09:30:00Z,2099-01-31T09:30:00.500+01:00,100/1h,crm=1; team=a=b
      \(Self.digest),,acme,CRM,,,,,,
      """
    let full = ImportedKey(
      sha256: [UInt8](repeating: 10, count: 32), hint: "pc_live_…3fA9", organizationID: "acme",
      name: "CRM", environment: "test", permissions: ["contacts:*", "deals:read"],
      createdAt: TimeText.parse("2026-01-31T09:30:00Z"),
      expiresAt: TimeText.parse("2099-01-31T08:30:00.500Z"),
      rateLimit: RateLimit(limit: 100, window: .seconds(3_600)),
      labels: [Label(name: "crm", value: "1"), Label(name: "team", value: "a=b")])
    let least = ImportedKey(sha256: full.sha256, hint: "", organizationID: "acme", name: "CRM")
    let (rows, faults) = keys(csv: csv)
    #expect(rows == [full, least], "\(faults)")
    let json = """
      {"sha256": "\(Self.digest)", "hint": "pc_live_…3fA9", "organization_id": "acme", \
      "name": "CRM", "environment": "test", "permissions": ["contacts:*", "deals:read"], \
      "created_at": "2026-01-31T09:30:00Z", "expires_at": "2099-01-31T08:30:00.500Z", \
      "rate_limit": "100/1h", "labels": {"team": "a=b", "crm": "1"}}
      {"sha256": "\(Self.digest)", "organization": "acme", "name": "CRM"}
      """
    #expect(keys(json: json).0 == [full, least])
  }

  @Test(
    arguments: [
      ("sha256", "abc"), ("sha256", "\(Self.digest)0"), ("sha256", "\(Self.digest.dropLast())g"),
      ("sha256", ""), ("organization", ""), ("name", ""), ("created_at", "yesterday"),
      ("expires_at", "1767225600000"), ("rate_limit", "100"), ("labels", "crm"), ("labels", "=1"),
    ] as [(String, String)])
  func refusesAValueOfTheWrongForm(column: String, value: String) {
    var values = ["sha256": Self.digest, "organization": "acme", "name": "n"]
    values[column] = value
    let text =
      values.keys.joined(separator: ",") + "\n" + values.values.joined(separator: ",") + "\n"
    let (rows, faults) = keys(csv: text)
    #expect(rows.isEmpty)
    #expect(faults[2]?.contains(column) == true, "\(faults)")
  }

  @Test func refusesKeysWhereverTheyStandAndNeverRepeatsThem() {
    let body = "pc_live_0000000000000000000000000000000"
    for key in [body + "0000000", "eyJhbGciOi.eyJzdWIi.c2ln", "sk_test_4711AbCd"] {
      let texts = [
        "sha256,organization,name\n\(key),acme,n\n", "\(key),acme,n\n",
        "sha256,organization,\(key)\n",
      ]
      for text in texts {
        let (rows, faults) = keys(csv: text)
        #expect(rows.isEmpty && faults.count == 1)
        #expect(!faults.values.contains { $0.contains(key) }, "\(faults)")
      }
      for text in ["{\"sha256\": \"\(key)\"}", "{\"\(key)\": \"\"}", "\"\(key)\"", key] {
        let (rows, faults) = keys(json: text)
        #expect(rows.isEmpty && faults.count == 1)
        #expect(!faults.values.contains { $0.contains(key) }, "\(faults)")
      }
    }
    for (column, value) in [("hint", body + "0000000"), ("labels", "k=" + body + "0000000")] {
      let (rows, faults) = keys(
        csv: "sha256,organization,name,\(column)\n\(Self.digest),acme,n,\(value)\n")
      #expect(rows.isEmpty)
      #expect(faults[2]?.contains("sha256sum") == true, "\(faults)")
    }
  }

  @Test func findsTheLineOfARow() {
    let all: [UInt64] = [2, 3, 7, 8, 9, 20, 21]
    var lines = LineNumbers()
    for line in all { lines.add(line: line) }
    #expect((1...7).map { lines[$0] } == all)
    var plain = LineNumbers()
    for row: UInt64 in 1...1_000 { plain.add(line: row + 1) }
    #expect(plain[1_000] == 1_001)
  }

  @Test func drawsHowFarItIs() {
    #expect(ProgressBar.line(0.5, "7 rows", width: 30) == "[#######-------]   50%  7 rows")
    #expect(ProgressBar.line(1, "x", width: 80).hasPrefix("[" + String(repeating: "#", count: 40)))
    #expect(ProgressBar.line(nil, "7 rows", width: 30) == "7 rows")
    for width in 1...90 {
      for share in [nil, 0, 0.31, 1] as [Double?] {
        #expect(ProgressBar.line(share, "5000 rows", width: width).count <= width)
      }
    }
  }

  @Test func quotesWordsForAShell() {
    #expect(ShellWord.quoted("/var/b-1.db") == "/var/b-1.db")
    #expect(ShellWord.quoted("a b") == "'a b'")
    #expect(ShellWord.quoted("it's $(x)") == "'it'\\''s $(x)'")
    #expect(ShellWord.quoted("") == "''")
  }
}
