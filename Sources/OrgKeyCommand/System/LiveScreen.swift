internal import Glibc

/// A terminal's window, drawn over again and again. While this lives, what stood there before is put
/// away, and keys are read as they are typed; when it ends, all of it is as it was.
struct LiveScreen: ~Copyable {
  enum Event {
    /// Nothing happened until the time was over.
    case none
    /// The window must be drawn anew: it has another size, or was away.
    case redraw
    /// Somebody wants this program to end.
    case leave
  }

  /// Between looks at the keyboard while it waits; it notices signals at once.
  private static let keyInterval = Duration.milliseconds(50)

  private let signals = HeldSignals([
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH,
  ])
  /// The keyboard's modes as they were; nil: standard input is no terminal.
  private let modes: termios?

  init() {
    var modes = termios()
    // tcgetattr fills what it is lent; tcsetattr only reads it.
    self.modes = unsafe tcgetattr(STDIN_FILENO, &modes) == 0 ? modes : nil
    enter()
  }

  deinit { leave() }

  private func enter() {
    if var live = modes {
      live.c_lflag &= ~tcflag_t(ICANON | ECHO)
      // Ctrl-S would stop a program that draws, and nothing but Ctrl-Q could end it.
      live.c_iflag &= ~tcflag_t(IXON)
      _ = unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &live)
    }
    // The alternate screen, without a cursor.
    write("\u{1B}[?1049h\u{1B}[?25l")
  }

  private func leave() {
    write("\u{1B}[?25h\u{1B}[?1049l")
    if var modes { _ = unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &modes) }
  }

  // Where a terminal is gone there is nothing to draw, and its end is told by SIGHUP.
  private func write(_ text: String) {
    _ = Descriptor.write(Array(text.utf8).span, to: STDOUT_FILENO)
  }

  /// Columns and rows of the window, now.
  var size: (columns: Int, rows: Int) { Descriptor.terminalSize(STDOUT_FILENO) ?? (80, 24) }

  /// Draws these lines, none of which is wider than the window, as far as there are rows for them.
  func draw(_ lines: [String]) {
    let rows = lines.prefix(size.rows).map { $0 + "\u{1B}[K" }
    write("\u{1B}[H" + rows.joined(separator: "\r\n") + "\u{1B}[J")
  }

  /// Waits for what comes first.
  func event(before deadline: ContinuousClock.Instant) -> Event {
    while true {
      let left = max(.zero, deadline - .now)
      switch signals.wait(for: min(left, Self.keyInterval)) {
      case SIGWINCH: return .redraw
      case SIGCONT:
        enter()
        return .redraw
      case SIGTSTP:
        stop()
        return .redraw
      case nil: break
      default: return .leave
      }
      if isToldToLeave() { return .leave }
      if left == .zero { return .none }
    }
  }

  /// Lets the shell have the terminal until it wants this program to go on.
  private func stop() {
    leave()
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGTSTP)
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(SIGTSTP)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    enter()
  }

  /// Reads the keys that were typed: q leaves, and so does the end of the terminal.
  private func isToldToLeave() -> Bool {
    guard modes != nil else { return false }
    var keyboard = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while unsafe poll(&keyboard, 1, 0) > 0 {
      var key: UInt8 = 0
      guard unsafe read(STDIN_FILENO, &key, 1) == 1 else { return true }
      if key == UInt8(ascii: "q") { return true }
    }
    return false
  }
}
