internal import Logging
internal import OrgKeySystem

/// The sockets that a daemon serves on: those that a service manager hands over, and those that it
/// makes itself.
struct Listeners {
  /// What a service manager calls the socket for everybody, and that for administrators.
  private static let names = (main: "main", admin: "admin")

  let all: [Listener]

  /// - Parameter inherited: takes the place of what the settings would have made. A single one needs
  ///   no name.
  init(
    _ settings: DaemonSettings, inherited: [InheritedSocket], _ log: Logger
  ) throws(StartError) {
    let admin = try Listeners.only(Listeners.names.admin, among: inherited)
    var main = try Listeners.only(Listeners.names.main, among: inherited)
    if main == nil && admin == nil && inherited.count == 1 { main = inherited[0] }
    let taken = (main == nil ? 0 : 1) + (admin == nil ? 0 : 1)
    guard taken == inherited.count else {
      throw StartError(
        .configuration,
        "\(inherited.count) sockets were handed over: FileDescriptorName= has to call them "
          + "\(Listeners.names.main) and \(Listeners.names.admin), each once")
    }
    let administratorsAt = admin?.path ?? settings.adminSocket
    let first =
      if let main {
        Listener(main, administratorsAt: administratorsAt)
      } else {
        try Listener(
          at: settings.socket, mode: settings.socketMode, group: settings.socketGroup,
          administratorsAt: administratorsAt)
      }
    do throws(StartError) {
      if let admin {
        all = [first, Listener(admin)]
      } else if let path = settings.adminSocket {
        all = [
          first, try Listener(at: path, mode: settings.socketMode, group: settings.socketGroup),
        ]
      } else {
        all = [first]
      }
    } catch {
      first.unlink()
      throw error
    }
    for socket in inherited {
      log.info(
        "took over a socket: its path, mode and group are not this daemon's settings",
        metadata: ["orgkey.socket": "\(socket.path)"])
      Listeners.warn(of: socket, log)
    }
  }

  private static func only(
    _ name: String, among sockets: [InheritedSocket]
  ) throws(StartError) -> InheritedSocket? {
    let named = sockets.filter { $0.name == name }
    guard named.count <= 1 else {
      throw StartError(.configuration, "two sockets called \(name) were handed over")
    }
    return named.first
  }

  /// Whoever made it may have left it open to everybody, as a service manager does unless told
  /// otherwise.
  private static func warn(of socket: InheritedSocket, _ log: Logger) {
    guard let status = try? FileStatus(of: socket.path), status.mode & 0o002 != 0 else { return }
    log.warning(
      "every user of this host may open the socket: set SocketMode=0660 and SocketGroup=",
      metadata: ["orgkey.socket": "\(socket.path)"])
  }
}
