internal import ArgumentParser
internal import OrgKey
internal import OrgKeyModel

/// When a key ends.
struct ExpiryOptions: ParsableArguments {
  @Option(help: ArgumentHelp("When it ends: 90d, 24h.", valueName: "duration"))
  var expiresIn: LengthArgument?

  @Option(help: ArgumentHelp("When it ends, as 2027-01-31T00:00:00Z.", valueName: "time"))
  var expiresAt: TimeArgument?

  /// nil: neither is given.
  var moment: Timestamp? {
    expiresAt?.time ?? expiresIn.map { Timestamp.now.advanced(by: $0.duration) }
  }

  func validate() throws {
    if expiresIn != nil && expiresAt != nil {
      throw ValidationError("--expires-in and --expires-at say the same: give one.")
    }
    let expiry = moment?.unixMilliseconds ?? 0
    try offline { () throws(BrokenRule) in
      try Validation.expiry(
        expiry, now: Timestamp.now.unixMilliseconds,
        field: expiresAt == nil ? "--expires-in" : "--expires-at")
    }
  }
}
