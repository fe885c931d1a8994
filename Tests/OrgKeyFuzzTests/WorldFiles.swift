import Glibc
import OrgKeyModel
import OrgKeySystem

@testable import OrgKeyServer
@testable import OrgKeyStore

/// Where a world lies: in memory, and gone with the process.
final class WorldFiles {
  let database: String
  private let directory: String
  private let template: String

  init() throws {
    let base =
      getenv("FUZZ_DIRECTORY").map { String(cString: $0) }
      ?? (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")
    var name = Array("\(base)/orgkey-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw SystemError("mkdtemp") }
    directory = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    database = directory + "/orgkey.db"
    template = directory + "/kept.db"
    Self.made = directory
    atexit { WorldFiles.remove() }
  }

  nonisolated(unsafe) private static var made = ""

  private static func remove() {
    for name in ["", "-wal", "-shm", ".lock", ".reserve", ".copy-in-progress"] {
      unlink(made + "/orgkey.db" + name)
    }
    for name in ["", "-wal", "-shm"] { unlink(made + "/kept.db" + name) }
    rmdir(made)
  }

  /// The database as it is now is what every program begins with.
  func keepAsTemplate() throws {
    let size = try FileStatus(of: database)?.size ?? 0
    let bytes = try Files.prefix(Int(size), of: database)
    let file = open(template, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    defer { close(file) }
    guard write(file, bytes, bytes.count) == bytes.count else {
      throw SystemError("write", on: template)
    }
  }

  /// Puts back all rows, in one transaction: a tenth of what it takes to open a database.
  func restoreTemplate(in store: Store) throws {
    let connection = store.connection
    if try connection.integer("SELECT count(*) FROM pragma_database_list WHERE name = 'kept'") == 0
    {
      try connection.run("ATTACH ? AS kept", .text(template))
    }
    var tables: [String] = []
    try connection.each("SELECT name FROM kept.sqlite_master WHERE type = 'table'", []) { row in
      tables.append(row.text(0))
      return true
    }
    try connection.run("BEGIN IMMEDIATE")
    try connection.run("PRAGMA defer_foreign_keys = 1")
    for table in tables { try connection.run("DELETE FROM main.\(table)") }
    for table in tables {
      try connection.run("INSERT INTO main.\(table) SELECT * FROM kept.\(table)")
    }
    try connection.run("COMMIT")
    store.totals = try Totals(reading: connection)
  }

  static func settings(_ database: String) throws -> DaemonSettings {
    guard let prefix = KeyPrefix("pc") else { throw Violation("no prefix") }
    var settings = DaemonSettings(access: Prelude.access, keyPrefix: prefix)
    settings.database = database
    settings.threads = 1
    return settings
  }

  /// One end of a connection.
  /// - Parameter other: takes the other one.
  static func connected(to other: inout Descriptor?) throws -> Descriptor {
    var pair: (Int32, Int32) = (-1, -1)
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let result = withUnsafeMutablePointer(to: &pair) {
      $0.withMemoryRebound(to: Int32.self, capacity: 2) { socketpair(AF_UNIX, type, 0, $0) }
    }
    guard result == 0 else { throw SystemError("socketpair") }
    other = Descriptor(pair.1)
    return Descriptor(pair.0)
  }
}
