// Changes of the tree of organizations. What follows for all that is below happens at once, under
// the lock of the change, so that no decision climbs the tree for it.

extension Directory {
  /// Suspends or resumes an organization itself.
  /// - Returns: false when there is no such organization.
  mutating func suspendOrganization(_ number: Int64, _ suspended: Bool) -> Bool {
    let handle = organizationNumbers.handle(of: number)
    if handle == 0 { return false }
    let wasClosed = organizations[handle].isClosed
    if suspended {
      organizations[handle].flags.insert(.suspended)
    } else {
      organizations[handle].flags.remove(.suspended)
    }
    if organizations[handle].isClosed != wasClosed { markBelow(handle) }
    return true
  }

  /// Moves an organization, with everything below, under another; `parent` 0 makes it a root.
  /// - Returns: false, and nothing changes, when one of them is not known, the parent is below the
  ///   organization, or something would be too deep.
  mutating func moveOrganization(_ number: Int64, under parent: Int64) -> Bool {
    let handle = organizationNumbers.handle(of: number)
    let newParent = organizationNumbers.handle(of: parent)
    guard handle != 0, newParent != 0 || parent == 0,
      !isInSubtree(OrganizationHandle(index: newParent), of: OrganizationHandle(index: handle))
    else { return false }
    let depth = newParent == 0 ? 0 : Int(organizations[newParent].depth) + 1
    guard depth + height(of: handle) <= Limits.depth else { return false }
    detach(handle)
    attach(handle, under: newParent)
    forEachBelow(handle) { directory, child in
      directory.place(child, under: directory.organizations[child].parent)
      return true
    }
    return true
  }

  /// Forgets an organization that has neither children nor keys.
  /// - Returns: false, and nothing changes, when it is not known or has some.
  mutating func removeOrganization(_ number: Int64) -> Bool {
    let handle = organizationNumbers.handle(of: number)
    let row = organizations[handle]
    guard handle != 0, row.firstChild == 0, row.heldKeyCount == 0 else { return false }
    detach(handle)
    let hash = withID(of: OrganizationHandle(index: handle)) { seed.hash($0) }
    organizationIndex.remove(hash, handle)
    texts.remove(row.id, byteCount: Int(row.idBytes))
    organizationNumbers.set(row.number, to: 0)
    organizations.remove(handle)
    return true
  }

  /// Hands the mark of suspension down. Below one that stays as it is, all is as it should be.
  private mutating func markBelow(_ top: UInt32) {
    forEachBelow(top) { directory, child in
      let wasClosed = directory.organizations[child].isClosed
      directory.place(child, under: directory.organizations[child].parent)
      return directory.organizations[child].isClosed != wasClosed
    }
  }

  /// Levels below an organization.
  private mutating func height(of top: UInt32) -> Int {
    var deepest = organizations[top].depth
    forEachBelow(top) { directory, child in
      deepest = max(deepest, directory.organizations[child].depth)
      return true
    }
    return Int(deepest - organizations[top].depth)
  }

  /// Visits all below an organization, parents before children.
  /// - Parameter visit: answers whether to go on below.
  private mutating func forEachBelow(
    _ top: UInt32, _ visit: (inout Directory, UInt32) -> Bool
  ) {
    var current = top
    var descends = true
    while true {
      if descends, organizations[current].firstChild != 0 {
        current = organizations[current].firstChild
      } else {
        while current != top, organizations[current].nextSibling == 0 {
          current = organizations[current].parent
        }
        if current == top { return }
        current = organizations[current].nextSibling
      }
      descends = visit(&self, current)
    }
  }

  /// Takes an organization, with all below, out of its tree.
  private mutating func detach(_ handle: UInt32) {
    let row = organizations[handle]
    let (previous, next) = (row.previousSibling, row.nextSibling)
    if previous == 0 {
      organizations[row.parent].firstChild = next
    } else {
      organizations[previous].nextSibling = next
    }
    if next == 0 {
      organizations[row.parent].lastChild = previous
    } else {
      organizations[next].previousSibling = previous
    }
    organizations[row.parent].childCount -= 1
    adjustCounts(
      from: row.parent, organizations: 0 &- row.subtreeOrganizationCount,
      keys: 0 &- row.subtreeKeyCount)
  }
}
