import Glibc
import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import TestSupport
import Testing

/// Bits that are flipped and files that are cut off: whatever opens of it allows nothing that the
/// intact database does not.
@Suite struct DamagedFileTests {
  private enum Damage: String, CaseIterable {
    case databaseFlipped, databaseCutOff, logFlipped, logCutOff

    var isOfLog: Bool { self == .logFlipped || self == .logCutOff }
    var file: String { isOfLog ? "orgkey.db-wal" : "orgkey.db" }

    func spoil(_ bytes: inout [UInt8], _ random: inout Xoshiro) {
      switch self {
      case .databaseFlipped, .logFlipped:
        // The header and the schema oftener than the rest.
        let end = random.below(8) == 0 ? min(4096, bytes.count) : bytes.count
        var place = random.below(end)
        // Most of a small database is room for more.
        for _ in 0..<16 where bytes[place] == 0 { place = random.below(end) }
        bytes[place] ^= 1 << UInt8(random.below(8))
      case .databaseCutOff, .logCutOff: bytes.removeLast(1 + random.below(bytes.count))
      }
    }
  }

  /// What became of the damaged files.
  private struct Tally {
    var same = 0
    var less = 0
    var refused = 0
  }

  @Test func damagedFileAllowsNothingMoreAndIsToldClearly() throws {
    let world = try DamagedWorld()
    for damage in Damage.allCases {
      let isFlip = damage == .databaseFlipped || damage == .logFlipped
      let count = isFlip ? Campaign.count(300, long: 5_000) : Campaign.count(30, long: 500)
      var random = Xoshiro(seed: UInt64(count))
      var tally = Tally()
      for round in 0..<count {
        var bytes = try world.bytes(of: damage.file)
        damage.spoil(&bytes, &random)
        try open(world, damage, bytes, round, &tally)
      }
      print(
        "\(damage): \(tally.same) without consequence, \(tally.less) with less allowed, "
          + "\(tally.refused) refused")
      #expect(tally.refused > 0, "\(damage)")
      // The flips have hit rows.
      if damage == .databaseFlipped { #expect(tally.less > 0) }
    }
  }

  private func open(
    _ world: DamagedWorld, _ damage: Damage, _ bytes: [UInt8], _ round: Int, _ tally: inout Tally
  ) throws {
    let directory = try world.copy(with: bytes, as: damage.file)
    do {
      let allowed = try world.allowed(in: directory)
      if allowed == world.truth {
        tally.same += 1
      } else {
        #expect(allowed.isStrictSubset(of: world.truth), "\(damage) \(round)")
        tally.less += 1
      }
    } catch let error as StoreError {
      let known: [StoreError.Category] = [.configuration, .damaged, .unavailable, .internal]
      #expect(known.contains(error.category), "\(damage) \(round): \(error)")
      let word = damage.isOfLog ? "\(directory.path)/\(damage.file)" : " "
      #expect(error.message.contains(word), "\(damage) \(round): \(error)")
      tally.refused += 1
    }
  }
}

/// A database that crashed, with a log, and all that is allowed by it.
private final class DamagedWorld {
  private let origin: TemporaryDirectory
  private let directory = try? TemporaryDirectory(inMemory: true)
  // The log would be read in the place of what is damaged in the database.
  private var closed: [String: [UInt8]] = [:]
  private var crashed: [String: [UInt8]] = [:]
  /// What is allowed by the intact database.
  private(set) var truth: Set<String> = []

  private static let keys = 1...24
  private static let organizations = ["acme", "acme/eu", "acme/eu/de", "beta", "gone"]
  private static let permissions = ["contacts:read", "contacts:write", "deals:read"]

