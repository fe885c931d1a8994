internal import ArgumentParser
internal import Glibc
internal import OrgKey

struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch what the daemon does: calls, denials, latency, the busiest keys.",
    discussion: """
      For readers and administrators. On a terminal the window is drawn anew every second; q or \
      Ctrl-C leaves, and what stood there before is there again. When the daemon is restarted it \
      goes on by itself.

      Off a terminal, and with --count, it prints a line each time, with the means since the last; \
      with --output jsonl an object.

        orgkey top
        orgkey top --every 10s --output jsonl >> load.jsonl
        orgkey top --count 1

      Latency is the daemon's own part, from taking up a call to sending its answer. The busiest \
      keys are those of the last ten seconds.
      """)

  private static let shortestInterval = Duration.milliseconds(100)

  @Option(help: ArgumentHelp("How long between two looks: 500ms, 10s.", valueName: "duration"))
  var every = LengthArgument(milliseconds: 1_000)

  @Option(help: ArgumentHelp("End after so many lines.", valueName: "n"))
  var count: Int?

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if output.output == .json {
      throw ValidationError("It goes on without an end: --output is table or jsonl.")
    }
    if every.duration < Self.shortestInterval {
      throw ValidationError("--every is at least 100ms.")
    }
    if let count, count < 1 { throw ValidationError("--count is at least 1.") }
  }

  func run() throws {
    let watch = Watch(
      connection.client().administrator().blocking, every: every.duration,
      timeout: connection.timeout?.duration)
    let screen = Screen()
    guard output.isForPeople, count == nil, screen.isDrawable else {
      return try run(watch, screen)
    }
    var window = TopWindow(watch, screen.style)
    try window.run()
  }

  /// A line each time.
  private func run(_ watch: Watch, _ screen: Screen) throws {
    var watch = watch
    var told = 0
    HeldSignals.endOrdinarily()
    try watch.begin()
    if output.isForPeople { try screen.show([TopLine.heading]) }
    while told < count ?? .max {
      watch.sleep()
      guard let pace = try watch.look() else { continue }
      // No line is left half written.
      let signals = HeldSignals()
      if output.isForPeople {
        try screen.show([TopLine(pace).text])
      } else {
        try output.line(PaceJSON(pace))
      }
      _ = consume signals
      told += 1
    }
  }
}

/// Looks at the daemon, time and again, also when it is restarted in between.
struct Watch {
  /// A daemon that takes longer is as good as away, and whoever watches wants to be told so.
  private static let patience = Duration.seconds(2)

  private let administrator: BlockingAdministrator
  private let interval: Duration
  private let timeout: Duration
  private var last: Look?
  private(set) var absence = Absence()
  /// When to look next.
  private(set) var due = ContinuousClock.now

  init(_ administrator: BlockingAdministrator, every interval: Duration, timeout: Duration?) {
    self.administrator = administrator
    self.interval = interval
    self.timeout = timeout ?? Self.patience
  }

  /// The first look, which fails if the daemon is not there.
  ///
  /// - Parameter isSilent: whether it is left to the caller to tell when it goes.
  mutating func begin(isSilent: Bool = false) throws {
    absence.isSilent = isSilent
    last = try Look(administrator, timeout)
    due = .now + interval
  }

  func sleep() {
    // Again where a signal cuts it short.
    while due > .now {
      var time = timespec(due - .now)
      // It only reads the time that it is lent.
      unsafe nanosleep(&time, nil)
    }
  }

  /// What was done since the last look; nil: nobody knows, for the daemon is away or was.
  mutating func look() throws -> Pace? {
    var now: Look?
    let (administrator, timeout) = (administrator, timeout)
    try absence.outlast { now = try Look(administrator, timeout) }
    // Looks that were missed are not made up for.
    due = max(due + interval, .now)
    defer { last = now }
    guard let last, let now else { return nil }
    return Pace(from: last, to: now)
  }
}

extension Look {
  /// As it is now. Which keys are busiest is no metric: there are too many for labels.
  fileprivate init(_ administrator: BlockingAdministrator, _ timeout: Duration) throws {
    samples = MetricSamples(try administrator.metrics(timeout: timeout))
    at = .now
    busiestKeys = try administrator.statistics(timeout: timeout).busiestKeys
  }
}
