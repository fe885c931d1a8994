import OrgKeyModel
import Testing

@testable import OrgKeyWire

// Calls of which a test wants the result, and nothing else.
extension RawClient {
  func status(_ method: Request.Method, caller: Caller? = nil) throws -> Status? {
    try call(method, caller: caller).status
  }

  /// - Throws: `Unexpected` if the call was refused.
  func result(_ method: Request.Method, caller: Caller? = nil) throws -> Response.Result {
    let response = try call(method, caller: caller)
    guard let result = response.result else { throw Unexpected(response: response) }
    return result
  }

  func issue(_ request: IssueKeyRequest, caller: Caller? = nil) throws -> (
    id: String, text: SecretText
  ) {
    guard case .issueKey(let issued) = try result(.issueKey(request), caller: caller) else {
      return ("", .empty)
    }
    return (issued.key?.keyID ?? "", issued.apiKey)
  }

  func key(_ id: String, caller: Caller? = nil) throws -> OrgKeyWire.Key {
    guard case .getKey(let found) = try result(.getKey(.init(keyID: id)), caller: caller) else {
      return .init()
    }
    return try #require(found.key)
  }

  func rotate(_ id: String, overlap: Int64 = 0, requestID: String = "") throws -> (
    key: OrgKeyWire.Key, text: SecretText
  ) {
    let request = RotateKeyRequest(keyID: id, overlapS: overlap, requestID: requestID)
    guard case .rotateKey(let rotated) = try result(.rotateKey(request)) else {
      return (.init(), .empty)
    }
    return (try #require(rotated.key), rotated.apiKey)
  }

  @discardableResult
  func update(_ request: UpdateKeyRequest, caller: Caller? = nil) throws -> OrgKeyWire.Key {
    guard case .updateKey(let updated) = try result(.updateKey(request), caller: caller) else {
      return .init()
    }
    return try #require(updated.key)
  }

  func organization(_ id: String, caller: Caller? = nil) throws -> Organization {
    let request = GetOrganizationRequest(organizationID: id)
    guard case .getOrganization(let found) = try result(.getOrganization(request), caller: caller)
    else { return .init() }
    return try #require(found.organization)
  }

  /// All keys that a listing shows, page by page.
  func keys(_ request: ListKeysRequest = .init(), caller: Caller? = nil) throws -> [OrgKeyWire.Key]
  {
    var request = request
    var keys: [OrgKeyWire.Key] = []
    repeat {
      guard case .listKeys(let page) = try result(.listKeys(request), caller: caller) else {
        return []
      }
      keys += page.keys
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    return keys
  }

  /// All organizations below one, or all there are.
  func organizations(below id: String = "", caller: Caller? = nil) throws -> [Organization] {
    var request = ListOrganizationsRequest(organizationID: id, includeDescendants: true)
    var organizations: [Organization] = []
    repeat {
      guard
        case .listOrganizations(let page) = try result(.listOrganizations(request), caller: caller)
      else { return [] }
      organizations += page.organizations
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    return organizations
  }

  func move(_ id: String, under parent: String) throws {
    _ = try result(.moveOrganization(.init(organizationID: id, parentID: parent)))
  }

  func suspend(_ id: String) throws {
    _ = try result(.suspendOrganization(.init(organizationID: id)))
  }

  func resume(_ id: String) throws {
    _ = try result(.resumeOrganization(.init(organizationID: id)))
  }
}

extension InProcess {
  /// A client of the daemon after a restart.
  func restarted() throws -> RawClient {
    stop()
    try start()
    return try client()
  }

  /// What must hold, and must outlive a restart.
  func alsoAfterRestart(_ body: (RawClient) throws -> Void) throws {
    try body(client())
    try body(restarted())
  }
}
