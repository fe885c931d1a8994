/// Why a call was not carried out. Nothing of a refused change is kept.
///
/// `message` is one sentence for a person and never holds a secret or bytes of the request
/// that could be one.
package struct Refusal: Error, Equatable, Sendable {
  /// Names and numbers of google.rpc.Code, as in the contract.
  package enum Code: Int32, Sendable {
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
  }

  package var code: Code
  package var message: String
  /// For `.invalidArgument`: the contract's name of the field at fault.
  package var field = ""
  /// For `.alreadyExists`: the key that exists, and which of its secrets.
  package var keyID = ""
  package var secretVersion: UInt32 = 0

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// A field that is missing or wrong: `message` says what is wrong with it and what is right.
  package static func invalid(_ field: String, _ message: String) -> Refusal {
    var refusal = Refusal(.invalidArgument, message)
    refusal.field = field
    return refusal
  }
}
