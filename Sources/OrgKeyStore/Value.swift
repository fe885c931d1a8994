/// What is bound to a statement, and what a checksum covers.
enum Value: Equatable {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  /// Equal bytes: as text, Swift would also find equal what is only spelt alike.
  static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.integer(let left), .integer(let right)): left == right
    case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
    case (.blob(let left), .blob(let right)): left == right
    default: false
    }
  }

  /// 0 and 1: SQLite has no other booleans.
  static func flag(_ flag: Bool) -> Value { .integer(flag ? 1 : 0) }
}
