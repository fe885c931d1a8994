import Foundation
import Glibc
import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyWire

@Suite struct BackupTests {
  let daemon: InProcess
  let client: RawClient

  init() throws {
    daemon = try InProcess()
    client = try daemon.client()
    try client.put("acme")
    for number in 0..<120 { try client.issueLarge("acme", number) }
  }

  @Test func firstCallTakesACopyAndTheFollowingReadIt() throws {
    let (_, key) = try client.issue("acme")
    let first = try client.backup()
    #expect(first.offset == 0 && first.chunk.count == 512 << 10 && !first.backupID.isEmpty)
    #expect(first.auditSequence == 122)
    // In any order, and again.
    let again = try client.backup(first.backupID, at: 0)
    #expect(again == first)
    let copy = try client.rest(of: first)
    #expect(copy.count == Int(first.totalBytes))
    // With its last chunk it is gone.
    #expect(try client.backupStatus(first.backupID)?.code == .notFound)

    // It is a database that serves.
    let other = try InProcess { settings in
      settings.database = settings.socket + ".db"
      try? Data(copy).write(to: URL(filePath: settings.database))
      chmod(settings.database, 0o600)
    }
    #expect(try other.client().authorize(key).decision == .allowed)
    for suffix in ["", "-wal", "-shm", ".lock", ".reserve"] {
      unlink(other.settings.database + suffix)
    }
  }

  @Test func refusesWhatIsNotThere() throws {
    let first = try client.backup()
    let other = try daemon.client()
    #expect(try other.backupStatus(first.backupID)?.code == .notFound)
    #expect(try client.backupStatus("backup_0")?.code == .notFound)
    let beyond = try client.backupStatus(first.backupID, at: first.totalBytes)
    #expect(beyond?.code == .invalidArgument && beyond?.field == "offset")
    #expect(
      try client.backupStatus(first.backupID, at: .max)?.code == .invalidArgument)
    #expect(try client.backupStatus("", at: 1)?.field == "backup_id")
    let acting = Caller(actingOrganizationID: "acme")
    #expect(try client.call(.backup(.init()), caller: acting).status?.code == .permissionDenied)
    // None of this has dropped it.
    #expect(try client.rest(of: first).count == Int(first.totalBytes))
  }

  @Test func takesNoMoreThanAFewAtOnceAndDropsThemWithTheirConnections() throws {
    var clients = [client] + (try (0..<3).map { _ in try daemon.client() })
    for client in clients { _ = try client.backup() }
    #expect(BackupFiles.open(in: daemon) == 4)
    let another = try daemon.client()
    #expect(try another.backupStatus()?.code == .resourceExhausted)
    clients.removeAll { $0 !== client }
    BackupFiles.wait(in: daemon, until: 1)
    for _ in 0..<3 { _ = try another.backup() }
    #expect(try another.backupStatus()?.code == .resourceExhausted)
  }

  @Test func clientThatGoesWhileItIsMadeLeavesNothing() throws {
    try daemon.pad(megabytes: 20)
    for _ in 0..<6 {
      let leaving = try daemon.client()
      try leaving.send(Request(callID: 1, method: .backup(.init())))
    }
    // All of them are free again, once it has been noticed.
    let other = try daemon.client()
    let deadline = Clock.monotonicMilliseconds() + 30_000
    for _ in 0..<4 {
      while try other.backupStatus() != nil, Clock.monotonicMilliseconds() < deadline {}
    }
    #expect(BackupFiles.open(in: daemon) == 4)
  }

  @Test func givesUpWhenTheCallsDeadlinePasses() throws {
    try daemon.pad(megabytes: 40)
    let client = try daemon.client()
    let late = try client.call(.backup(.init()), timeout: 1)
    #expect(late.status?.code == .deadlineExceeded)
    BackupFiles.wait(in: daemon, until: 0)
    #expect(access(daemon.settings.database + ".copy-in-progress", F_OK) != 0)
    // One that has time enough is made.
    let whole = try client.call(.backup(.init()), timeout: 60_000)
    #expect(whole.status == nil)
  }

  @Test func endsWithTheDaemon() throws {
    _ = try client.backup()
    let other = try daemon.client()
    try daemon.pad(megabytes: 20)
    let waiting = try daemon.client()
    try waiting.send(Request(callID: 1, method: .backup(.init())))
    _ = other
    daemon.stop()
    #expect(BackupFiles.open(in: daemon) == 0)
    #expect(access(daemon.settings.database + ".copy-in-progress", F_OK) != 0)
  }

  @Test func isRefusedToWhoeverIsNoAdministrator() throws {
    let other = try InProcess {
      $0.access = AccessPolicy(ownUser: 4711, readers: Accounts(users: [geteuid()]))
      $0.access.administrators = Accounts()
    }
    // Uid 0 is an administrator whatever the options say.
    guard geteuid() != 0 else { return }
    #expect(try other.client().backupStatus()?.code == .permissionDenied)
  }

  /// Changes go on at full speed while copies are taken. Each copy is what the database was right
  /// after one of them, and the answer says which.
  @Test func copyTakenWhileChangesGoOnIsTheStateThatItsSequenceNames() throws {
    try daemon.pad(megabytes: 8)
    let ended = Atomic<Bool>(false)
    let writers = try (0..<3).map { number in
      let client = try daemon.client()
      return try Thread("writer-\(number)") {
        while !ended.load(ordering: .relaxed) {
          guard let key = try? client.issue("acme") else { return }
          try? client.revoke(key.id)
        }
      }
    }
    // Two connections at a time.
    let taken = Mutex<[(copy: [UInt8], sequence: UInt64)]>([])
    let takers = try (0..<2).map { number in
      let client = try daemon.client()
      return try Thread("taker-\(number)") {
        for _ in 0..<3 {
          guard let first = try? client.backup(), let copy = try? client.rest(of: first) else {
            return
          }
          taken.withLock { $0.append((copy, first.auditSequence)) }
        }
      }
    }
    for taker in takers { taker.join() }
    ended.store(true, ordering: .relaxed)
    for writer in writers { writer.join() }
    daemon.stop()
    let copies = taken.withLock { $0 }
    #expect(copies.count == 6)
    #expect(Set(copies.map(\.sequence)).count > 3)
    for (copy, sequence) in copies {
      let path = daemon.directory + "/copy"
      defer { unlink(path) }
      try Data(copy).write(to: URL(filePath: path))
      var said: [String] = []
      #expect(try Offline.check(path) { said.append($0) }, "\(said)")
      #expect(try Shell.output(Self.comparison, path, daemon.settings.database) == "\(sequence)\n")
    }
  }

  /// The copy against the database in its last state: the same events up to the copy's last, and
  /// of keys just what these events made.
  private static let comparison = """
    import sqlite3, sys
    copy = sqlite3.connect(f"file:{sys.argv[1]}?immutable=1", uri=True)
    live = sqlite3.connect(f"file:{sys.argv[2]}?immutable=1", uri=True)
    events = copy.execute("SELECT * FROM audit ORDER BY sequence").fetchall()
    last = events[-1][0]
    assert events == live.execute(
      "SELECT * FROM audit WHERE sequence <= ? ORDER BY sequence", [last]).fetchall()
    made = {event[3] for event in events if event[2] == "IssueKey"}
    ended = {event[3]: event[1] for event in events if event[2] == "RevokeKey"}
    keys = dict(copy.execute("SELECT key_id, revoked_at FROM keys"))
    assert keys == {key: ended.get(key, 0) for key in made}
    assert copy.execute("SELECT count(*) FROM secrets").fetchone()[0] == len(made)
    print(last)
    """

  /// How many changes one client gets answered while a backup is made: as many as there are
  /// slices, about, and not just the one that came first.
  @Test func changesAreAnsweredBetweenSlicesWhileABackupIsMade() throws {
    try daemon.pad(megabytes: 60)
    let client = try daemon.client()
    let changing = try daemon.client()
    let slices = try Data(contentsOf: URL(filePath: daemon.settings.database)).count >> 19
    let done = Atomic<Bool>(false)
    let taker = try Thread("taker") {
      _ = try? client.backup()
      done.store(true, ordering: .relaxed)
    }
    var waits: [Int64] = []
    while !done.load(ordering: .relaxed) {
      let began = Clock.monotonicMilliseconds()
      try changing.put("org-\(waits.count)")
      waits.append(Clock.monotonicMilliseconds() - began)
    }
    taker.join()
    print("\(waits.count) changes during \(slices) slices, the longest \(waits.max() ?? 0) ms")
    #expect(slices > 100 && waits.count > slices / 8)
    #expect(waits.max() ?? 0 < 1_000)
  }
}

