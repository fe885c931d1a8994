import OrgKeyWire
import Synchronization

@testable import OrgKey

/// The two ways to call: what holds for one must hold for the other.
enum Way: CaseIterable {
  case async
  case blocking

  func authorize(
    _ client: OrgKeyClient, _ key: PresentedKey = .text("pc_live_1"),
    permission: String = "contacts:read", in scope: OrganizationScope = .own,
    environment: String? = nil, timeout: Duration = .seconds(20)
  ) async -> Result<Grant, AuthorizationError> {
    switch self {
    case .async:
      await result { () async throws(AuthorizationError) in
        try await client.authorize(
          key, permission: permission, in: scope, environment: environment, timeout: timeout)
      }
    case .blocking:
      await onThread { () throws(AuthorizationError) in
        try client.blocking.authorize(
          key, permission: permission, in: scope, environment: environment, timeout: timeout)
      }
    }
  }

  /// Any administrator's call, in both its forms.
  func make<S: Sendable, F: Error>(
    _ administrator: Administrator, _ async: (Administrator) async throws(F) -> S,
    _ blocking: @escaping @Sendable (BlockingAdministrator) throws(F) -> S
  ) async -> Result<S, F> {
    switch self {
    case .async:
      await result { () async throws(F) in try await async(administrator) }
    case .blocking:
      await onThread { () throws(F) in try blocking(administrator.blocking) }
    }
  }

  /// A change that must not be made twice.
  func put(_ client: OrgKeyClient) async -> Result<PutOrganization, ChangeError> {
    let administrator = client.administrator()
    switch self {
    case .async:
      return await result { () async throws(ChangeError) in
        try await administrator.putOrganization(id: "acme")
      }
    case .blocking:
      return await onThread { () throws(ChangeError) in
        try administrator.blocking.putOrganization(id: "acme")
      }
    }
  }

  func issue(
    _ client: OrgKeyClient, _ key: NewKey, timeout: Duration = .seconds(60)
  ) async -> Result<IssuedKey, ChangeError> {
    let administrator = client.administrator()
    switch self {
    case .async:
      return await result { () async throws(ChangeError) in
        try await administrator.issueKey(key, timeout: timeout)
      }
    case .blocking:
      return await onThread { () throws(ChangeError) in
        try administrator.blocking.issueKey(key, timeout: timeout)
      }
    }
  }

  func waitUntilServing(
    _ client: OrgKeyClient, timeout: Duration
  ) async -> Result<Health, Unavailable> {
    switch self {
    case .async:
      await result { () async throws(Unavailable) in
        try await client.waitUntilServing(timeout: timeout)
      }
    case .blocking:
      await onThread { () throws(Unavailable) in
        try client.blocking.waitUntilServing(timeout: timeout)
      }
    }
  }

  /// A change that may be made twice.
  func revoke(_ client: OrgKeyClient) async -> Result<OrgKey.Key, ChangeError> {
    let administrator = client.administrator()
    switch self {
    case .async:
      return await result { () async throws(ChangeError) in
        try await administrator.revokeKey(.key(id: "key_1"))
      }
    case .blocking:
      return await onThread { () throws(ChangeError) in
        try administrator.blocking.revokeKey(.key(id: "key_1"))
      }
    }
  }
}

func result<S, F: Error>(_ body: () async throws(F) -> S) async -> Result<S, F> {
  do { return .success(try await body()) } catch { return .failure(error) }
}

/// Runs what blocks on a thread of its own.
func onThread<S: Sendable, F: Error>(
  _ body: @escaping @Sendable () throws(F) -> S
) async -> Result<S, F> {
  await withCheckedContinuation { continuation in
    let started: Void? = try? Platform.startThread {
      let result: Result<S, F>
      do throws(F) { result = .success(try body()) } catch { result = .failure(error) }
      continuation.resume(returning: result)
    }
    precondition(started != nil, "no thread to test with")
  }
}

extension OrgKeyClient {
  /// Whether async calls have a connection at the moment.
  var hasConnection: Bool { multiplexer.state.withLock { $0.socket != nil } }
}

extension Result {
  var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
  var success: Success? { if case .success(let value) = self { value } else { nil } }
}

extension AuthorizationError {
  var cause: Unavailable.Cause? {
    if case .unavailable(let unavailable) = self { unavailable.cause } else { nil }
  }
}

/// An answer that grants what `request` asks, for a key of organization "acme".
func allowed(_ request: PeerRequest) -> Response.Result {
  guard case .authorize(let asked) = request.request.method else { return .health(.init()) }
  return .authorize(
    AuthorizeResponse(
      decision: .allowed, keyID: "key_1", organizationID: "acme", environment: "live",
      secretVersion: 1,
      authorizedOrganizationID: asked.organizationID.isEmpty ? "acme" : asked.organizationID))
}

/// A peer's script that keeps what it was asked.
final class Asked: Sendable {
  private let requests = Mutex<[Request.Method]>([])

  /// All that was asked, in order.
  var methods: [Request.Method] { requests.withLock { $0 } }

  /// Answers every request with what `answer` makes of it.
  func answering(
    _ answer: @escaping @Sendable (Request.Method) -> Response.Result?
  ) -> ScriptedPeer.Script {
    { connection in
      while let request = connection.next() {
        guard let method = request.request.method else { return }
        self.requests.withLock { $0.append(method) }
        connection.reply(request.callID, answer(method))
      }
    }
  }
}

/// Answers every request with what `answer` makes of it.
func answering(
  _ answer: @escaping @Sendable (PeerRequest) -> Response.Result?
) -> ScriptedPeer.Script {
  { connection in
    while let request = connection.next() { connection.reply(request.callID, answer(request)) }
  }
}
