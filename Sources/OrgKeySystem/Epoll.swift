import CLinux
import Glibc

/// A set of descriptors to wait for: epoll(7), level-triggered. Each is known by a token of the
/// caller's.
@safe package struct Epoll: ~Copyable {
  /// What a descriptor is waited for. Errors and hang-ups are always reported.
  package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let read = Interest(rawValue: EPOLLIN.rawValue)
    package static let write = Interest(rawValue: EPOLLOUT.rawValue)
    /// Wakes one of several waiting threads: for a listener that they share.
    package static let exclusive = Interest(rawValue: EPOLLEXCLUSIVE.rawValue)
  }

  package struct Event {
    package var token: UInt64
    package var readable: Bool
    package var writable: Bool
    /// An error, or both directions are shut.
    package var failed: Bool
  }

  private let descriptor: Descriptor
  private var events: [epoll_event]

  package init(eventsAtOnce: Int = 64) throws(SystemError) {
    let number = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard number >= 0 else { throw SystemError("epoll_create1") }
    descriptor = Descriptor(number)
    unsafe events = [epoll_event](repeating: epoll_event(), count: eventsAtOnce)
  }

  package func add(_ number: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
    try control(EPOLL_CTL_ADD, number, interest, token)
  }

  package func change(_ number: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
    try control(EPOLL_CTL_MOD, number, interest, token)
  }

  package func remove(_ number: Int32) throws(SystemError) {
    try control(EPOLL_CTL_DEL, number, [], 0)
  }

  private func control(
    _ operation: Int32, _ number: Int32, _ interest: Interest, _ token: UInt64
  ) throws(SystemError) {
    var event = unsafe epoll_event()
    unsafe event.events = interest.rawValue
    unsafe event.data.u64 = token
    guard unsafe epoll_ctl(descriptor.number, operation, number, &event) == 0 else {
      throw SystemError("epoll_ctl")
    }
  }

  /// Waits until something is ready or the time is over (-1: for ever); returns how many events
  /// there are.
  package mutating func wait(milliseconds: Int32) throws(SystemError) -> Int {
    let count = unsafe epoll_wait(descriptor.number, &events, Int32(events.count), milliseconds)
    if count >= 0 { return Int(count) }
    guard errno == EINTR else { throw SystemError("epoll_wait") }
    return 0
  }

  package subscript(index: Int) -> Event {
    let event = unsafe events[index]
    let failed = unsafe event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
    return unsafe Event(
      token: event.data.u64, readable: event.events & EPOLLIN.rawValue != 0,
      writable: event.events & EPOLLOUT.rawValue != 0, failed: failed)
  }
}
