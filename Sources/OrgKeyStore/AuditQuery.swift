/// An event of the audit trail: a change that was made, and by whom.
package struct AuditEntry: Equatable, Sendable {
  package var sequence: Int64
  /// Unix milliseconds.
  package var at: Int64
  package var method: String
  package var keyID: String
  /// The organization's number; 0: of none.
  package var organization: Int64
  package var organizationID: String
  package var actor: String
  package var uid: UInt32
  package var gid: UInt32
  package var pid: UInt32
  package var actingOrganizationID: String
  package var secretVersion: UInt32
  /// JSON.
  package var detail: String

  /// Columns as `init(reading:)` takes them.
  static let select = """
    SELECT sequence, at, method, key_id, organization, organization_id, actor, uid, gid, pid,
      acting_organization_id, secret_version, detail FROM audit
    """

  init(reading row: Statement) {
    sequence = row.integer(0)
    at = row.integer(1)
    method = row.text(2)
    keyID = row.text(3)
    organization = row.integer(4)
    organizationID = row.text(5)
    actor = row.text(6)
    uid = UInt32(clamping: row.integer(7))
    gid = UInt32(clamping: row.integer(8))
    pid = UInt32(clamping: row.integer(9))
    actingOrganizationID = row.text(10)
    secretVersion = UInt32(clamping: row.integer(11))
    detail = row.text(12)
  }

  /// Bytes that it takes in a list, or a little more.
  var sizeBound: Int {
    [method, keyID, organizationID, actor, actingOrganizationID, detail]
      .reduce(100) { $0 + $1.utf8.count }
  }
}

/// Which events a listing shows. What is left as it is restricts nothing.
package struct AuditFilter: Sendable {
  /// Also of keys that are deleted.
  package var keyID = ""
  /// By number, also deleted ones; empty: all.
  package var organizations: [Int64] = []
  /// As the tree is now; what was deleted lies where it stood.
  package var includeDescendants = false
  /// Unix milliseconds, both ends included.
  package var times: ClosedRange<Int64>?
  /// The number of the organization that the reader acts for: what an event tells of others than
  /// it and those below is left out. 0: the reader may see everything.
  package var actingFor: Int64 = 0

  package init() {}
}

/// Which way a listing goes, and from where.
package enum AuditOrder: Sendable {
  /// What is behind a sequence; 0: all.
  case oldestFirst(after: Int64)
  /// What is in front of a sequence.
  case newestFirst(before: Int64)
}

/// One page of a listing.
package struct AuditPage: Sendable {
  package var events: [AuditEntry] = []
  /// Where the next page begins: behind, or in front of, this sequence; 0: there is none.
  package var next: Int64 = 0
}

extension Reader {
  /// Events of the audit trail. A page may be short or empty though more follow.
  ///
  /// - Parameter bytes: at which a page ends.
  package func auditEvents(
    _ filter: AuditFilter, _ order: AuditOrder, limit: Int, bytes: Int
  ) throws(StoreError) -> AuditPage {
    try snapshot { () throws(StoreError) in
      let scan = try AuditScan(filter, order, connection)
      var page = try scan.page(limit: limit, bytes: bytes)
      if filter.actingFor != 0 {
        let veil = AuditVeil(Subtree([filter.actingFor], connection), connection)
        for index in page.events.indices { try veil.cover(&page.events[index]) }
      }
      return page
    }
  }

  /// The numbers of the organizations that had an identifier before they were deleted.
  package func deletedOrganizations(_ id: String) throws(StoreError) -> [Int64] {
    var numbers: [Int64] = []
    try connection.each("SELECT number FROM deleted_organizations WHERE id = ?", [.text(id)]) {
      row in
      numbers.append(row.integer(0))
      return true
    }
    return numbers
  }
}
