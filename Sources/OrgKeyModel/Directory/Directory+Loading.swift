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
}
