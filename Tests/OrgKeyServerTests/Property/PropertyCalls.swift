import OrgKeyWire

extension RawClient {
  /// Makes calls without waiting in between.
  /// - Returns: the answers, in the order of the calls.
  func callAtOnce(_ methods: [Request.Method], _ caller: Caller) throws -> [Response] {
    var bytes: [UInt8] = []
    for (index, method) in methods.enumerated() {
      bytes += frame(
        Request(
          callID: UInt64(index + 1), caller: caller == Caller() ? nil : caller, method: method))
    }
    try send(bytes)
    var responses: [UInt64: Response] = [:]
    for _ in methods {
      let response = try receive()
      responses[response.callID] = response
    }
    return (1...UInt64(max(1, methods.count))).compactMap { responses[$0] }
  }

  /// Makes a call: a listing to its last page, an import in two parts.
  /// - Returns: the first refusal, or all answers as one.
  func callWhole(_ method: Request.Method, _ caller: Caller) throws -> Response {
    let parts = method.parts
    if parts.count > 1 {
      let responses = try callAtOnce(parts, caller)
      guard let last = responses.last else { throw Closed() }
      return responses.first { $0.status != nil } ?? last
    }
    var page = method
    var all: Response?
    while true {
      guard let response = try callAtOnce([page], caller).first else { throw Closed() }
      guard let result = response.result else { return response }
      all = all.map { $0.joined(with: result) } ?? response
      let token = result.nextPageToken
      if token.isEmpty { return all ?? response }
      page = page.going(on: token)
    }
  }
}

extension Response.Result {
  var nextPageToken: String {
    switch self {
    case .listKeys(let page): page.nextPageToken
    case .listOrganizations(let page): page.nextPageToken
    case .listAccessibleOrganizations(let page): page.nextPageToken
    default: ""
    }
  }
}

extension Response.Result {
  var listedIDs: [String] {
    switch self {
    case .listKeys(let page): page.keys.map(\.keyID)
    case .listOrganizations(let page): page.organizations.map(\.organizationID)
    default: []
    }
  }
}

extension Request.Method {
  /// An import in two requests; anything else as it is.
  var parts: [Self] {
    switch self {
    case .importKeys(let all):
      var (first, last) = (all, all)
      first.last = false
      first.rows = Array(all.rows.prefix(all.rows.count / 2))
      last.rows = Array(all.rows.dropFirst(first.rows.count))
      return [.importKeys(first), .importKeys(last)]
    case .importOrganizations(let all):
      var (first, last) = (all, all)
      first.last = false
      first.rows = Array(all.rows.prefix(all.rows.count / 2))
      last.rows = Array(all.rows.dropFirst(first.rows.count))
      return [.importOrganizations(first), .importOrganizations(last)]
    default: return [self]
    }
  }

  func going(on token: String) -> Self {
    switch self {
    case .listKeys(var request):
      request.pageToken = token
      return .listKeys(request)
    case .listOrganizations(var request):
      request.pageToken = token
      return .listOrganizations(request)
    case .listAccessibleOrganizations(var request):
      request.pageToken = token
      return .listAccessibleOrganizations(request)
    default: return self
    }
  }
}

extension Response {
  fileprivate func joined(with next: Response.Result) -> Response {
    var joined = self
    switch (result, next) {
    case (.listKeys(var all), .listKeys(let page)):
      all.keys += page.keys
      joined.result = .listKeys(all)
    case (.listOrganizations(var all), .listOrganizations(let page)):
      all.organizations += page.organizations
      joined.result = .listOrganizations(all)
    case (.listAccessibleOrganizations(var all), .listAccessibleOrganizations(let page))
    where page.decision == .allowed:
      all.organizationIDs += page.organizationIDs
      all.nextPageToken = ""
      joined.result = .listAccessibleOrganizations(all)
    // Also where a key ended between two pages: the listing's verdict is the last.
    default: joined.result = next
    }
    return joined
  }
}
