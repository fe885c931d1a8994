package import OrgKeyModel

/// What an author can reach. With an acting organization, nothing outside its subtree can be
/// changed, and no answer tells whether it exists.
enum Scope {
  case everything
  /// This organization's number, and all below it.
  case subtree(Int64)

  var isActing: Bool { if case .subtree = self { true } else { false } }
}

extension Refusal {
  package static var organizationOutside: Refusal {
    Refusal(
      .permissionDenied, "the acting organization does not reach the organization that is named")
  }

  package static var noActingOrganization: Refusal {
    Refusal(.notFound, "the acting organization does not exist")
  }

  package static var noSuchOrganization: Refusal { Refusal(.notFound, "no such organization") }

  static var noSuchParent: Refusal { Refusal(.notFound, "no such parent organization") }

  package static var noSuchKey: Refusal { Refusal(.notFound, "no such key") }
}

extension Transaction {
  /// What `author` can change now.
  func scope(of author: Author) throws -> Scope {
    guard !author.actingOrganizationID.isEmpty else { return .everything }
    guard let acting = try organization(id: author.actingOrganizationID) else {
      throw Refusal.noActingOrganization
    }
    guard try !ancestry(of: acting).contains(where: \.suspended) else {
      throw Refusal(
        .failedPrecondition,
        "the acting organization is suspended: nothing below it can be changed meanwhile")
    }
    return .subtree(acting.number)
  }

  /// The organization that an author names and can reach.
  func organization(id: String, in scope: Scope) throws -> OrganizationRow {
    let found = try known(in: scope) { () throws(StoreError) in try organization(id: id) }
    guard let found, try reaches(scope, found) else {
      throw scope.isActing ? Refusal.organizationOutside : Refusal.noSuchOrganization
    }
    return found
  }

  /// What `read` finds. When acting, a damaged row is none: nothing shows any more that it is in
  /// reach, and to tell of it would tell that it exists.
  func known<Found>(
    in scope: Scope, _ read: () throws(StoreError) -> Found?
  ) throws(StoreError) -> Found? {
    do throws(StoreError) { return try read() } catch {
      guard scope.isActing, error.category == .damaged else { throw error }
      return nil
    }
  }

  func reaches(_ scope: Scope, _ organization: OrganizationRow) throws(StoreError) -> Bool {
    guard case .subtree(let acting) = scope else { return true }
    let chain = try known(in: scope) { () throws(StoreError) in
      try ancestry(of: organization)
    }
    return chain?.contains { $0.number == acting } ?? false
  }

  func organization(id: String) throws(StoreError) -> OrganizationRow? {
    try connection.row(OrganizationRow.self, where: "id = ?", .text(id))
  }

  func organization(number: Int64) throws(StoreError) -> OrganizationRow {
    let row = try connection.row(OrganizationRow.self, where: "number = ?", .integer(number))
    guard let row else {
      throw StoreError(.damaged, "row \(number) of table organizations is missing")
    }
    return row
  }

  /// The organization, its parent, and so on up to its root.
  func ancestry(of organization: OrganizationRow) throws(StoreError) -> [OrganizationRow] {
    var chain = [organization]
    var parent = organization.parent
    while parent != 0 {
      guard chain.count <= Limits.depth else {
        throw StoreError(
          .damaged, "organization \(organization.number) is deeper than \(Limits.depth)")
      }
      let row = try self.organization(number: parent)
      chain.append(row)
      parent = row.parent
    }
    return chain
  }
}
