#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The POSIX calls that the library makes: all that differs between systems, and all errno.
enum Platform {
  /// What a read or write did.
  enum Transfer {
    /// 0 when reading: the other end has closed.
    case bytes(Int)
    /// Nothing yet, or a signal came first. Never made again here: each attempt may block anew, so
    /// signals would keep a call from its deadline.
    case wouldBlock
    case failed(errno: Int32)
  }

  /// What became ready.
  struct Readiness {
    var woken = false
    /// There is something to read: bytes, the end, or an error.
    var readable = false
    var writable = false
  }

  /// Bytes of a socket's path: 107 on Linux, 103 on macOS.
  static var maximumPathBytes: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

  /// A socket connected to `path`. Never blocks, and is non-blocking afterwards.
  ///
  /// - Throws: `.timedOut` if the daemon has more connections to accept than it lets wait.
  static func connect(to path: String) throws(Unavailable.Cause) -> Descriptor {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count <= maximumPathBytes, !bytes.contains(0) else {
      throw .invalidSocketPath(path: path, limit: maximumPathBytes)
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }

    let socket = Descriptor(unixSocket())
    if socket.number < 0 { throw .system(call: "socket", errno: errno) }
    setNonBlocking(socket)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      let pointer = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
      return unsafe connectSystem(
        socket.number, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
    if result == 0 { return socket }
    throw cause(of: errno, connectingTo: path)
  }

  private static func cause(of errno: Int32, connectingTo path: String) -> Unavailable.Cause {
    switch errno {
    case ENOENT: .noSocket(path: path)
    case ECONNREFUSED: .nobodyListening(path: path)
    case EACCES, EPERM: .permissionDenied(path: closedPart(of: path))
    case EAGAIN, EINTR: .timedOut
    default: .system(call: "connect", errno: errno)
    }
  }

  /// The first directory on the way to `path` that may not be passed, or `path` itself.
  private static func closedPart(of path: String) -> String {
    for slash in path.indices.dropFirst() where path[slash] == "/" {
      let directory = String(path[..<slash])
      if unsafe access(directory, X_OK) != 0 { return directory }
    }
    return path
  }

  /// Never blocks.
  static func send(_ bytes: UnsafeRawBufferPointer, to socket: Descriptor) -> Transfer {
    let flags = noSignal | Int32(MSG_DONTWAIT)
    return unsafe transfer(sendSystem(socket.number, bytes.baseAddress, bytes.count, flags))
  }

  static func receive(
    into bytes: UnsafeMutableRawBufferPointer, from socket: Descriptor
  ) -> Transfer {
    unsafe transfer(recv(socket.number, bytes.baseAddress, bytes.count, 0))
  }

  /// Whether nothing waits to be read, not even the end.
  static func isQuiet(_ socket: Descriptor) -> Bool {
    !wait(for: socket, writable: false, wake: nil, atMost: .zero).readable
  }

  /// - Parameter count: what a read or write returned just now.
  private static func transfer(_ count: Int) -> Transfer {
    if count >= 0 { return .bytes(count) }
    switch errno {
    case EAGAIN, EWOULDBLOCK, EINTR: return .wouldBlock
    default: return .failed(errno: errno)
    }
  }

  /// Waits until `socket` can be read (or, if asked, written), `wake` can be read, or the time has
  /// passed; nil: as long as it takes. May return early with nothing ready.
  static func wait(
    for socket: Descriptor?, writable: Bool, wake: Descriptor?, atMost pause: Duration?
  ) -> Readiness {
    let events = Int16(writable ? POLLIN | POLLOUT : POLLIN)
    return unsafe withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { entries in
      // poll(2) passes over negative descriptors.
      unsafe entries[0] = pollfd(fd: wake?.number ?? -1, events: Int16(POLLIN), revents: 0)
      unsafe entries[1] = pollfd(fd: socket?.number ?? -1, events: events, revents: 0)
      guard unsafe poll(entries, atMost: pause) > 0 else { return Readiness() }
      let socketEvents = unsafe Int32(entries[1].revents)
      return unsafe Readiness(
        woken: entries[0].revents != 0, readable: socketEvents & ~Int32(POLLOUT) != 0,
        writable: socketEvents & Int32(POLLOUT) != 0)
    }
  }

  /// Waits until `socket` can be written or is broken, or the time has passed.
  static func waitUntilWritable(_ socket: Descriptor, atMost pause: Duration) {
    unsafe withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 1) { entries in
      unsafe entries[0] = pollfd(fd: socket.number, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(entries, atMost: pause)
    }
  }

  private static func poll(
    _ entries: UnsafeMutableBufferPointer<pollfd>, atMost pause: Duration?
  ) -> Int32 {
    let milliseconds = pause.map { Int32(clamping: max(0, $0.milliseconds)) } ?? -1
    while true {
      let count = unsafe pollSystem(entries.baseAddress, nfds_t(entries.count), milliseconds)
      // A mere look that a signal disturbed has seen nothing.
      if count >= 0 || errno != EINTR || milliseconds != 0 { return count }
    }
  }

  /// A pipe, both ends non-blocking.
  static func pipe() throws(Unavailable.Cause) -> (read: Descriptor, write: Descriptor) {
    var numbers: [Int32] = [-1, -1]
    if unsafe pipeSystem(&numbers) != 0 { throw .system(call: "pipe", errno: errno) }
    let ends = (read: Descriptor(numbers[0]), write: Descriptor(numbers[1]))
    setNonBlocking(ends.read)
    setNonBlocking(ends.write)
    return ends
  }

  /// Fills a pipe's other end with one byte, unless it is full already.
  static func wake(_ pipe: Descriptor) {
    var byte: UInt8 = 0
    _ = unsafe write(pipe.number, &byte, 1)
  }

  /// Takes out what `wake` put in.
  static func drain(_ pipe: Descriptor) {
    var bytes = [UInt8](repeating: 0, count: 64)
    _ = unsafe read(pipe.number, &bytes, bytes.count)
  }

  static func close(_ number: Int32) { if number >= 0 { _ = closeSystem(number) } }

  /// Ends a connection for both sides, whoever is still using its descriptor.
  static func shutDown(_ socket: Descriptor) { _ = shutdown(socket.number, Int32(SHUT_RDWR)) }

  /// Lets reads block, each for as long as the socket's timeout says.
  static func setBlocking(_ socket: Descriptor) { _ = fcntl(socket.number, F_SETFL, 0) }

  /// How long each read blocks at most; it then ends as `.wouldBlock`.
  static func setReadTimeout(_ socket: Descriptor, milliseconds: Int64) {
    var time = timeval()
    time.tv_sec = .init(milliseconds / 1000)
    time.tv_usec = .init(milliseconds % 1000 * 1000)
    let size = socklen_t(MemoryLayout<timeval>.size)
    _ = unsafe setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &time, size)
  }

