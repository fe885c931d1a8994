internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

extension Records {
  /// What Authorize would answer, which takes nothing from a limit and counts nothing, and what
  /// each rule found.
  ///
  /// The outcome is that of the first rule that fails. Those behind it are explained all the same,
  /// each by itself, if the key is known: support wants to see all that is wrong at once.
  ///
  /// Outcome and rules come from the Directory under one hold of its lock, what describes the key
  /// from the database after it.
  func explain(
    _ question: ExplainQuestion, _ author: Author
  ) throws(Refusal) -> ExplainAuthorizeResponse {
    let scope = try scope(of: author)
    if scope != nil, !question.organizationID.isEmpty {
      _ = try number(of: question.organizationID, in: scope)
    }
    let trace = try trace(question.target, in: scope)
    let standing = try stand(question, trace, within: scope)
    let story = try story(standing, trace)
    if story == nil, case .id = question.target { throw .noSuchKey }
    let keyFound = found(question, standing, trace, story)
    let others = try others(question, standing)
    let steps = Rule.allCases.map { rule in
      ExplainAuthorizeResponseStep(
        rule: rule.rawValue, passed: standing.reasons[rule] == .allowed,
        found: rule == .key
          ? keyFound : others?.found(rule) ?? "not judged: there is no key to judge it by")
    }
    return ExplainAuthorizeResponse(outcome: standing.outcome, steps: steps)
  }

  /// Whose secret it is by the records, if whoever asks may see that.
  private func trace(
    _ target: ExplainQuestion.Target, in scope: Int64?
  ) throws(Refusal) -> SecretTrace? {
    switch target {
    case .id(let id, let version):
      // Nothing shows that a damaged key is in reach: to whoever acts it is one that isn't there.
      let place = try read(damage: scope == nil ? .damagedRow : .noSuchKey) {
        (reader) throws(StoreError) in try reader.place(of: id, version: version)
      }
      guard let place, reaches(scope, place.organization) else { throw .noSuchKey }
      guard place.version != 0 else {
        throw Refusal(.notFound, "the key has no secret of this version")
      }
      return .known(place)
    case .text(let text):
      guard text.withBytes(KeyText.isPresentable) else { return nil }
      let digest = text.withBytes { Digest(ofKey: $0) }
      let trace = try read { (reader) throws(StoreError) in try reader.trace(digest) }
      switch trace {
      case .known(let place): return reaches(scope, place.organization) ? trace : nil
      // Whose it was is not known, and so not whether it was in reach.
      case .deleted, .damaged, nil: return scope == nil ? trace : nil
      }
    }
  }

  private func stand(
    _ question: ExplainQuestion, _ trace: SecretTrace?, within scope: Int64?
  ) throws(Refusal) -> Standing {
    let policy = service.policy
    return try service.directory.read { (directory) throws(Refusal) in
      let now = Instant.now
      let top = scope.flatMap { directory.organization(number: $0) }
      guard scope == nil || top != nil else { throw .noActingOrganization }
      let explanation = question.explanation(in: directory, policy, now, trace, within: top)
      return Standing(explanation, in: directory, now: now, within: top)
    }
  }

  private func story(_ standing: Standing, _ trace: SecretTrace?) throws(Refusal) -> KeyStory? {
    var place: SecretPlace?
    if case .known(let known) = trace { place = known }
    if let key = standing.key, let version = key.secretVersion {
      place = SecretPlace(key: key.number, organization: key.organization, version: version)
    }
    guard let place else { return nil }
    return try read { (reader) throws(StoreError) in
      try reader.story(of: place, now: standing.now.wall)
    }
  }

  private func found(
    _ question: ExplainQuestion, _ standing: Standing, _ trace: SecretTrace?, _ story: KeyStory?
  ) -> String {
    let now = standing.now.wall
    let reason = standing.reasons[.key] ?? standing.reason
    if let story {
      let isServed = standing.key?.secretVersion != nil
      return KeyProse(story: story, now: now).found(reason, isServed: isServed)
    }
    let prose = TextProse(policy: service.policy, databaseID: service.databaseID)
    switch trace {
    case .deleted(let time): return prose.found(deletedAt: time, reason, now: now)
    case .damaged: return prose.damaged
    case .known, nil: break
    }
    guard standing.key == nil, let text = question.text else {
      return "the key was deleted while it was looked at"
    }
    return text.withBytes { prose.found(reason, $0) }
  }

  private func others(
    _ question: ExplainQuestion, _ standing: Standing
  ) throws(Refusal) -> RuleProse? {
    guard let key = standing.key else { return nil }
    var suspensions: [Int64: Act] = [:]
    if key.others.organization == .organizationSuspended {
      for closing in key.place.closing.prefix(RuleProse.closingsTold) {
        suspensions[closing.number] = try read { (reader) throws(StoreError) in
          try reader.suspension(of: closing.number)
        }
      }
    }
    return RuleProse(
      standing: standing, key: key, question: question,
      required: service.policy.requiredEnvironment, suspensions: suspensions)
  }
}
