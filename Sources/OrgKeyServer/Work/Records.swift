internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

/// What can be read: the database's records, with what the Directory and the counts in memory
/// add to them. Belongs to the reading thread.
final class Records {
  /// Bytes after which a page ends, short of the frame's 1 MiB: lists stay below 512 KiB.
  static let pageBytes = 500 << 10

  let service: Service
  private let reader: Reader

  init(_ reader: Reader, _ service: Service) {
    self.reader = reader
    self.service = service
  }

  func key(_ id: KeyID, _ author: Author) throws(Refusal) -> OrgKeyWire.Key {
    let scope = try scope(of: author)
    let found = try service.usage.consistently { (pending) throws(Refusal) in
      // Nothing shows that a damaged key is in reach: to whoever acts it is one that isn't there.
      try read(damage: scope == nil ? .damagedRow : .noSuchKey) { (reader) throws(StoreError) in
        try reader.key(id, now: Clock.wallMilliseconds())
      }.map { (details: $0, message: service.message(for: $0, pending)) }
    }
    guard let found, reaches(scope, found.details.organization) else { throw .noSuchKey }
    return found.message
  }

  func keys(
    _ filter: KeyFilter, in organizationID: String, _ author: Author, before cursor: Int64,
    limit: Int
  ) throws(Refusal) -> ListKeysResponse {
    var filter = filter
    let scope = try scope(of: author)
    if organizationID.isEmpty {
      filter.organization = scope ?? 0
      filter.includeDescendants = true
    } else {
      filter.organization = try number(of: organizationID, in: scope)
    }
    var page = try read { (reader) throws(StoreError) in
      try reader.keys(filter, before: cursor, limit: limit, now: Clock.wallMilliseconds())
    }
    // The lock is taken for the counts alone: changes wait for it with their answers.
    return try service.usage.consistently { (pending) throws(Refusal) in
      try read { (reader) throws(StoreError) in try reader.renewUsage(of: &page.keys) }
      return response(to: page, filter, pending)
    }
  }

  /// As much of the page as fits.
  private func response(
    to page: KeyPage, _ filter: KeyFilter, _ pending: ([Int64]) -> [UsageCounts]
  ) -> ListKeysResponse {
    var response = ListKeysResponse()
    var bytes = 0
    for details in page.keys {
      let message = service.message(for: details, pending)
      // Used since, though the disk does not know yet.
      if filter.unusedSince != 0, message.lastUsedAtUnixMs >= filter.unusedSince { continue }
      bytes += message.sizeBound
      if bytes > Records.pageBytes {
        response.nextPageToken = PageToken.encode(number: details.number + 1)
        return response
      }
      response.keys.append(message)
    }
    if page.next != 0 { response.nextPageToken = PageToken.encode(number: page.next) }
    return response
  }

  func organization(_ id: String, _ author: Author) throws(Refusal) -> Organization {
    let number = try number(of: id, in: scope(of: author))
    let details = try read { (reader) throws(StoreError) in try reader.organizations([number]) }
    guard let details = details.first else { throw .noSuchOrganization }
    return service.message(for: details, author)
  }

  func organizations(
    _ request: ListOrganizationsRequest, _ author: Author, after cursor: WalkCursor?, limit: Int
  ) throws(Refusal) -> Response.Result {
    let scope = try scope(of: author)
    let start =
      try request.organizationID.isEmpty ? scope : number(of: request.organizationID, in: scope)
    let options = WalkOptions(
      descends: request.includeDescendants, includesStart: false, leavesOutSuspended: false)
    let (numbers, next) = try service.directory.read { (directory) throws(Refusal) in
      try directory.check(cursor)
      var numbers: [Int64] = []
      var bytes = 0
      let from = start.flatMap { directory.organization(number: $0) }
      if start != nil && from == nil { throw .noSuchOrganization }
      let next = directory.walk(from: from, options, after: cursor, limit: limit) {
        numbers.append(directory[$0].number)
        bytes += directory.sizeBound(of: $0)
        return bytes < Records.pageBytes
      }
      return (numbers, next)
    }
    let details = try read { (reader) throws(StoreError) in try reader.organizations(numbers) }
    return service.directory.read { directory in
      .listOrganizations(
        ListOrganizationsResponse(
          organizations: details.map { Organization($0, in: directory, for: author) },
          nextPageToken: next.map(PageToken.encode) ?? ""))
    }
  }

