import Foundation
import Glibc
import TestSupport
import Testing

@testable import OrgKeyWire

/// What the built daemon makes of a damaged database.
@Suite struct DamagedFileTests {
  let daemon: DaemonProcess
  let keys: [(id: String, text: SecretText)]
  init() throws {
    daemon = try DaemonProcess()
    let client = try RawClient(daemon.socket)
    for id in ["acme", "beta"] { try client.put(id) }
    keys = try (0..<12).map { try client.issue($0 < 8 ? "acme" : "beta") }
    for key in keys.prefix(4) { try client.revoke(key.id) }
    #expect(daemon.end(SIGTERM) == 0)
  }

  private func quarantinedRows(_ client: RawClient) throws -> UInt64? {
    guard case .getStatistics(let told) = try client.result(.getStatistics(.init())) else {
      return nil
    }
    return told.quarantinedRowCount
  }

  @Test func rowsThatAreDamagedDenyAndAreLoggedAndCounted() throws {
    _ = try Shell.output(
      """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1])
      database.execute("UPDATE keys SET revoked_at = 0 WHERE number = 2")
      database.execute("UPDATE secrets SET hint = 'x' WHERE number = 6")
      database.execute("UPDATE organizations SET suspended = 1 WHERE id = 'beta'")
      database.commit()
      """, daemon.database)
    try daemon.start()
    let client = try RawClient(daemon.socket)
    for (index, key) in keys.enumerated() {
      let isIntact = [4, 6, 7].contains(index)
      #expect(try (client.authorize(key.text).decision == .allowed) == isIntact, "\(index)")
    }
    let rows = [
      "row 2 of table keys: its checksum is wrong",
      "row 6 of table secrets: its checksum is wrong",
      "row 2 of table organizations: its checksum is wrong",
      // The secret of the key that is not served.
      "row 2 of table secrets: it belongs to a row that is missing or quarantined",
    ]
    for row in rows { #expect(daemon.logged.contains("not served: \(row)"), "\(daemon.logged)") }
    #expect(try quarantinedRows(client) == UInt64(rows.count))
    #expect(daemon.end(SIGTERM) == 0)
  }

  @Test func fileThatIsDamagedIsServedWithoutHarmOrRefusedInWords() throws {
    let database = URL(filePath: daemon.database)
    let intact = try Data(contentsOf: database)
    var random = Xoshiro(seed: 6)
    var (served, refused) = (0, 0)
    for round in 0..<Campaign.count(20, long: 200) {
      var damaged = intact
      if round % 10 == 9 {
        damaged.removeLast(1 + random.below(damaged.count))
      } else {
        let end = round % 3 == 0 ? 4_096 : damaged.count
        damaged[random.below(end)] ^= 1 << UInt8(random.below(8))
      }
      try damaged.write(to: database)
      let check = try Ended(["--check-database", daemon.database])
      #expect([0, 78].contains(check.status), "\(check.status) \(check.errors)")
      #expect(!(check.output + check.errors).isEmpty)
      do {
        try daemon.start()
        let client = try RawClient(daemon.socket)
        for key in keys.prefix(4) {
          #expect(try client.authorize(key.text).decision != .allowed)
        }
        if check.status == 0 { #expect(try quarantinedRows(client) == 0) }
        #expect(daemon.end(SIGTERM) == 0)
        served += 1
      } catch let error as DaemonProcess.DidNotServe {
        let last = error.log.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("orgkeyd: "), "\(last)")
        #expect(check.status != 0)
        refused += 1
      }
    }
    print("damaged: \(served) served, \(refused) refused")
    #expect(served > 0 && refused > 0)
  }
}
