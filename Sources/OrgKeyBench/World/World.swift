internal import OrgKey
internal import OrgKeySystem

/// What a database holds: organizations, and keys spread evenly over all of them.
final class World {
  let keyCount: Int
  let tree: Tree
  let depth: Int
  let texts: KeyTexts

  init(keys: Int, organizations: Int, depth: Int) throws {
    keyCount = keys
    tree = Tree(organizations: organizations, depth: depth)
    self.depth = depth
    texts = try KeyTexts()
  }

  var name: String { "\(keyCount)-\(tree.count)-\(depth)" }

  func organization(ofKey number: Int) -> Int { number % tree.count }

  /// Few distinct sets, as in life; each covers `Tree.permission` and none "billing:write".
  private static let permissions = [
    ["contacts:*"], ["contacts:read"], ["contacts:read", "deals:read"], ["contacts:*", "deals:*"],
    ["reports:read", "contacts:read"], ["users:read", "contacts:*", "reports:*"],
  ]

  func importedOrganizations() -> some Sequence<ImportedOrganization> {
    (0..<tree.count).lazy.map { [tree] number in
      ImportedOrganization(
        id: Tree.id(number),
        parentID: tree.parents[number] < 0 ? nil : Tree.id(tree.parents[number]),
        name: "Organization \(number)")
    }
  }

  func importedKeys(_ numbers: Range<Int>) -> some Sequence<ImportedKey> {
    numbers.lazy.map { [self] number in
      let text = texts.bytes(number)
      return ImportedKey(
        sha256: SHA256.digest(of: text),
        hint: "pc_live_…" + String(decoding: text.suffix(4), as: UTF8.self),
        organizationID: Tree.id(organization(ofKey: number)), name: "Key \(number)",
        permissions: World.permissions[number / tree.count % World.permissions.count])
    }
  }
}
