package import OrgKeyModel

/// Reads what is on disk, on a thread of its own, by a connection that can't write. Close it
/// before the `Store`.
package final class Reader {
  let connection: Connection

  /// - Parameter files: of a `Store` that is open.
  package init(_ files: DatabaseFiles) throws(StoreError) {
    connection = try Connection(files.database, .read)
    try connection.applySettings()
  }

  package func close() { connection.close() }

  /// All that is known of a key; nil if there is none of this id.
  ///
  /// - Throws: `.damaged` if a row of it fails its checksum.
  package func key(_ id: KeyID, now: Int64) throws(StoreError) -> KeyDetails? {
    try snapshot { () throws(StoreError) in
      let row = try connection.row(KeyRow.self, where: "key_id = ?", .text(id.text))
      guard let row else { return nil }
      return try connection.details(of: row, at: now)
    }
  }

  /// What is on disk of organizations, in the order asked for; those that are gone left out.
  package func organizations(
    _ numbers: [Int64]
  ) throws(StoreError) -> [OrganizationDetails] {
    try snapshot { () throws(StoreError) in
      var details: [OrganizationDetails] = []
      for number in numbers {
        let row = try connection.row(OrganizationRow.self, where: "number = ?", .integer(number))
        if let row { details.append(try connection.details(of: row)) }
      }
      return details
    }
  }

  /// Lets `body` see one state of the database, however often it reads.
  func snapshot<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try connection.run("BEGIN")
    do throws(StoreError) {
      let result = try body()
      try connection.run("COMMIT")
      return result
    } catch {
      if connection.isInTransaction { try? connection.run("ROLLBACK") }
      throw error
    }
  }
}
