import OrgKeyModel

@testable import OrgKeyServer
@testable import OrgKeyWire

/// What follows from the answers so far for those to come.
struct Witness {
  private enum Method {
    static let authorize: UInt64 = 16
    static let issue: UInt64 = 17
    static let rotate: UInt64 = 19
    static let identify: UInt64 = 24
    static let reach: UInt64 = 26
    static let importKeys: UInt64 = 29
  }
  /// Where requests hold a key's text, by method.
  private static let secretFields: [UInt64: UInt64] = [16: 1, 18: 2, 24: 1, 25: 1, 26: 1]

  var known = Placeholders()
  /// Texts that were made here, and what was presented as one.
  private(set) var secrets: [[UInt8]] = []
  private var issued: [[UInt8]] = []
  private var organizations: Set<String> = ["acme", "acme.emea", "beta", "nowhere"]
  private var digests: Set<Digest> = []
  /// In which step a key's revocation was answered.
  private var revoked: [String: Int] = [:]
  /// All that was sent but for the texts of keys.
  private var spoken: [UInt8] = []
  private let decoder = SharedDecoder()

  private static let shortestSecret = 24
  private static let mostQuestions = 16

  /// Takes down what is sent.
  mutating func heard(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while case .body(let range) = Wire.front(rest) {
      spoken += rest.prefix(5)
      hear(bytes[range])
      rest = rest[range.upperBound...]
    }
    spoken += rest
  }

  private mutating func hear(_ body: ArraySlice<UInt8>) {
    var at = body.startIndex
    for field in Wire.fields(body) ?? [] where field.type == 2 {
      let inner = Wire.fields(body[field.payload]) ?? []
      if field.number == Method.importKeys { note(importedIn: inner, of: body) }
      for secret in inner where secret.number == Self.secretFields[field.number] {
        spoken += body[at..<secret.payload.lowerBound]
        at = secret.payload.upperBound
        let text = body[secret.payload]
        if text.count >= Self.shortestSecret, text.starts(with: "pc_".utf8) {
          watch(Array(text))
        }
      }
    }
    spoken += body[at...]
  }

  private mutating func watch(_ text: [UInt8]) {
    if !secrets.contains(text) { secrets.append(text) }
  }

  private mutating func note(importedIn fields: [WireField], of body: ArraySlice<UInt8>) {
    for row in fields where row.number == 1 && row.type == 2 {
      guard let digest = Wire.fields(body[row.payload])?.payload(1), digest.count == 32
      else { continue }
      digests.insert(Digest(body[digest]))
    }
  }

  /// Takes down an answer.
  mutating func judge(_ body: [UInt8], on line: Line, _ step: Int) throws {
    let response = try decoder.decode(body)
    let fields = Wire.fields(body[...]) ?? []
    let result = fields.first { $0.number >= 16 }?.number
    try Violation.unless(
      (response.status == nil) == (response.result != nil),
      "an answer is both or neither: \(response)")
    let isUnparsable = response.status?.code == .invalidArgument && response.status?.field == ""
    let asked = try line.take(
      response.callID, method: result, isUnparsable: isUnparsable && result == nil)
    note(response, step)
    try checkSecrets(in: body, of: response)
    guard let asked else { return }
    if let result { try checkVerdict(response, of: asked, result) }
  }

  private mutating func note(_ response: Response, _ step: Int) {
    switch response.result {
    case .issueKey(let answer): note(answer.key, answer.apiKey, step)
    case .rotateKey(let answer): note(answer.key, answer.apiKey, step)
    case .updateKey(let answer): note(answer.key, nil, step)
    case .revokeKey(let answer): note(answer.key, nil, step)
    case .getKey(let answer): note(answer.key, nil, step)
    case .listKeys(let answer):
      for key in answer.keys { note(key, nil, step) }
      known.add(answer.nextPageToken.utf8, as: "P")
    case .listOrganizations(let answer):
      for organization in answer.organizations { note(organization) }
      known.add(answer.nextPageToken.utf8, as: "P")
    case .listAccessibleOrganizations(let answer): known.add(answer.nextPageToken.utf8, as: "P")
    case .putOrganization(let answer): note(answer.organization)
    case .moveOrganization(let answer): note(answer.organization)
    case .backup(let answer): known.add(answer.backupID.utf8, as: "P")
    default: break
    }
  }

  private mutating func note(_ organization: Organization?) {
    if let organization, organizations.count < Self.mostQuestions {
      organizations.insert(organization.organizationID)
    }
  }

