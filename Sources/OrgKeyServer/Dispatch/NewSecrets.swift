internal import OrgKeyModel
internal import OrgKeyStore
internal import OrgKeySystem
internal import OrgKeyWire

extension SecretText {
  /// A new secret's text, and what is kept of it.
  static func made(
    prefix: KeyPrefix, environment: Environment
  ) throws(Refusal) -> (text: SecretText, kept: NewSecret) {
    do throws(SystemError) {
      let secret = try SecretText(prefix: prefix, environment: environment)
      let kept = secret.withBytes {
        NewSecret(digest: Digest(ofKey: $0), hint: KeyText.hint(of: $0) ?? "")
      }
      return (secret, kept)
    } catch {
      throw .noRandomBytes(error)
    }
  }

  private convenience init(prefix: KeyPrefix, environment: Environment) throws(SystemError) {
    var failure: SystemError?
    self.init(capacity: KeyText.maximumBytes) { span in
      do throws(SystemError) {
        return try KeyText.write(prefix: prefix, environment: environment, into: &span) {
          (bytes) throws(SystemError) in try Random.fill(&bytes)
        }
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
  }
}

extension KeyID {
  /// A new key's.
  static func made() throws(Refusal) -> KeyID {
    do throws(SystemError) {
      return try KeyID { (bytes) throws(SystemError) in try Random.fill(&bytes) }
    } catch {
      throw .noRandomBytes(error)
    }
  }
}

extension Refusal {
  fileprivate static func noRandomBytes(_ error: SystemError) -> Refusal {
    Refusal(.internal, "no random bytes for a secret: \(error)")
  }
}

// What tells a retry from a request for something else: all that was asked for.

extension IssueKeyRequest {
  var fingerprint: [UInt8] {
    var request = self
    request.requestID = ""
    return Request(method: .issueKey(request)).digest
  }
}

extension RotateKeyRequest {
  var fingerprint: [UInt8] {
    var request = self
    request.requestID = ""
    return Request(method: .rotateKey(request)).digest
  }
}

extension Request {
  fileprivate var digest: [UInt8] {
    var bytes = ByteBuffer()
    guard bytes.append(self, by: Arena()) else { return [] }
    return unsafe bytes.bytes.withMemoryRebound(to: UInt8.self) {
      unsafe Digest(ofKey: $0.span).bytes
    }
  }
}
