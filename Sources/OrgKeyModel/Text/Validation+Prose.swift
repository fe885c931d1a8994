extension Validation {
  /// A key's name: 1 to 200 characters, at most 400 bytes, no control characters.
  package static func keyName(_ name: String, field: String = "name") throws(Refusal) {
    if name.isEmpty {
      throw .invalid(
        field,
        "\(field) is missing: say what the key is for, in 1 to "
          + "\(Limits.nameScalars) characters")
    }
    try organizationName(name, field: field)
  }

  /// An organization's name: as a key's, and may be empty.
  package static func organizationName(_ name: String, field: String = "name") throws(Refusal) {
    guard name.utf8.count <= Limits.nameBytes, name.unicodeScalars.count <= Limits.nameScalars
    else {
      throw .invalid(
        field,
        "\(field) has \(name.unicodeScalars.count) characters in "
          + "\(name.utf8.count) bytes: at most \(Limits.nameScalars) in \(Limits.nameBytes)")
    }
    try requireNoControl(name, field)
  }

  /// A limit of 1 to 16,777,215 requests in a window of 1 second to 30 days.
  package static func rateLimit(
    _ rateLimit: RateLimit, field: String = "rate_limit"
  ) throws(Refusal) {
    guard rateLimit.isValid else {
      throw .invalid(
        field,
        "\(field) is \(rateLimit.limit) in \(rateLimit.window) s: "
          + "it is 1 to \(Limits.rateLimit) requests in 1 to \(Limits.rateWindowSeconds) s")
    }
  }

  /// At most 16 labels, each name once and of 1 to 64 bytes, values of at most 256 bytes.
  package static func labels(
    _ labels: [(name: String, value: String)], field: String = "labels"
  ) throws(Refusal) {
    guard labels.count <= Limits.labelsPerKey else {
      throw .invalid(
        field, "\(field) has \(labels.count) entries: at most \(Limits.labelsPerKey)")
    }
    for (index, label) in labels.enumerated() {
      try require(
        label.name.utf8.span, 1...Limits.labelNameBytes, field,
        "a label's name, 1 to \(Limits.labelNameBytes) bytes")
      try requireNoControl(label.name, field)
      try line(label.value, atMost: Limits.labelValueBytes, field)
      if labels[..<index].contains(where: { $0.name.utf8.elementsEqual(label.name.utf8) }) {
        throw .invalid(field, "\(field) has one name twice: each label's name stands once")
      }
    }
  }

  /// At most 64 bytes; empty when none is given.
  package static func requestID(_ id: String, field: String = "request_id") throws(Refusal) {
    try line(id, atMost: Limits.requestIDBytes, field)
  }

  /// At most 200 bytes; empty when nobody is named.
  package static func actor(_ actor: String, field: String = "caller.actor") throws(Refusal) {
    try line(actor, atMost: Limits.actorBytes, field)
  }

  /// Why a key was revoked: at most 500 bytes; may be empty.
  package static func reason(_ reason: String, field: String = "reason") throws(Refusal) {
    try line(reason, atMost: Limits.reasonBytes, field)
  }

  /// When a new key ends, in Unix milliseconds: 0 for never, else after `now`.
  package static func expiry(
    _ expiry: Int64, now: Int64, field: String = "expires_at_unix_ms"
  ) throws(Refusal) {
    guard expiry == 0 || expiry > now else {
      throw .invalid(
        field, "\(field) is not in the future: it is Unix milliseconds, or 0 for never")
    }
    try requireInRange(expiry, field)
  }

  /// What people may see of an imported key: at most 64 bytes; may be empty.
  package static func hint(_ hint: String, field: String = "hint") throws(Refusal) {
    try line(hint, atMost: Limits.hintBytes, field)
  }

  /// When an imported key was made, in Unix milliseconds: 0 if it is not known, else before `now`.
  package static func creation(
    _ time: Int64, now: Int64, field: String = "created_at_unix_ms"
  ) throws(Refusal) {
    guard time >= 0, time <= now else {
      let what = time < 0 ? "before 1970" : "in the future"
      throw .invalid(
        field, "\(field) is \(what): it is Unix milliseconds, or 0 if it is not known")
    }
  }

  /// When an imported key ends, in Unix milliseconds: 0 for never. It may have ended already.
  package static func importedExpiry(
    _ expiry: Int64, field: String = "expires_at_unix_ms"
  ) throws(Refusal) {
    guard expiry >= 0 else {
      throw .invalid(field, "\(field) is before 1970: it is Unix milliseconds, or 0 for never")
    }
    try requireInRange(expiry, field)
  }

  private static func requireInRange(_ expiry: Int64, _ field: String) throws(Refusal) {
    guard expiry <= Limits.latestTime else {
      throw .invalid(field, "\(field) is after the year 9999: it is Unix milliseconds")
    }
  }

  private static func line(_ text: String, atMost bytes: Int, _ field: String) throws(Refusal) {
    try require(text.utf8.span, 0...bytes, field, "at most \(bytes) bytes")
    try requireNoControl(text, field)
  }

  private static func requireNoControl(_ text: String, _ field: String) throws(Refusal) {
    if text.unicodeScalars.contains(where: Grammar.isControl) {
      throw .invalid(field, "\(field) has a control character in it: it is one line of plain text")
    }
  }
}
