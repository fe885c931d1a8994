import OrgKeyModel

/// The rules once more, from DESIGN and the contract, over dictionaries and sets and with no
/// thought of speed: what the Directory is held against.
struct Oracle {
  struct Organization {
    var parent: Int?
    var suspended: Bool
  }

  struct Key {
    var organization: Int
    var environment: String
    var grant: Int
    var expiresAt: Int64 = 0
    var revokedAt: Int64 = 0
    var disabled = false
    var limit: RateLimit?
    var windowStart: Int64 = 0
    var windowCount: UInt32 = 0
  }

  struct Secret {
    var key: Int
    var retiresAt: Int64 = 0
    var revoked = false
  }

  let grants: [[String]]
  private(set) var organizations: [Int: Organization] = [:]
  var keys: [Int: Key] = [:]
  var secrets: [Int: Secret] = [:]

  // Each organization's parent chain, itself first: followed once, asked often.
  private var chains: [Int: Set<Int>] = [:]
  // Whether any of a chain is suspended.
  private var closed: [Int: Bool] = [:]
  private var answers: [Question: Bool] = [:]

  private struct Question: Hashable {
    let permission: String
    let grant: Int
  }

  init(grants: [[String]]) {
    self.grants = grants
  }

  mutating func add(_ number: Int, _ organization: Organization) {
    organizations[number] = organization
    chains = [:]
    closed = [:]
  }

  mutating func reason(
    secret: Int?, environment: String?, required: String?, organization asked: Int??,
    permission: String, now: Instant
  ) -> Reason {
    guard let secret, let found = secrets[secret], let key = keys[found.key] else {
      return .keyUnknown
    }
    let isRetired = found.revoked || (found.retiresAt > 0 && found.retiresAt <= now.wall)
    var deaths: [Int64] = []
    if key.revokedAt > 0 { deaths.append(key.revokedAt) }
    if isRetired { deaths.append(found.retiresAt) }
    if deaths.contains(where: { now.wall - $0 >= 30 * 86_400_000 }) { return .keyUnknown }
    if key.revokedAt > 0 { return .keyRevoked }
    if isRetired { return .secretRetired }
    if key.expiresAt > 0 && now.wall >= key.expiresAt { return .keyExpired }
    if key.disabled { return .keyDisabled }
    if let environment, environment != key.environment { return .environmentMismatch }
    if let required, required != key.environment { return .environmentMismatch }
    if !takes(found.key, now) { return .rateLimited }
    guard let target = asked ?? key.organization else { return .organizationUnknown }
    guard chain(target).contains(key.organization) else { return .organizationOutside }
    if isClosed(target) || isClosed(key.organization) { return .organizationSuspended }
    return isGranted(permission, key.grant) ? .allowed : .permissionMissing
  }

  mutating func takes(_ number: Int, _ now: Instant) -> Bool {
    guard var key = keys[number], let limit = key.limit else { return true }
    if key.windowCount == 0 || now.monotonic >= key.windowStart + Int64(limit.window) * 1000 {
      key.windowStart = now.monotonic
      key.windowCount = 0
    }
    if key.windowCount == limit.limit { return false }
    key.windowCount += 1
    keys[number] = key
    return true
  }

  mutating func chain(_ number: Int) -> Set<Int> {
    if let chain = chains[number] { return chain }
    var chain: Set<Int> = []
    var next: Int? = number
    while let current = next {
      chain.insert(current)
      next = organizations[current]?.parent
    }
    chains[number] = chain
    return chain
  }

  private mutating func isClosed(_ number: Int) -> Bool {
    if let isClosed = closed[number] { return isClosed }
    let isClosed = chain(number).contains { organizations[$0]?.suspended == true }
    closed[number] = isClosed
    return isClosed
  }

  private mutating func isGranted(_ permission: String, _ grant: Int) -> Bool {
    let question = Question(permission: permission, grant: grant)
    if let answer = answers[question] { return answer }
    let asked = permission.split(separator: ":")
    let answer = grants[grant].contains { pattern in
      let segments = pattern.split(separator: ":")
      guard segments.last == "*" else { return segments == asked }
      return asked.count >= segments.count && asked.starts(with: segments.dropLast())
    }
    answers[question] = answer
    return answer
  }
}
