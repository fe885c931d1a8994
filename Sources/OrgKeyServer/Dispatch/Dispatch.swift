internal import OrgKeyModel
internal import OrgKeySystem
internal import OrgKeyWire

extension CallHandler {
  /// Answers a call, or hands it to the thread that does its work.
  ///
  /// - Parameter encoded: the fields of its method, if `request` is without them.
  func dispatch(_ request: Request, _ encoded: EncodedMethod?, from connection: inout Connection) {
    do throws(Refusal) {
      let call = try Call(request, from: connection)
      let work = try work(for: request, encoded, call)
      submit(work, call.method, deadline: call.deadline, request.callID, &connection)
    } catch {
      if error.code == .permissionDenied { service.peerDenied(error.message) }
      let parts = encoded?.importParts ?? request.importParts
      refuse(error, request.callID, of: parts, &connection)
    }
  }

  func submit(
    _ work: Work, _ method: MethodName, deadline: Int64?, _ callID: UInt64,
    _ connection: inout Connection
  ) {
    let address = ReturnAddress(
      mailbox: mailbox, presence: connection.presence, token: connection.token, callID: callID)
    switch work {
    case .answer(let result):
      answer(&connection, callID, .success(result))
    case .change(let change):
      connection.pending += 1
      service.writer.submit(
        PendingChange(method: method, run: change, deadline: deadline, address: address))
    case .read(let scan, let read):
      let read = PendingRead(scan: scan, run: read, deadline: deadline, address: address)
      if service.reading.submit(read) {
        connection.pending += 1
      } else {
        answer(&connection, callID, .failure(.tooManyReads))
      }
    case .backup:
      connection.pending += 1
      service.writer.submit(PendingBackup(deadline: deadline, address: address))
    case .stage(let stage):
      connection.pending += 1
      let imports = connection.imports ?? Imports(service.importMemory)
      connection.imports = imports
      submit(stage, imports, method, deadline, address)
    }
  }

  private func submit(
    _ stage: @escaping Work.Stage, _ imports: Imports, _ method: MethodName, _ deadline: Int64?,
    _ address: ReturnAddress
  ) {
    let writer = service.writer
    let run = { @Sendable (_: Records) throws(Refusal) -> Response.Result? in
      switch try stage(imports) {
      case .answer(let result): return result
      case .change(let change):
        writer.submit(
          PendingChange(method: method, run: change, deadline: deadline, address: address))
        return nil
      }
    }
    // Left out neither when many wait nor when it is late: the import would go on without it.
    _ = service.reading.submit(
      PendingRead(scan: true, run: run, deadline: nil, address: address), always: true)
  }

  /// What each method comes to, once its fields were found good.
  private func work(
    for request: Request, _ encoded: EncodedMethod?, _ call: Call
  ) throws(Refusal) -> Work {
    switch request.method {
    case .identifyKey(let message): try identifyKey(message)
    case .listAccessibleOrganizations(let message): try listAccessibleOrganizations(message)
    case .health: .answer(.health(health()))
    case .getKey(let message): try getKey(message, call)
    case .listKeys(let message): try listKeys(message, call)
    case .getUsage(let message): try getUsage(message, call)
    case .explainAuthorize(let message): try explainAuthorize(message, call)
    case .listAuditEvents(let message): try listAuditEvents(message, call)
    case .listOrganizations(let message): try listOrganizations(message, call)
    case .getOrganization(let message): try getOrganization(message, call)
    case .getStatistics: getStatistics()
    case .getMetrics: getMetrics()
    case .issueKey(let message): try issueKey(message, call)
    case .rotateKey(let message): try rotateKey(message, call)
    case .updateKey(let message): try updateKey(message, call)
    case .revokeKey(let message): try revokeKey(message, call)
    case .revokeKeys(let message): try revokeKeys(message, call)
    case .deleteKey(let message): try deleteKey(message, call)
    case .putOrganization(let message): try putOrganization(message, call)
    case .moveOrganization(let message): try moveOrganization(message, call)
    case .suspendOrganization(let message): try suspendOrganization(message, call)
    case .resumeOrganization(let message): try resumeOrganization(message, call)
    case .deleteOrganization(let message): try deleteOrganization(message, call)
    case .backup(let message): try backup(message, call)
    case .importKeys(let message): try importRows(message, encoded, call)
    case .importOrganizations(let message): try importRows(message, encoded, call)
    // Authorize is decided before a call gets here, and one without a method refused.
    case .authorize, nil:
      throw Refusal(
        .unimplemented, "orgkeyd \(Version.current) does not serve \(call.method.text) yet")
    }
  }
}
