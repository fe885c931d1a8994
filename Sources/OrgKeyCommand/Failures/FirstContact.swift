internal import FoundationEssentials
internal import Glibc
internal import OrgKey

/// What to do when the socket can't be opened: for somebody who meets the daemon for the first time.
enum FirstContact {
  /// nil: nothing better to say than the library does.
  static func sentence(for cause: Unavailable.Cause) -> String? {
    switch cause {
    case .noSocket(let path):
      "no daemon at \(path): start one with `orgkeyd --socket \(path) --database FILE`, "
        + "or name its socket with --socket or ORGKEY_SOCKET"
    case .nobodyListening(let path):
      "nobody is listening on \(path): the daemon has stopped; start it again, "
        + "or name another socket with --socket or ORGKEY_SOCKET"
    case .permissionDenied(let path): closed(path)
    default: nil
    }
  }

  private static func closed(_ path: String) -> String {
    let user = "uid \(geteuid()) (\(ProcessInfo.processInfo.userName))"
    guard let entry = Entry(path) else { return "\(user) may not open \(path)" }
    return "\(user) may not \(entry.isDirectory ? "enter" : "open") \(path) "
      + "(\(entry.modeText) \(entry.owner):\(entry.group)): \(remedy(entry))"
  }

  private static func remedy(_ entry: Entry) -> String {
    // Connecting needs the right to write; passing through a directory, the right to search.
    let needed: UInt = entry.isDirectory ? 0o010 : 0o020
    guard entry.mode & needed != 0 else { return "run this as \(entry.owner)" }
    // Nobody should be sent into root's group for the sake of a socket.
    if entry.groupID == 0 {
      return "run this as root, or start orgkeyd with --socket-group and add the user to that group"
    }
    return "add it to group \(entry.group)"
  }

  /// What the file system says of a path.
  private struct Entry {
    let mode: UInt
    let owner: String
    let group: String
    let groupID: UInt
    let isDirectory: Bool

    init?(_ path: String) {
      guard let found = try? FileManager.default.attributesOfItem(atPath: path),
        let mode = found[.posixPermissions] as? UInt,
        let ownerID = found[.ownerAccountID] as? UInt,
        let groupID = found[.groupOwnerAccountID] as? UInt
      else { return nil }
      self.mode = mode
      owner = found[.ownerAccountName] as? String ?? String(ownerID)
      group = found[.groupOwnerAccountName] as? String ?? String(groupID)
      self.groupID = groupID
      isDirectory = found[.type] as? FileAttributeType == .typeDirectory
    }

    var modeText: String {
      let digits = String(mode, radix: 8)
      return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }
}
