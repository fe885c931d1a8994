/// Why the daemon can't start or go on: a sentence for its operator and an exit status.
package struct StartError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The exit statuses of sysexits.h that a daemon has use for.
  package enum Status: Int32, Sendable {
    case unavailable = 69
    case `internal` = 70
    case tryAgain = 75
    case configuration = 78
  }

  package let status: Status
  package let description: String

  package init(_ status: Status, _ description: String) {
    self.status = status
    self.description = description
  }
}
