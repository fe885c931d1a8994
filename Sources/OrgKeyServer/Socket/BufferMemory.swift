internal import OrgKeyModel
internal import Synchronization

/// The memory that the buffers of all connections take together, beyond the first size that each
/// has to itself: frames that trickle in and answers that nobody reads. It is counted when a buffer
/// grows or shrinks, which those of a client that sends small frames and reads never do.
final class BufferMemory: Sendable {
  static let most = 32 << 20

  private let taken = Atomic<Int>(0)

  /// Bytes that are taken.
  var byteCount: Int { taken.load(ordering: .relaxed) }

  /// - Parameter count: less than 0 to give back.
  /// - Returns: false, and nothing is taken, if there is not so much left.
  func take(_ count: Int) -> Bool {
    let total = taken.add(count, ordering: .relaxed).newValue
    if count <= 0 || total <= BufferMemory.most { return true }
    taken.subtract(count, ordering: .relaxed)
    return false
  }

  func giveBack(_ count: Int) { taken.subtract(count, ordering: .relaxed) }
}

extension Refusal {
  static let noMemoryForFrame = Refusal(
    .resourceExhausted,
    "frames that have not come whole and answers that are not read fill the "
      + "\(BufferMemory.most >> 20) MiB that all connections have for them: try again")
}
