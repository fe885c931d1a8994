import CFaultVFS
import Glibc
import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import TestSupport
import Testing

/// The disk below a directory, of which the power can be cut. One at a time.
final class PowerCuts {
  let directory: TemporaryDirectory
  private var random: Xoshiro

  init(seed: UInt64) throws {
    directory = try TemporaryDirectory(inMemory: true)
    random = Xoshiro(seed: seed)
    #expect(cfaultvfs_install() == 0)
    unsafe cfaultvfs_watch(directory.path, seed)
  }

  deinit { cfaultvfs_uninstall() }

  /// Cuts within the n-th operation from now on.
  ///
  /// - Returns: where the disk as it is then will be.
  func cut(within operation: Int) throws -> TemporaryDirectory {
    let left = try TemporaryDirectory(inMemory: true)
    unsafe cfaultvfs_cut(UInt64(operation), left.path)
    return left
  }

  var wasCut: Bool {
    let result = cfaultvfs_was_cut()
    #expect(result >= 0)
    return result != 0
  }

  func below(_ bound: Int) -> Int { random.below(bound) }
}

/// What a database knows of access: of each key and organization, in words that are compared.
struct Known: Equatable {
  var keys: [String: String] = [:]
  var organizations: [String: Bool] = [:]

  init() {}

  init(_ loaded: Loaded) {
    for organization in loaded.organizations {
      organizations[organization.id] = organization.suspended
    }
    var secrets: [Int64: [SecretRecord]] = [:]
    for secret in loaded.secrets { secrets[secret.key, default: []].append(secret) }
    for key in loaded.keys {
      let ended = (secrets[key.number] ?? []).map(\.revoked)
      keys[key.id.text] = Known.text(isRevoked: key.revokedAt != 0, ended: ended)
    }
  }

  /// - Parameter ended: of each secret of a key, the oldest first, whether it was revoked.
  static func text(isRevoked: Bool, ended: [Bool]) -> String {
    "\(isRevoked ? "revoked" : "active"), secrets \(ended.map { $0 ? "ended" : "live" })"
  }

  /// - Throws: the database is not whole.
  init(checking directory: TemporaryDirectory) throws {
    let store = try directory.open()
    let loaded = try store.loadAll()
    #expect(loaded.report.quarantinedCount == 0, "\(loaded.report.quarantined)")
    try store.close()
    _ = consume store
    let report = try CheckReport(checking: directory.database)
    #expect(report.worst == nil, "\(report.faults)")
    self.init(loaded)
  }
}
