import OrgKeyModel
import TestSupport
import Testing

@Suite struct WalkTests {
  private let all = WalkOptions(descends: true, includesStart: true, leavesOutSuspended: false)

  /// 1 ─ 2 ─ (4 ─ 7, 5), 1 ─ 3 ─ 6; 8 a root.
  private func directory(suspended: Set<Int64> = []) -> Directory {
    let parents: [Int64: Int64] = [1: 0, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 4, 8: 0]
    var directory = Directory(seed: seed)
    _ = directory.loadOrganizations(
      parents.map {
        OrganizationRecord(
          number: $0, id: "o\($0)", parent: $1, suspended: suspended.contains($0))
      })
    return directory
  }

  private func list(
    _ directory: borrowing Directory, from start: Int64?, _ options: WalkOptions, page: Int
  ) -> [Int64] {
    var found: [Int64] = []
    var cursor: WalkCursor?
    repeat {
      var count = 0
      cursor = directory.walk(
        from: start.flatMap { directory.organization(number: $0) }, options, after: cursor,
        limit: page
      ) {
        found.append(directory[$0].number)
        count += 1
        return true
      }
      if count > page { return [] }
    } while cursor != nil
    return found
  }

  @Test(arguments: 1...9) func pagesOfAnySizeGiveTheWholeInPreOrder(page: Int) {
    let directory = directory()
    #expect(list(directory, from: nil, all, page: page) == [1, 2, 4, 7, 5, 3, 6, 8])
    #expect(list(directory, from: 2, all, page: page) == [2, 4, 7, 5])
    var below = all
    below.includesStart = false
    #expect(list(directory, from: 1, below, page: page) == [2, 4, 7, 5, 3, 6])
    #expect(list(directory, from: 7, below, page: page) == [])
    below.descends = false
    #expect(list(directory, from: 1, below, page: page) == [2, 3])
    #expect(list(directory, from: nil, below, page: page) == [1, 8])
    below.includesStart = true
    #expect(list(directory, from: 1, below, page: page) == [1, 2, 3])
  }

  @Test(arguments: 1...9) func suspendedSubtreesAreLeftOutWhenAsked(page: Int) {
    let directory = directory(suspended: [2, 6])
    #expect(list(directory, from: nil, all, page: page) == [1, 2, 4, 7, 5, 3, 6, 8])
    var open = all
    open.leavesOutSuspended = true
    #expect(list(directory, from: nil, open, page: page) == [1, 3, 8])
    #expect(list(directory, from: 2, open, page: page) == [])
    #expect(list(directory, from: 4, open, page: page) == [])
  }

  @Test func bodyEndsAPageEarly() {
    let directory = directory()
    var found: [Int64] = []
    let cursor = directory.walk(from: nil, all, limit: 8) {
      found.append(directory[$0].number)
      return found.count < 3
    }
    #expect(found == [1, 2, 4])
    #expect(cursor?.path == [1, 2, 4])
  }

  @Test func quarantinedIsNeverListed() {
    var directory = Directory(seed: seed)
    _ = directory.loadOrganizations([
      OrganizationRecord(number: 1, id: "a", parent: 0),
      OrganizationRecord(number: 2, id: "b", parent: 1, quarantined: true),
      OrganizationRecord(number: 3, id: "c", parent: 2),
    ])
    #expect(list(directory, from: nil, all, page: 9) == [1])
  }

  @Test(
    arguments: [
      ([], [2, 4, 7, 5, 3, 6]), ([2], [4, 7, 5, 3, 6]), ([2, 4], [7, 5, 3, 6]),
      ([2, 4, 7], [5, 3, 6]),
      // Gone, moved away, or deeper than what is left: on with what would have come next.
      ([2, 4, 6], [7, 5, 3, 6]), ([2, 4, 99], [5, 3, 6]), ([2, 99], [3, 6]), ([2, 99, 5], [3, 6]),
      ([99], []), ([-5], [2, 4, 7, 5, 3, 6]), ([8], []), ([3, 7], []),
    ] as [([Int64], [Int64])]) func goesOnBehindAnEntryThatHasGone(path: [Int64], rest: [Int64])
  {
    let directory = directory()
    let start = directory.organization(number: 1)
    let first = directory.walk(from: start, all, limit: 1) { _ in true }
    var cursor = first
    cursor?.path = path
    var found: [Int64] = []
    _ = directory.walk(from: start, all, after: cursor, limit: 9) {
      found.append(directory[$0].number)
      return true
    }
    #expect(found == rest)
    #expect(cursor.map { directory.made($0) } == true)
    let other = Directory(seed: HashSeed((1, 2, 3, 4)))
    #expect(cursor.map { other.made($0) } == false)
  }

  /// At every position of a listing one more organization comes in at every place: what was there
  /// is listed exactly once, what came later not at all.
  @Test func whatIsAddedUnderwayChangesNothing() {
    let expected: [Int64] = [1, 2, 4, 7, 5, 3, 6, 8]
    for position in 1..<8 {
      for parent in Int64(0)...8 {
        var directory = directory()
        var found: [Int64] = []
        let cursor = directory.walk(from: nil, all, limit: position) {
          found.append(directory[$0].number)
          return true
        }
        let added = OrganizationRecord(number: 9, id: "new", parent: parent)
        #expect(directory.apply(.addOrganization(added)) == true)
        _ = directory.walk(from: nil, all, after: cursor, limit: 99) {
          found.append(directory[$0].number)
          return true
        }
        #expect(found == expected)
      }
    }
  }

  @Test func ancestryAgreesWithTheParentChainAtEveryDepth() {
    var generator = Xoshiro(seed: 9)
    var directory = Directory(seed: seed)
    var parents: [Int64] = [0]
    for number in Int64(1)...500 {
      var parent = generator.below(10) == 0 ? Int64(generator.below(Int(number))) : number - 1
      while !directory.insert(
        OrganizationRecord(number: number, id: "o\(number)", parent: parent))
      { parent = parents[Int(parent)] }
      parents.append(parent)
    }
    var differences = 0
    for number in Int64(1)...500 {
      var chain: Set<Int64> = []
      var current = number
      while current != 0 {
        chain.insert(current)
        current = parents[Int(current)]
      }
      guard let organization = directory.organization(number: number) else { return }
      for other in Int64(1)...500 {
        guard let root = directory.organization(number: other) else { return }
        if directory.isInSubtree(organization, of: root) != chain.contains(other) {
          differences += 1
        }
      }
    }
    #expect(differences == 0)
  }
}
