import CLinux
import Glibc

/// Many readers or one writer; a waiting writer goes before new readers, so that a change never
/// waits for a quiet moment. Not recursive.
@safe package final class ReadWriteLock: @unchecked Sendable {
  // A lock must not move; pthread_rwlock_t guards itself.
  private let lock: UnsafeMutablePointer<pthread_rwlock_t>

  package init() {
    unsafe lock = .allocate(capacity: 1)
    unsafe lock.initialize(to: pthread_rwlock_t())
    let result = unsafe clinux_rwlock_init_writer_first(lock)
    precondition(result == 0, "pthread_rwlock_init failed")
  }

  deinit {
    _ = unsafe pthread_rwlock_destroy(lock)
    unsafe lock.deallocate()
  }

  package func read<R: ~Copyable, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let result = unsafe pthread_rwlock_rdlock(lock)
    precondition(result == 0, "pthread_rwlock_rdlock failed")
    defer { _ = unsafe pthread_rwlock_unlock(lock) }
    return try body()
  }

  package func write<R: ~Copyable, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let result = unsafe pthread_rwlock_wrlock(lock)
    precondition(result == 0, "pthread_rwlock_wrlock failed")
    defer { _ = unsafe pthread_rwlock_unlock(lock) }
    return try body()
  }
}
