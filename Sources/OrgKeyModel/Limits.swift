/// Every bound on what OrgKey accepts or keeps, named once.
package enum Limits {
  /// An organization's identifier: a database key of the application's, never prose.
  package static let organizationIDBytes = 128
  /// Levels below a root. Bounds every walk up the tree.
  package static let depth = 64
  /// Characters (Unicode scalars) and bytes of a name: a line on a screen.
  package static let nameScalars = 200
  package static let nameBytes = 400
  package static let permissionBytes = 100
  /// Patterns granted to one key; also the bound of every repeated field but imports'.
  package static let permissionsPerKey = 64
  /// Environment and key prefix: short enough to live inside fixed-size rows.
  package static let environmentBytes = 16
  /// A key as presented. Imported keys may have any shape up to this.
  package static let presentedKeyBytes = 256
  package static let labelsPerKey = 16
  package static let labelNameBytes = 64
  package static let labelValueBytes = 256
  package static let requestIDBytes = 64
  /// Of a part of a name or hint that is looked for.
  package static let searchBytes = 200
  package static let actorBytes = 200
  package static let reasonBytes = 500
  package static let auditDetailBytes = 8 << 10
  /// Live secrets of a key: the present one and the one being rotated out.
  package static let liveSecretsPerKey = 2
  /// Of a rotation: a hundred years.
  package static let overlapSeconds: Int64 = 100 * 365 * 86_400
  /// 24 bits, so that a window's start and its count share one atomic word.
  package static let rateLimit: UInt32 = 16_777_215
  package static let rateWindowSeconds: UInt32 = 2_592_000
  /// Keys revoked, removed or marked under one hold of the Directory's lock.
  package static let keysPerMutation = 1_024
  /// What people may see of an imported key: too short to hold most keys whole.
  package static let hintBytes = 64
  /// Faults told of one import.
  package static let importFaults = 100
  /// Of one import: what is made of them in one transaction takes memory beside the rows.
  package static let importRows = 2_000_000
  /// Bytes of rows that wait for the last of their import, over all connections: 1,000,000 keys of
  /// usual size, and as much again as they are on the wire.
  package static let importBytes = 256 << 20
  /// How long a request_id is remembered.
  package static let requestIDLifetimeMilliseconds: Int64 = 7 * 86_400_000
  /// How long a dead secret is told from an unknown one; then it leaves memory.
  package static let deadSecretLifetimeMilliseconds: Int64 = 30 * 86_400_000
  /// Days, today included, of which usage is kept.
  package static let usageDays: Int64 = 400
  /// What can be configured: an hour to a hundred years.
  package static let auditRetentionMilliseconds: ClosedRange<Int64> =
    3_600_000...36_500 * 86_400_000
  /// The last millisecond of the year 9999: what is later is seconds or days gone wrong.
  package static let latestTime: Int64 = 253_402_300_799_999
}
