/// The daemon could not be asked, or did not answer. Nothing is known about the key: it is not
/// denied, and the request must not pass.
public struct Unavailable: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong, for the operator.
  public enum Cause: Error, Sendable, Hashable {
    /// There is no file at the socket's path: the daemon never started, or uses another path.
    case noSocket(path: String)
    /// There is a socket, but nobody listens: the daemon has stopped.
    case nobodyListening(path: String)
    /// This process may not open the socket. `path` is the socket or the directory above it that
    /// is closed to us.
    case permissionDenied(path: String)
    /// No address for a Unix socket: empty, with a NUL, or longer than `limit` bytes.
    case invalidSocketPath(path: String, limit: Int)
    /// A system call failed with this errno: "socket", "connect", …
    case system(call: String, errno: Int32)
    /// The deadline passed before an answer came.
    case timedOut
    /// The connection ended before the answer.
    case connectionLost
    /// The daemon answered that it can't: starting, stopping, out of something. Its own words.
    case daemon(message: String)
    /// The daemon is there, but not (or no longer) ready. From `waitUntilServing` only.
    case notServing
    /// What came back was no answer to what was asked: another program on that socket, or a fault.
    case protocolFault(String)
    /// As many calls are waiting on this client as it lets wait.
    case tooManyCalls
    /// The client was closed.
    case closed
    /// The calling task was cancelled.
    case cancelled
  }

  /// For the operator. Never show it to the caller.
  public var cause: Cause

  public init(_ cause: Cause) { self.cause = cause }

  /// What to answer with: 503. Says nothing about the cause.
  public var response: ErrorResponse {
    ErrorResponse(
      statusCode: 503, code: "SERVICE_UNAVAILABLE",
      message: "The API key can't be checked at the moment: try again later.")
  }

  /// One sentence for the operator's log.
  public var description: String {
    switch cause {
    case .noSocket(let path): "there is no socket at \(path): is orgkeyd running?"
    case .nobodyListening(let path): "nobody listens on \(path): orgkeyd has stopped"
    case .permissionDenied(let path): "this process may not open \(path)"
    case .invalidSocketPath(let path, let limit):
      "not a socket's path (1 to \(limit) bytes): \(path)"
    case .system(let call, let errno): "\(call) failed with errno \(errno)"
    case .timedOut: "orgkeyd did not answer in time"
    case .connectionLost: "the connection to orgkeyd ended before the answer"
    case .daemon(let message): "orgkeyd says: \(message)"
    case .notServing: "orgkeyd is not ready"
    case .protocolFault(let what): "the answer can't be from orgkeyd: \(what)"
    case .tooManyCalls: "too many calls are waiting for orgkeyd"
    case .closed: "the client was closed"
    case .cancelled: "the task was cancelled"
    }
  }
}
