import OrgKeyModel
import TestSupport

/// A Directory and an Oracle to which the same things happen.
struct RandomWorld: ~Copyable {
  private var generator: Xoshiro
  private var directory: Directory
  private var oracle: Oracle
  private var organizationCount = 0
  private var keyCount = 0
  private var now = instant()
  private(set) var deepest = 0
  private var depths = [0]
  /// What the decisions were.
  private(set) var seen: Set<Reason> = []
  /// Explanations that told something else than what was then decided.
  private(set) var wrongExplanations = 0

  private var ids: [String] = [""]
  private var digests = [digest(0)]
  private let environments = ["live", "test"]
  private let grants = [
    ["*"], ["contacts:*", "other", "deals:*"], ["contacts:read", "deals:*"], ["*", "deals:read"],
    ["contacts:deals:*", "contacts"], ["contacts:*"], [],
  ]
  private let permissions = [
    "contacts", "contacts:read", "contacts:write", "contacts:deals:read", "deals:read", "other",
  ]

  init(seed: UInt64) {
    generator = Xoshiro(seed: seed)
    oracle = Oracle(grants: grants)
    directory = Directory(seed: OrgKeyModelTests.seed)
    for (index, patterns) in grants.enumerated() {
      _ = directory.insert(PermissionSet(patterns: patterns), number: Int64(index + 1))
    }
    var records = (0..<200).map { _ in nextOrganization() }
    records.shuffle(using: &generator)
    _ = directory.loadOrganizations(records)
    for _ in 0..<150 { addKey() }
  }

  /// Long chains as well as broad trees.
  private mutating func nextOrganization() -> OrganizationRecord {
    let last = organizationCount
    organizationCount += 1
    let number = organizationCount
    var parent = generator.below(20) == 0 ? generator.below(last + 1) : last
    while parent != 0, depths[parent] == Limits.depth { parent = generator.below(last + 1) }
    let depth = parent == 0 ? 0 : depths[parent] + 1
    depths.append(depth)
    deepest = max(deepest, depth)
    let isSuspended = number == 150 || generator.below(250) == 0
    ids.append(ids[parent] + "abc".dropFirst(generator.below(3)).prefix(1))
    if ids.dropLast().contains(ids[number]) { ids[number] = "n\(number)" }
    oracle.add(
      number, Oracle.Organization(parent: parent == 0 ? nil : parent, suspended: isSuspended))
    return OrganizationRecord(
      number: Int64(number), id: ids[number], parent: Int64(parent), suspended: isSuspended)
  }

  private mutating func addKey() {
    keyCount += 1
    let number = keyCount
    let set = generator.below(10) % grants.count
    var key = Oracle.Key(
      organization: 1 + generator.below(organizationCount),
      environment: environments[generator.below(10) / 9], grant: set)
    switch generator.below(20) {
    case 0: key.revokedAt = time()
    case 1: key.expiresAt = time()
    case 2: key.disabled = true
    case 3, 4: key.limit = RateLimit(limit: 1 + UInt32(generator.below(9)), window: 2)
    default: break
    }
    oracle.keys[number] = key
    let record = KeyRecord(
      number: Int64(number), id: keyID(number), organization: Int64(key.organization),
      environment: Environment(key.environment)!, permissionSet: Int64(set + 1),
      expiresAt: key.expiresAt, revokedAt: key.revokedAt, disabled: key.disabled,
      rateLimit: key.limit)
    precondition(directory.apply(.addKey(record)))
    addSecret(of: number, version: 1)
    if generator.below(4) == 0 { addSecret(of: number, version: 2) }
  }

  private mutating func addSecret(of key: Int, version: UInt32) {
    let number = digests.count
    digests.append(digest(number))
    var secret = Oracle.Secret(key: key)
    if generator.below(10) == 0 { secret.retiresAt = time() }
    secret.revoked = secret.retiresAt != 0 && generator.below(3) == 0
    oracle.secrets[number] = secret
    let record = SecretRecord(
      number: Int64(number), key: Int64(key), version: version, digest: digests[number],
      retiresAt: secret.retiresAt, revoked: secret.revoked)
    precondition(directory.apply(.addSecret(record)))
  }

  /// Long past, lately, or to come.
  private mutating func time() -> Int64 {
    now.wall + [-31 * day, -30 * day, -day, 0, 500, day][generator.below(6)]
  }

