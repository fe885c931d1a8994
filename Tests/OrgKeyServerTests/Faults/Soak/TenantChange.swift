import OrgKeySystem
import OrgKeyWire

/// A change on its way: the call, and what is so when it was carried out.
struct TenantChange {
  let method: Request.Method
  var after: Tenant
  /// What it is refused with, changing nothing; nil: it is not.
  var refusal: Code?

  init(_ method: Request.Method, _ tenant: Tenant, _ change: (inout Tenant) -> Void = { _ in }) {
    self.method = method
    after = tenant
    change(&after)
  }
}

extension Tenant {
  /// With more keys than this no new ones are made, so that the population stays the same.
  private static let mostKeys = 40
  private static let names = ["a", "b", "c", "d", "e", "f"]
  private static let grants = [["a:*"], ["a:read"], ["a:read", "b:c"], ["b:*"], []]

  /// Something that an administrator might do next.
  func nextChange() -> TenantChange {
    let id = keys.keys.randomElement()
    guard let name = id, let key = keys[name], keys.count >= 8 else { return growing() }
    switch Int.random(in: 0..<16) {
    case 0...3: return keys.count < Self.mostKeys ? growing() : ending(name, key)
    case 4...5: return ending(name, key)
    case 6...8: return rotating(name, key)
    case 9...11: return updating(name, key)
    default: return changingTree()
    }
  }

  private func growing() -> TenantChange {
    var tenant = self
    let name = tenant.newName()
    let organization = organizations.keys.randomElement() ?? root
    let environment = Bool.random() ? "live" : "test"
    var key = Key(
      id: "", organization: organization, environment: environment,
      permissions: Self.grants.randomElement() ?? [], secrets: [])
    if Int.random(in: 0..<4) > 0 {
      key.isLimited = Int.random(in: 0..<6) == 0
      key.secrets = [Secret(version: 1)]
      tenant.keys[name] = key
      let limit = key.isLimited ? RateLimit(limit: 1, windowS: 2_592_000) : nil
      return TenantChange(
        .issueKey(
          .init(
            organizationID: organization, name: name, environment: environment,
            permissions: key.permissions, rateLimit: limit)), tenant)
    }
    // Taken over from elsewhere, some of them when it was too late.
    key.isExpired = Bool.random()
    let text = SecretText("sk_" + name)
    key.secrets = [Secret(version: 1, text: text)]
    tenant.keys[name] = key
    let yesterday = Clock.wallMilliseconds() - 86_400_000
    let row = ImportKeysRequestRow(
      sha256: SHA256.digest(of: Array(("sk_" + name).utf8)), hint: "sk_",
      organizationID: organization,
      name: name, environment: environment, permissions: key.permissions,
      createdAtUnixMs: yesterday, expiresAtUnixMs: key.isExpired ? yesterday + 1_000 : 0)
    return TenantChange(.importKeys(.init(rows: [row], last: true)), tenant)
  }

  /// Revokes a key or one of its secrets; a revoked one is deleted.
  private func ending(_ name: String, _ key: Key) -> TenantChange {
    if key.isRevoked {
      return TenantChange(.deleteKey(.init(keyID: key.id)), self) { $0.keys[name] = nil }
    }
    let known = key.secrets.filter { $0.isLive && $0.text != nil }.randomElement()
    switch Int.random(in: 0..<4) {
    case 0:
      // By the secret, as found where it leaked.
      guard let text = known?.text else { break }
      return TenantChange(.revokeKey(.init(apiKey: text, reason: "leaked")), self) {
        $0.keys[name]?.isRevoked = true
      }
    case 1:
      guard let secret = key.secrets.randomElement() else { break }
      return TenantChange(
        .revokeKey(.init(keyID: key.id, secretVersion: secret.version)), self
      ) { $0.retire(name) { $0.version == secret.version } }
    default: break
    }
    return TenantChange(.revokeKey(.init(keyID: key.id, reason: "test")), self) {
      $0.keys[name]?.isRevoked = true
    }
  }

  private mutating func retire(_ name: String, where isHit: (Secret) -> Bool) {
    for place in keys[name]?.secrets.indices ?? 0..<0 {
      if let secret = keys[name]?.secrets[place], isHit(secret) {
        keys[name]?.secrets[place].isLive = false
      }
    }
  }

