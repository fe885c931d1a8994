internal import NIOCore
internal import NIOHTTP1

/// One client: one request, one answer, and it is closed.
final class MetricsExchange: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// For the request to arrive, and again for the answer to be taken.
  private static let patience = TimeAmount.seconds(10)

  private enum State {
    case waiting
    case began(HTTPRequestHead)
    case answering
  }

  private let question: MetricsQuestion
  private var state = State.waiting
  private var end: Scheduled<Void>?

  init(_ question: MetricsQuestion) { self.question = question }

  func channelActive(context: ChannelHandlerContext) { limitTime(context) }

  func channelInactive(context: ChannelHandlerContext) { end?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), state) {
    case (.head(let head), .waiting):
      state = .began(head)
    case (.end, .began(let head)):
      state = .answering
      end?.cancel()
      answer(head, context)
    // A body says nothing here, and of requests only the first is answered.
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let isMetrics: Bool
    switch head.uri.prefix(while: { $0 != "?" }) {
    case "/metrics": isMetrics = true
    case "/": isMetrics = false
    default: return send(.init(.notFound, "there is /metrics here\n"), to: head, context)
    }
    guard head.method == .GET || head.method == .HEAD else {
      return send(.init(.methodNotAllowed, "there is GET and HEAD\n"), to: head, context)
    }
    guard isMetrics else { return send(.init(.ok, "see /metrics\n"), to: head, context) }
    question.answer().assumeIsolated().whenComplete { result in
      self.send(MetricsAnswer(result), to: head, context)
    }
  }

  private func send(
    _ answer: MetricsAnswer, to head: HTTPRequestHead, _ context: ChannelHandlerContext
  ) {
    guard context.channel.isActive else { return }
    limitTime(context)
    let body = ByteBuffer(string: answer.body)
    var headers = HTTPHeaders([
      ("Content-Type", answer.type), ("Content-Length", "\(body.readableBytes)"),
      ("Connection", "close"),
    ])
    if answer.status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
    let reply = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
    context.write(wrapOutboundOut(.head(reply)), promise: nil)
    if head.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  private func limitTime(_ context: ChannelHandlerContext) {
    end = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) {
      context.close(promise: nil)
    }
  }
}

/// What a client is told.
struct MetricsAnswer {
  let status: HTTPResponseStatus
  let type: String
  let body: String

  init(
    _ status: HTTPResponseStatus, _ body: String, type: String = "text/plain; charset=utf-8"
  ) {
    self.status = status
    self.body = body
    self.type = type
  }

  init(_ result: Result<String, any Error>) {
    switch result {
    case .success(let text):
      self.init(.ok, text, type: "text/plain; version=0.0.4; charset=utf-8")
    case .failure(let error):
      self.init(.serviceUnavailable, (Failure(error)?.message ?? "\(error)") + "\n")
    }
  }
}
