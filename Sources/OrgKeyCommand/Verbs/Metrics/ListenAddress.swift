internal import ArgumentParser
internal import NIOCore

/// Where to serve: an address and a port, 127.0.0.1:9464 or [::1]:9464.
struct ListenAddress {
  let socket: SocketAddress

  /// - Throws: `ValidationError`: what is wrong with it.
  init(_ text: String) throws {
    guard let colon = text.lastIndex(of: ":") else { throw Self.wrong("\(text) has no port") }
    let port = text[text.index(after: colon)...]
    guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = UInt16(port)
    else { throw Self.wrong("\(port) is no port, which is a number up to 65535") }
    let host = text[..<colon]
    guard let address = Self.address(host) else {
      throw Self.wrong("an IPv6 address stands in brackets")
    }
    do { socket = try SocketAddress(ipAddress: address, port: Int(number)) } catch {
      throw Self.wrong(
        host.isEmpty
          ? "\(text) has no address" : "\(host) is no address, and names are not looked up")
    }
  }

  /// Without its brackets; nil: there should be some.
  private static func address(_ host: Substring) -> String? {
    if host.hasPrefix("["), host.hasSuffix("]"), host.contains(":") {
      return String(host.dropFirst().dropLast())
    }
    return host.contains(":") ? nil : String(host)
  }

  private static func wrong(_ what: String) -> ValidationError {
    ValidationError(
      "--serve takes an address and a port, 127.0.0.1:9464 or [::1]:9464: \(what).")
  }
}

extension SocketAddress {
  /// As it stands in a URL: "127.0.0.1:9464", "[::1]:9464".
  var text: String {
    let host = ipAddress ?? ""
    return (host.contains(":") ? "[\(host)]" : host) + ":\(port ?? 0)"
  }
}
