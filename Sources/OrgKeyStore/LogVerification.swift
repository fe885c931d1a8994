import CSQLite
import OrgKeySystem

/// The write-ahead log of a database that nobody has open, looked at before SQLite reads it.
///
/// SQLite takes the first frame that is not whole for the end of the log, as after a crash, and says
/// nothing. If that frame was damaged later, what was committed after it is lost with it: keys would
/// be good again that were revoked. A crash is told from that by what can't come of one.
/// File formats: https://www.sqlite.org/walformat.html.
struct LogVerification {
  /// What is wrong, in a sentence; nil: nothing, or there is no log.
  private(set) var damage: String?

  private let path: String
  private var header = Header()
  /// Frames up to the last commit that SQLite will read.
  private var committed = 0
  /// Commits behind the first broken frame.
  private var unreachable = 0

  /// - Parameter database: its log and the log's index have its name and `-wal`, `-shm`.
  static func damage(ofLogOf database: String) throws(StoreError) -> String? {
    let index = try LogIndex(database + "-shm")
    let path = database + "-wal"
    let exists = try system { () throws(SystemError) in try FileStatus(of: path) != nil }
    if exists { return try LogVerification(path, index).damage }
    return index.map { $0.loses(after: 0) } == true
      ? "\(path) is missing, and changes were committed in it" : nil
  }

  private init(_ path: String, _ index: LogIndex?) throws(StoreError) {
    self.path = path
    let file = try system { () throws(SystemError) in try ReadOnlyFile(path) }
    header = Header(try file.bytes(Header.length, at: 0))
    if header.isWhole {
      try readFrames(of: file)
      damage = misses(index) ? "what \(path) ends with is missing or damaged" : nil
      // No commit begins before the one before it is on disk: a crash breaks the last one.
      if unreachable > 1 {
        damage = "\(path) is damaged: \(unreachable) commits after frame \(committed) can't be read"
      }
    } else if try isFollowedByWholeFrame(in: file) || index?.loses(after: 0) == true {
      damage = "the beginning of \(path) is damaged: nothing in it can be read"
    }
  }

  private func misses(_ index: LogIndex?) -> Bool {
    guard let index, index.salts == header.salts else { return false }
    return index.loses(after: committed)
  }

  // MARK: Frames

  private mutating func readFrames(of file: borrowing ReadOnlyFile) throws(StoreError) {
    let length = FrameHeader.length + header.pageSize
    var sums = header.sums
    var isWhole = true
    var number = 0
    let atOnce = max(1, (1 << 20) / length)
    while true {
      let piece = try file.bytes(atOnce * length, at: Int64(Header.length + number * length))
      for start in stride(from: 0, to: piece.count - length + 1, by: length) {
        let frame = FrameHeader(piece[start..<start + FrameHeader.length])
        number += 1
        guard frame.salts == header.salts else {
          isWhole = false
          continue
        }
        if isWhole {
          sums = frame.sums(of: piece[start..<start + length], after: sums, header)
          isWhole = sums == frame.sums
        }
        guard frame.isCommit else { continue }
        if isWhole { committed = number } else { unreachable += 1 }
      }
      if piece.count < atOnce * length { return }
    }
  }

  /// Whether the header alone is at fault: either of its parts leads to the first frame.
  private func isFollowedByWholeFrame(in file: borrowing ReadOnlyFile) throws(StoreError) -> Bool {
    for pageSize in [header.pageSize, 4096] where Header.pageSizes.contains(pageSize) {
      let frame = try file.bytes(FrameHeader.length + pageSize, at: Int64(Header.length))
      guard frame.count == FrameHeader.length + pageSize else { continue }
      let first = FrameHeader(frame[..<FrameHeader.length])
      for isBigEndian in [false, true] {
        var header = header
        header.isBigEndian = isBigEndian
        for sums in [header.sums, header.computedSums]
        where first.sums(of: frame[...], after: sums, header) == first.sums { return true }
      }
    }
    return false
  }
}

extension ReadOnlyFile {
  fileprivate func bytes(_ count: Int, at offset: Int64) throws(StoreError) -> [UInt8] {
    do throws(SystemError) { return try read(count, at: offset) } catch { throw StoreError(error) }
  }
}