  /// One request.
  mutating func ask() -> (found: Reason, expected: Reason) {
    now.wall += 1
    now.monotonic += 1
    let secret = generator.below(digests.count)
    let key = oracle.secrets[secret].map(\.key) ?? 1
    let own = oracle.keys[key]?.organization ?? 1
    let (asked, id) = organization(near: own)
    let environment = [nil, nil, nil, nil, nil, "live", "live", "test"][generator.below(8)]
    let required = generator.below(10) == 0 ? "live" : nil
    let permission = permissions[generator.below(permissions.count)]
    let expected = oracle.reason(
      secret: secret, environment: environment, required: required, organization: asked,
      permission: permission, now: now)
    var policy = policy
    policy.requiredEnvironment = required.flatMap { Environment($0) }
    let explanation = directory.explain(
      presented: "k".utf8.span, digest: digests[secret],
      environment: (environment ?? "").utf8.span, organization: id.utf8.span,
      permission: permission.utf8.span, policy: policy, now: now)
    let verdict = directory.authorize(
      presented: "k".utf8.span, digest: digests[secret],
      environment: (environment ?? "").utf8.span, organization: id.utf8.span,
      permission: permission.utf8.span, policy: policy, now: now)
    if !explanation.foretold(verdict) { wrongExplanations += 1 }
    seen.insert(verdict.reason)
    return (verdict.reason, expected)
  }

  private mutating func organization(near own: Int) -> (Int??, String) {
    switch generator.below(8) {
    case 0: return (.none, "")
    case 1: return (.some(nil), ids[own] + "?")
    case 2, 3:
      let any = 1 + generator.below(organizationCount)
      return (.some(any), ids[any])
    default:
      // Most often within a chain's reach, below or above.
      let close = min(max(1, own + generator.below(20) - 5), organizationCount)
      return (.some(close), ids[close])
    }
  }

  /// A few commits.
  mutating func change() {
    for _ in 0..<10 { precondition(directory.apply(.addOrganization(nextOrganization()))) }
    for _ in 0..<10 { addKey() }
    for _ in 0..<3 {
      let key = 1 + generator.below(keyCount)
      let isFirst = oracle.keys[key]?.revokedAt == 0
      if isFirst { oracle.keys[key]?.revokedAt = now.wall }
      precondition(directory.apply(.revokeKeys(numbers: [Int64(key)], at: now.wall)))
    }
    for _ in 0..<3 { retireSecret() }
  }

  private mutating func retireSecret() {
    let number = 1 + generator.below(digests.count - 1)
    guard let secret = oracle.secrets[number], !secret.revoked,
      let handle = directory.secret(digest: digests[number])
    else { return }
    let version = directory[handle].version
    let time = now.wall + Int64(generator.below(2)) * 3_000
    let revoked = generator.below(2) == 0
    oracle.secrets[number]?.retiresAt = time
    oracle.secrets[number]?.revoked = revoked
    precondition(
      directory.apply(
        .retireSecret(key: Int64(secret.key), version: version, at: time, revoked: revoked)))
  }

  /// How many organizations have counters or marks other than what counting afresh gives.
  mutating func countersDiffer() -> Int {
    var differences = 0
    for number in 1...organizationCount {
      guard let handle = directory.organization(number: Int64(number)) else { return -1 }
      let state = directory[handle]
      let below = Set((1...organizationCount).filter { oracle.chain($0).contains(number) })
      let active = oracle.keys.values.filter { $0.revokedAt == 0 && !$0.disabled }
      let above = oracle.chain(number).subtracting([number])
      let isRight =
        state.subtreeOrganizationCount == below.count
        && state.childCount == below.count(where: { oracle.organizations[$0]?.parent == number })
        && state.keyCount == active.count(where: { $0.organization == number })
        && state.subtreeKeyCount == active.count(where: { below.contains($0.organization) })
        && state.depth == above.count
        && state.suspendedByAncestor == above.contains { oracle.organizations[$0]!.suspended }
      if !isRight { differences += 1 }
    }
    return differences
  }
}

extension Explanation {
  /// Whether it says just what was then decided, and its rules, in their order, lead to it.
  func foretold(_ decided: Verdict) -> Bool {
    let failed = Rule.allCases.lazy.compactMap { reason(of: $0) }.first { $0 != .allowed }
    return verdict.reason == decided.reason && verdict.key == decided.key
      && verdict.secret == decided.secret && verdict.organization == decided.organization
      && verdict.rateLimit == decided.rateLimit && failed ?? .allowed == decided.reason
      && (decided.key == nil || key == decided.key && others != nil)
  }
}
