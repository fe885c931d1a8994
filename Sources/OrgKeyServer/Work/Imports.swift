internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire
internal import Synchronization

/// The imports that one connection has begun: at most one of each kind at a time. They belong to
/// the reading thread, which takes a connection's requests in the order in which they came, and go
/// with the connection.
final class Imports: @unchecked Sendable {
  let keys: OpenImport<StagedKeys>
  let organizations: OpenImport<StagedOrganizations>

  init(_ memory: ImportMemory) {
    keys = OpenImport(memory)
    organizations = OpenImport(memory)
  }

  /// A request was refused before its rows were seen.
  func breakOff(_ part: ImportPart) {
    switch part.method {
    case .importKeys: keys.breakOff(isLast: part.isLast)
    case .importOrganizations: organizations.breakOff(isLast: part.isLast)
    default: break
    }
  }
}

/// An import on its way from its first request to the one with `last`.
///
/// When a request is refused, all rows are dropped, and so is whatever comes until `last`: what
/// was sent ahead must not be taken for an import that begins there.
final class OpenImport<Rows: StagedRows> {
  private let memory: ImportMemory
  private var rows = Rows()
  private var share: ImportMemory.Share
  /// nil: no request has come.
  private var isDryRun: Bool?
  private var isBroken = false

  init(_ memory: ImportMemory) {
    self.memory = memory
    share = memory.share()
  }

  /// What was taken so far.
  struct State: Sendable {
    let rows: Rows
    /// Given back with the rows.
    let memory: ImportMemory.Share
  }

  /// Takes the rows that `add` adds.
  ///
  /// - Returns: all rows so far, which with the last are the caller's alone.
  func take(
    isLast: Bool, isDryRun: Bool, _ add: (inout Rows) -> Void
  ) throws(Refusal) -> State {
    do throws(Refusal) {
      try requireWhole(isDryRun)
      self.isDryRun = isDryRun
      add(&rows)
      guard rows.rowCount <= Limits.importRows else { throw .tooManyRows }
      guard share.resize(to: rows.byteCount) else { throw .noMemoryForRows }
    } catch {
      breakOff(isLast: isLast)
      throw error
    }
    let state = State(rows: rows, memory: share)
    if isLast { forget() }
    return state
  }

  /// A request was refused; with the last, the import is over.
  func breakOff(isLast: Bool) {
    forget()
    isBroken = !isLast
  }

  private func requireWhole(_ isDryRun: Bool) throws(Refusal) {
    if isBroken {
      throw Refusal(
        .failedPrecondition,
        "a request of this import was refused, so nothing of it is kept: begin anew behind the "
          + "request with last, or on another connection")
    }
    if let begun = self.isDryRun, begun != isDryRun {
      throw .invalid(
        "dry_run", "dry_run is not what it was when the import began: nothing of it is kept")
    }
  }

  private func forget() {
    rows = Rows()
    share = memory.share()
    isDryRun = nil
    isBroken = false
  }
}

extension Refusal {
  static let tooManyRows = Refusal(
    .resourceExhausted,
    "an import has at most \(Limits.importRows) rows: nothing of it is kept; split the file")

  static let noMemoryForRows = Refusal(
    .resourceExhausted,
    "all imports on their way have at most \(Limits.importBytes >> 20) MiB: nothing of this one "
      + "is kept; split the file, or try again when others are done")
}

/// The memory that imports on their way may take, over all connections.
final class ImportMemory: Sendable {
  private let taken = Atomic<Int>(0)

  /// Bytes that are taken.
  var byteCount: Int { taken.load(ordering: .relaxed) }

  /// An empty one.
  func share() -> Share { Share(self) }

  /// What one holder has taken; given back when he lets go of it. For one thread at a time.
  final class Share: @unchecked Sendable {
    private let memory: ImportMemory
    private var bytes = 0

    fileprivate init(_ memory: ImportMemory) { self.memory = memory }

    deinit { memory.taken.subtract(bytes, ordering: .relaxed) }

    /// - Returns: false, and it stays as it is, if there is not so much left.
    func resize(to size: Int) -> Bool {
      let total = memory.taken.add(size - bytes, ordering: .relaxed).newValue
      guard size <= bytes || total <= Limits.importBytes else {
        memory.taken.subtract(size - bytes, ordering: .relaxed)
        return false
      }
      bytes = size
      return true
    }
  }
}
