import OrgKeyModel
import OrgKeySystem
import Synchronization
import Testing

@testable import OrgKeyServer

@Suite struct SharedDirectoryTests {
  /// What a change makes of a subtree is seen whole or not at all, from every reactor's place and
  /// from that of the other threads.
  @Test func readersSeeChangesWhole() throws {
    let reactors = 3
    var directory = Directory(seed: HashSeed((1, 2, 3, 4)))
    let depth: Int64 = 20
    for number in 1...depth {
      let isIn = directory.insert(
        OrganizationRecord(number: number, id: "o\(number)", parent: number - 1))
      #expect(isIn)
    }
    let shared = SharedDirectory(directory, reactors: reactors)
    let counts = Counts()
    let readers = try (0...reactors).map { place in
      try Thread("reader") {
        // Once at least, however late it starts.
        repeat {
          let closed = shared.read(by: place < reactors ? place : nil) { directory in
            (1...depth).count { number in
              directory.organization(number: number).map { directory[$0].isClosed } ?? false
            }
          }
          if closed != 0 && closed != Int(depth) { counts.torn.add(1, ordering: .relaxed) }
          counts.reads.add(1, ordering: .relaxed)
        } while !counts.stopped.load(ordering: .relaxed)
      }
    }
    for round in 0..<300 {
      let isDone = shared.write { $0.apply(.suspendOrganization(number: 1, round % 2 == 0)) }
      #expect(isDone)
    }
    counts.stopped.store(true, ordering: .relaxed)
    for reader in readers { reader.join() }
    #expect(counts.reads.load(ordering: .relaxed) > 0)
    #expect(counts.torn.load(ordering: .relaxed) == 0)
  }

  private final class Counts: Sendable {
    let stopped = Atomic<Bool>(false)
    let torn = Atomic<Int>(0)
    let reads = Atomic<Int>(0)
  }
}
