import OrgKeyModel

extension Transaction {
  /// Makes organizations, parents in whatever order: all, or none if any row has a fault. One that
  /// exists with the parent that is given is renamed, if a name is given, or else skipped. With
  /// another parent, or with one where none is given, it is a fault: keys would reach further than
  /// whoever wrote the rows believes.
  ///
  /// - Parameter isDryRun: all is checked and nothing made.
  package mutating func importOrganizations(
    _ staged: StagedOrganizations, isDryRun: Bool, by author: Author
  ) throws -> ImportOutcome {
    try requireReachOfAll(author)
    var plan = OrganizationPlan(staged)
    try plan.compare(with: self)
    try plan.findDepths(in: self)
    guard plan.faults.isEmpty else { return ImportOutcome(faults: plan.faults.list) }
    let (made, renamed) = (plan.made, plan.renamed)
    if !made.isEmpty { try requireSpace(for: staged) }
    if !isDryRun {
      mutations.reserveCapacity(mutations.count + made.count)
      try connection.growCache()
      for place in made { try make(place, of: &plan, by: author) }
      for row in renamed {
        let existing = try organization(number: row.organization)
        _ = try rename(existing, row.given.name, "ImportOrganizations", by: author)
      }
    }
    return ImportOutcome(importedCount: made.count + renamed.count)
  }

  private mutating func make(
    _ place: Int, of plan: inout OrganizationPlan, by author: Author
  ) throws(StoreError) {
    let given = plan.rows[place].given
    var row = OrganizationRow(
      id: given.id, parent: plan.parentNumber(of: place), name: given.name, createdAt: now)
    try insert(&row)
    plan.rows[place].organization = row.number
    mutations.append(.addOrganization(row.record))
    try audit(
      "ImportOrganizations", by: author, organization: row, row.audited(parentID: given.parentID))
  }
}

/// What the rows of an import come to: which organizations there will be, and where.
private struct OrganizationPlan {
  enum Parent {
    case none
    /// In another row, by its place.
    case row(Int)
    /// In no row, by its number.
    case existing(Int64)
    /// In a row with a fault of its own.
    case rejected
    case missing
  }

  struct Row {
    let row: UInt64
    let given: ImportedOrganization
    var parent = Parent.none
    /// The organization's number; 0: it is new.
    var organization: Int64 = 0
    /// Where it is, if it exists.
    var existingParent: Int64 = 0
    var isRenamed = false
    /// Levels below its root, of one that is new.
    var depth = unknown
  }

  private static let unknown = -1
  private static let onPath = -2

  private(set) var faults: RowFaults
  var rows: [Row] = []
  private var places: [String: Int] = [:]
  private let rejectedIDs: Set<String>
  /// Numbers of parents that have no row; 0: there is none of this identifier.
  private var others: [String: Int64] = [:]
  /// Of organizations that exist, by number.
  private var depths: [Int64: Int] = [:]

  init(_ staged: StagedOrganizations) {
    faults = staged.faults
    rejectedIDs = staged.rejectedIDs
    rows.reserveCapacity(staged.count)
    places.reserveCapacity(staged.count)
    staged.each { add($1, row: $0) }
  }

  /// The same row again adds nothing.
  private mutating func add(_ given: ImportedOrganization, row: UInt64) {
    guard let first = places[given.id] else {
      places[given.id] = rows.count
      return rows.append(Row(row: row, given: given))
    }
    let other = rows[first].given
    if other.parentID == given.parentID && other.name.utf8.elementsEqual(given.name.utf8) { return }
    faults.add(
      row, "organization_id: row \(rows[first].row) has it too, with another parent or name")
  }

  /// New organizations, parents before children.
  var made: [Int] {
    rows.indices.filter { rows[$0].organization == 0 }
      .sorted { (rows[$0].depth, $0) < (rows[$1].depth, $1) }
  }

  var renamed: [Row] { rows.filter(\.isRenamed) }

  func parentNumber(of place: Int) -> Int64 {
    switch rows[place].parent {
    case .row(let parent): rows[parent].organization
    case .existing(let number): number
    case .none, .rejected, .missing: 0
    }
  }
}

