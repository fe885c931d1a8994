import OrgKeySystem

// Putting a restored database in the place of another, so that whenever the process or the
// machine dies, what is opened next is the one or the other whole. The danger is the old log: it
// would be replayed over the new file, and no check of SQLite's would tell.
//
//   1. The restored database is made under a name of its own and synced.
//   2. It is renamed to a name that says "to be put in place", and the directory synced. This
//      is the commit: a crash before it leaves the old database untouched; after it, whoever
//      takes the lock next goes on with 3, a daemon that starts included.
//   3. The old log (and journal) goes aside under the name that the old database will have, its
//      shared memory is removed, then the old database goes aside. Directory synced: only now
//      is nothing left that could be replayed.
//   4. The restored database gets its name. Directory synced.
//
// Each step of 3 and 4 leaves nothing to do the second time, so they can be begun anew anywhere.

extension DatabaseFiles {
  /// So many old databases are kept, each as large as it was.
  private static let keptRestores = 1...9

  /// Where a restored database is made.
  var restoring: String { database + ".restoring" }

  private func committed(restore number: Int) -> String {
    database + ".restore-committed-\(number)"
  }

  /// Where the database is kept that a restored one replaced.
  private func keptBefore(restore number: Int) -> String {
    database + (number == 1 ? ".before-restore" : ".before-restore-\(number)")
  }

  /// Puts the database that was made at `restoring` in place.
  ///
  /// - Returns: where the old one is kept, whose log, if it has one, is beside it.
  func commitRestore() throws(StoreError) -> String {
    let (number, files) = (try freeNumber(), self)
    try system { () throws(SystemError) in try Files.sync(files.restoring) }
    try moveIntoPlace(restoring, committed(restore: number))
    try finishRestore()
    return keptBefore(restore: number)
  }

  private func freeNumber() throws(StoreError) -> Int {
    for number in Self.keptRestores {
      let kept = keptBefore(restore: number)
      var isFree = true
      for suffix in ["", "-wal", "-journal"] where isFree { isFree = try !exists(kept + suffix) }
      if isFree { return number }
    }
    throw StoreError(
      .configuration,
      "\(Self.keptRestores.upperBound) databases are kept from earlier restores, as "
        + "\(keptBefore(restore: 1)): remove those that nobody needs")
  }

  /// Ends what a crash left of a restore: once committed it is finished, else undone. With the
  /// lock.
  func finishRestore() throws(StoreError) {
    for number in Self.keptRestores {
      guard try exists(committed(restore: number)) else { continue }
      let kept = keptBefore(restore: number)
      for suffix in ["-wal", "-journal"] { try setAside(database + suffix, kept + suffix) }
      try remove(database + "-shm")
      try setAside(database, kept)
      let directory = directory
      try system { () throws(SystemError) in try Files.syncDirectory(directory) }
      try moveIntoPlace(committed(restore: number), database)
    }
    try removeRestoring()
  }

  /// Whether a restore was committed and not finished: the database is not what it should be.
  static func awaitsRestore(_ database: String) throws(StoreError) -> Bool {
    try system { () throws(SystemError) in
      for number in keptRestores {
        if try FileStatus(of: "\(database).restore-committed-\(number)") != nil { return true }
      }
      return false
    }
  }

  func removeRestoring() throws(StoreError) {
    for suffix in ["", "-journal"] { try remove(restoring + suffix) }
  }

  private func setAside(_ path: String, _ other: String) throws(StoreError) {
    guard try exists(path) else { return }
    try system { () throws(SystemError) in try Files.rename(path, to: other) }
  }

  private func remove(_ path: String) throws(StoreError) {
    try system { () throws(SystemError) in try Files.remove(path) }
  }

  func exists(_ path: String) throws(StoreError) -> Bool {
    try system { () throws(SystemError) in try FileStatus(of: path) } != nil
  }
}