  private mutating func note(_ key: OrgKeyWire.Key?, _ secret: SecretText?, _ step: Int) {
    guard let key else { return }
    known.add(key.keyID.utf8, as: "K")
    if key.state == .revoked, revoked[key.keyID] == nil { revoked[key.keyID] = step }
    guard let secret else { return }
    let text = secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    known.add(text, as: "T")
    digests.insert(Digest(ofKey: text.span))
    issued.append(text)
    watch(text)
  }

  private func checkSecrets(in body: [UInt8], of response: Response) throws {
    for secret in secrets where body[...].holds(secret) && !spoken[...].holds(secret) {
      let isShown: Bool =
        switch response.result {
        case .issueKey(let answer): answer.apiKey.withBytes { $0.equals(secret) }
        case .rotateKey(let answer): answer.apiKey.withBytes { $0.equals(secret) }
        // The database itself.
        case .backup: true
        default: false
        }
      try Violation.unless(isShown, "an answer holds a secret")
    }
  }

  /// Whoever passes has a key that was issued and not revoked.
  private func checkVerdict(
    _ response: Response, of asked: Line.Asked, _ method: UInt64
  ) throws {
    guard let keyID = response.allowedKeyID, let field = Self.secretFields[method],
      let fields = Wire.fields(asked.body[...])?.payload(method),
      let inner = Wire.fields(asked.body[fields])
    else { return }
    let text = Array(asked.body[inner.payload(field) ?? 0..<0])
    try Violation.unless(
      digests.contains(Digest(ofKey: text.span)), "a key passes that was never issued")
    if let keyID, let step = revoked[keyID] {
      try Violation.unless(asked.step <= step, "a key passes that was revoked before")
    }
    guard case .authorize(let answer) = response.result else { return }
    let named = inner.payload(2).map { Array(asked.body[$0]) } ?? []
    try Violation.unless(
      !answer.authorizedOrganizationID.isEmpty
        && (named.isEmpty || named.elementsEqual(answer.authorizedOrganizationID.utf8)),
      "another organization is authorized than was asked for")
  }
}

extension Response {
  /// Whose key is told to be good; nil: nobody's; .some(nil): the answer does not say whose.
  fileprivate var allowedKeyID: String?? {
    switch result {
    case .authorize(let answer) where answer.decision == .allowed: .some(answer.keyID)
    case .identifyKey(let answer) where answer.decision == .allowed: .some(answer.key?.keyID)
    case .listAccessibleOrganizations(let answer) where answer.decision == .allowed: .some(nil)
    default: nil
    }
  }
}

extension Span<UInt8> {
  fileprivate func equals(_ other: [UInt8]) -> Bool {
    count == other.count && indices.allSatisfy { self[$0] == other[$0] }
  }
}

/// The library's own decoder, for answers.
final class SharedDecoder {
  private let decoder = ResponseDecoder()

  func decode(_ body: [UInt8]) throws -> Response {
    try body.withUnsafeBytes { try decoder.decode($0) }
  }
}

// MARK: What is asked of what is in memory and of what was loaded

struct AskedOf: CustomStringConvertible {
  let text: [UInt8]
  let organization: String
  let permission: String

  var description: String {
    "\(String(decoding: text.prefix(12), as: UTF8.self))… in \(organization) for \(permission)"
  }

  func decide(
    _ directory: borrowing Directory, _ policy: Policy, _ now: Instant
  ) -> OrgKeyModel.Reason {
    let (organization, permission) = (Array(organization.utf8), Array(permission.utf8))
    return text.withUnsafeBufferPointer { text in
      organization.withUnsafeBufferPointer { organization in
        permission.withUnsafeBufferPointer { permission in
          withUnsafeTemporaryAllocation(of: Question.self, capacity: 1) { questions in
            questions.initialize(
              repeating: Question(
                presented: text, digest: Digest.init(ofKey:),
                environment: UnsafeBufferPointer(start: nil, count: 0),
                organization: organization, permission: permission))
            directory.authorize(questions, policy: policy, now: now, taking: false)
            return questions[0].verdict.reason
          }
        }
      }
    }
  }
}

extension Witness {
  /// Every secret that was made or presented, in every organization, and in its own.
  var questions: [AskedOf] {
    secrets.prefix(Self.mostQuestions).flatMap { text in
      ([""] + organizations.sorted()).map {
        AskedOf(text: text, organization: $0, permission: "contacts:read")
      }
    }
  }
}
