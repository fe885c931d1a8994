import Foundation
import Glibc
import Logging
import OrgKeyModel
import OrgKeyServer
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// A daemon inside the test's process, on a directory of its own that goes with it. Started and
/// stopped by one thread at a time.
final class InProcess: @unchecked Sendable {
  let directory: String
  let settings: DaemonSettings
  private var daemon: RunningDaemon?

  init(_ adapt: (inout DaemonSettings) -> Void = { _ in }) throws {
    // In memory where there is such a place: these tests wait for answers, not for a disk.
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(base)/orgkey-test-XXXXXX".utf8CString)
    directory = String(cString: mkdtemp(&template))
    var settings = DaemonSettings(
      access: AccessPolicy(ownUser: AccountName.ownUser), keyPrefix: try #require(KeyPrefix("pc")))
    settings.socket = directory + "/orgkey.sock"
    settings.database = directory + "/orgkey.db"
    adapt(&settings)
    self.settings = settings
    try start()
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(atPath: directory)
  }

  func start() throws {
    daemon = try RunningDaemon(
      settings, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) {
      Issue.record("the daemon failed: \($0)")
    }
  }

  func stop() {
    daemon?.stop()
    daemon = nil
  }

  func client() throws -> RawClient { try RawClient(settings.socket) }
}

extension RawClient {
  func put(_ id: String, under parent: String = "") throws {
    let response = try call(.putOrganization(.init(organizationID: id, parentID: parent)))
    #expect(response.status == nil)
  }

  func issue(_ organization: String, _ permissions: [String] = ["*"], environment: String = "")
    throws -> (id: String, text: SecretText)
  {
    let response = try call(
      .issueKey(
        .init(
          organizationID: organization, name: "test", environment: environment,
          permissions: permissions)))
    guard case .issueKey(let issued) = response.result else {
      throw Unexpected(response: response)
    }
    return (issued.key?.keyID ?? "", issued.apiKey)
  }

  struct Unexpected: Error { let response: Response }

  func authorize(
    _ key: SecretText, _ organization: String = "", _ permission: String = "a:b",
    environment: String = ""
  ) throws -> AuthorizeResponse {
    let response = try call(
      .authorize(
        .init(
          apiKey: key, organizationID: organization, permission: permission,
          environment: environment)))
    guard case .authorize(let answer) = response.result else {
      throw Unexpected(response: response)
    }
    return answer
  }

  func revoke(_ id: String) throws {
    let response = try call(.revokeKey(.init(keyID: id)))
    #expect(response.status == nil)
  }
}
