/// What the process ends with: sysexits.h where it has a word for it.
enum ExitStatus: Int32 {
  case denied = 1
  /// The command line is wrong.
  case usage = 64
  /// The daemon, or the library for it, refused what was asked: wrong, or not in this state.
  case refused = 65
  /// Nobody answers on the socket.
  case unreachable = 69
  /// A fault of the daemon, of this program or of the machine.
  case fault = 70
  /// The same call may succeed later.
  case tryAgain = 75
  /// This user may not do it.
  case notPermitted = 77
  case configuration = 78
}
