/// How many requests a key may make in a window that opens with the first of them.
public struct RateLimit: Sendable, Hashable {
  /// 1 to 16,777,215.
  public var limit: UInt32
  /// Whole seconds, 1 s to 30 days.
  public var window: Duration

  public init(limit: UInt32, window: Duration) {
    self.limit = limit
    self.window = window
  }
}

/// Where a key stands in its present window.
public struct RateLimitState: Sendable, Hashable {
  /// Requests allowed in a window.
  public var limit: UInt32
  public var remaining: UInt32
  /// When the window ends, in Unix seconds.
  public var resetAtUnixSeconds: Int64

  public init(limit: UInt32, remaining: UInt32, resetAtUnixSeconds: Int64) {
    self.limit = limit
    self.remaining = remaining
    self.resetAtUnixSeconds = resetAtUnixSeconds
  }

  /// `X-RateLimit-Limit`, `-Remaining` and `-Reset`, for the HTTP answer.
  public var headers: [(name: String, value: String)] {
    [
      ("X-RateLimit-Limit", String(limit)),
      ("X-RateLimit-Remaining", String(remaining)),
      ("X-RateLimit-Reset", String(resetAtUnixSeconds)),
    ]
  }
}
