import Foundation
import OrgKeyModel
import OrgKeySystem
import Testing

@testable import OrgKeyWire

/// Keys whose text is put where it belongs, and wherever it is refused: a name, a reason or an
/// actor are the client's own words, and kept.
struct Canaries {
  private let daemon: DaemonProcess
  private var client: RawClient
  private var keys: [(id: String, text: SecretText)] = []
  private(set) var texts: Set<String> = []
  private var random = SystemRandomNumberGenerator()

  init(_ daemon: DaemonProcess) throws {
    self.daemon = daemon
    client = try RawClient(daemon.socket)
    try client.put("acme")
    for _ in 0..<8 { add(try client.issue("acme")) }
  }

  private mutating func add(_ key: (id: String, text: SecretText)) {
    keys.append(key)
    texts.insert(key.text.string)
  }

  /// Makes one call, well formed or not.
  mutating func call() throws {
    let key = keys[Int.random(in: 0..<keys.count, using: &random)]
    switch Int.random(in: 0..<20, using: &random) {
    case 0: add(try client.issue("acme"))
    case 1:
      let response = try client.call(.rotateKey(.init(keyID: key.id, overlapS: -1)))
      if case .rotateKey(let rotated) = response.result { add((key.id, rotated.apiKey)) }
    case 2: try spoil(key.text)
    case 3..<8: _ = try client.call(good(key))
    default: try refuse(wrong(key.text.string), key.text.string)
    }
    // Some are revoked, and go on being used.
    if keys.count > 200 { keys.removeFirst(100) }
  }

  private mutating func good(_ key: (id: String, text: SecretText)) -> Request.Method {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: .authorize(.init(apiKey: key.text, organizationID: "acme", permission: "a:b"))
    case 1: .identifyKey(.init(apiKey: key.text))
    case 2: .listAccessibleOrganizations(.init(apiKey: key.text))
    case 3: .explainAuthorize(.init(apiKey: key.text, permission: "a:b"))
    case 4: .revokeKey(.init(apiKey: key.text, reason: "leaked"))
    case 5: .getKey(.init(keyID: key.id))
    case 6: .listKeys(.init(organizationID: "acme"))
    default: .listAuditEvents(.init())
    }
  }

  private mutating func wrong(_ text: String) -> (Request.Method, Caller?) {
    let caller = Caller(actingOrganizationID: "acme", grantablePermissions: [text])
    let methods: [(Request.Method, Caller?)] = [
      (.authorize(.init(apiKey: SecretText("x"), permission: text)), nil),
      (.authorize(.init(apiKey: SecretText(text + "!\u{1}"), permission: "a:b")), nil),
      (.authorize(.init(apiKey: SecretText(text), permission: "a:b", environment: text)), nil),
      (.identifyKey(.init(apiKey: SecretText("x"), environment: text)), nil),
      (.issueKey(.init(organizationID: "acme", name: "n", permissions: [text])), nil),
      (.issueKey(.init(organizationID: "acme", name: "n", environment: text)), nil),
      (.issueKey(.init(organizationID: text, name: "n")), nil),
      (
        .issueKey(.init(organizationID: "acme", name: "n", labels: [.init(name: text + "\u{1}")])),
        nil
      ),
      (.rotateKey(.init(keyID: text)), nil),
      (.updateKey(.init(keyID: text, fields: ["name"], name: "n")), nil),
      (.updateKey(.init(keyID: keys[0].id, fields: [text])), nil),
      (.revokeKey(.init(keyID: text)), nil),
      (.revokeKeys(.init(organizationID: text)), nil),
      (.deleteKey(.init(keyID: text)), nil),
      (.getKey(.init(keyID: text)), nil),
      (.getUsage(.init(keyID: text)), nil),
      (.listKeys(.init(organizationID: "acme", pageToken: text)), nil),
      (.putOrganization(.init(organizationID: "new", parentID: text)), nil),
      (.putOrganization(.init(organizationID: text + " ")), nil),
      (.moveOrganization(.init(organizationID: "acme", parentID: text)), nil),
      (.suspendOrganization(.init(organizationID: text)), nil),
      (.resumeOrganization(.init(organizationID: text)), nil),
      (.deleteOrganization(.init(organizationID: text)), nil),
      (.getOrganization(.init(organizationID: text)), nil),
      (.listOrganizations(.init(organizationID: text)), nil),
      (.listAuditEvents(.init(keyID: text)), nil),
      (.backup(.init(backupID: text)), nil),
      (.getKey(.init(keyID: keys[0].id)), caller),
      (.getKey(.init(keyID: keys[0].id)), Caller(actingOrganizationID: text)),
      (.getKey(.init(keyID: keys[0].id)), Caller(actor: text + "\u{7}")),
    ]
    return methods.randomElement(using: &random)!
  }

  private func refuse(_ call: (Request.Method, Caller?), _ text: String) throws {
    let response = try client.call(call.0, caller: call.1)
    // An identifier that is not known may be repeated to who asked for it; a fault may not.
    if response.status?.code == .invalidArgument {
      let status = response.status
      #expect(status?.message.contains(text) == false && status?.field.contains(text) == false)
    }
  }

  /// Sends bytes around a key's text that are no call.
  private mutating func spoil(_ text: SecretText) throws {
    let frame = client.frame(Request(callID: 1, method: .identifyKey(.init(apiKey: text))))
    switch Int.random(in: 0..<4, using: &random) {
    case 0: try client.send("GET /\(text.string) HTTP/1.1\r\n\r\n".utf8)
    case 1: try client.send([9] + frame)
    case 2: try client.send(frame.dropLast(5))
    default: try client.send([0, 0, 0, 0, UInt8(text.count)] + Array(text.string.utf8))
    }
    client.endSending()
    _ = try client.receiveAll()
    client = try RawClient(daemon.socket)
  }

  /// Has a copy of the database made, beside it.
  func backUp() throws {
    var request = BackupRequest()
    var copy = Data()
    while true {
      guard case .backup(let part) = try client.result(.backup(request)) else { break }
      copy += part.chunk
      if copy.count >= Int(part.totalBytes) { break }
      request = .init(backupID: part.backupID, offset: UInt64(copy.count))
    }
    try copy.write(to: URL(filePath: daemon.directory + "/copy-\(texts.count)"))
  }

  func expectNone() throws {
    let found = try found()
    #expect(found.isEmpty, "\(found) of \(texts.count) keys")
  }

  /// The files that hold one of the texts.
  func found() throws -> [String] {
    let tails = Set(texts.map { Array($0.utf8.dropFirst(8)) })
    let length = tails.first?.count ?? 0
    let manager = FileManager.default
    return try manager.contentsOfDirectory(atPath: daemon.directory).filter { name in
      guard let data = manager.contents(atPath: daemon.directory + "/" + name) else { return false }
      return data.withUnsafeBytes { bytes in
        MemoryOf.offsets(of: Array("pc_live_".utf8), in: bytes).contains { at in
          at + 8 + length <= bytes.count && tails.contains(Array(bytes[at + 8..<at + 8 + length]))
        }
      }
    }
  }
}
