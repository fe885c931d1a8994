internal import ArgumentParser
internal import OrgKey

extension OutputOptions {
  /// Makes the same change to each of several keys and writes what became of them. One that fails
  /// keeps none of the others from being changed; the first failure's status ends the command.
  ///
  /// - Parameter line: what people read of one.
  func each<Result: Sendable, Record: Encodable>(
    _ ids: [String], as record: (Result) -> Record, change: (String) throws -> Result,
    line: (Result, Screen) -> String
  ) throws {
    var changed: [Result] = []
    var first: Failure?
    for id in ids {
      do { changed.append(try change(id)) } catch {
        guard let failure = Failure(error) else { throw error }
        StandardStream.complain("\(id): \(failure.message)")
        first = first ?? failure
      }
    }
    try all(changed, as: record) { screen, changed in
      try screen.show(changed.map { line($0, screen) })
    }
    if let first { throw ExitCode(first.status) }
  }
}

extension Key {
  /// For people, on one line: "key_… (CRM, acme)".
  var line: String { Printable.line("\(id) (\(name), \(organizationID))") }
}