  func accessibleOrganizations(
    _ question: IdentifyQuestion, after cursor: WalkCursor?, limit: Int
  ) throws(Refusal) -> Response.Result {
    let policy = service.policy
    let response = try service.directory.read { (directory) throws(Refusal) in
      try directory.check(cursor)
      let verdict = question.verdict(in: directory, policy)
      var response = ListAccessibleOrganizationsResponse(
        decision: verdict.reason.message.decision, reason: verdict.reason.message)
      guard verdict.isAllowed, let start = verdict.organization else { return response }
      var bytes = 0
      let options = WalkOptions(descends: true, includesStart: true, leavesOutSuspended: true)
      let next = directory.walk(from: start, options, after: cursor, limit: limit) { handle in
        let id = directory.id(of: handle)
        response.organizationIDs.append(id)
        bytes += id.utf8.count + 3
        return bytes < Records.pageBytes
      }
      response.nextPageToken = next.map(PageToken.encode) ?? ""
      return response
    }
    return .listAccessibleOrganizations(response)
  }

  func identify(_ question: IdentifyQuestion) throws(Refusal) -> Response.Result {
    let policy = service.policy
    let (verdict, id) = service.directory.read { directory in
      let verdict = question.verdict(in: directory, policy)
      return (verdict, verdict.key.map { directory[$0].id })
    }
    var response = IdentifyKeyResponse(
      decision: verdict.reason.message.decision, reason: verdict.reason.message)
    if verdict.isAllowed, let id {
      response.key = try service.usage.consistently { (pending) throws(Refusal) in
        try read { (reader) throws(StoreError) in
          try reader.key(id, now: Clock.wallMilliseconds())
        }.map { service.message(for: $0, pending) }
      }
      // In memory and not on disk: it is on its way out, and nobody is told that it is good.
      guard response.key != nil else { throw Refusal(.unavailable, "the key is being removed") }
    }
    return .identifyKey(response)
  }

  /// The number of the organization that an author acts for; nil: all is in reach.
  func scope(of author: Author) throws(Refusal) -> Int64? {
    guard !author.actingOrganizationID.isEmpty else { return nil }
    guard let number = number(of: author.actingOrganizationID) else {
      throw .noActingOrganization
    }
    return number
  }

  func number(of id: String, in scope: Int64?) throws(Refusal) -> Int64 {
    let number = number(of: id)
    guard scope != nil else {
      guard let number else { throw .noSuchOrganization }
      return number
    }
    guard let number, reaches(scope, number) else { throw .organizationOutside }
    return number
  }

  private func number(of id: String) -> Int64? {
    service.directory.read { directory in
      directory.organization(id: id.utf8.span).map { directory[$0].number }
    }
  }

  func reaches(_ scope: Int64?, _ organization: Int64) -> Bool {
    guard let scope else { return true }
    return service.directory.read { directory in
      guard let top = directory.organization(number: scope),
        let asked = directory.organization(number: organization)
      else { return false }
      return directory.isInSubtree(asked, of: top)
    }
  }

  /// - Parameter damage: what to say if a row is damaged.
  func read<R>(
    damage: Refusal = .damagedRow, _ body: (Reader) throws(StoreError) -> R
  ) throws(Refusal) -> R {
    do throws(StoreError) {
      return try body(reader)
    } catch {
      service.collapsed.error("\(error)")
      switch error.category {
      case .damaged: throw damage
      case .tryAgain: throw .databaseBusy
      default: throw Refusal(.internal, "the database cannot be read")
      }
    }
  }
}

extension Refusal {
  static let damagedRow = Refusal(
    .internal, "a row of the database fails its checksum")
}

extension Directory {
  /// Bytes that an organization takes in a list at most.
  fileprivate func sizeBound(of organization: OrganizationHandle) -> Int {
    let parent = self[organization].parent.map { withID(of: $0) { $0.count } } ?? 0
    return withID(of: organization) { $0.count } + parent + Limits.nameBytes + 60
  }

  /// A listing that began before a restart can't be gone on with: what moved meanwhile is not
  /// known, and an entry could come twice.
  fileprivate func check(_ cursor: WalkCursor?) throws(Refusal) {
    guard let cursor, !made(cursor) else { return }
    throw .invalid("page_token", "page_token is of a listing that a restart has ended: begin anew")
  }
}

extension OrgKeyWire.Key {
  /// Bytes that it takes in a list, or a little more.
  fileprivate var sizeBound: Int {
    let texts = [keyID, organizationID, name, environment, revokedReason, createdBy]
    let own = texts.reduce(200) { $0 + $1.utf8.count + 4 }
    let granted = permissions.reduce(0) { $0 + $1.utf8.count + 4 }
    let labelled = labels.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 12 }
    return own + granted + labelled + secrets.reduce(0) { $0 + $1.hint.utf8.count + 80 }
  }
}
