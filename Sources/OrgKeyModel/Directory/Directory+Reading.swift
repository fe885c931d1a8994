// What others may read. All of it is good under the lock under which it was asked for.

/// What the Directory knows of an organization.
package struct OrganizationState: BitwiseCopyable, Sendable {
  package let number: Int64
  package let parent: OrganizationHandle?
  /// A root has 0.
  package let depth: Int
  /// Itself.
  package let suspended: Bool
  /// One above it is suspended or quarantined.
  package let suspendedByAncestor: Bool
  package let quarantined: Bool
  /// Active keys: neither revoked nor disabled nor marked expired.
  package let keyCount: Int
  package let childCount: Int
  package let subtreeKeyCount: Int
  /// With itself.
  package let subtreeOrganizationCount: Int

  /// Whether no key may act in it.
  package var isClosed: Bool { suspended || suspendedByAncestor || quarantined }
}

/// What the Directory knows of a key.
package struct KeyState: BitwiseCopyable, Sendable {
  package let number: Int64
  package let id: KeyID
  package let organization: OrganizationHandle
  package let environment: Environment
  package let disabled: Bool
  package let revoked: Bool
  /// Unix milliseconds; 0: not revoked.
  package let revokedAt: Int64
  package let rateLimit: RateLimit?
}

/// What the Directory knows of a secret.
package struct SecretState: BitwiseCopyable, Sendable {
  package let number: Int64
  package let key: KeyHandle
  package let version: UInt32
  package let retiresAt: Int64
  package let revoked: Bool
}

extension Directory {
  /// - Parameter id: compared as bytes.
  package func organization(id: Span<UInt8>) -> OrganizationHandle? {
    organization(id: id, organizationIndex.probe(seed.hash(id)))
  }

  /// As above, where the search has begun.
  func organization(id: Span<UInt8>, _ begun: HashIndex.Probe) -> OrganizationHandle? {
    var probe = begun
    while true {
      let handle = organizationIndex.next(&probe)
      if handle == 0 { return nil }
      if isID(of: handle, id) { return OrganizationHandle(index: handle) }
    }
  }

  package func organization(number: Int64) -> OrganizationHandle? {
    let handle = organizationNumbers.handle(of: number)
    return handle == 0 ? nil : OrganizationHandle(index: handle)
  }

  package func key(number: Int64) -> KeyHandle? {
    let handle = keyNumbers.handle(of: number)
    return handle == 0 ? nil : KeyHandle(index: handle)
  }

  package func secret(digest: Digest) -> SecretHandle? {
    secret(digest: digest, secretIndex.probe(seed.hash(digest)))
  }

  /// As above, where the search has begun.
  func secret(digest: Digest, _ begun: HashIndex.Probe) -> SecretHandle? {
    var probe = begun
    while true {
      let handle = secretIndex.next(&probe)
      if handle == 0 { return nil }
      if secrets[handle].digest == digest { return SecretHandle(index: handle) }
    }
  }

  package subscript(organization: OrganizationHandle) -> OrganizationState {
    let row = organizations[organization.index]
    return OrganizationState(
      number: Int64(row.number),
      parent: row.parent == 0 ? nil : OrganizationHandle(index: row.parent),
      depth: Int(row.depth), suspended: row.flags.contains(.suspended),
      suspendedByAncestor: row.flags.contains(.suspendedByAncestor),
      quarantined: row.flags.contains(.quarantined), keyCount: Int(row.keyCount),
      childCount: Int(row.childCount), subtreeKeyCount: Int(row.subtreeKeyCount),
      subtreeOrganizationCount: Int(row.subtreeOrganizationCount))
  }

  package subscript(key: KeyHandle) -> KeyState {
    let row = keys[key.index]
    guard let environment = environments[row.environment].environment else {
      preconditionFailure("every key's environment was interned")
    }
    return KeyState(
      number: Int64(row.number), id: row.id,
      organization: OrganizationHandle(index: row.organization), environment: environment,
      disabled: row.flags.contains(.disabled), revoked: row.flags.contains(.revoked),
      revokedAt: row.flags.contains(.revoked) ? row.end.time : 0,
      rateLimit: row.limiter == 0 ? nil : limiters.limit(row.limiter))
  }

  package subscript(secret: SecretHandle) -> SecretState {
    let row = secrets[secret.index]
    return SecretState(
      number: Int64(row.number), key: KeyHandle(index: row.key), version: row.version,
      retiresAt: row.retiresAt, revoked: row.isRevoked)
  }

  /// The patterns that a key was granted.
  package func permissions(of key: KeyHandle) -> PermissionSet {
    patterns(of: permissionSets[keys[key.index].permissionSet])
  }

  func patterns(of row: PermissionSetRow) -> PermissionSet {
    let text = unsafe UnsafeBufferPointer(start: texts.address(of: row.text), count: Int(row.bytes))
    return unsafe PermissionSet(encoded: Array(text), count: Int(row.count))
  }

  /// A key's secrets, newest first.
  package func secrets(of key: KeyHandle) -> [SecretHandle] {
    var found: [SecretHandle] = []
    var handle = keys[key.index].firstSecret
    while handle != 0 {
      found.append(SecretHandle(index: handle))
      handle = secrets[handle].next
    }
    return found
  }

  /// An organization's identifier, lent.
  package func withID<Result>(
    of organization: OrganizationHandle, _ body: (Span<UInt8>) -> Result
  ) -> Result {
    unsafe body(idBytes(of: organization).span)
  }

  /// An organization's identifier.
  package func id(of organization: OrganizationHandle) -> String {
    withID(of: organization) { id in
      unsafe id.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
  }

  /// An organization's identifier where it lies; unsafe because it is good only until the
  /// organization is removed.
  @unsafe
  package func idBytes(of organization: OrganizationHandle) -> UnsafeBufferPointer<UInt8> {
    let row = organizations[organization.index]
    return unsafe UnsafeBufferPointer(start: texts.address(of: row.id), count: Int(row.idBytes))
  }

  /// A key's environment where it lies, good as long as the Directory.
  @unsafe
  package func environmentBytes(of key: KeyHandle) -> UnsafeBufferPointer<UInt8> {
    let row = unsafe environments.address(of: keys[key.index].environment)
    let offset = unsafe MemoryLayout<EnvironmentRow>.offset(of: \.text).unsafelyUnwrapped
    let text = unsafe (UnsafeRawPointer(row) + offset).assumingMemoryBound(to: UInt8.self)
    let count = unsafe row.pointee.environment?.short.count ?? 0
    return unsafe UnsafeBufferPointer(start: text, count: count)
  }

  /// Organizations, quarantined ones included.
  package var organizationCount: Int { Int(organizations[0].subtreeOrganizationCount) }

  /// Keys that are neither revoked nor disabled nor marked expired.
  package var activeKeyCount: Int { Int(organizations[0].subtreeKeyCount) }

  private func isID(of handle: UInt32, _ id: Span<UInt8>) -> Bool {
    let row = organizations[handle]
    guard id.count == Int(row.idBytes) else { return false }
    let own = unsafe texts.address(of: row.id)
    for index in id.indices where unsafe own[index] != id[index] { return false }
    return true
  }
}
