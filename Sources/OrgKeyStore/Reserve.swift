import OrgKeySystem

/// A file of written zeros, given up when the disk is full: then there is room for revoking
/// and suspending, which free nobody's access by failing.
struct Reserve {
  private static let size = 16 << 20
  /// How much must be free for the reserve to be made: it shall not fill the disk itself.
  static let roomToMake: Int64 = 64 << 20

  private let files: DatabaseFiles
  private(set) var isHeld: Bool

  init(_ files: DatabaseFiles) throws(StoreError) {
    self.files = files
    let path = files.reserve
    let status = try system { () throws(SystemError) in try FileStatus(of: path) }
    isHeld = status?.size == Int64(Self.size)
    try makeIfRoom()
  }

  /// Frees the space, also that of a reserve that could be made only in part.
  mutating func release() throws(StoreError) {
    isHeld = false
    let files = files
    try system { () throws(SystemError) in
      try Files.remove(files.reserve)
      try Files.syncDirectory(files.directory)
    }
  }

  /// Makes the reserve if it isn't held and there is room for it.
  mutating func makeIfRoom() throws(StoreError) {
    guard !isHeld else { return }
    let files = files
    isHeld = try system { () throws(SystemError) in
      guard try FileSystemStatus(holding: files.directory).freeBytes >= Self.roomToMake else {
        return false
      }
      try Files.remove(files.reserve)
      try Files.createZeros(files.reserve, size: Self.size)
      try Files.syncDirectory(files.directory)
      return true
    }
  }
}
