internal import OrgKeySystem
internal import Synchronization

/// One thread with an epoll set and the connections it accepted, which it owns outright.
final class Reactor: Sendable {
  let mailbox: Mailbox
  /// What this reactor counted since it was last asked.
  let usage = UsageRecorder()
  private let number: Int
  private let service: Service
  private let listeners: [Listener]
  /// Made here, so that a daemon that can't have one does not start; taken by the thread.
  private let epoll: Mutex<Epoll?>

  /// - Parameter number: from 0, tells it from the other reactors.
  init(_ number: Int, service: Service, listeners: [Listener]) throws(SystemError) {
    self.number = number
    self.service = service
    self.listeners = listeners
    mailbox = try Mailbox()
    let epoll = try Epoll()
    try epoll.add(mailbox.wakeUp.number, .read, token: EventLoop.Token.mailbox)
    self.epoll = Mutex(epoll)
  }

  /// Serves until drained.
  ///
  /// - Parameter failed: called when it can't go on. Its clients would wait in vain, new ones too:
  ///   the process must end.
  func run(_ failed: (StartError) -> Void) {
    do throws(SystemError) {
      guard let epoll = epoll.withLock({ $0.take() }) else { return }
      let calls = CallHandler(service, mailbox, usage, reactor: number)
      var loop = EventLoop(service, calls, mailbox, listeners, epoll)
      try loop.run()
    } catch {
      failed(StartError(.internal, "cannot wait for events: \(error)"))
    }
  }
}
