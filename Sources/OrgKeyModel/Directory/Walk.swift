/// Where a listing stands: good for the Directory that made it, whatever has changed since.
package struct WalkCursor: Hashable, Sendable {
  /// Tells one Directory from another; see `Directory.made`.
  package var epoch: UInt32
  /// What was put in its place later than this is left out.
  package var stamp: UInt32
  /// The numbers of the last entry and those above it, from below the start on; empty: the start.
  package var path: [Int64]

  package init(epoch: UInt32, stamp: UInt32, path: [Int64]) {
    self.epoch = epoch
    self.stamp = stamp
    self.path = path
  }
}

/// What a listing holds.
package struct WalkOptions: Sendable {
  /// All below, not only children.
  package var descends: Bool
  package var includesStart: Bool
  /// Suspended organizations, and what is below them.
  package var leavesOutSuspended: Bool

  package init(descends: Bool, includesStart: Bool, leavesOutSuspended: Bool) {
    self.descends = descends
    self.includesStart = includesStart
    self.leavesOutSuspended = leavesOutSuspended
  }
}

extension Directory {
  /// Whether this Directory made the cursor. One from before a restart knows nothing of what was
  /// moved since, and must not be gone on with.
  package func made(_ cursor: WalkCursor) -> Bool { cursor.epoch == seed.epoch }

  /// Lists what is below an organization, parents before children, siblings by number.
  ///
  /// However the tree changes between the calls of one listing, each organization appears at most
  /// once: one that was added or moved since the listing began is left out. Quarantined ones are
  /// never listed.
  /// - Parameters:
  ///   - start: nil for all trees.
  ///   - cursor: what the call before returned; nil to begin.
  ///   - limit: at most so many entries; at least 1.
  ///   - body: takes an entry; false ends this call with it.
  /// - Returns: nil when there is nothing more.
  package func walk(
    from start: OrganizationHandle?, _ options: WalkOptions, after cursor: WalkCursor? = nil,
    limit: Int, _ body: (OrganizationHandle) -> Bool
  ) -> WalkCursor? {
    precondition(limit > 0)
    let walk = Walk(
      start: start?.index ?? 0, options: options, stamp: cursor?.stamp ?? stamp)
    var entry = cursor.map { resume(walk, $0.path) } ?? first(walk)
    var taken = 0
    while let current = entry {
      taken += 1
      let goesOn = body(OrganizationHandle(index: current)) && taken < limit
      entry = successor(walk, of: current)
      if !goesOn, entry != nil {
        return WalkCursor(epoch: seed.epoch, stamp: walk.stamp, path: path(walk, to: current))
      }
    }
    return nil
  }

  private struct Walk {
    let start: UInt32
    let options: WalkOptions
    let stamp: UInt32
  }

  private func first(_ walk: Walk) -> UInt32? {
    guard walk.options.includesStart, walk.start != 0 else {
      return successor(walk, of: walk.start)
    }
    let row = organizations[walk.start]
    let isLeftOut =
      row.flags.contains(.quarantined) || walk.options.leavesOutSuspended && row.isClosed
    return isLeftOut ? nil : walk.start
  }

  /// Follows the path as far as it still exists, and goes on behind.
  private func resume(_ walk: Walk, _ path: [Int64]) -> UInt32? {
    var current = walk.start
    for number in path.prefix(walk.options.descends ? Limits.depth + 1 : 1) {
      let child = organizationNumbers.handle(of: number)
      guard child != 0, organizations[child].parent == current, isListed(walk, child) else {
        return listed(walk, from: firstChild(of: current, behind: number))
          ?? following(walk, current)
      }
      current = child
    }
    return successor(walk, of: current)
  }

  private func firstChild(of parent: UInt32, behind number: Int64) -> UInt32 {
    var child = organizations[parent].firstChild
    while child != 0, Int64(organizations[child].number) <= number {
      child = organizations[child].nextSibling
    }
    return child
  }

  /// The next entry in pre-order.
  private func successor(_ walk: Walk, of entry: UInt32) -> UInt32? {
    if walk.options.descends || entry == walk.start,
      let child = listed(walk, from: organizations[entry].firstChild)
    {
      return child
    }
    return following(walk, entry)
  }

  /// The next entry that is not below this one.
  private func following(_ walk: Walk, _ entry: UInt32) -> UInt32? {
    var current = entry
    while current != walk.start {
      if let sibling = listed(walk, from: organizations[current].nextSibling) { return sibling }
      current = organizations[current].parent
    }
    return nil
  }

  /// The first of these siblings that is to be listed.
  private func listed(_ walk: Walk, from sibling: UInt32) -> UInt32? {
    var current = sibling
    while current != 0 {
      if isListed(walk, current) { return current }
      current = organizations[current].nextSibling
    }
    return nil
  }

  private func isListed(_ walk: Walk, _ entry: UInt32) -> Bool {
    let row = organizations[entry]
    return row.placedAt <= walk.stamp && !row.flags.contains(.quarantined)
      && !(walk.options.leavesOutSuspended && row.isClosed)
  }

  private func path(_ walk: Walk, to entry: UInt32) -> [Int64] {
    var path: [Int64] = []
    var current = entry
    while current != walk.start {
      path.append(Int64(organizations[current].number))
      current = organizations[current].parent
    }
    return path.reversed()
  }
}
