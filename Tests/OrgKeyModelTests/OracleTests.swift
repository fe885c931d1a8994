import OrgKeyModel
import Testing

/// Nobody reads another tree's data: every small case, and a million larger ones.
@Suite struct OracleTests {
  /// Ids that begin one another without being one another's ancestors.
  static let ids = ["a", "ab", "abc", "b", "a/b"]

  /// Every forest of up to 5 organizations, as each one's parent, 0 for none.
  static func forests() -> [[Int]] {
    var all: [[Int]] = []
    var last: [[Int]] = [[]]
    for size in 1...5 {
      last = last.flatMap { forest in (0..<size).map { forest + [$0] } }
      all += last
    }
    return all
  }

  @Test func everySmallTree() {
    var differences = 0
    var cases = 0
    for (index, forest) in Self.forests().enumerated() {
      for suspended in 0..<(1 << forest.count) {
        // The same tree again with the ids, and the numbers, the other way round.
        let isReversed = (index + suspended) % 2 == 1
        let result = differencesOf(forest, suspended, isReversed)
        differences += result.differences
        cases += result.cases
      }
    }
    #expect(differences == 0)
    #expect(cases == 144_406)
  }

  private func differencesOf(
    _ forest: [Int], _ suspended: Int, _ isReversed: Bool
  ) -> (differences: Int, cases: Int) {
    var oracle = Oracle(grants: [["p"]])
    let count = forest.count
    func number(_ node: Int) -> Int { isReversed ? count + 1 - node : node }
    var records: [OrganizationRecord] = []
    for node in 1...count {
      let parent = forest[node - 1]
      let isSuspended = suspended >> (node - 1) & 1 == 1
      oracle.add(
        number(node),
        Oracle.Organization(parent: parent == 0 ? nil : number(parent), suspended: isSuspended))
      records.append(
        OrganizationRecord(
          number: Int64(number(node)), id: Self.ids[number(node) - 1],
          parent: parent == 0 ? 0 : Int64(number(parent)), suspended: isSuspended))
    }
    var directory = Directory(seed: seed)
    _ = directory.loadOrganizations(records)
    _ = directory.insert(PermissionSet(patterns: ["p"]), number: 1)
    var differences = 0
    var cases = 0
    for owner in 1...count {
      oracle.keys[owner] = Oracle.Key(organization: owner, environment: "live", grant: 0)
      oracle.secrets[owner] = Oracle.Secret(key: owner)
      let key = KeyRecord(
        number: Int64(owner), id: keyID(owner), organization: Int64(owner), environment: live,
        permissionSet: 1)
      let secret = SecretRecord(
        number: Int64(owner), key: Int64(owner), version: 1, digest: digests[owner])
      if !directory.insert(key) || !directory.insert(secret) { differences += 1 }
      for asked in 0...count + 1 {
        let id = asked == 0 ? "" : asked > count ? "aa" : Self.ids[asked - 1]
        let named: Int?? = asked == 0 ? .none : asked > count ? .some(nil) : .some(asked)
        let expected = oracle.reason(
          secret: owner, environment: nil, required: nil, organization: named, permission: "p",
          now: instant())
        let verdict = directory.authorize(
          presented: "k".utf8.span, digest: digests[owner], environment: Span(),
          organization: id.utf8.span, permission: "p".utf8.span, policy: policy, now: instant())
        if verdict.reason != expected { differences += 1 }
        cases += 1
      }
    }
    return (differences, cases)
  }

  private let digests = (0..<8).map { digest($0) }

  @Test(arguments: 0..<20) func randomTreesUnderChange(seed: Int) {
    var world = RandomWorld(seed: UInt64(seed))
    var differences = 0
    var allowed = 0
    for _ in 0..<10 {
      for _ in 0..<5_000 {
        let (found, expected) = world.ask()
        if found != expected { differences += 1 }
        if found == .allowed { allowed += 1 }
      }
      world.change()
    }
    #expect(differences == 0)
    #expect(world.wrongExplanations == 0)
    #expect(world.countersDiffer() == 0)
    #expect(world.deepest == Limits.depth)
    #expect(allowed > 1_000)
    #expect(world.seen.count >= 11)
  }
}
