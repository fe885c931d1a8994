internal import FoundationEssentials

/// What the file system says of a path, symbolic links followed.
struct FileEntry {
  let mode: UInt
  let owner: String
  let group: String
  let groupID: UInt
  let isDirectory: Bool

  init?(_ path: String) {
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    guard let found = try? FileManager.default.attributesOfItem(atPath: target),
      let mode = found[.posixPermissions] as? UInt,
      let ownerID = found[.ownerAccountID] as? UInt,
      let groupID = found[.groupOwnerAccountID] as? UInt
    else { return nil }
    self.mode = mode
    owner = found[.ownerAccountName] as? String ?? String(ownerID)
    group = found[.groupOwnerAccountName] as? String ?? String(groupID)
    self.groupID = groupID
    isDirectory = found[.type] as? FileAttributeType == .typeDirectory
  }

  /// Who may do what: "0660 root:orgkey".
  var access: String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + "\(digits) \(owner):\(group)"
  }
}
