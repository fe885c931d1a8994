import Glibc

/// How far a test goes: a short form on every run, the long one when `make campaign` asks for it.
package enum Campaign {
  package static let isLong = unsafe getenv("CAMPAIGN") != nil

  /// Rounds, kills, flips: whatever a test counts.
  package static func count(_ short: Int, long: Int) -> Int { isLong ? long : short }
}
