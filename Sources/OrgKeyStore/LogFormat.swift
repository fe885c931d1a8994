import CSQLite
import OrgKeySystem

// What the write-ahead log's parts say of themselves: https://www.sqlite.org/walformat.html.

/// The running checksum of a log.
struct LogSums: Equatable {
  var first: UInt32 = 0
  var second: UInt32 = 0

  /// These, continued over `bytes`, of which there are a multiple of eight.
  func over(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> LogSums {
    var sums = (first, second)
    unsafe bytes.withUnsafeBufferPointer {
      unsafe csqlite_log_sums($0.baseAddress, $0.count, isBigEndian, &sums.0, &sums.1)
    }
    return LogSums(first: sums.0, second: sums.1)
  }
}

extension LogVerification {
  /// How the log begins.
  struct Header {
    static let length = 32
    static let pageSizes = 512...65_536

    /// How the words are read that are summed up; the header's own are big-endian.
    var isBigEndian = false
    private(set) var pageSize = 0
    /// New with each time that the log begins anew.
    private(set) var salts: [UInt8] = []
    private(set) var sums = LogSums()
    /// What `sums` should be.
    private(set) var computedSums = LogSums()
    private(set) var isWhole = false

    init() {}

    init(_ bytes: [UInt8]) {
      guard bytes.count == Header.length else { return }
      let magic = bytes.word(at: 0)
      isBigEndian = magic & 1 == 1
      pageSize = Int(bytes.word(at: 8))
      salts = Array(bytes[16..<24])
      sums = LogSums(first: bytes.word(at: 24), second: bytes.word(at: 28))
      computedSums = LogSums().over(bytes[0..<24], isBigEndian: isBigEndian)
      isWhole =
        magic & ~1 == 0x377F_0682 && bytes.word(at: 4) == 3_007_000 && sums == computedSums
        && Header.pageSizes.contains(pageSize)
    }
  }

  /// What stands before each page.
  struct FrameHeader {
    static let length = 24

    let salts: [UInt8]
    let sums: LogSums
    /// Whether a transaction ends with it.
    let isCommit: Bool

    init(_ bytes: ArraySlice<UInt8>) {
      let bytes = Array(bytes)
      isCommit = bytes.word(at: 4) != 0
      salts = Array(bytes[8..<16])
      sums = LogSums(first: bytes.word(at: 16), second: bytes.word(at: 20))
    }

    /// What its sums should be: over the first words of its header, and its page.
    func sums(
      of frame: ArraySlice<UInt8>, after sums: LogSums, _ header: Header
    ) -> LogSums {
      let start = frame.startIndex
      let sums = sums.over(frame[start..<start + 8], isBigEndian: header.isBigEndian)
      return sums.over(
        frame[(start + FrameHeader.length)...], isBigEndian: header.isBigEndian)
    }
  }
}

/// The log's index as a killed process leaves it. It tells of a commit only once that is on disk. It
/// may be of an older log, or missing: SQLite makes it anew.
struct LogIndex {
  let salts: [UInt8]
  /// The frame of the last commit.
  let committed: UInt32
  /// Frames that are in the database as well.
  private let checkpointed: UInt32

  /// nil: there is none, or none that can be relied on.
  init?(_ path: String) throws(StoreError) {
    let bytes = try system { () throws(SystemError) in
      try FileStatus(of: path) == nil ? [] : try Files.prefix(100, of: path)
    }
    // In this machine's own order, and twice, so that a reader sees a change in the midst.
    guard bytes.count == 100, bytes[0..<48] == bytes[48..<96],
      LogSums().over(bytes[0..<40], isBigEndian: false)
        == LogSums(first: bytes.nativeWord(at: 40), second: bytes.nativeWord(at: 44))
    else { return nil }
    committed = bytes.nativeWord(at: 16)
    salts = Array(bytes[32..<40])
    checkpointed = bytes.nativeWord(at: 96)
  }

  /// Whether a commit is lost when the log's frames after `frame` can't be read.
  func loses(after frame: Int) -> Bool {
    // Of a log of which nothing is read, what is in the database need not be.
    committed > frame && !(frame == 0 && checkpointed >= committed)
  }
}

extension [UInt8] {
  fileprivate func word(at index: Int) -> UInt32 {
    self[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  fileprivate func nativeWord(at index: Int) -> UInt32 { word(at: index).byteSwapped }
}
