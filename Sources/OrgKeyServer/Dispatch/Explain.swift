internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

extension CallHandler {
  func explainAuthorize(
    _ request: ExplainAuthorizeRequest, _ call: Call
  ) throws(Refusal) -> Work {
    let question = try ExplainQuestion(request)
    let author = call.author
    return .read(scan: false) { (records) throws(Refusal) in
      .explainAuthorize(try records.explain(question, author))
    }
  }
}
