internal import FoundationEssentials
internal import Glibc
internal import OrgKey

/// What to do when the socket can't be opened: for somebody who meets the daemon for the first time.
struct FirstContact {
  let found: String
  let advice: String

  /// nil: nothing better to say than the library does.
  init?(_ cause: Unavailable.Cause) {
    switch cause {
    case .noSocket(let path):
      found = "no daemon at \(path)"
      let start =
        path == OrgKeyClient.defaultSocketPath
        ? "systemctl start orgkeyd.socket" : "orgkeyd --socket \(path) --database FILE"
      advice = "start one with `\(start)`, or name its socket with --socket or ORGKEY_SOCKET"
    case .nobodyListening(let path):
      found = "nobody is listening on \(path)"
      advice =
        "the daemon has stopped; start it again, "
        + "or name another socket with --socket or ORGKEY_SOCKET"
    case .permissionDenied(let path):
      guard let entry = FileEntry(path) else { return nil }
      found =
        "\(Self.user) may not \(entry.isDirectory ? "enter" : "open") \(path) (\(entry.access))"
      advice = Self.remedy(entry)
    default: return nil
    }
  }

  var sentence: String { "\(found): \(advice)" }

  /// Who runs this: "uid 33 (www-data)".
  static var user: String { "uid \(geteuid()) (\(ProcessInfo.processInfo.userName))" }

  private static func remedy(_ entry: FileEntry) -> String {
    // Connecting needs the right to write; passing through a directory, the right to search.
    let needed: UInt = entry.isDirectory ? 0o010 : 0o020
    guard entry.mode & needed != 0 else { return "run this as \(entry.owner)" }
    // Nobody should be sent into root's group for the sake of a socket.
    if entry.groupID == 0 {
      return "run this as root, or start orgkeyd with --socket-group and add the user to that group"
    }
    return "add it to group \(entry.group)"
  }
}
