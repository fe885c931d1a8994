import Glibc

/// A system call that failed: which one, on what, and why.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// errno.
  package var code: Int32
  package var call: String
  /// A path, or what else the call was about; empty if there is nothing to name.
  package var subject: String

  package init(_ call: String, on subject: String = "", code: Int32 = errno) {
    self.code = code
    self.call = call
    self.subject = subject
  }

  /// Whether what the call was about does not exist.
  package var isMissing: Bool { code == ENOENT }

  package var description: String {
    let reason = unsafe String(cString: strerror(code))
    return subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
  }
}
