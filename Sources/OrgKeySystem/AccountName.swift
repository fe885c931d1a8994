import Glibc

/// Users and groups by name or number, as the system's databases have them.
package enum AccountName {
  /// The uid this process runs as.
  package static var ownUser: UInt32 { geteuid() }

  /// The uid of a user; nil if there is none of that name.
  package static func user(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    return unsafe getpwnam(name)?.pointee.pw_uid
  }

  /// The gid of a group; nil if there is none of that name.
  package static func group(_ name: String) -> UInt32? {
    if let number = UInt32(name) { return number }
    return unsafe getgrnam(name)?.pointee.gr_gid
  }
}