  private func rotating(_ name: String, _ key: Key) -> TenantChange {
    let overlap: Int64 = [0, 3_600, -1].randomElement() ?? 0
    let method = Request.Method.rotateKey(.init(keyID: key.id, overlapS: overlap))
    let live = key.secrets.count(where: \.isLive)
    guard !key.isRevoked, !key.isExpired, live < 2 else {
      guard key.isRevoked || !key.isExpired else { return ending(name, key) }
      var change = TenantChange(method, self)
      change.refusal = .failedPrecondition
      return change
    }
    return TenantChange(method, self) { tenant in
      if overlap < 0 { tenant.retire(name) { _ in true } }
      tenant.keys[name]?.secrets.append(Secret(version: (key.secrets.last?.version ?? 0) + 1))
    }
  }

  private func updating(_ name: String, _ key: Key) -> TenantChange {
    if Bool.random() {
      var change = TenantChange(
        .updateKey(.init(keyID: key.id, fields: ["disabled"], disabled: !key.isDisabled)), self)
      if key.isRevoked {
        change.refusal = .failedPrecondition
      } else {
        change.after.keys[name]?.isDisabled.toggle()
      }
      return change
    }
    let grant = Self.grants.randomElement() ?? []
    var change = TenantChange(
      .updateKey(.init(keyID: key.id, fields: ["permissions"], permissions: grant)), self)
    if key.isRevoked {
      change.refusal = .failedPrecondition
    } else {
      change.after.keys[name]?.permissions = grant
    }
    return change
  }
}

// Changes of whole subtrees.
extension Tenant {
  private func changingTree() -> TenantChange {
    let absent = Self.names.map { root + "/" + $0 }.filter { organizations[$0] == nil }
    let all = organizations.keys.sorted()
    if let id = absent.randomElement(), organizations.count < 4 || Bool.random() {
      return putting(id, under: all.randomElement() ?? root)
    }
    let id = all.randomElement() ?? root
    // What is suspended is soon resumed, so that most keys pass.
    if organizations[id]?.isSuspended == true {
      return TenantChange(.resumeOrganization(.init(organizationID: id)), self) {
        $0.organizations[id]?.isSuspended = false
      }
    }
    switch Int.random(in: 0..<8) {
    case 0...2:
      return TenantChange(.suspendOrganization(.init(organizationID: id)), self) {
        $0.organizations[id]?.isSuspended = true
      }
    case 3 where id != root: return deleting(id)
    case 4 where id != root:
      return TenantChange(
        .revokeKeys(.init(organizationID: id, includeDescendants: true, reason: "test")), self
      ) { tenant in
        for name in tenant.names(in: tenant.subtree(id)) { tenant.keys[name]?.isRevoked = true }
      }
    default: return moving(id, under: all.randomElement() ?? root)
    }
  }

  private func names(in organizations: [String]) -> [String] {
    keys.filter { organizations.contains($0.value.organization) }.map(\.key)
  }

  private func putting(_ id: String, under parent: String) -> TenantChange {
    let method: Request.Method =
      Bool.random()
      ? .putOrganization(.init(organizationID: id, parentID: parent))
      : .importOrganizations(
        .init(rows: [.init(organizationID: id, parentID: parent)], last: true))
    return TenantChange(method, self) { $0.organizations[id] = Organization(parent: parent) }
  }

  private func deleting(_ id: String) -> TenantChange {
    let method = Request.Method.deleteOrganization(
      .init(organizationID: id, revokeKeys: true, includeDescendants: true))
    return TenantChange(method, self) { tenant in
      let all = tenant.subtree(id)
      for name in tenant.names(in: all) { tenant.keys[name] = nil }
      for gone in all { tenant.organizations[gone] = nil }
    }
  }

  private func moving(_ id: String, under parent: String) -> TenantChange {
    let method = Request.Method.moveOrganization(.init(organizationID: id, parentID: parent))
    var change = TenantChange(method, self)
    if ancestry(parent).contains(id) {
      // A cycle.
      change.refusal = .failedPrecondition
    } else {
      change.after.organizations[id]?.parent = parent
    }
    return change
  }
}
