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

  package static var noSuchOrganization: Refusal { Refusal(.notFound, "no such organization") }

  static var noSuchParent: Refusal { Refusal(.notFound, "no such parent organization") }

  package static var noSuchKey: Refusal { Refusal(.notFound, "no such key") }
}

extension Transaction {
  /// What `author` can change now.
  func scope(of author: Author) throws -> Scope {
    guard !author.actingOrganizationID.isEmpty else { return .everything }
    guard let acting = try organization(id: author.actingOrganizationID) else {
      throw Refusal(.notFound, "the acting organization does not exist")
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
    let organization = try organization(id: id)
    guard scope.isActing else {
      guard let organization else { throw Refusal.noSuchOrganization }
      return organization
    }
    guard let organization, try reaches(scope, organization) else {
      throw Refusal.organizationOutside
    }
    return organization
  }

  func reaches(_ scope: Scope, _ organization: OrganizationRow) throws(StoreError) -> Bool {
    guard case .subtree(let acting) = scope else { return true }
    return try ancestry(of: organization).contains { $0.number == acting }
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
