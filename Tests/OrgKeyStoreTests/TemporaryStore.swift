import Glibc
import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem

/// A directory of its own for one test, removed with it.
final class TemporaryDirectory {
  let path: String

  /// - Parameter inMemory: for what would else wait for a disk a thousand times.
  init(inMemory: Bool = false) throws {
    let base = unsafe inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(base)/orgkey-store-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { run("rm", "-rf", path) }

  var database: String { path + "/orgkey.db" }

  func open() throws(StoreError) -> Store { try Store(opening: database) }

  /// Runs SQL by the stock shell, as somebody else would.
  func sqlite(_ sql: String) { run("sqlite3", database, sql) }
}

/// Runs a program of the system to its end.
@discardableResult
func run(_ arguments: String...) -> Int32 {
  var pid: pid_t = 0
  let pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
  defer { unsafe pointers.forEach { unsafe free($0) } }
  guard unsafe posix_spawnp(&pid, arguments[0], nil, nil, pointers, environ) == 0 else { return -1 }
  var status: Int32 = 0
  unsafe waitpid(pid, &status, 0)
  return status
}

let now: Int64 = 1_750_000_000_000
let administrator = Author(uid: 0, gid: 0, pid: 1, actor: "ana")

func acting(
  _ organization: String, granting: [String] = [], limit: RateLimit? = nil
) -> Author {
  Author(
    uid: 33, gid: 33, pid: 2, actor: "bo", actingOrganizationID: organization,
    grantablePermissions: granting, maxRateLimit: limit)
}

func keyID(_ number: Int) -> KeyID {
  let digits = String(number, radix: 36)
  return KeyID("key_" + String(repeating: "0", count: 16 - digits.count) + digits)!
}

func digest(_ number: Int) -> Digest {
  Digest((0..<32).map { UInt8(truncatingIfNeeded: number >> ($0 % 8 * 8)) ^ UInt8($0) })
}

func newKey(
  _ number: Int, in organization: String, name: String = "CRM sync",
  permissions: [String] = ["contacts:read"], _ change: (inout NewKey) -> Void = { _ in }
) -> NewKey {
  var key = NewKey(
    id: keyID(number), organizationID: organization, name: name, environment: Environment("live")!,
    digest: digest(number), hint: "pc_live_…\(1000 + number)")
  key.permissions = permissions
  change(&key)
  return key
}

/// A store, or a `Twin` of one.
protocol Changing {
  /// One change in a group of its own.
  @discardableResult
  func change<Outcome>(
    at time: Int64, _ body: (inout Transaction) throws -> Outcome
  ) throws -> Outcome
}

extension Store: Changing {
  @discardableResult
  func change<Outcome>(
    at time: Int64, _ body: (inout Transaction) throws -> Outcome
  ) throws -> Outcome {
    try begin(now: time)
    let outcome = try member(body)
    _ = try commit()
    return try outcome.get()
  }
}

extension Changing {
  @discardableResult
  func change<Outcome>(_ body: (inout Transaction) throws -> Outcome) throws -> Outcome {
    try change(at: now, body)
  }

  @discardableResult
  func put(
    _ id: String, under parent: String = "", name: String = "", by author: Author = administrator
  ) throws -> (organization: OrganizationDetails, created: Bool) {
    try change { try $0.putOrganization(id: id, parentID: parent, name: name, by: author) }
  }

  @discardableResult
  func issue(_ key: NewKey, at time: Int64 = now, by author: Author = administrator) throws
    -> KeyDetails
  {
    try change(at: time) { try $0.issueKey(key, by: author) }
  }

  @discardableResult
  func revoke(
    _ target: KeyTarget, version: UInt32 = 0, reason: String = "", at time: Int64 = now,
    by author: Author = administrator
  ) throws -> KeyDetails {
    try change(at: time) {
      try $0.revokeKey(target, secretVersion: version, reason: reason, by: author)
    }
  }

}

extension Store {
  func count(_ sql: String) throws -> Int64 { try connection.integer(sql) ?? -1 }

  func loadAll(at time: Int64 = now, acceptDamage: Bool = false) throws -> Loaded {
    var directory = try Directory.empty()
    return try loadAll(at: time, acceptDamage: acceptDamage, into: &directory)
  }

  func loadAll(
    at time: Int64, acceptDamage: Bool = false, into directory: inout Directory
  ) throws -> Loaded {
    var loaded = Loaded()
    loaded.report = try load(
      now: time, acceptDamage: acceptDamage,
      organizations: {
        loaded.organizations = $0
        loaded.refusedOrganizations = directory.loadOrganizations($0)
      },
      permissionSet: {
        loaded.permissionSets.append($1)
        return directory.insert(PermissionSet(patterns: $1), number: $0)
      },
      key: { key in
        let fits = directory.insert(key)
        if fits { loaded.keys.append(key) }
        return fits
      },
      secret: { secret in
        let fits = directory.insert(secret)
        if fits { loaded.secrets.append(secret) }
        return fits
      },
      deadDigest: { digest, diedAt in
        loaded.deadDigests.append(digest)
        return directory.insert(deadDigest: digest, diedAt: diedAt)
      })
    return loaded
  }
}

extension Directory {
  static func empty() throws(SystemError) -> Directory {
    let bytes = try Random.bytes(32)
    let words = (0..<4).map { word in
      bytes[word * 8..<word * 8 + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    return Directory(seed: HashSeed((words[0], words[1], words[2], words[3])))
  }
}

struct Loaded {
  var organizations: [OrganizationRecord] = []
  var refusedOrganizations = 0
  var permissionSets: [[String]] = []
  var keys: [KeyRecord] = []
  var secrets: [SecretRecord] = []
  var deadDigests: [Digest] = []
  var report = LoadReport()
}

/// The code with which `body` is refused; nil if it isn't.
func refusal(_ body: () throws -> Void) throws -> Refusal? {
  do {
    try body()
    return nil
  } catch let refusal as Refusal {
    return refusal
  }
}

/// The category of the store's error in `body`; nil if there is none.
func failure(_ body: () throws -> Void) throws -> StoreError.Category? {
  do {
    try body()
    return nil
  } catch let error as StoreError {
    return error.category
  }
}
