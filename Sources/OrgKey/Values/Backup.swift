/// A consistent copy of the daemon's database, taken while it serves.
public struct Backup: Sendable, Hashable {
  /// A part of the copy.
  public struct Chunk: Sendable, Hashable {
    /// Where in the copy it begins: where the chunk before it ended.
    public var offset: UInt64
    public var bytes: [UInt8]
    /// Of the whole copy.
    public var totalBytes: UInt64

    public init(offset: UInt64, bytes: [UInt8], totalBytes: UInt64) {
      self.offset = offset
      self.bytes = bytes
      self.totalBytes = totalBytes
    }
  }

  public var totalBytes: UInt64
  /// The last audit event in it: the copy is complete up to there.
  public var auditSequence: UInt64

  public init(totalBytes: UInt64, auditSequence: UInt64) {
    self.totalBytes = totalBytes
    self.auditSequence = auditSequence
  }
}
