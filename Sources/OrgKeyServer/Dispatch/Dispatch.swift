internal import OrgKeyModel
internal import OrgKeySystem
internal import OrgKeyWire

extension CallHandler {
  /// Answers a call, or hands it to the thread that does its work.
  func dispatch(_ request: Request, from connection: Connection) {
    do throws(Refusal) {
      let call = try Call(request, from: connection)
      let work = try work(for: request, call)
      submit(work, call, request.callID, connection)
    } catch {
      if error.code == .permissionDenied {
        service.collapsed.notice("refused: \(error.message)")
      }
      answer(connection, request.callID, .failure(error))
    }
  }

  private func submit(_ work: Work, _ call: Call, _ callID: UInt64, _ connection: Connection) {
    let address = ReturnAddress(
      mailbox: mailbox, presence: connection.presence, token: connection.token, callID: callID)
    switch work {
    case .answer(let result):
      answer(connection, callID, .success(result))
    case .change(let change):
      connection.pending += 1
      service.writer.submit(
        PendingChange(method: call.method, run: change, deadline: call.deadline, address: address))
    case .read(let scan, let read):
      let read = PendingRead(scan: scan, run: read, deadline: call.deadline, address: address)
      if service.reading.submit(read) {
        connection.pending += 1
      } else {
        answer(connection, callID, .failure(.tooManyReads))
      }
    case .backup:
      connection.pending += 1
      service.writer.submit(PendingBackup(deadline: call.deadline, address: address))
    }
  }

  /// What each method comes to, once its fields were found good.
  private func work(for request: Request, _ call: Call) throws(Refusal) -> Work {
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
    default:
      throw Refusal(
        .unimplemented, "orgkeyd \(Version.current) does not serve \(call.method.text) yet")
    }
  }
}
