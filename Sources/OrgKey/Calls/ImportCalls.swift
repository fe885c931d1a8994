internal import OrgKeyWire

/// A row of an import: how it is put on the wire.
protocol ImportRow: Sendable {
  associatedtype Wire: Sendable

  /// All texts that go with it.
  var texts: [String] { get }
  /// At least as many bytes as the rest of it takes on the wire, the rows' own header included.
  var otherBytes: Int { get }

  /// - Parameter field: what to call the row in a misuse.
  func wire(_ field: String) throws(ChangeError) -> Wire
  static func request(_ rows: [Wire], isLast: Bool, isDryRun: Bool) -> Request.Method
  /// nil: it is the answer to something else.
  static func answer(_ result: Response.Result) -> ImportAnswer?
}

/// The answer to one request of an import.
struct ImportAnswer: Sendable {
  var stagedCount: UInt64
  var importedCount: UInt64
  var faults: [ImportFault]
}

/// An import on its way, apart from how it travels: takes rows, says what is to be sent, and takes
/// the answers.
struct RowImport<Row: ImportRow> {
  /// A request takes no more of either. Well under a frame, so that the caller's part fits too.
  private static var maximumBytes: Int { 768 << 10 }
  private static var maximumRows: Int { 5_000 }
  /// The daemon tells of this many faults; all the more the import has failed.
  private static var maximumFaults: Int { 100 }

  private let isDryRun: Bool
  private let caller: ActingCaller
  private var rows: [Row.Wire] = []
  private var bytes = 0
  private var rowCount: UInt64 = 0
  /// Whether there is no more to send: the last request is out, or it is all in vain.
  private(set) var isOver = false
  private(set) var result = ImportResult()

  init(isDryRun: Bool, _ caller: ActingCaller) {
    self.isDryRun = isDryRun
    self.caller = caller
  }

  /// Takes a row, or nil after the last one.
  ///
  /// - Returns: the request that the rows before it fill, or the last one, with which the daemon
  ///   carries out the import; nil: there is room yet.
  mutating func add(
    _ row: Row?
  ) throws(ChangeError) -> Call<ImportAnswer, ChangeError>? {
    guard let row else {
      isOver = true
      return try request(isLast: true)
    }
    rowCount += 1
    let field = "rows[\(rowCount)]"
    let texts = row.texts
    if texts.contains(where: { $0.utf8.contains(0) }) {
      throw .misuse(Misuse(field: field, message: "It holds a NUL."))
    }
    // Each with its tag and length.
    let size = texts.reduce(row.otherBytes) { $0 + 6 + $1.utf8.count }
    if size > Self.maximumBytes {
      throw .misuse(Misuse(field: field, message: "It is too long for a request."))
    }
    let wire = try row.wire(field)
    let isFull = bytes + size > Self.maximumBytes || rows.count == Self.maximumRows
    let call = isFull ? try request(isLast: false) : nil
    rows.append(wire)
    bytes += size
    return call
  }

  private mutating func request(
    isLast: Bool
  ) throws(ChangeError) -> Call<ImportAnswer, ChangeError> {
    let request = Row.request(rows, isLast: isLast, isDryRun: isDryRun)
    rows.removeAll(keepingCapacity: true)
    bytes = 0
    return try .administration(
      request, caller, mayRepeat: false, mayAct: isLast && !isDryRun
    ) { (result) throws(ChangeError) in Row.answer(result) }
  }

  /// Takes the answer to a request. Whether it tells faults that were told before is the daemon's
  /// choice.
  mutating func take(_ answer: ImportAnswer) {
    result.stagedCount = answer.stagedCount
    result.importedCount = answer.importedCount
    let known = Set(result.faults)
    result.faults += answer.faults.map(ImportResult.Fault.init).filter { !known.contains($0) }
    if result.faults.count >= Self.maximumFaults { isOver = true }
  }
}

extension ImportedKey: ImportRow {
  var texts: [String] {
    [hint, organizationID, name, environment ?? ""] + permissions
      + labels.flatMap { [$0.name, $0.value] }
  }

  /// Beside the digest: its header and the row's, two times of up to 11 bytes, the rate limit's 14,
  /// and for each label a header.
  var otherBytes: Int { sha256.count + 64 + 6 * labels.count }

  func wire(_ field: String) throws(ChangeError) -> ImportKeysRequestRow {
    typealias Taken = Call<ImportAnswer, ChangeError>
    return ImportKeysRequestRow(
      sha256: sha256, hint: hint, organizationID: organizationID, name: name,
      environment: try Taken.given(environment, field + ".environment"), permissions: permissions,
      createdAtUnixMs: createdAt.wire,
      expiresAtUnixMs: try Taken.end(expiresAt, field + ".expires_at_unix_ms"),
      rateLimit: try Taken.wire(rateLimit, field: field + ".rate_limit"),
      labels: labels.map(\.wire))
  }

  static func request(
    _ rows: [ImportKeysRequestRow], isLast: Bool, isDryRun: Bool
  ) -> Request.Method {
    .importKeys(ImportKeysRequest(rows: rows, last: isLast, dryRun: isDryRun))
  }

  static func answer(_ result: Response.Result) -> ImportAnswer? {
    guard case .importKeys(let answer) = result else { return nil }
    return ImportAnswer(
      stagedCount: answer.stagedCount, importedCount: answer.importedCount, faults: answer.faults)
  }
}

extension ImportedOrganization: ImportRow {
  var texts: [String] { [id, parentID ?? "", name] }

  /// The row's header.
  var otherBytes: Int { 6 }

  func wire(_ field: String) throws(ChangeError) -> ImportOrganizationsRequestRow {
    let parentID = try Call<ImportAnswer, ChangeError>.given(parentID, field + ".parent_id")
    return ImportOrganizationsRequestRow(organizationID: id, parentID: parentID, name: name)
  }

  static func request(
    _ rows: [ImportOrganizationsRequestRow], isLast: Bool, isDryRun: Bool
  ) -> Request.Method {
    .importOrganizations(ImportOrganizationsRequest(rows: rows, last: isLast, dryRun: isDryRun))
  }

  static func answer(_ result: Response.Result) -> ImportAnswer? {
    guard case .importOrganizations(let answer) = result else { return nil }
    return ImportAnswer(
      stagedCount: answer.stagedCount, importedCount: answer.importedCount, faults: answer.faults)
  }
}
