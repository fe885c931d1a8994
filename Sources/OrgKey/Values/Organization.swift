/// An organization of the application's, a node of its tree.
public struct Organization: Sendable, Hashable {
  /// The application's own identifier, 1 to 128 bytes of printable ASCII without space.
  public var id: String
  /// nil: the root of a tree.
  public var parentID: String?
  /// For people; may be empty.
  public var name: String
  /// Whether it is suspended itself.
  public var isSuspended: Bool
  public var isSuspendedByAncestor: Bool
  /// A root has 0.
  public var depth: UInt32
  /// Active keys of its own.
  public var keyCount: UInt64
  public var childCount: UInt64
  /// Active keys of its own and of all below.
  public var subtreeKeyCount: UInt64
  /// Itself and all below.
  public var subtreeOrganizationCount: UInt64

  public init(
    id: String, parentID: String? = nil, name: String = "", isSuspended: Bool = false,
    isSuspendedByAncestor: Bool = false, depth: UInt32 = 0, keyCount: UInt64 = 0,
    childCount: UInt64 = 0, subtreeKeyCount: UInt64 = 0, subtreeOrganizationCount: UInt64 = 1
  ) {
    self.id = id
    self.parentID = parentID
    self.name = name
    self.isSuspended = isSuspended
    self.isSuspendedByAncestor = isSuspendedByAncestor
    self.depth = depth
    self.keyCount = keyCount
    self.childCount = childCount
    self.subtreeKeyCount = subtreeKeyCount
    self.subtreeOrganizationCount = subtreeOrganizationCount
  }
}

/// What `Administrator.putOrganization` did.
public struct PutOrganization: Sendable, Hashable {
  public var organization: Organization
  /// false: it existed.
  public var wasCreated: Bool

  public init(organization: Organization, wasCreated: Bool) {
    self.organization = organization
    self.wasCreated = wasCreated
  }
}

/// Where an organization is moved to, with everything below it.
public enum OrganizationPlace: Sendable, Hashable {
  /// To be the root of a tree.
  case root
  /// Among the children of the organization with this identifier.
  case under(String)
}

/// What `Administrator.deleteOrganization` did.
public struct DeletedOrganizations: Sendable, Hashable {
  /// With those below, if they were asked for.
  public var organizationCount: UInt64
  /// Keys that were not revoked before.
  public var revokedKeyCount: UInt64

  public init(organizationCount: UInt64, revokedKeyCount: UInt64) {
    self.organizationCount = organizationCount
    self.revokedKeyCount = revokedKeyCount
  }
}
