import TestSupport
import OrgKeySystem
import Synchronization

@testable import OrgKeyWire

/// Changes a tenant and asks about it, knowing each answer. For one thread at a time.
final class Administrator: @unchecked Sendable {
  private(set) var tenant: Tenant
  /// What is shown to everybody.
  let slots = (0..<16).map { _ in Slot() }
  private let tally: Tally
  private let log: SoakLog
  /// A change that was not answered; it may have been carried out.
  private var pending: TenantChange?
  /// Texts of keys that are gone.
  private var buried: [SecretText] = []

  init(_ root: String, _ tally: Tally, _ log: SoakLog) {
    tenant = Tenant(root)
    self.tally = tally
    self.log = log
  }

  /// Makes its root.
  func begin(_ client: RawClient) throws { try client.put(tenant.root) }

  /// A change, and questions after it.
  /// - Parameter run: which run of the daemon this is.
  func step(_ client: RawClient, run: Int) throws {
    try change(client)
    for _ in 0..<60 { try ask(client, run: run) }
  }

  private func change(_ client: RawClient) throws {
    let change = tenant.nextChange()
    for slot in slots { expect(of: slot, before: tenant, after: change.after) }
    pending = change
    let response = try client.call(change.method)
    guard response.status?.code == change.refusal else {
      return log.note("\(change.method) was answered \(response)")
    }
    log.count("changes")
    if change.refusal == nil { try take(change.after, response.result, client) }
    pending = nil
    for slot in slots { expect(of: slot, before: tenant, after: tenant) }
  }

  /// Takes what was answered for what is so.
  private func take(_ after: Tenant, _ result: Response.Result?, _ client: RawClient) throws {
    let gone = tenant.keys.filter { after.keys[$0.key] == nil }
    buried += gone.flatMap { $0.value.secrets.compactMap(\.text) }
    buried.removeFirst(max(0, buried.count - 50))
    tenant = after
    switch result {
    case .issueKey(let issued): show(issued.key, issued.apiKey)
    case .rotateKey(let rotated): show(rotated.key, rotated.apiKey)
    case .importKeys:
      let keys = try client.keys(.init(organizationID: tenant.root, includeDescendants: true))
      for key in keys where tenant.keys[key.name]?.id.isEmpty == true {
        show(key, tenant.keys[key.name]?.secrets.last?.text ?? .empty)
      }
    default: break
    }
  }

  /// Gives a new secret its text, and a place where everybody sees it.
  private func show(_ key: OrgKeyWire.Key?, _ text: SecretText) {
    guard let key, var held = tenant.keys[key.name], let newest = held.secrets.indices.last else {
      return log.note("a key was made that nobody asked for: \(key as Any)")
    }
    log.count("secrets")
    held.id = key.keyID
    held.secrets[newest].text = text
    tenant.keys[key.name] = held
    // A limit is for its administrator alone to use up.
    guard !held.isLimited, let slot = slots.randomElement() else { return }
    let version = held.secrets[newest].version
    let reason = tenant.reason(Presented(key: key.name, version: version), run: 0)
    slot.show(key.name, version, key.keyID, text, reason)
  }

  private func expect(of slot: Slot, before: Tenant, after: Tenant) {
    guard let entry = slot.current else { return }
    let asked = Presented(key: entry.key, version: entry.secret)
    var (before, after) = (before, after)
    slot.expect([before.reason(asked, run: 0), after.reason(asked, run: 0)])
  }

  private func ask(_ client: RawClient, run: Int) throws {
    guard let (name, key) = tenant.keys.randomElement(), Int.random(in: 0..<20) > 0,
      let secret = key.secrets.filter({ $0.text != nil }).randomElement(), let text = secret.text
    else { return try askNobody(client) }
    let organizations =
      ["", "", "nowhere", "root-0", "root-1", tenant.root + "/f"]
      + tenant.organizations.keys.shuffled().prefix(4)
    let asked = Presented(
      key: name, version: secret.version, organization: organizations.randomElement() ?? "",
      permission: ["a:read", "b:c"].randomElement() ?? "",
      environment: ["", "", "live", "test"].randomElement() ?? "")
    try ask(asked, key.id, text, client, run: run)
  }

  private func ask(
    _ asked: Presented, _ keyID: String, _ text: SecretText, _ client: RawClient, run: Int
  ) throws {
    let answer: AuthorizeResponse
    do {
      answer = try client.authorize(
        text, asked.organization, asked.permission, environment: asked.environment)
    } catch {
      tally.countLost(keyID)
      throw error
    }
    tally.count(answer)
    log.answers.add(1, ordering: .relaxed)
    let expected = tenant.reason(asked, run: run)
    if answer.reason != expected || (answer.decision == .allowed) != (expected == .unspecified) {
      log.note("\(asked) was answered \(answer), not \(expected)")
    }
    log.count("\(answer.reason)")
  }

  /// What belongs to no key that is here.
  private func askNobody(_ client: RawClient) throws {
    let (text, expected): (SecretText, Reason) =
      switch Int.random(in: 0..<4) {
      case 0: (.empty, .keyMissing)
      case 1: (SecretText("pc_live_" + String(repeating: "0", count: 38)), .keyMalformed)
      case 2: (SecretText("sk_unknown"), .keyUnknown)
      default: buried.randomElement().map { ($0, .keyRevoked) } ?? (.empty, .keyMissing)
      }
    let answer = try client.authorize(text)
    log.answers.add(1, ordering: .relaxed)
    if answer.reason != expected { log.note("\(expected) was answered \(answer)") }
    log.count("\(answer.reason)")
  }
}

extension Administrator {
  /// Finds out what became of a change without an answer, and compares everything. While nobody
  /// else asks.
  func settle(_ client: RawClient) throws {
    var candidates = [tenant]
    if let pending, pending.refusal == nil { candidates.append(pending.after) }
    // Keys that expired are counted off a moment later.
    var told = try client.facts(of: tenant.root)
    let found = try eventually {
      told = try client.facts(of: tenant.root)
      return candidates.contains { $0.facts == told.facts }
    }
    guard found, var settled = candidates.first(where: { $0.facts == told.facts }) else {
      return log.note("\(told.facts) was told, not \(candidates.map(\.facts))")
    }
    for (name, id) in told.ids { settled.keys[name]?.id = id }
    tenant = settled
    // Names are not given twice, whatever became of them.
    tenant.nameCount = max(tenant.nameCount, pending?.after.nameCount ?? 0)
    pending = nil
    for slot in slots { expect(of: slot, before: tenant, after: tenant) }
  }

  /// Presents every secret there is.
  func askEverything(_ client: RawClient, run: Int) throws {
    for (name, key) in tenant.keys {
      for secret in key.secrets {
        guard let text = secret.text else { continue }
        for organization in ["", tenant.root] {
          let asked = Presented(key: name, version: secret.version, organization: organization)
          try ask(asked, key.id, text, client, run: run)
        }
      }
    }
  }
}
