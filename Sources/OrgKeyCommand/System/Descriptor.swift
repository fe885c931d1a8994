internal import Glibc

/// The system calls of this program on file descriptors, with their errno policy.
enum Descriptor {
  /// Writes everything.
  ///
  /// - Returns: nil, or why it could not.
  static func write(_ bytes: Span<UInt8>, to descriptor: Int32) -> SystemMessage? {
    var done = 0
    while done < bytes.count {
      let rest = bytes.extracting(done..<bytes.count)
      // The span lends valid memory for the length of the call.
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count >= 0 { done += count } else if errno != EINTR { return SystemMessage(errno) }
    }
    return nil
  }

  /// Reads into `buffer` until the end of the input or of the buffer.
  ///
  /// - Returns: how many bytes of it are filled.
  static func read(
    _ descriptor: Int32, into buffer: inout MutableSpan<UInt8>
  ) throws(SystemMessage) -> Int {
    var filled = 0
    while filled < buffer.count {
      let start = filled
      // The span lends valid memory for the length of the call.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
      }
      if count == 0 { break }
      if count > 0 { filled += count } else if errno != EINTR { throw SystemMessage(errno) }
    }
    return filled
  }

  /// - Returns: the descriptor, open for reading.
  static func open(_ path: String) throws(SystemMessage) -> Int32 {
    // The path is lent as a C string for the length of the call; so below.
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw SystemMessage(errno) }
    return descriptor
  }

  /// Makes a file that nobody else can read.
  static func create(_ path: String) throws(SystemMessage) -> Int32 {
    let descriptor = unsafe Glibc.open(
      path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    if descriptor < 0 { throw SystemMessage(errno) }
    return descriptor
  }

  /// Bytes of the regular file on `descriptor`; nil: it is none.
  static func fileSize(_ descriptor: Int32) -> Int? {
    var status = stat()
    // fstat writes into the status that it is lent.
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }

  /// What a path leads to; a symbolic link is not followed.
  enum Kind { case nothing, file, directory, other }

  static func kind(_ path: String) -> Kind {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return .nothing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// Writes a directory's names down to the disk.
  static func syncDirectory(_ path: String) throws(SystemMessage) {
    let directory = try open(path)
    defer { close(directory) }
    // Some file systems can't, and need not.
    if fsync(directory) != 0 && errno != EINVAL { throw SystemMessage(errno) }
  }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Columns of the terminal on `descriptor`; nil: it is none.
  static func terminalWidth(_ descriptor: Int32) -> Int? { terminalSize(descriptor)?.columns }

  /// Of the terminal on `descriptor`; nil: it is none.
  static func terminalSize(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
    guard isTerminal(descriptor) else { return nil }
    var size = winsize()
    // ioctl writes into the size that it is lent.
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 else { return (80, 24) }
    return (
      size.ws_col > 0 ? Int(size.ws_col) : 80, size.ws_row > 0 ? Int(size.ws_row) : 24
    )
  }
}

/// What strerror says of an errno: "No space left on device".
struct SystemMessage: Error, CustomStringConvertible {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  // strerror returns a text that is valid until this thread's next call.
  var description: String { unsafe String(cString: strerror(number)) }
}
