/// What is asked: a random mix over all keys, the same for all that are measured.
final class Mixes {
  private static let seed: UInt64 = 2

  private let world: World
  /// Every key with an organization in its reach.
  let uniform: Requests
  /// The same keys, asked of Redis.
  let redis: Requests

  init(_ world: World, _ hasRedis: Bool) {
    self.world = world
    let draws = max(1 << 16, min(world.keyCount, 1 << 20))
    uniform = Mixes.uniform(world, draws)
    redis = Requests()
    guard hasRedis else { return }
    var random = Randomness(seed: Mixes.seed)
    for _ in 0..<draws {
      redis.add(Redis.get(random.below(world.keyCount)))
    }
  }

  static func uniform(_ world: World, _ draws: Int) -> Requests {
    let requests = Requests()
    questions(world, draws) { key, organization in
      requests.add(key: key, organization: organization)
    }
    return requests
  }

  /// Random keys and what they are asked about.
  static func questions(_ world: World, _ draws: Int, _ body: (String, String) -> Void) {
    var random = Randomness(seed: seed)
    for _ in 0..<draws {
      let key = random.below(world.keyCount)
      var walk = Randomness(seed: UInt64(key))
      let organization = world.tree.inReach(of: world.organization(ofKey: key), &walk)
      body(world.texts.text(key), Tree.id(organization))
    }
  }

  /// One key for all calls.
  func hot() -> Requests {
    let requests = Requests()
    // Each time around a list takes a system call more.
    for _ in 0..<1_024 {
      requests.add(key: world.texts.text(0), organization: Tree.id(world.organization(ofKey: 0)))
    }
    return requests
  }

  /// Every tenth is `question`, the others are the random mix.
  func everyTenth(_ question: Specimens.Question, reason: UInt32) -> Requests {
    let requests = Requests()
    var count = 0
    Mixes.questions(world, 1 << 16) { key, organization in
      count += 1
      if count % 10 == 0 {
        requests.add(
          key: question.key, organization: question.organization, permission: question.permission,
          environment: question.environment, reason: reason)
      } else {
        requests.add(key: key, organization: organization)
      }
    }
    return requests
  }

  /// Keys of roots, asked about organizations so many levels below.
  func below(_ level: Int) -> Requests {
    let requests = Requests()
    var random = Randomness(seed: 3)
    let tree = world.tree
    let reach = (0..<tree.rootCount).map { tree.organizations(under: $0, level: level) }
    let keysOfEach = world.keyCount / tree.count
    for _ in 0..<1 << 16 {
      let root = random.below(tree.rootCount)
      let key = root + tree.count * random.below(max(1, keysOfEach))
      let organization = reach[root][random.below(reach[root].count)]
      requests.add(key: world.texts.text(key), organization: Tree.id(organization))
    }
    return requests
  }
}
