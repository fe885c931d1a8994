import OrgKeyModel

// Changes of where organizations stand, and of whether they may act.

extension Transaction {
  /// Suspends an organization, or resumes it. What is so already stays so.
  package mutating func suspendOrganization(
    id: String, _ suspended: Bool, by author: Author
  ) throws -> OrganizationDetails {
    let scope = try scope(of: author)
    let organization = try organization(id: id, in: scope)
    try scope.requireOther(organization, suspended ? "suspend" : "resume")
    guard organization.suspended != suspended else {
      return try connection.details(of: organization)
    }
    if !suspended { try requireSpace() }
    var changed = organization
    changed.suspended = suspended
    try update(organization, to: changed)
    mutations.append(.suspendOrganization(number: organization.number, suspended))
    try audit(
      suspended ? "SuspendOrganization" : "ResumeOrganization", by: author, organization: changed,
      [("suspended", .change(from: .flag(!suspended), to: .flag(suspended)))])
    return try connection.details(of: changed)
  }

  /// Moves an organization, with everything below it, under another.
  ///
  /// - Parameter parentID: nil: it becomes a root.
  package mutating func moveOrganization(
    id: String, under parentID: String?, by author: Author
  ) throws -> OrganizationDetails {
    let scope = try scope(of: author)
    let moving = try organization(id: id, in: scope)
    try scope.requireOther(moving, "move")
    let parent = try newParent(parentID, scope)
    guard parent?.number ?? 0 != moving.parent else { return try connection.details(of: moving) }
    try requirePlace(for: moving, under: parent)
    try requireSpace()
    let old = moving.parent == 0 ? nil : try organization(number: moving.parent)
    var moved = moving
    moved.parent = parent?.number ?? 0
    try update(moving, to: moved)
    mutations.append(.moveOrganization(number: moved.number, parent: moved.parent))
    try audit(
      "MoveOrganization", by: author, organization: moved,
      [("parent_id", .change(from: .text(old?.id ?? ""), to: .text(parent?.id ?? "")))])
    return try connection.details(of: moved)
  }

  private func newParent(_ id: String?, _ scope: Scope) throws -> OrganizationRow? {
    guard let id else {
      if scope.isActing { throw Refusal.organizationOutside }
      return nil
    }
    if scope.isActing { return try organization(id: id, in: scope) }
    guard let parent = try organization(id: id) else { throw Refusal.noSuchParent }
    return parent
  }

  private func requirePlace(
    for moving: OrganizationRow, under parent: OrganizationRow?
  ) throws {
    guard let parent else { return }
    let above = try ancestry(of: parent)
    if above.contains(where: { $0.number == moving.number }) {
      throw Refusal(
        .failedPrecondition, "the new parent lies below the organization: that would be a cycle")
    }
    guard above.count + (try height(of: moving)) <= Limits.depth else {
      throw Refusal(
        .failedPrecondition,
        "something would lie more than \(Limits.depth) levels deep: move it less deep, or move "
          + "parts of it elsewhere first")
    }
  }

  /// Levels below an organization.
  private func height(of organization: OrganizationRow) throws(StoreError) -> Int {
    let height = try connection.integer(
      """
      WITH RECURSIVE below (number, level) AS (
        SELECT ?, 0 UNION ALL
        SELECT organizations.number, below.level + 1 FROM below
        JOIN organizations ON organizations.parent = below.number
        WHERE below.level <= \(Limits.depth))
      SELECT max(level) FROM below
      """, .integer(organization.number))
    return Int(height ?? 0)
  }

  /// All below an organization, parents before children, each once.
  ///
  /// - Parameter includingDamaged: goes on below rows that fail their checksum, instead of
  ///   throwing; of such a row the number alone is right.
  func organizationsBelow(
    _ top: OrganizationRow, includingDamaged: Bool
  ) throws(StoreError) -> [OrganizationRow] {
    var found: [OrganizationRow] = []
    // Damage that was accepted can leave a cycle.
    var seen: Set<Int64> = [top.number]
    var parent = top.number
    var next = 0
    while true {
      let children = try children(of: parent, includingDamaged: includingDamaged)
      found += children.filter { seen.insert($0.number).inserted }
      guard next < found.count else { return found }
      parent = found[next].number
      next += 1
    }
  }

  private func children(
    of parent: Int64, includingDamaged: Bool
  ) throws(StoreError) -> [OrganizationRow] {
    guard includingDamaged else {
      return try connection.rows(OrganizationRow.self, where: "parent = ?", .integer(parent))
    }
    var damaged: [OrganizationRow] = []
    let intact = try connection.rows(
      OrganizationRow.self, where: "parent = ?", .integer(parent),
      damaged: { damaged.append(OrganizationRow(damaged: $0, parent: parent)) })
    return intact + damaged
  }
}

extension Scope {
  /// Whoever acts for an organization can't free it, nor take it away.
  func requireOther(_ organization: OrganizationRow, _ verb: String) throws(Refusal) {
    guard case .subtree(organization.number) = self else { return }
    throw Refusal(
      .failedPrecondition, "nobody can \(verb) the organization that the call acts for")
  }
}
