import OrgKeyModel
@testable import OrgKeyStore
import OrgKeySystem
import TestSupport
import Testing

/// What was committed is there after a power cut at any moment, and nothing is there in part.
@Suite struct PowerCutTests {
  /// Groups of changes, with checkpoints and restarts between them, and the power cut again and
  /// again: what is left is the state before the group in which it fell, or the one after it.
  @Test(arguments: 1...Campaign.count(3, long: 50))
  func powerCutAtAnyMomentLosesNothingThatWasCommitted(_ seed: Int) throws {
    let cuts = try PowerCuts(seed: UInt64(seed))
    var work = Changes(cuts)
    var store = try cuts.directory.open()
    try work.begin(on: store)
    for _ in 0..<20 {
      let left = try cuts.cut(within: 1 + cuts.below(cuts.below(4) == 0 ? 120 : 25))
      var before = work.known
      while !cuts.wasCut {
        before = work.known
        try work.changeGroup(of: store)
        if cuts.wasCut { break }
        before = work.known
        try work.maintain(store)
        if !cuts.wasCut && cuts.below(24) == 0 {
          try store.close()
          _ = consume store
          store = try cuts.directory.open()
        }
      }
      let found = try Known(checking: left)
      #expect(found == before || found == work.known, "seed \(seed)")
    }
    try store.close()
    _ = consume store
    #expect(try Known(checking: cuts.directory) == work.known)
  }

  /// Cuts within the first, second … operation of `work`, until it comes through.
  ///
  /// - Parameter check: takes what is left of the disk.
  private func cutEverywhere(
    preparing prepare: (TemporaryDirectory) throws -> Void = { _ in },
    _ work: (TemporaryDirectory) throws -> Void, check: (TemporaryDirectory) throws -> Void
  ) throws {
    let origin = try TemporaryDirectory(inMemory: true)
    try prepare(origin)
    var (nth, isThrough, count) = (1, false, 0)
    while !isThrough {
      // What is lost differs from one time to the next.
      for seed in 0..<Campaign.count(1, long: 5) {
        let cuts = try PowerCuts(seed: UInt64(nth * 100 + seed))
        run("sh", "-c", "cp \(origin.path)/* \(cuts.directory.path) 2> /dev/null")
        let left = try cuts.cut(within: nth)
        try work(cuts.directory)
        isThrough = !cuts.wasCut
        if isThrough { break }
        try check(left)
        count += 1
      }
      nth += Campaign.count(5, long: 1)
    }
    print("the power was cut \(count) times")
    #expect(count > 0)
  }

  @Test func databaseThatIsBeingMadeIsThereWholeOrNotAtAll() throws {
    try cutEverywhere {
      try $0.open().close()
    } check: { left in
      let known = try Known(checking: left)
      #expect(known == Known())
    }
  }

  @Test func databaseThatIsBeingMigratedHasAllItHad() throws {
    try cutEverywhere(preparing: { try $0.makeFirstSchema() }) {
      try $0.open().close()
    } check: { left in
      let kept = left.database + ".before-2"
      if try FileStatus(of: kept) != nil {
        #expect(try CheckReport(checking: kept).keys == 1)
      }
      let known = try Known(checking: left)
      #expect(known.keys.count == 1 && known.organizations == ["acme": false])
    }
  }

  /// Entries of directories are taken for durable at once: a rename without a sync of its directory
  /// would not be noticed.
  @Test func databaseThatIsBeingRestoredIsTheOldOrTheRestoredOne() throws {
    let backup = "/backup"
    try cutEverywhere(preparing: { origin in
      let store = try origin.open()
      try store.put("acme")
      for number in 1...20 { try store.issue(newKey(number, in: "acme")) }
      try store.backup(to: origin.path + backup)
      for number in 21...40 { try store.issue(newKey(number, in: "acme")) }
      for number in 1...10 { try store.revoke(.id(keyID(number))) }
      try store.close()
    }) {
      _ = try Restore($0.path + backup, to: $0.database).run()
    } check: { left in
      let known = try Known(checking: left)
      #expect([20, 40].contains(known.keys.count))
      #expect(known.keys.values.count { $0.hasPrefix("revoked") } == 10)
    }
  }
}

/// Random changes of a store, and what it must know after them.
private struct Changes {
  private let cuts: PowerCuts
  private(set) var known = Known()
  // Of each key by its number: whether it is revoked, and which of its secrets are.
  private var keys: [Int: (isRevoked: Bool, ended: [Bool])] = [:]
  private var lastNumber = 0

  init(_ cuts: PowerCuts) { self.cuts = cuts }

  mutating func begin(on store: Store) throws {
    for id in ["a", "b", "c"] {
      try store.put(id)
      known.organizations[id] = false
    }
  }

  /// One to eight changes that are committed together.
  mutating func changeGroup(of store: Store) throws {
    try store.begin(now: now)
    for _ in 0...cuts.below(cuts.below(6) == 0 ? 8 : 2) {
      let change = cuts.below(10)
      let key = keys.isEmpty ? 0 : 1 + cuts.below(lastNumber)
      if change < 4 || key == 0 {
        try issue(on: store)
      } else if change < 6 {
        try rotate(key, on: store)
      } else if change < 9 {
        try revoke(key, on: store)
      } else {
        try suspend(["a", "b", "c"][cuts.below(3)], on: store)
      }
    }
    _ = try store.commit()
  }

  /// What the writer does between groups, and now and then a checkpoint though the log is short.
  func maintain(_ store: Store) throws {
    try store.maintain()
    if cuts.below(8) == 0 { try store.connection.checkpoint() }
  }

  private mutating func issue(on store: Store) throws {
    lastNumber += 1
    let new = newKey(lastNumber, in: "a")
    _ = try store.member { try $0.issueKey(new, by: administrator) }.get()
    note(lastNumber, (false, [false]))
  }

  private mutating func rotate(_ number: Int, on store: Store) throws {
    guard var key = keys[number], !key.isRevoked else { return }
    let secret = 1_000_000 + 1_000 * number + key.ended.count
    _ = try store.member { try $0.rotate(number, to: secret, .none) }.get()
    key.ended = key.ended.map { _ in true } + [false]
    note(number, key)
  }

  private mutating func revoke(_ number: Int, on store: Store) throws {
    guard var key = keys[number], !key.isRevoked else { return }
    _ = try store.member {
      try $0.revokeKey(.id(keyID(number)), secretVersion: 0, reason: "", by: administrator)
    }.get()
    key.isRevoked = true
    note(number, key)
  }

  private mutating func suspend(_ id: String, on store: Store) throws {
    let suspended = known.organizations[id] != true
    _ = try store.member {
      try $0.suspendOrganization(id: id, suspended, by: administrator)
    }.get()
    known.organizations[id] = suspended
  }

  private mutating func note(_ number: Int, _ key: (isRevoked: Bool, ended: [Bool])) {
    keys[number] = key
    known.keys[keyID(number).text] = Known.text(isRevoked: key.isRevoked, ended: key.ended)
  }
}
