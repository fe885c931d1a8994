internal import OrgKey

/// What people are told of an organization.
extension Organization {
  var statusCell: Cell {
    if isSuspended { return Cell("suspended", .bad) }
    return isSuspendedByAncestor ? Cell("suspended above", .bad) : Cell("active", .good)
  }

  /// With all below: "12 organizations, 340 active keys".
  var extent: String {
    Amount.counted(subtreeOrganizationCount, "organization") + ", "
      + Amount.counted(subtreeKeyCount, "active key")
  }

  /// As a question names it: "acme, "Acme Inc.": 12 organizations, 340 active keys".
  var target: String { "\(id)\(name.isEmpty ? "" : ", \"\(name)\""): \(extent)" }
}
