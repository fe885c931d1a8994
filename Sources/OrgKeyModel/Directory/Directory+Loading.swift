extension Directory {
  /// Adds organizations in whatever order they come.
  ///
  /// What a damaged file can do ends in a denial: an organization whose row failed its checksum,
  /// whose parent is missing, who is its own ancestor or too deep, or who shares its identifier
  /// with another, becomes a quarantined root, closed with all that is below it.
  /// - Returns: how many were left out, since their number or identifier can't be one.
  package mutating func loadOrganizations(_ records: [OrganizationRecord]) -> Int {
    var added: [UInt32] = []
    added.reserveCapacity(records.count)
    organizationIndex.reserve(organizationIndex.count + records.count)
    for record in records {
      guard let handle = insertRow(record) else { continue }
      added.append(handle)
      if record.quarantined || !claimID(of: handle) {
        organizations[handle].flags.insert(.quarantined)
      }
    }
    connect(records)
    let depths = depths(of: added)
    // Parents before children, and those by number, so that each is the last of its siblings.
    added.sort {
      let (left, right) = (depths[Int($0)], depths[Int($1)])
      return left == right ? organizations[$0].number < organizations[$1].number : left < right
    }
    for handle in added { link(handle, under: organizations[handle].parent) }
    return records.count - added.count
  }

  /// - Returns: false when another has this identifier, which is then quarantined as well.
  private mutating func claimID(of handle: UInt32) -> Bool {
    let other = withID(of: OrganizationHandle(index: handle)) { organization(id: $0) }
    guard let other else {
      indexID(of: handle)
      return true
    }
    organizations[other.index].flags.insert(.quarantined)
    return false
  }

  /// Notes each one's parent; what can't have one is made a root.
  private mutating func connect(_ records: [OrganizationRecord]) {
    for record in records where record.parent != 0 {
      let handle = organizationNumbers.handle(of: record.number)
      if handle == 0 || organizations[handle].flags.contains(.quarantined) { continue }
      let parent = organizationNumbers.handle(of: record.parent)
      if parent == 0 {
        organizations[handle].flags.insert(.quarantined)
      } else {
        organizations[handle].parent = parent
      }
    }
  }

  /// Each one's depth, by handle, after breaking cycles and cutting off what is too deep.
  private mutating func depths(of added: [UInt32]) -> [Int] {
    let unknown = -1
    let onPath = -2
    var depths = (0..<organizations.endHandle).map { Int(organizations[$0].depth) }
    for handle in added { depths[Int(handle)] = unknown }
    var path: [UInt32] = []
    for handle in added {
      var current = handle
      while current != 0, depths[Int(current)] == unknown {
        depths[Int(current)] = onPath
        path.append(current)
        current = organizations[current].parent
      }
      if current != 0, depths[Int(current)] == onPath, let last = path.last { makeRoot(last) }
      while let top = path.popLast() {
        var depth = depth(below: organizations[top].parent, depths)
        if depth > Limits.depth {
          makeRoot(top)
          depth = 0
        }
        depths[Int(top)] = depth
      }
    }
    return depths
  }

  private func depth(below parent: UInt32, _ depths: [Int]) -> Int {
    parent == 0 ? 0 : depths[Int(parent)] + 1
  }

  private mutating func makeRoot(_ handle: UInt32) {
    organizations[handle].parent = 0
    organizations[handle].flags.insert(.quarantined)
  }

  /// Adds a key as `insert` does, but no organization counts it until `countLoadedKeys`.
  ///
  /// - Parameter now: a key that expires at or before it is counted as expired.
  package mutating func load(_ record: KeyRecord, now: Int64) -> Bool {
    guard let key = insertRow(record) else { return false }
    if record.expiresAt != 0 && record.expiresAt <= now {
      recount(key) { $0.flags.insert(.markedExpired) }
    }
    return true
  }

  /// Counts the keys that were loaded, which are all there are.
  ///
  /// Apart from `load`, since a tight loop waits for many rows far apart at once; and each
  /// organization climbs to those above it once, not each key.
  package mutating func countLoadedKeys() {
    for key in 1..<keys.endHandle {
      let organization = keys[key].organization
      organizations[organization].heldKeyCount += 1
      if keys[key].countsAsActive { organizations[organization].keyCount += 1 }
    }
    for handle in 1..<organizations.endHandle {
      let count = organizations[handle].keyCount
      if count != 0 { adjustCounts(from: handle, organizations: 0, keys: count) }
    }
  }

  /// Brings close what inserting these secrets will look for: many waits for memory at once, and
  /// not one after the other.
  package mutating func expect(_ digests: Span<Digest>) {
    for index in digests.indices { secretIndex.touch(seed.hash(digests[index])) }
  }
}
