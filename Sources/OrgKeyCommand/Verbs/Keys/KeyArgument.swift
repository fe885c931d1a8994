internal import OrgKeyModel

/// A key's id on the command line. What is none is refused without repeating it: it may be the
/// key's text, put where its id belongs.
func validateKeyID(_ id: String) throws {
  try offline { () throws(BrokenRule) in _ = try Validation.keyID(id, field: "KEY") }
}
