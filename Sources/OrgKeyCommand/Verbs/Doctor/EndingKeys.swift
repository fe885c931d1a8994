internal import OrgKey

/// Keys of which there may be very many: how many, and the few that come first.
struct EndingKeys {
  private static let named = 3

  private(set) var count = 0
  private var first: [Key] = []
  private let rank: (Key) -> Int64

  /// - Parameter rank: keys with a low one come first.
  init(rank: @escaping (Key) -> Int64) { self.rank = rank }

  mutating func add(_ keys: [Key]) {
    count += keys.count
    first = Array((first + keys).sorted { rank($0) < rank($1) }.prefix(Self.named))
  }

  func list(_ what: String, _ text: (Key) -> String) -> String {
    Self.list(first, of: count, what, text)
  }

  /// "4 keys to expire within 7d: key_… of acme in 2d, … and 1 more".
  static func list<Element>(
    _ elements: [Element], of count: Int, _ what: String, _ text: (Element) -> String
  ) -> String {
    let shown = elements.prefix(named)
    let rest = count > shown.count ? " and \(Amount.grouped(count - shown.count)) more" : ""
    return "\(Amount.counted(count, "key")) \(what): "
      + shown.map(text).joined(separator: ", ") + rest
  }
}
