internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

/// What a call comes to once its fields were found good: who does the rest.
enum Work {
  /// Makes a change inside a transaction. The answer is put together when it was committed and
  /// the Directory shows it.
  typealias Change = @Sendable (inout Transaction) throws -> Answer
  typealias Answer = @Sendable () -> Response.Result
  typealias Read = @Sendable (Records) throws(Refusal) -> Response.Result
  /// Takes rows of an import.
  typealias Stage = @Sendable (Imports) throws(Refusal) -> Staged

  enum Staged {
    case answer(Response.Result)
    /// The import is whole.
    case change(Change)
  }

  /// Answered on the spot.
  case answer(Response.Result)
  /// For the writer.
  case change(Change)
  /// For the reading thread: one record, or a scan, which waits for those.
  case read(scan: Bool, Read)
  /// For the writer, which takes a copy; the reading thread answers.
  case backup
  /// For the reading thread, in turn with the connection's others of the kind.
  case stage(Stage)
}
