internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

/// A request of an import, whatever its rows are.
protocol ImportRequest: Sendable {
  associatedtype Rows: StagedRows

  var last: Bool { get }
  var dryRun: Bool { get }
  init?(_ method: Request.Method)

  static func open(in imports: Imports) -> OpenImport<Rows>
  /// Adds its rows, those that are not of good form as faults.
  func add(to rows: inout Rows, _ service: Service)
  static func carryOut(
    _ rows: Rows, isDryRun: Bool, in transaction: inout Transaction, by author: Author
  ) throws -> ImportOutcome
  static func answer(staged: UInt64, _ outcome: ImportOutcome) -> Response.Result
}

extension CallHandler {
  /// Stages the rows; with the last, hands all to the writer as one change. An import that has
  /// faults goes on being staged, since whoever wants to put a file right wants to know of all.
  ///
  /// - Parameter encoded: the request, if it is long.
  func importRows<Message: ImportRequest>(
    _ request: Message, _ encoded: EncodedMethod?, _ call: Call
  ) throws(Refusal) -> Work {
    let service = service
    let waiting = service.importMemory.share()
    guard waiting.resize(to: encoded?.byteCount ?? 0) else { throw .noMemoryForRows }
    return .stage { imports throws(Refusal) in
      defer { _ = waiting.resize(to: 0) }
      let open = Message.open(in: imports)
      let request = try Self.begin(request, encoded, call, open)
      let state = try open.take(isLast: request.last, isDryRun: request.dryRun) {
        request.add(to: &$0, service)
      }
      let faults = state.rows.faults
      guard request.last, !faults.isFull else {
        return .answer(
          Message.answer(staged: state.rows.rowCount, ImportOutcome(faults: faults.list)))
      }
      return .change(Self.change(Message.self, state, request.dryRun, call, service))
    }
  }

  /// The request whole, and in time.
  private static func begin<Message: ImportRequest>(
    _ request: Message, _ encoded: EncodedMethod?, _ call: Call, _ open: OpenImport<Message.Rows>
  ) throws(Refusal) -> Message {
    do throws(Refusal) {
      if let deadline = call.deadline, Clock.monotonicMilliseconds() >= deadline {
        throw .deadlineExceeded
      }
      guard let encoded else { return request }
      return try Message(encoded)
    } catch {
      open.breakOff(isLast: encoded?.importParts.contains(where: \.isLast) ?? request.last)
      throw error
    }
  }

  private static func change<Message: ImportRequest>(
    _: Message.Type, _ state: OpenImport<Message.Rows>.State, _ isDryRun: Bool, _ call: Call,
    _ service: Service
  ) -> Work.Change {
    { transaction in
      let rows = state.rows
      let outcome = try Message.carryOut(
        rows, isDryRun: isDryRun, in: &transaction, by: call.author)
      return {
        if outcome.importedCount > 0 && !isDryRun {
          service.logChange(call, count: outcome.importedCount)
        }
        return Message.answer(staged: rows.rowCount, outcome)
      }
    }
  }

  /// Refuses a request. An import that it is part of breaks off in its turn, behind what came
  /// before.
  func refuse(
    _ refusal: Refusal, _ callID: UInt64, of parts: [ImportPart], _ connection: inout Connection
  ) {
    // Whoever may import nothing has begun nothing.
    guard let part = parts.first, connection.roles.contains(.administrator) else {
      return answer(&connection, callID, .failure(refusal))
    }
    let refused = Work.stage { imports throws(Refusal) in
      for part in parts { imports.breakOff(part) }
      throw refusal
    }
    submit(refused, part.method, deadline: nil, callID, &connection)
  }
}

extension ImportRequest {
  fileprivate init(_ encoded: EncodedMethod) throws(Refusal) {
    do throws(BodyFault) {
      guard let method = try encoded.decode(), let request = Self(method) else {
        throw .unparsable
      }
      self = request
    } catch {
      throw Refusal(error)
    }
  }
}

extension Array where Element == OrgKeyWire.ImportFault {
  fileprivate init(_ outcome: ImportOutcome) {
    self = outcome.faults.map { .init(row: $0.row, message: $0.message) }
  }
}

extension ImportKeysRequest: ImportRequest {
  init?(_ method: Request.Method) {
    guard case .importKeys(let request) = method else { return nil }
    self = request
  }

  static func open(in imports: Imports) -> OpenImport<StagedKeys> { imports.keys }

  func add(to staged: inout StagedKeys, _ service: Service) {
    let now = Clock.wallMilliseconds()
    for row in rows {
      do throws(Refusal) {
        staged.append(try row.checked(service, now: now))
      } catch {
        staged.reject(error.message)
      }
    }
  }

  static func carryOut(
    _ rows: StagedKeys, isDryRun: Bool, in transaction: inout Transaction, by author: Author
  ) throws -> ImportOutcome {
    try transaction.importKeys(rows, isDryRun: isDryRun, by: author) { try KeyID.made() }
  }

  static func answer(staged: UInt64, _ outcome: ImportOutcome) -> Response.Result {
    .importKeys(
      ImportKeysResponse(
        stagedCount: staged, importedCount: UInt64(outcome.importedCount),
        faults: Array(outcome)))
  }
}

extension ImportOrganizationsRequest: ImportRequest {
  init?(_ method: Request.Method) {
    guard case .importOrganizations(let request) = method else { return nil }
    self = request
  }

  static func open(in imports: Imports) -> OpenImport<StagedOrganizations> {
    imports.organizations
  }

  func add(to staged: inout StagedOrganizations, _ service: Service) {
    for row in rows {
      do throws(Refusal) {
        staged.append(try row.checked())
      } catch {
        staged.reject(row.organizationID, error.message)
      }
    }
  }

  static func carryOut(
    _ rows: StagedOrganizations, isDryRun: Bool, in transaction: inout Transaction,
    by author: Author
  ) throws -> ImportOutcome {
    try transaction.importOrganizations(rows, isDryRun: isDryRun, by: author)
  }

  static func answer(staged: UInt64, _ outcome: ImportOutcome) -> Response.Result {
    .importOrganizations(
      ImportOrganizationsResponse(
        stagedCount: staged, importedCount: UInt64(outcome.importedCount),
        faults: Array(outcome)))
  }
}
