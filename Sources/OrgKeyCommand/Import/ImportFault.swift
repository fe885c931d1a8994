/// What is wrong with a line of a file: one sentence that repeats nothing of what stands there, for
/// that may be a secret.
struct ImportFault: Error, Equatable, Encodable {
  let line: UInt64
  let message: String
}

/// All that is wrong with a file, as far as it was read.
struct ImportFaults: Error {
  /// More are not looked for.
  static let most = 100

  let faults: [ImportFault]
}
