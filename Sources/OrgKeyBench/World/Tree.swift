/// The organizations of a database, by number: trees of about a thousand, whose organizations are
/// spread evenly over all levels below the root. Parents have lower numbers.
struct Tree {
  static let permission = "contacts:read"

  /// -1: a root.
  let parents: [Int]
  let depths: [Int]
  let rootCount: Int
  private let children: [[Int32]]

  /// - Parameter count: at least twice as many as there are levels.
  init(organizations count: Int, depth: Int) {
    let rootCount = min(max(2, count / 1_000), count / (depth + 1))
    var random = Randomness(seed: 1)
    var parents = [Int](repeating: -1, count: count)
    var depths = [Int](repeating: 0, count: count)
    var children = [[Int32]](repeating: [], count: count)
    // By tree and level.
    var levels = (0..<rootCount).map { root in
      [[root]] + [[Int]](repeating: [], count: depth)
    }
    for number in rootCount..<count {
      let tree = number % rootCount
      // One chain to the bottom first, so that no level is empty.
      let place = number / rootCount
      let level = place <= depth ? place : 1 + random.below(depth)
      let above = levels[tree][level - 1]
      let parent = above[random.below(above.count)]
      parents[number] = parent
      depths[number] = level
      levels[tree][level].append(number)
      children[parent].append(Int32(number))
    }
    self.parents = parents
    self.depths = depths
    self.children = children
    self.rootCount = rootCount
  }

  var count: Int { parents.count }

  static func id(_ number: Int) -> String {
    let digits = String(number)
    return "org-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// Those of root `root` on one level, in no order.
  func organizations(under root: Int, level: Int) -> [Int] {
    stride(from: root, to: count, by: rootCount).filter { depths[$0] == level }
  }

  /// One in reach of `number`: itself, or where a walk downwards of random length ends.
  func inReach(of number: Int, _ random: inout Randomness) -> Int {
    var at = number
    while !children[at].isEmpty, random.below(3) > 0 {
      at = Int(children[at][random.below(children[at].count)])
    }
    return at
  }
}
