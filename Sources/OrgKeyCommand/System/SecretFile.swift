internal import Glibc
internal import OrgKey

/// The file of `--out`: made before the key is, so that no key is issued that can't be kept.
struct SecretFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private var isKept = false

  init(_ path: String) throws(Failure) {
    self.path = path
    do throws(SystemMessage) { descriptor = try Descriptor.create(path) } catch {
      let advice = error.number == EEXIST ? "; it is not overwritten: name another" : ""
      throw Failure(.usage, "--out \(path): \(error)\(advice)")
    }
  }

  deinit {
    close(descriptor)
    // unlink only reads the path that it is lent.
    if !isKept { unsafe unlink(path) }
  }

  /// Writes the text and a line break, down to the disk.
  mutating func keep(_ text: KeyText) throws(SystemMessage) {
    let error =
      text.withBytes { Descriptor.write($0, to: descriptor) }
      ?? Descriptor.write([UInt8(ascii: "\n")].span, to: descriptor)
    if let error { throw error }
    if fsync(descriptor) != 0 { throw SystemMessage(errno) }
    isKept = true
  }
}
