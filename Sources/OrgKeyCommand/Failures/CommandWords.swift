/// The daemon and the library speak of the contract's names; who reads this command's errors knows
/// its options and verbs.
enum CommandWords {
  private static let words = [
    ("MoveOrganization changes it", "orgkey org move changes it"),
    ("include_descendants", "--descendants"), ("revoke_keys", "--revoke-keys"),
    ("caller.max_rate_limit", "--max-limit"), ("parent_id", "the parent"),
    ("organization_id", "the organization"),
  ]

  static func put(into message: String) -> String {
    words.reduce(message) { $0.replacing($1.0, with: $1.1) }
  }
}
