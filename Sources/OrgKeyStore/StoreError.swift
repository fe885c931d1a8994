import CSQLite
import Glibc
package import OrgKeySystem

/// Why the store could not do its work. Refusals of a change are not among these; they are
/// `Refusal`.
///
/// Names the statement that failed and never what was bound to it.
package struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Category: Sendable {
    /// The operator has to put something right: wrong file, wrong mode, newer schema, damage.
    case configuration
    /// Reading or writing failed. Once a change was begun, its outcome is unknown.
    case unavailable
    /// Somebody else holds the database, or memory is short; nothing was done.
    case tryAgain
    /// The disk is full. Nothing of the transaction was kept.
    case full
    /// What was read fails its checksum, or SQLite calls it malformed.
    case damaged
    /// A statement SQLite doesn't accept, a broken constraint: a fault of this program.
    case `internal`
  }

  package var category: Category
  /// A sentence for the operator.
  package var message: String
  /// SQLite's extended result code; 0 if it is not from SQLite.
  package var code: Int32 = 0
  package var sql = ""

  package init(_ category: Category, _ message: String) {
    self.category = category
    self.message = message
  }

  package init(_ error: SystemError) {
    self.init([ENOSPC, EDQUOT].contains(error.code) ? .full : .unavailable, "\(error)")
  }

  /// What a daemon that stops for this exits with: sysexits(3).
  package var exitStatus: Int32 {
    switch category {
    case .configuration, .damaged: 78
    case .unavailable: 69
    case .tryAgain, .full: 75
    case .internal: 70
    }
  }

  /// Whether a file is at fault, or the disk below it, and not how it was asked for.
  var isDamage: Bool {
    switch category {
    case .damaged, .unavailable, .internal: true
    case .configuration: code & 0xFF == SQLITE_NOTADB
    case .tryAgain, .full: false
    }
  }

  /// Whether, when opening, the disk has no room. Once a change was begun, only `.full` says that
  /// nothing of it was kept.
  var isLackOfRoom: Bool { category == .full || code == SQLITE_IOERR | 19 << 8 }

  package var description: String {
    var text = message
    if code != 0 { text += " (SQLite \(code))" }
    if !sql.isEmpty { text += " in: \(sql)" }
    return text
  }
}

/// Runs what makes system calls, its errors told as the store's.
func system<Value: ~Copyable>(
  _ body: () throws(SystemError) -> Value
) throws(StoreError) -> Value {
  do throws(SystemError) { return try body() } catch { throw StoreError(error) }
}
