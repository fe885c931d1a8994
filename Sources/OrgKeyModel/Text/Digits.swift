/// Characters of a literal, read by position without allocation.
struct StaticText: Sendable {
  private let literal: StaticString

  init(_ literal: StaticString) { self.literal = literal }

  var count: Int { literal.utf8CodeUnitCount }

  subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    // A StaticString of more than one scalar lives in the program's constants.
    return unsafe literal.utf8Start[index]
  }
}

/// Numbers to the base 62, digits in the order `0-9A-Za-z`.
enum Base62 {
  static let digits = StaticText("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}

/// Draws `count` digits below `base`, each as likely as any other, into the front of `span`.
///
/// The whole span is filled with random bytes and those at or above the greatest multiple of
/// `base` are thrown away: a remainder alone would favour the low digits. What is left behind
/// the digits is zeroed, so that the random bytes exist nowhere else.
func drawDigits<Failure: Error>(
  _ count: Int, base: UInt8, into span: inout MutableSpan<UInt8>,
  random: (inout MutableSpan<UInt8>) throws(Failure) -> Void
) throws(Failure) {
  precondition(span.count >= count)
  let bound = 256 / Int(base) * Int(base)
  var accepted = 0
  while accepted < count {
    accepted = 0
    try random(&span)
    for index in span.indices where Int(span[index]) < bound && accepted < count {
      span[accepted] = span[index] % base
      accepted += 1
    }
  }
  for index in count..<span.count { span[index] = 0 }
}
