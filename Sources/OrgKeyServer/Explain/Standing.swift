internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeyWire

/// How a request stands with the Directory: the outcome, and what each rule found, as values that
/// outlast the lock under which they were found.
struct Standing: Sendable {
  /// The key in question, when the Directory has it.
  struct Key: Sendable {
    /// The key's number.
    let number: Int64
    let organization: Int64
    let environment: String
    let rateLimit: RateLimit?
    /// nil: the secret is not in memory.
    let secretVersion: UInt32?
    let patterns: [String]
    let others: Explanation.Others
    let place: Place
  }

  /// The key's organization and the one that was asked for.
  struct Place: Sendable {
    /// One that is suspended, or not served since it is damaged.
    struct Closing: Sendable {
      let number: Int64
      let id: String
      let isDamaged: Bool
    }

    let own: String
    /// nil: there is none of this identifier.
    let asked: String?
    /// From the key's own down to the one asked for; empty: it does not lie there.
    let path: [String]
    /// Whether the one asked for lies above the key's own.
    let isAbove: Bool
    /// Those by which the one asked for is closed, the nearest first, as far as whoever asks may
    /// see them.
    let closing: [Closing]
    /// Whether there is one above those.
    let isClosedFurtherUp: Bool
  }

  let now: Instant
  let reasons: [Rule: Reason]
  let outcome: AuthorizeResponse
  let key: Key?

  /// What decides.
  let reason: Reason

  init(
    _ explanation: Explanation, in directory: borrowing Directory, now: Instant,
    within top: OrganizationHandle?
  ) {
    self.now = now
    reason = explanation.verdict.reason
    var reasons: [Rule: Reason] = [:]
    for rule in Rule.allCases { reasons[rule] = explanation.reason(of: rule) }
    self.reasons = reasons
    outcome = AuthorizeResponse(explanation.verdict, in: directory)
    if let handle = explanation.key, let others = explanation.others {
      let state = directory[handle]
      key = Key(
        number: state.number, organization: directory[state.organization].number,
        environment: state.environment.text, rateLimit: state.rateLimit,
        secretVersion: explanation.secret.map { directory[$0].version },
        patterns: directory.permissions(of: handle).patterns, others: others,
        place: Place(from: state.organization, to: others.asked, in: directory, within: top))
    } else {
      key = nil
    }
  }
}

extension Standing.Place {
  init(
    from own: OrganizationHandle, to asked: OrganizationHandle?, in directory: borrowing Directory,
    within top: OrganizationHandle?
  ) {
    self.own = directory.id(of: own)
    self.asked = asked.map { directory.id(of: $0) }
    var path: [String] = []
    var isAbove = false
    var closing: [OrganizationHandle] = []
    if let asked {
      if directory.isInSubtree(asked, of: own) {
        for handle in directory.path(from: own, to: asked) { path.append(directory.id(of: handle)) }
      }
      isAbove = asked != own && directory.isInSubtree(own, of: asked)
      closing = directory.closing(asked)
    }
    self.path = path
    self.isAbove = isAbove
    var visible: [Closing] = []
    for handle in closing where top.map({ directory.isInSubtree(handle, of: $0) }) ?? true {
      let state = directory[handle]
      visible.append(
        Closing(
          number: state.number, id: directory.id(of: handle), isDamaged: state.quarantined))
    }
    self.closing = visible
    isClosedFurtherUp = visible.count < closing.count
  }
}

extension AuthorizeResponse {
  /// What Authorize answers with a verdict.
  init(_ verdict: Verdict, in directory: borrowing Directory) {
    self.init(
      decision: verdict.reason.message.decision, reason: verdict.reason.message,
      rateLimit: verdict.rateLimit?.message)
    guard let key = verdict.key, let secret = verdict.secret else { return }
    let state = directory[key]
    keyID = state.id.text
    organizationID = directory.id(of: state.organization)
    environment = state.environment.text
    secretVersion = directory[secret].version
    if verdict.isAllowed, let organization = verdict.organization {
      authorizedOrganizationID = directory.id(of: organization)
    }
  }
}
