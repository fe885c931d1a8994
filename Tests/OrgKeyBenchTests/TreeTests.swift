import Testing

@testable import OrgKeyBench

@Suite struct TreeTests {
  @Test(arguments: [(18, 8), (200, 8), (130, 64), (5_000, 64)])
  func organizationsAreOnAllLevels(_ count: Int, _ depth: Int) {
    let tree = Tree(organizations: count, depth: depth)
    #expect(tree.count == count)
    #expect(tree.rootCount >= 2)
    for number in 0..<count {
      let parent = tree.parents[number]
      #expect(parent < number)
      #expect(tree.depths[number] == (parent < 0 ? 0 : tree.depths[parent] + 1))
    }
    for root in 0..<tree.rootCount {
      for level in 0...depth { #expect(!tree.organizations(under: root, level: level).isEmpty) }
    }
  }

  @Test func whatIsInReachIsBelow() {
    let tree = Tree(organizations: 500, depth: 16)
    var random = Randomness(seed: 7)
    for number in 0..<500 {
      var at = tree.inReach(of: number, &random)
      while at != number && at >= 0 { at = tree.parents[at] }
      #expect(at == number)
    }
  }

  @Test func aKeysTextIsMadeAgainFromItsNumber() throws {
    let texts = try KeyTexts()
    #expect(try KeyTexts().text(17) == texts.text(17))
    #expect(Set((0..<1_000).map(texts.text)).count == 1_000)
    #expect(texts.text(17).hasPrefix("pc_live_"))
  }
}
