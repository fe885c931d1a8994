/// Numbers and columns as people read them.
enum Text {
  /// "1,234,567".
  static func count(_ value: some BinaryInteger) -> String {
    var text = ""
    for (place, digit) in String(value).reversed().enumerated() {
      if place > 0 && place % 3 == 0 && digit != "-" { text = "," + text }
      text = String(digit) + text
    }
    return text
  }

  /// With so many digits behind the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 1e15 else { return String(value) }
    let whole = count(Int(scaled / scale))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    if digits == 0 { return sign + whole }
    let rest = String(Int(scaled) % Int(scale))
    return sign + whole + "." + String(repeating: "0", count: digits - rest.count) + rest
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
