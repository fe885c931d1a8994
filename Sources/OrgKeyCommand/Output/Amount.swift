/// Numbers for people.
enum Amount {
  /// "3.1 MiB".
  static func bytes(_ count: UInt64) -> String {
    if count < 1024 { return "\(count) B" }
    var value = Double(count) / 1024
    for unit in ["KiB", "MiB", "GiB"] {
      if value < 1024 { return "\(tenths(value)) \(unit)" }
      value /= 1024
    }
    return "\(tenths(value)) TiB"
  }

  /// With one decimal: "3.1".
  static func tenths(_ value: Double) -> String {
    let tenths = UInt64((max(0, value) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// "1 key", "1,204 keys".
  static func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(grouped(count)) \(noun)s"
  }

  /// In groups of three digits: "1,204".
  static func grouped(_ count: some BinaryInteger) -> String {
    var grouped = ""
    for (position, digit) in String(count).reversed().enumerated() {
      if position > 0 && position % 3 == 0 { grouped.append(",") }
      grouped.append(digit)
    }
    return String(grouped.reversed())
  }
}
