/// The HTTP answer to a request that did not pass, in the provider's error format. Holds only what
/// the caller of the API may learn.
public struct ErrorResponse: Sendable, Hashable {
  /// 401, 403, 429, 500 or 503.
  public var statusCode: Int
  /// "INVALID_API_KEY", …
  public var code: String
  /// One sentence for the caller.
  public var message: String
  /// nil: no rate limit to tell about.
  public var rateLimit: RateLimitState?

  public init(
    statusCode: Int, code: String, message: String, rateLimit: RateLimitState? = nil
  ) {
    self.statusCode = statusCode
    self.code = code
    self.message = message
    self.rateLimit = rateLimit
  }

  /// `Content-Type`, and the rate limit's headers if there is one.
  public var headers: [(name: String, value: String)] {
    [("Content-Type", "application/json")] + (rateLimit?.headers ?? [])
  }

  /// The body: `{"success":false,"error":…,"code":…,"statusCode":…}`.
  public var json: String {
    let error = ErrorResponse.quoted(message)
    let code = ErrorResponse.quoted(code)
    return #"{"success":false,"error":\#(error),"code":\#(code),"statusCode":\#(statusCode)}"#
  }

  /// RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
