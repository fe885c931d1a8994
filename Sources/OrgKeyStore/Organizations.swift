import OrgKeyModel

extension Transaction {
  /// Makes an organization, or renames one that exists; an empty name leaves it.
  ///
  /// - Parameter parentID: empty for a root, or, for one that exists, to leave it where it is.
  package mutating func putOrganization(
    id: String, parentID: String, name: String, by author: Author
  ) throws -> (organization: OrganizationDetails, created: Bool) {
    let scope = try scope(of: author)
    // Whoever acts learns of one outside only that the identifier is taken, and that only
    // when it could have been made.
    let parent = try parentForPut(id, parentID, scope)
    if let existing = try known(in: scope, { () throws(StoreError) in try organization(id: id) }) {
      guard try reaches(scope, existing) else {
        guard parent != nil else { throw Refusal.organizationOutside }
        throw Refusal(.alreadyExists, "this organization identifier is taken")
      }
      try requireParent(of: existing, parent, scope)
      let renamed = try rename(existing, name, "PutOrganization", by: author)
      return (try connection.details(of: renamed), false)
    }
    if scope.isActing && parent == nil { throw Refusal.organizationOutside }
    return (try makeOrganization(id, parent, name, by: author), true)
  }

  private func parentForPut(
    _ id: String, _ parentID: String, _ scope: Scope
  ) throws -> OrganizationRow? {
    if parentID.isEmpty { return nil }
    if parentID.utf8.elementsEqual(id.utf8) {
      throw Refusal.invalid("parent_id", "parent_id: an organization can't be its own parent")
    }
    guard scope.isActing else {
      guard let parent = try organization(id: parentID) else { throw Refusal.noSuchParent }
      return parent
    }
    return try organization(id: parentID, in: scope)
  }

  private func requireParent(
    of existing: OrganizationRow, _ parent: OrganizationRow?, _ scope: Scope
  ) throws {
    guard let parent, parent.number != existing.parent else { return }
    throw Refusal(
      .failedPrecondition,
      "the organization exists with another parent: MoveOrganization changes it")
  }

  /// Gives it a name, if that is one and another than it has.
  mutating func rename(
    _ existing: OrganizationRow, _ name: String, _ method: String, by author: Author
  ) throws -> OrganizationRow {
    if name.isEmpty || name.utf8.elementsEqual(existing.name.utf8) { return existing }
    try requireSpace()
    var renamed = existing
    renamed.name = name
    try update(existing, to: renamed)
    try audit(
      method, by: author, organization: renamed,
      [("name", .change(from: .text(existing.name), to: .text(name)))])
    return renamed
  }

  private mutating func makeOrganization(
    _ id: String, _ parent: OrganizationRow?, _ name: String, by author: Author
  ) throws -> OrganizationDetails {
    try requireSpace()
    if let parent, try ancestry(of: parent).count > Limits.depth {
      throw Refusal(
        .failedPrecondition, "the parent is \(Limits.depth) levels deep: nothing goes below it")
    }
    var row = OrganizationRow(id: id, parent: parent?.number ?? 0, name: name, createdAt: now)
    try insert(&row)
    mutations.append(.addOrganization(row.record))
    try audit(
      "PutOrganization", by: author, organization: row, row.audited(parentID: parent?.id ?? ""))
    return try connection.details(of: row)
  }
}

extension OrganizationRow {
  /// What the audit trail keeps of an organization when it is made.
  func audited(parentID: String) -> [(String, JSON)] {
    [("created", .flag(true)), ("parent_id", .text(parentID)), ("name", .text(name))]
  }
}
