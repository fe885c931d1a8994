extension Directory {
  /// Adds an organization below one that is there.
  /// - Returns: false, and nothing changes, when its parent is not known or too deep, or its
  ///   number or identifier is taken or out of bounds.
  package mutating func insert(_ record: OrganizationRecord) -> Bool {
    let parent = organizationNumbers.handle(of: record.parent)
    let isRoot = record.parent == 0 || record.quarantined
    guard isRoot || parent != 0, isRoot || organizations[parent].depth < Limits.depth,
      record.quarantined || organization(id: record.id.utf8.span) == nil,
      let handle = insertRow(record)
    else { return false }
    if record.quarantined {
      organizations[handle].flags.insert(.quarantined)
    } else {
      indexID(of: handle)
    }
    link(handle, under: isRoot ? 0 : parent)
    return true
  }

  /// A row with its number and identifier, in no tree and not yet found by its identifier.
  mutating func insertRow(_ record: OrganizationRecord) -> UInt32? {
    let id = record.id.utf8.span
    guard let number = UInt32(exactly: record.number), number != 0,
      organizationNumbers.handle(of: record.number) == 0,
      (1...Limits.organizationIDBytes).contains(id.count)
    else { return nil }
    var row = OrganizationRow()
    row.number = number
    row.id = texts.insert(id)
    row.idBytes = UInt8(id.count)
    row.flags = record.suspended ? .suspended : []
    let handle = organizations.insert(row)
    organizationNumbers.set(number, to: handle)
    return handle
  }

  mutating func indexID(of handle: UInt32) {
    let hash = withID(of: OrganizationHandle(index: handle)) { seed.hash($0) }
    organizationIndex.insert(hash, handle)
  }

  /// Puts an organization that is in no tree, and that nothing is below, under `parent`, 0 for a
  /// root.
  mutating func link(_ handle: UInt32, under parent: UInt32) {
    organizations[handle].subtreeOrganizationCount = 1
    attach(handle, under: parent)
  }

  /// Puts an organization under `parent`, and adds up what it brings along.
  mutating func attach(_ handle: UInt32, under parent: UInt32) {
    place(handle, under: parent)
    stamp &+= 1
    organizations[handle].placedAt = stamp
    linkSibling(handle, under: parent)
    let row = organizations[handle]
    adjustCounts(
      from: parent, organizations: row.subtreeOrganizationCount, keys: row.subtreeKeyCount)
  }

  /// What follows for an organization from where it stands.
  mutating func place(_ handle: UInt32, under parent: UInt32) {
    let above = organizations[parent]
    organizations[handle].parent = parent
    organizations[handle].depth = parent == 0 ? 0 : above.depth + 1
    let jump = jump(for: handle, under: parent)
    organizations[handle].jump = jump
    organizations[handle].jumpDepth = organizations[jump].depth
    if above.isClosed {
      organizations[handle].flags.insert(.suspendedByAncestor)
    } else {
      organizations[handle].flags.remove(.suspendedByAncestor)
    }
  }

  /// Adds to what an organization and all above it count below themselves; by wrapping, so that
  /// a negated number takes away.
  mutating func adjustCounts(from first: UInt32, organizations count: UInt32, keys: UInt32) {
    var current = first
    while true {
      organizations[current].subtreeOrganizationCount &+= count
      organizations[current].subtreeKeyCount &+= keys
      if current == 0 { return }
      current = organizations[current].parent
    }
  }

  /// Jump pointers as in a skew-binary list: two jumps of the same length are joined to one of
  /// twice the length, so that any ancestor is O(log depth) steps away.
  private func jump(for handle: UInt32, under parent: UInt32) -> UInt32 {
    if parent == 0 { return handle }
    let first = organizations[parent]
    let second = organizations[first.jump]
    let areAlike = first.depth - first.jumpDepth == second.depth - second.jumpDepth
    return areAlike ? second.jump : parent
  }

  /// Children stay in the order of their numbers; a new one nearly always comes last.
  private mutating func linkSibling(_ handle: UInt32, under parent: UInt32) {
    let number = organizations[handle].number
    var previous = organizations[parent].lastChild
    var next: UInt32 = 0
    while previous != 0, organizations[previous].number > number {
      next = previous
      previous = organizations[previous].previousSibling
    }
    organizations[handle].previousSibling = previous
    organizations[handle].nextSibling = next
    if previous == 0 {
      organizations[parent].firstChild = handle
    } else {
      organizations[previous].nextSibling = handle
    }
    if next == 0 {
      organizations[parent].lastChild = handle
    } else {
      organizations[next].previousSibling = handle
    }
    organizations[parent].childCount += 1
  }

  /// The organization itself, or the one above it at `depth`, which is not below it.
  func ancestor(of handle: UInt32, atDepth depth: UInt8) -> UInt32 {
    var current = handle
    var row = organizations[current]
    while row.depth > depth {
      current = row.jumpDepth >= depth ? row.jump : row.parent
      row = organizations[current]
    }
    return current
  }

  /// Whether `organization` is `root` or below it.
  package func isInSubtree(_ organization: OrganizationHandle, of root: OrganizationHandle) -> Bool
  {
    let depth = organizations[root.index].depth
    return organizations[organization.index].depth >= depth
      && ancestor(of: organization.index, atDepth: depth) == root.index
  }
}
