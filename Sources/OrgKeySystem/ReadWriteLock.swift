import CLinux
import Glibc

/// Many readers or one writer; a waiting writer goes before new readers, so that a change never
/// waits for a quiet moment. Not recursive.
///
/// Each thread that reads often has a place of its own: a lock in cache lines that no other thread
/// writes to while it reads. A writer takes the locks of all places.
@safe package final class ReadWriteLock: @unchecked Sendable {
  /// A cache line, and the one that processors fetch along with it.
  private static let stride = 128

  // Locks must not move; each pthread_rwlock_t guards itself.
  private let memory: UnsafeMutableRawPointer
  private let places: Int

  package init(places: Int) {
    precondition(places > 0 && MemoryLayout<pthread_rwlock_t>.size <= Self.stride)
    self.places = places
    unsafe memory = .allocate(byteCount: places * Self.stride, alignment: Self.stride)
    for place in 0..<places {
      let lock = unsafe (memory + place * Self.stride).initializeMemory(
        as: pthread_rwlock_t.self, to: pthread_rwlock_t())
      let result = unsafe clinux_rwlock_init_writer_first(lock)
      precondition(result == 0, "pthread_rwlock_init failed")
    }
  }

  deinit {
    for place in 0..<places { _ = unsafe pthread_rwlock_destroy(lock(place)) }
    unsafe memory.deallocate()
  }

  private func lock(_ place: Int) -> UnsafeMutablePointer<pthread_rwlock_t> {
    precondition(place >= 0 && place < places)
    return unsafe (memory + place * Self.stride).assumingMemoryBound(to: pthread_rwlock_t.self)
  }

  package func read<R: ~Copyable, E: Error>(
    at place: Int, _ body: () throws(E) -> R
  ) throws(E) -> R {
    let lock = unsafe lock(place)
    let result = unsafe pthread_rwlock_rdlock(lock)
    precondition(result == 0, "pthread_rwlock_rdlock failed")
    defer { _ = unsafe pthread_rwlock_unlock(lock) }
    return try body()
  }

  package func write<R: ~Copyable, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    for place in 0..<places {
      let result = unsafe pthread_rwlock_wrlock(lock(place))
      precondition(result == 0, "pthread_rwlock_wrlock failed")
    }
    defer {
      for place in 0..<places { _ = unsafe pthread_rwlock_unlock(lock(place)) }
    }
    return try body()
  }
}
