internal import OrgKeyModel
internal import Synchronization

/// The memory that the buffers of all connections take together, beyond the first size that each
/// has to itself: frames that trickle in and answers that nobody reads. It is counted when a buffer
/// grows or shrinks, which those of a client that sends small frames and reads never do.
final class BufferMemory: Sendable {
  static let most = 32 << 20
  /// Of it, for the connections of one user.
  static let mostPerUser = most / 2

  private struct Taken {
    var all = 0
    var byUser: [UInt32: Int] = [:]
  }

  private let taken = Mutex(Taken())

  /// Bytes that are taken.
  var byteCount: Int { taken.withLock { $0.all } }

  /// - Parameter count: less than 0 to give back.
  /// - Returns: false, and nothing is taken, if there is not so much left.
  func take(_ count: Int, for user: UInt32) -> Bool {
    taken.withLock { taken in
      let own = taken.byUser[user, default: 0] + count
      guard
        count <= 0
          || taken.all + count <= BufferMemory.most && own <= BufferMemory.mostPerUser
      else { return false }
      taken.all += count
      taken.byUser[user] = own > 0 ? own : nil
      return true
    }
  }

  func giveBack(_ count: Int, of user: UInt32) { _ = take(-count, for: user) }
}

extension Refusal {
  static let noMemoryForFrame = Refusal(
    .resourceExhausted,
    "frames that have not come whole and answers that are not read fill the "
      + "\(BufferMemory.mostPerUser >> 20) MiB that the connections of one user have for them, or the "
      + "\(BufferMemory.most >> 20) MiB of all: try again")
}