  private static func setNonBlocking(_ descriptor: Descriptor) {
    _ = fcntl(descriptor.number, F_SETFL, O_NONBLOCK)
    _ = fcntl(descriptor.number, F_SETFD, FD_CLOEXEC)
  }

  /// Starts a detached thread.
  static func startThread(_ body: @escaping @Sendable () -> Void) throws(Unavailable.Cause) {
    let start = unsafe Unmanaged.passRetained(ThreadStart(body))
    let error = unsafe createThread(start.toOpaque())
    if error != 0 {
      unsafe start.release()
      throw .system(call: "pthread_create", errno: error)
    }
  }

  static func unixMilliseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  static func sleep(until moment: ContinuousClock.Instant) {
    while true {
      let pause = ContinuousClock.now.duration(to: moment)
      if pause <= .zero { return }
      _ = wait(for: nil, writable: false, wake: nil, atMost: pause)
    }
  }
}

/// What a new thread is to do, on its way through C.
private final class ThreadStart {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// A file descriptor, closed when the last holder lets go of it: no one can use its number for
/// something else meanwhile.
final class Descriptor: Sendable {
  let number: Int32
  init(_ number: Int32) { self.number = number }
  deinit { Platform.close(number) }
}

// What has another name or type on each system, or is hidden by a method's name above.
#if canImport(Darwin)
  private let connectSystem = unsafe Darwin.connect
  private let sendSystem = unsafe Darwin.send
  private let pipeSystem = unsafe Darwin.pipe
  private let pollSystem = unsafe Darwin.poll
  private let closeSystem = Darwin.close
  private let noSignal: Int32 = 0

  private func unixSocket() -> Int32 {
    let number = socket(AF_UNIX, SOCK_STREAM, 0)
    var on: Int32 = 1
    // Darwin's place for MSG_NOSIGNAL.
    _ = unsafe setsockopt(
      number, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    return number
  }

  private func createThread(_ start: UnsafeMutableRawPointer) -> Int32 {
    var thread: pthread_t?
    let error = unsafe pthread_create(
      &thread, nil,
      { start in
        unsafe Unmanaged<ThreadStart>.fromOpaque(start).takeRetainedValue().body()
        return nil
      }, start)
    if error == 0, let thread = unsafe thread { unsafe pthread_detach(thread) }
    return error
  }
#else
  #if canImport(Glibc)
    private let connectSystem = unsafe Glibc.connect
    private let sendSystem = unsafe Glibc.send
    private let pipeSystem = unsafe Glibc.pipe
    private let pollSystem = unsafe Glibc.poll
    private let closeSystem = Glibc.close
    private let stream = Int32(SOCK_STREAM.rawValue)
  #else
    private let connectSystem = unsafe Musl.connect
    private let sendSystem = unsafe Musl.send
    private let pipeSystem = unsafe Musl.pipe
    private let pollSystem = unsafe Musl.poll
    private let closeSystem = Musl.close
    private let stream = SOCK_STREAM
  #endif
  private let noSignal = Int32(MSG_NOSIGNAL)

  private func unixSocket() -> Int32 { socket(AF_UNIX, stream | O_CLOEXEC, 0) }

  private func createThread(_ start: UnsafeMutableRawPointer) -> Int32 {
    var thread = pthread_t()
    let error = unsafe pthread_create(
      &thread, nil,
      { start in
        if let start = unsafe start {
          unsafe Unmanaged<ThreadStart>.fromOpaque(start).takeRetainedValue().body()
        }
        return nil
      }, start)
    if error == 0 { pthread_detach(thread) }
    return error
  }
#endif
