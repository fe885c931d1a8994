internal import OrgKey

/// Which keys are asked for, and how far the organization is.
extension Session {
  private func loaded(_ name: String, _ requests: Requests) -> Contender {
    let load = Load(server: daemon, requests: requests, connections: options.connections)
    return Contender(name) { try self.load(load) }
  }

  func hotKey() throws {
    let series = try alternate(
      .hotKey, [loaded("random keys", mixes.uniform), loaded("one key", mixes.hot())])
    report([
      Figure(.hotKey, .rate, of: "one key", in: series, against: [("random keys", nil)]),
      Figure(.hotKey, .cost, of: "one key", in: series, against: [("random keys", nil)]),
    ])
    reportBusy(.hotKey, series)
  }

  func denied() throws {
    let specimens = try Specimens(world, client)
    let contenders = specimens.questions.map { reason, question in
      loaded("\(reason)", mixes.everyTenth(question, reason: reason.rawValue))
    }
    let series = try alternate(.denied, [loaded("none", mixes.uniform)] + contenders)
    report(
      specimens.questions.map {
        Figure(.denied, .rate, of: "\($0.reason)", in: series, against: [("none", nil)])
      })
    report([Figure(.denied, .loadBusy, of: "none", in: series)])
    report([Figure(.denied, .serverBusy, of: "none", in: series)])
  }

  func depth() throws {
    let deep = "\(options.depth) below"
    let series = try alternate(
      .depth, [loaded("1 below", mixes.below(1)), loaded(deep, mixes.below(options.depth))])
    report([
      Figure(.depth, .cost, of: deep, in: series, against: [("1 below", .atMost(1.1))]),
      Figure(.depth, .rate, of: deep, in: series, against: [("1 below", nil)]),
    ])
    reportBusy(.depth, series)
  }
}