// Against what exists.
extension OrganizationPlan {
  mutating func compare(with transaction: Transaction) throws(StoreError) {
    for place in rows.indices {
      let given = rows[place].given
      guard let existing = try transaction.organization(id: given.id) else { continue }
      rows[place].organization = existing.number
      rows[place].existingParent = existing.parent
      rows[place].isRenamed =
        !given.name.isEmpty && !given.name.utf8.elementsEqual(existing.name.utf8)
    }
    for place in rows.indices where !faults.isFull {
      rows[place].parent = try parent(rows[place].given.parentID, in: transaction)
      checkParent(of: place)
    }
  }

  private mutating func parent(
    _ id: String, in transaction: Transaction
  ) throws(StoreError) -> Parent {
    if id.isEmpty { return .none }
    if let place = places[id] { return .row(place) }
    if others[id] == nil { others[id] = try transaction.organization(id: id)?.number ?? 0 }
    if let number = others[id], number != 0 { return .existing(number) }
    return rejectedIDs.contains(id) ? .rejected : .missing
  }

  private mutating func checkParent(of place: Int) {
    let row = rows[place]
    switch row.parent {
    case .missing:
      faults.add(
        row.row, "parent_id: there is no such organization, and it is in no row of this import")
    case .rejected: break
    case .none, .row, .existing:
      if row.organization == 0 { return }
      let isNew =
        if case .row(let parent) = row.parent { rows[parent].organization == 0 } else { false }
      if !isNew && parentNumber(of: place) == row.existingParent { return }
      faults.add(
        row.row,
        "parent_id: the organization exists with another parent: move it by orgkey org move, or "
          + "give the one it has")
    }
  }
}

// How deep what is new will lie.
extension OrganizationPlan {
  mutating func findDepths(in transaction: Transaction) throws(StoreError) {
    for place in rows.indices
    where rows[place].organization == 0 && rows[place].depth == Self.unknown {
      var path: [Int] = []
      var depth = try climb(from: place, &path, in: transaction)
      while let next = path.popLast() {
        depth += 1
        if depth > Limits.depth {
          faults.add(
            rows[next].row,
            "parent_id: it would lie more than \(Limits.depth) levels below the root of its tree")
          depth = 0
        }
        rows[next].depth = depth
      }
    }
  }

  /// Goes up to something whose depth is known, noting the way.
  ///
  /// - Returns: that depth; -1 above a root.
  private mutating func climb(
    from start: Int, _ path: inout [Int], in transaction: Transaction
  ) throws(StoreError) -> Int {
    var current = start
    while true {
      rows[current].depth = Self.onPath
      path.append(current)
      switch rows[current].parent {
      case .none, .rejected, .missing: return -1
      case .existing(let number): return try depth(of: number, in: transaction)
      case .row(let parent) where rows[parent].organization != 0:
        return try depth(of: rows[parent].organization, in: transaction)
      case .row(let parent) where rows[parent].depth == Self.onPath:
        addCycle(path, from: parent)
        return -1
      case .row(let parent) where rows[parent].depth != Self.unknown: return rows[parent].depth
      case .row(let parent): current = parent
      }
    }
  }

  private mutating func addCycle(_ path: [Int], from start: Int) {
    let members = path.drop { $0 != start }.map { rows[$0].row }.sorted()
    guard let first = members.first else { return }
    let others = members.dropFirst()
    let named = others.prefix(5).map { "\($0)" }.joined(separator: ", ")
    let way = others.isEmpty ? "" : " by way of row \(named)\(others.count > 5 ? " and more" : "")"
    faults.add(first, "parent_id: the organization would lie below itself\(way)")
  }

  private mutating func depth(
    of number: Int64, in transaction: Transaction
  ) throws(StoreError) -> Int {
    var path: [Int64] = []
    var current = number
    while current != 0, depths[current] == nil {
      guard path.count <= Limits.depth else {
        throw StoreError(.damaged, "organization \(number) is deeper than \(Limits.depth)")
      }
      path.append(current)
      current = try transaction.organization(number: current).parent
    }
    var depth = depths[current] ?? -1
    for number in path.reversed() {
      depth += 1
      depths[number] = depth
    }
    return depth
  }
}