  init() throws {
    let live = try TemporaryDirectory(inMemory: true)
    origin = try TemporaryDirectory(inMemory: true)
    let store = try live.open()
    try store.put("acme")
    try store.put("acme/eu", under: "acme")
    try store.put("acme/eu/de", under: "acme/eu")
    try store.put("beta")
    try store.put("gone")
    for number in Self.keys {
      let permissions = [["contacts:*"], ["contacts:read", "deals:read"], ["*"]][number % 3]
      let home = Self.organizations[number % Self.organizations.count]
      try store.issue(newKey(number, in: home, permissions: permissions))
    }
    for number in [1, 5] { try store.revoke(.id(keyID(number))) }
    try store.suspend("gone")
    try store.connection.checkpoint()
    let changes: [(Store) throws -> Void] = [
      { try $0.revoke(.id(keyID(2))) }, { try $0.revoke(.id(keyID(3))) },
      { try $0.rotate(4, to: 104, .none) }, { try $0.update(6) { $0.disabled = true } },
      { try $0.suspend("beta") }, { try $0.revokeKeys(of: "acme/eu") },
      { try $0.update(7) { $0.permissions = ["deals:read"] } },
      { try $0.revoke(.id(keyID(10)), reason: "leaked") },
    ]
    for change in changes { try change(store) }
    truth = try allowed(by: store)
    for name in ["orgkey.db", "orgkey.db-wal", "orgkey.db-shm"] {
      crashed[name] = try Files.content(of: "\(live.path)/\(name)")
    }
    try store.close()
    closed = ["orgkey.db": try Files.content(of: live.database)]
    run("ln", live.path + "/orgkey.db.reserve", origin.path)
  }

  private func files(of name: String) -> [String: [UInt8]] {
    name.hasSuffix("-wal") ? crashed : closed
  }

  func bytes(of name: String) throws -> [UInt8] { try #require(files(of: name)[name]) }

  /// A directory with the files, one of them as given.
  func copy(with bytes: [UInt8], as name: String) throws -> TemporaryDirectory {
    let directory = try #require(directory)
    try Files.remove(directory.database + "-wal")
    for (other, content) in files(of: name) {
      let path = "\(directory.path)/\(other)"
      try Files.remove(path)
      try Files.create(path)
      try Files.overwrite(path, at: 0, other == name ? bytes : content)
    }
    // So that none is written each time.
    unsafe link("\(origin.path)/orgkey.db.reserve", "\(directory.path)/orgkey.db.reserve")
    return directory
  }

  func allowed(in directory: TemporaryDirectory) throws -> Set<String> {
    try allowed(by: directory.open())
  }

  /// Every key in every organization with every permission, as the daemon decides.
  private func allowed(by store: Store) throws -> Set<String> {
    var directory = try Directory.empty()
    _ = try store.loadAll(at: now, into: &directory)
    var allowed: Set<String> = []
    for number in Array(Self.keys) + [104] {
      for organization in Self.organizations {
        for permission in Self.permissions
        where directory.allows(digest(number), organization, permission) {
          allowed.insert("\(number) \(organization) \(permission)")
        }
      }
    }
    return allowed
  }
}

extension Directory {
  fileprivate func allows(_ digest: Digest, _ organization: String, _ permission: String) -> Bool {
    let texts = ["imported-key", "", organization, permission].map { Array($0.utf8) }
    return unsafe texts[0].withUnsafeBufferPointer { presented in
      unsafe texts[1].withUnsafeBufferPointer { environment in
        unsafe texts[2].withUnsafeBufferPointer { organization in
          unsafe texts[3].withUnsafeBufferPointer { permission in
            var question = unsafe [
              Question(
                presented: presented, digest: { _ in digest }, environment: environment,
                organization: organization, permission: permission)
            ]
            unsafe question.withUnsafeMutableBufferPointer {
              unsafe authorize(
                $0, policy: Policy(keyPrefix: KeyPrefix("pc")!),
                now: Instant(wall: now + 1, monotonic: 1_000_000))
            }
            return question[0].verdict.isAllowed
          }
        }
      }
    }
  }
}

extension Files {
  fileprivate static func content(of path: String) throws -> [UInt8] {
    try prefix(Int(FileStatus(of: path)?.size ?? 0), of: path)
  }
}
