internal import FoundationEssentials

/// JSON as the command writes it: the contract's field names, sorted, so that it stays the same.
enum JSON {
  /// - Parameter pretty: over several lines; false: on one.
  static func text(_ value: some Encodable, pretty: Bool) throws(Failure) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw Failure(.fault, "the answer can't be written as JSON: \(error)")
    }
  }
}
