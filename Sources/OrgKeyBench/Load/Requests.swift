internal import OrgKeyWire

/// Requests one behind the other, to be sent in turn.
final class Requests {
  private(set) var bytes: [UInt8] = []
  private(set) var offsets: [UInt64] = [0]
  /// What each is to be answered with; empty: nobody looks.
  private(set) var reasons: [UInt8] = []
  /// Which is to be sent next: a round goes on where the last one ended.
  var next = 0

  private var frame = ByteBuffer()
  private let arena = Arena()

  var count: Int { offsets.count - 1 }

  /// Appends an Authorize that is answered with `reason`, 0 being allowed.
  func add(
    key: String, organization: String, permission: String = Tree.permission,
    environment: String = "", reason: UInt32 = 0
  ) {
    let asked = AuthorizeRequest(
      apiKey: SecretText(key), organizationID: organization, permission: permission,
      environment: environment)
    let request = Request(callID: UInt64(count % 16_384), method: .authorize(asked))
    let fits = frame.append(request, by: arena)
    precondition(fits, "a frame holds a call")
    unsafe bytes.append(contentsOf: frame.bytes)
    frame.consume(frame.count)
    offsets.append(UInt64(bytes.count))
    reasons.append(UInt8(reason))
  }

  /// Appends what is sent as it is.
  func add(_ request: [UInt8]) {
    bytes += request
    offsets.append(UInt64(bytes.count))
  }
}
