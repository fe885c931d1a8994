/// All that a decision needs, in memory: organizations, keys, secrets and grants as flat tables.
///
/// Rows address one another by 32-bit handles and hold no pointers; reading them counts no
/// references and allocates nothing. Many threads may read at once; a change needs the Directory
/// for itself. The one thing that reading changes is a rate limit's word, an atomic.
///
/// Numbers are the store's, from 1, below 2^32, and never used again.
package struct Directory: ~Copyable {
  let seed: HashSeed

  // Row 0 of the organizations stands above all roots: they are its children.
  var organizations = Table(none: OrganizationRow())
  var organizationNumbers = NumberIndex()
  var organizationIndex = HashIndex()

  var keys: Table<KeyRow>
  var keyNumbers = NumberIndex()

  var secrets: Table<SecretRow>
  var secretIndex = HashIndex()

  var permissionSets = Table(none: PermissionSetRow())
  var permissionSetNumbers = NumberIndex()

  // Distinct environments, kept for good: a handful.
  var environments = Table(none: EnvironmentRow(nil))
  var environmentIndex = HashIndex()

  var limiters = Limiters()
  var texts = TextHeap()

  /// Counts placements of organizations, for `Walk`.
  var stamp: UInt32 = 0
  /// Those in memory, dead ones included.
  package internal(set) var secretCount = 0
  /// Keys in memory, dead ones included, by their flags.
  var keysByFlags = InlineArray<8, UInt32>(repeating: 0)

  /// An empty one.
  package init(seed: HashSeed) {
    self.seed = seed
    let digest = Digest([UInt8](repeating: 0, count: 32))
    let secret = SecretRecord(number: 0, key: 0, version: 0, digest: digest)
    keys = Table(none: KeyRow())
    secrets = Table(none: SecretRow(secret, number: 0, key: 0, next: 0))
  }
}

// What it points to is its own; changes need exclusive access, which `mutating` demands, and the
// words that reading changes are atomics.
extension Directory: @unchecked Sendable {}
