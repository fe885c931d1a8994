internal import CBench
internal import Glibc
internal import OrgKeySystem

/// What Redis is asked: as many keys of 32 bytes as the database has, with values of 40.
enum Redis {
  private static let places = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"]

  /// nil: there is none.
  static let path = places.first { path in unsafe access(path, X_OK) == 0 }

  private static let value = Array("0123456789012345678901234567890123456789".utf8)

  /// 32 digits, in no order.
  private static func key(_ number: Int) -> [UInt8] {
    var random = Randomness(seed: UInt64(number) &* 0xD134_2543_DE82_EF95)
    let digits = Array("0123456789abcdef".utf8)
    return [random.next(), random.next()].flatMap { word in
      (0..<16).map { digits[Int(word >> (4 * $0) & 15)] }
    }
  }

  static func get(_ number: Int) -> [UInt8] {
    Array("*2\r\n$3\r\nGET\r\n$32\r\n".utf8) + key(number) + Array("\r\n".utf8)
  }

  /// Whether it has loaded its file.
  static func answers(_ socket: String) -> Bool {
    (try? command(socket, Array("PING\r\n".utf8), replies: 1)) != nil
  }

  static func fill(_ socket: String, keys: Int) throws {
    let connection = try connect(socket)
    defer { close(connection) }
    let head = Array("*3\r\n$3\r\nSET\r\n$32\r\n".utf8)
    let middle = Array("\r\n$40\r\n".utf8)
    let end = Array("\r\n".utf8)
    let atOnce = 500
    for first in stride(from: 0, to: keys, by: atOnce) {
      let numbers = first..<min(first + atOnce, keys)
      var bytes: [UInt8] = []
      for number in numbers { bytes += head + key(number) + middle + value + end }
      try command(connection, bytes, replies: numbers.count)
    }
  }

  /// Writes its file.
  static func save(_ socket: String) throws {
    try command(socket, Array("SAVE\r\n".utf8), replies: 1)
  }

  private static func command(_ socket: String, _ bytes: [UInt8], replies: Int) throws {
    let connection = try connect(socket)
    defer { close(connection) }
    try command(connection, bytes, replies: replies)
  }

  private static func connect(_ socket: String) throws -> Int32 {
    let connection = unsafe cbench_connect(socket)
    guard connection >= 0 else { throw SystemError("connect", on: socket, code: -connection) }
    return connection
  }

  private static func command(_ connection: Int32, _ bytes: [UInt8], replies: Int) throws {
    let code = unsafe cbench_command(connection, bytes, bytes.count, UInt32(replies))
    guard code == 0 else { throw SystemError("redis", code: code) }
  }
}
