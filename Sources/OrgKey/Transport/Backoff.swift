/// Growing, random pauses between attempts, so that clients of a restarted daemon don't come all
/// at once.
struct Backoff {
  private static let first = Duration.milliseconds(1)
  private static let longest = Duration.milliseconds(64)

  private var pause = Backoff.first

  /// A pause from half to the whole of the present step; the next step is twice as long.
  mutating func next() -> Duration {
    defer { pause = min(pause * 2, Backoff.longest) }
    return pause * Double.random(in: 0.5...1)
  }
}