extension RawClient {
  func backup(_ id: String = "", at offset: UInt64 = 0) throws -> BackupResponse {
    let response = try call(.backup(.init(backupID: id, offset: offset)))
    guard case .backup(let answer) = response.result else { throw Unexpected(response: response) }
    return answer
  }

  func backupStatus(_ id: String = "", at offset: UInt64 = 0) throws -> Status? {
    try call(.backup(.init(backupID: id, offset: offset))).status
  }

  /// The whole copy, of which the first chunk is there.
  func rest(of first: BackupResponse) throws -> [UInt8] {
    var copy = first.chunk
    while copy.count < first.totalBytes {
      let next = try backup(first.backupID, at: UInt64(copy.count))
      guard next.offset == copy.count, next.totalBytes == first.totalBytes, !next.chunk.isEmpty,
        next.auditSequence == first.auditSequence
      else { throw Closed() }
      copy += next.chunk
    }
    return copy
  }

  /// A key of many bytes.
  fileprivate func issueLarge(_ organization: String, _ number: Int) throws {
    let labels = (0..<16).map {
      Label(name: "label-\($0)", value: String(repeating: "x", count: 256))
    }
    let response = try call(
      .issueKey(.init(organizationID: organization, name: "large \(number)", labels: labels)))
    #expect(response.status == nil)
  }
}

extension InProcess {
  /// Makes the database larger, by rows of which nothing is asked. Restarts.
  fileprivate func pad(megabytes: Int) throws {
    stop()
    let fill = """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1])
      database.executemany("INSERT INTO deleted_organizations VALUES (?, ?, 0, 0)",
        ((1000000 + n, "x" * 400) for n in range(\(megabytes) * 1000)))
      database.commit()
      """
    #expect(try Shell.output(fill, settings.database) == "")
    try start()
  }
}

/// The copies of a daemon in this process that take up space.
private enum BackupFiles {
  static func open(in daemon: InProcess) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.count { name in
      let target = try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/fd/\(name)")
      return target?.hasPrefix(daemon.settings.database + ".copy-in-progress") == true
    }
  }

  static func wait(in daemon: InProcess, until count: Int) {
    let deadline = Clock.monotonicMilliseconds() + 30_000
    while open(in: daemon) != count && Clock.monotonicMilliseconds() < deadline { sched_yield() }
    #expect(open(in: daemon) == count)
  }
}

enum Shell {
  /// What a Python program prints.
  static func output(_ program: String, _ arguments: String...) throws -> String {
    let shell = Process()
    shell.executableURL = URL(filePath: "/usr/bin/python3")
    shell.arguments = ["-c", program] + arguments
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
