internal import Glibc

/// A file, or standard input, of which no more than a chunk is in memory.
struct InputFile: ~Copyable {
  private static let chunkBytes = 1 << 16

  private let path: String
  private let descriptor: Int32
  /// nil: it is not a file, whose size is known before its end.
  private let totalBytes: Int?
  private var readBytes = 0
  private var chunk = [UInt8](repeating: 0, count: chunkBytes)
  private var rest = 0..<0

  /// - Parameter path: - is standard input.
  init(_ path: String) throws(Failure) {
    self.path = path
    if path == "-" {
      descriptor = STDIN_FILENO
    } else {
      do throws(SystemMessage) { descriptor = try Descriptor.open(path) } catch {
        throw Failure(.usage, "\(path): \(error)")
      }
    }
    totalBytes = Descriptor.fileSize(descriptor)
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// How much of it has been taken, from 0 to 1; nil: nobody knows.
  var share: Double? {
    totalBytes.flatMap { $0 > 0 ? min(1, Double(readBytes - rest.count) / Double($0)) : nil }
  }

  /// Leaves these bytes out if they are the first ones.
  mutating func skip(_ beginning: [UInt8]) throws(Failure) {
    rest = 0..<(try fill())
    if chunk[rest].starts(with: beginning) { rest = beginning.count..<rest.upperBound }
  }

  /// The next byte; nil: there is none.
  mutating func next() throws(Failure) -> UInt8? {
    if rest.isEmpty {
      rest = 0..<(try fill())
      if rest.isEmpty { return nil }
    }
    let byte = chunk[rest.lowerBound]
    rest = (rest.lowerBound + 1)..<rest.upperBound
    return byte
  }

  private mutating func fill() throws(Failure) -> Int {
    do throws(SystemMessage) {
      let count = try Self.read(descriptor, into: &chunk)
      readBytes += count
      return count
    } catch {
      throw Failure(.usage, "\(path): \(error)")
    }
  }

  private static func read(
    _ descriptor: Int32, into chunk: inout [UInt8]
  ) throws(SystemMessage) -> Int {
    var span = chunk.mutableSpan
    return try Descriptor.read(descriptor, into: &span)
  }
}
