internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

/// A read that waits for its turn.
struct PendingRead: Sendable {
  let scan: Bool
  /// nil: somebody else answers.
  let run: @Sendable (Records) throws(Refusal) -> Response.Result?
  /// On the monotonic clock; nil: the caller waits as long as it takes.
  let deadline: Int64?
  let address: ReturnAddress
}

/// The thread that reads from the database: never a reactor. Single records go before scans.
final class ReadWorker: Sendable {
  private struct Queue {
    var single: [PendingRead] = []
    var scans: [PendingRead] = []
    var leavings: [any Sendable] = []
    var stopping = false

    var isEmpty: Bool { single.isEmpty && scans.isEmpty && leavings.isEmpty }

    /// All single records that wait, and one scan after them, so that neither keeps the other
    /// from being read; empty when stopping.
    mutating func next() -> Turn {
      defer { (single, leavings) = ([], []) }
      let scan = scans.isEmpty ? [] : [scans.removeFirst()]
      return Turn(reads: single + scan, leavings: leavings)
    }
  }

  private struct Turn {
    let reads: [PendingRead]
    /// Let go of when the turn ends.
    let leavings: [any Sendable]
  }

  /// Reads that may wait: some thousand clients, each with one.
  private static let queueLength = 4_096

  private let queue = Condition(Queue())

  /// - Parameter always: it is taken however many wait. For administrators.
  /// - Returns: false: too many wait already.
  func submit(_ read: PendingRead, always: Bool = false) -> Bool {
    queue.change { queue in
      let waiting = queue.single.count + queue.scans.count
      guard always || waiting < ReadWorker.queueLength else { return false }
      if read.scan { queue.scans.append(read) } else { queue.single.append(read) }
      return true
    }
  }

  /// Lets go of something on the reading thread: where that takes a moment.
  func letGo(of leaving: any Sendable) { queue.change { $0.leavings.append(leaving) } }

  /// Ends `run`. Call it when nobody is left to be answered: what still waits is dropped.
  func stop() {
    queue.change { queue in queue = Queue(stopping: true) }
  }

  /// Works until stopped.
  func run(_ records: Records) {
    while true {
      let turn = next()
      if turn.reads.isEmpty && turn.leavings.isEmpty { return }
      for read in turn.reads { run(read, on: records) }
    }
  }

  private func next() -> Turn {
    queue.wait(untilMilliseconds: nil, for: { !$0.isEmpty || $0.stopping }) { $0.next() }
  }

  private func run(_ read: PendingRead, on records: Records) {
    if read.address.presence.isGone { return }
    if let deadline = read.deadline, Clock.monotonicMilliseconds() >= deadline {
      return read.address.send(.failure(.deadlineExceeded))
    }
    do throws(Refusal) {
      if let result = try read.run(records) { read.address.send(.success(result)) }
    } catch {
      read.address.send(.failure(error))
    }
  }
}

extension Refusal {
  static let tooManyReads = Refusal(.resourceExhausted, "too many reads wait")
}
