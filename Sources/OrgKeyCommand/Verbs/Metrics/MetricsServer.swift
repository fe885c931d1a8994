internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import OrgKey

/// Serves the metrics over HTTP.
enum MetricsServer {
  /// Connections at once. One Prometheus has one; what comes beyond is closed at once.
  private static let mostConnections = 32
  /// Of a request's target and headers, bytes. Beyond, it is answered with 400.
  private static let longestHeader = 8 << 10
  private static let longestHeaders = 16 << 10
  private static let mostHeaders = 64
  /// For the daemon to answer, unless told otherwise: half of what Prometheus waits for.
  static let patience = Duration.seconds(5)

  /// Serves until the process is told to end.
  ///
  /// - Parameter timeout: of each question to the daemon.
  static func run(
    at address: SocketAddress, _ administrator: Administrator, timeout: Duration
  ) throws(Failure) {
    let signals = HeldSignals()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    defer { try? group.syncShutdownGracefully() }
    let loop = group.next()
    let question = MetricsQuestion(administrator, timeout, loop)
    let listener = try listen(at: address, loop, question)
    let place = listener.localAddress ?? address
    StandardStream.talk("serving http://\(place.text)/metrics; Ctrl-C ends it")
    _ = signals.wait()
    try? listener.close().wait()
  }

  private static func listen(
    at address: SocketAddress, _ loop: any EventLoop, _ question: MetricsQuestion
  ) throws(Failure) -> any Channel {
    let open = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: loop)
    let bootstrap = ServerBootstrap(group: loop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // Who has said all he wants to may say so, and waits for the answer.
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { client in
        client.eventLoop.makeCompletedFuture {
          guard open.value < mostConnections else { throw TooMany() }
          open.value += 1
          client.closeFuture.whenComplete { _ in open.value -= 1 }
          try prepare(client.pipeline.syncOperations, question)
        }
      }
    do { return try bootstrap.bind(to: address).wait() } catch {
      throw failure(error, address)
    }
  }

  private struct TooMany: Error {}

  private static func prepare(
    _ pipeline: ChannelPipeline.SynchronousOperations, _ question: MetricsQuestion
  ) throws {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = longestHeader
    limits.maxHeaderListSize = longestHeaders
    limits.maxHeaderFieldCount = mostHeaders
    try pipeline.configureHTTPServerPipeline(
      withPipeliningAssistance: false, withEncoderConfiguration: .init(),
      withDecoderLimitConfiguration: limits)
    try pipeline.addHandler(MetricsExchange(question))
  }

  private static func failure(_ error: any Error, _ address: SocketAddress) -> Failure {
    guard let error = error as? IOError else {
      return Failure(.fault, "can't serve at \(address.text): \(error)")
    }
    return switch error.errnoCode {
    case EADDRINUSE:
      Failure(.unreachable, "\(address.text) is in use by another program: name another port")
    case EADDRNOTAVAIL:
      Failure(.unreachable, "this host has no address \(address.ipAddress ?? "")")
    case EACCES:
      Failure(
        .notPermitted,
        "\(FirstContact.user) may not serve at \(address.text): name a port from 1024 on")
    default:
      Failure(
        .fault, "can't serve at \(address.text): \(SystemMessage(error.errnoCode))")
    }
  }
}

/// What is asked of the daemon: once for all who ask while it is on its way, so that no client makes
/// it pile up.
final class MetricsQuestion: Sendable {
  private let administrator: Administrator
  private let timeout: Duration
  private let asked: NIOLoopBoundBox<EventLoopFuture<String>?>

  init(_ administrator: Administrator, _ timeout: Duration, _ loop: any EventLoop) {
    self.administrator = administrator
    self.timeout = timeout
    asked = .makeEmptyBox(eventLoop: loop)
  }

  /// On the event loop. It ends with the timeout at the latest.
  func answer() -> EventLoopFuture<String> {
    if let answer = asked.value { return answer }
    let answer = asked.eventLoop.makeFutureWithTask { [administrator, timeout] in
      try await administrator.metrics(timeout: timeout)
    }
    asked.value = answer
    answer.whenComplete { [asked] _ in asked.value = nil }
    return answer
  }
}
