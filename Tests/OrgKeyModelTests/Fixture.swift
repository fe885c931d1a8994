import OrgKeyModel
import TestSupport

/// Milliseconds of 2026: far enough from 0 that 30 days back are still positive.
let noon: Int64 = 1_780_000_000_000
let day: Int64 = 86_400_000
let live = Environment("live")!
let policy = Policy(keyPrefix: KeyPrefix("pc")!)
let seed = HashSeed(
  (0x9D39_247E_3377_6D41, 0x2AF7_3980_05AA_A5C7, 0x44DB_0150_2462_3547, 0x9C15_F73E_62A7_6AE2))

func instant(_ wall: Int64 = noon, monotonic: Int64 = 1_000_000) -> Instant {
  Instant(wall: wall, monotonic: monotonic)
}

/// A digest of its own for each number.
func digest(_ number: Int) -> Digest {
  var generator = Xoshiro(seed: UInt64(number))
  return Digest((0..<32).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
}

func keyID(_ number: Int) -> KeyID {
  let digits = String(number, radix: 36)
  return KeyID("key_" + String(repeating: "0", count: 16 - digits.count) + digits)!
}

/// One tree and one key, which a test then spoils in one way:
/// 1 acme ─ 2 acme/eu ─ 3 acme/eu/de, 4 acme/us; 5 acme2 (a root). Key 7 belongs to 2 and has
/// secret 70; it may `contacts:read` and `deals:*`.
struct Fixture {
  var organizations = [
    OrganizationRecord(number: 1, id: "acme", parent: 0),
    OrganizationRecord(number: 2, id: "acme/eu", parent: 1),
    OrganizationRecord(number: 3, id: "acme/eu/de", parent: 2),
    OrganizationRecord(number: 4, id: "acme/us", parent: 1),
    OrganizationRecord(number: 5, id: "acme2", parent: 0),
  ]
  var key = KeyRecord(
    number: 7, id: keyID(7), organization: 2, environment: live, permissionSet: 1)
  var secret = SecretRecord(number: 70, key: 7, version: 1, digest: digest(70))

  func directory() -> Directory {
    var directory = Directory(seed: seed)
    precondition(directory.loadOrganizations(organizations) == 0)
    let set = PermissionSet(patterns: ["contacts:read", "deals:*"])
    precondition(directory.insert(set, number: 1))
    precondition(directory.insert(key))
    precondition(directory.insert(secret))
    return directory
  }
}

extension Directory {
  /// Decides a batch of one.
  func authorize(
    presented: Span<UInt8>, digest: @autoclosure () -> Digest, environment: Span<UInt8>,
    organization: Span<UInt8>, permission: Span<UInt8>, policy: Policy, now: Instant,
    taking: Bool = true
  ) -> Verdict {
    unsafe presented.withUnsafeBufferPointer { presented in
      unsafe environment.withUnsafeBufferPointer { environment in
        unsafe organization.withUnsafeBufferPointer { organization in
          unsafe permission.withUnsafeBufferPointer { permission in
            var question = unsafe [
              Question(
                presented: presented, digest: { _ in digest() }, environment: environment,
                organization: organization, permission: permission)
            ]
            unsafe question.withUnsafeMutableBufferPointer {
              unsafe authorize($0, policy: policy, now: now, taking: taking)
            }
            return question[0].verdict
          }
        }
      }
    }
  }
}

/// What is asked of a fixture; the good case unless changed.
struct Ask {
  var text = "imported-key"
  var digest = OrgKeyModelTests.digest(70)
  var environment = ""
  var organization = "acme/eu/de"
  var permission = "contacts:read"
  var policy = OrgKeyModelTests.policy
  var now = instant()

  func callAsFunction(_ directory: borrowing Directory, taking: Bool = true) -> Verdict {
    directory.authorize(
      presented: text.utf8.span, digest: digest, environment: environment.utf8.span,
      organization: organization.utf8.span, permission: permission.utf8.span, policy: policy,
      now: now, taking: taking)
  }
}
