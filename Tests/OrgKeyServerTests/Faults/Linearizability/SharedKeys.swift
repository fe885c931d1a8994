import Glibc
import OrgKeySystem
import Synchronization

@testable import OrgKeyWire

/// A key on which many work at once.
final class SharedKey: Sendable {
  private struct State {
    var texts: [UInt32: SecretText]
    /// How often it will be used before it gives its place to a new one.
    var usesLeft = 300
    var isBeingReplaced = false
  }

  let number: Int
  let id: String
  private let state: Mutex<State>

  init(_ number: Int, _ id: String, _ text: SecretText) {
    self.number = number
    self.id = id
    state = Mutex(State(texts: [1: text]))
  }

  /// One of its secrets, mostly the newest; nil: whoever is told this is to replace the key.
  func secret() -> (version: UInt32, text: SecretText)? {
    state.withLock { state in
      state.usesLeft -= 1
      if state.usesLeft < 0 && !state.isBeingReplaced {
        state.isBeingReplaced = true
        return nil
      }
      let newest = state.texts.keys.max() ?? 1
      let version = Int.random(in: 0..<4) > 0 ? newest : state.texts.keys.randomElement() ?? newest
      return (version, state.texts[version] ?? .empty)
    }
  }

  func add(_ version: UInt32, _ text: SecretText) { state.withLock { $0.texts[version] = text } }

  /// It was revoked: a few more uses will do.
  func wearOut() { state.withLock { $0.usesLeft = min($0.usesLeft, 30) } }

  func wasNotReplaced() { state.withLock { $0.isBeingReplaced = false } }
}

/// Clients that work on the same few keys, and what they saw.
final class SharedKeys: Sendable {
  private let socket: String
  private let goal: Int
  private let places = Mutex<[SharedKey]>([])
  private let keyCount = Atomic<Int>(0)
  private let clock = Atomic<UInt64>(0)
  private let made = Atomic<Int>(0)
  private let histories = Mutex<[Int: KeyHistory]>([:])
  private let faults = Mutex<[String]>([])

  /// - Parameter goal: how many operations are made.
  init(_ socket: String, places: Int, goal: Int) throws {
    self.socket = socket
    self.goal = goal
    let client = try RawClient(socket)
    try client.put("acme")
    for _ in 0..<places { try addKey(client, instead: nil) }
  }

  var operationCount: Int { made.load(ordering: .relaxed) }
  var isDone: Bool { operationCount >= goal || faults.withLock { !$0.isEmpty } }
  var wrongAnswers: [String] { faults.withLock { $0 } }

  /// What was done with each key. When nobody works any more.
  func allHistories() -> [KeyHistory] { histories.withLock { Array($0.values) } }

  /// Works until the goal is reached, on a new connection whenever the old one is lost.
  func start(_ number: Int) throws -> OrgKeySystem.Thread {
    try OrgKeySystem.Thread("client-\(number)") { [self] in
      while !isDone {
        guard let client = try? RawClient(socket) else {
          sched_yield()
          continue
        }
        var seen: [(Int, KeyHistory.Operation)] = []
        do { while !isDone { try work(client, &seen) } } catch {}
        histories.withLock { histories in
          for (key, operation) in seen {
            histories[key, default: KeyHistory()].operations.append(operation)
          }
        }
      }
    }
  }

  private func addKey(_ client: RawClient, instead old: SharedKey?) throws {
    let (id, text) = try client.issue("acme")
    let number = keyCount.add(1, ordering: .relaxed).oldValue
    places.withLock { places in
      let new = SharedKey(number, id, text)
      guard let old else { return places.append(new) }
      if let place = places.firstIndex(where: { $0 === old }) { places[place] = new }
    }
  }

  private func work(
    _ client: RawClient, _ seen: inout [(Int, KeyHistory.Operation)]
  ) throws {
    guard let key = places.withLock({ $0.randomElement() }) else { return }
    guard let (version, text) = key.secret() else {
      do { return try addKey(client, instead: key) } catch {
        key.wasNotReplaced()
        throw error
      }
    }
    let act = Self.anyAct(version)
    let began = clock.add(1, ordering: .sequentiallyConsistent).newValue
    var operation = KeyHistory.Operation(act: act, outcome: .unknown, began: began, ended: .max)
    defer { seen.append((key.number, operation)) }
    made.add(1, ordering: .relaxed)
    let response = try client.call(act.method(key.id, text))
    operation.ended = clock.add(1, ordering: .sequentiallyConsistent).newValue
    guard let outcome = response.outcome else {
      faults.withLock { $0.append("\(act): \(response)") }
      return
    }
    operation.outcome = outcome
    if case .rotateKey(let rotated) = response.result, case .rotated(let version) = outcome {
      key.add(version, rotated.apiKey)
    }
    if act == .revoke { key.wearOut() }
  }

  private static func anyAct(_ version: UInt32) -> KeyMachine.Act {
    switch Int.random(in: 0..<200) {
    case 0: .revoke
    case 1...3: .retire(version: version)
    case 4...9: .rotate
    case 10...17: .disable
    case 18...29: .enable
    default: .authorize(version: version)
    }
  }
}

extension KeyMachine.Act {
  fileprivate func method(_ id: String, _ text: SecretText) -> Request.Method {
    switch self {
    case .authorize: .authorize(.init(apiKey: text, permission: "a:b"))
    case .disable: .updateKey(.init(keyID: id, fields: ["disabled"], disabled: true))
    case .enable: .updateKey(.init(keyID: id, fields: ["disabled"], disabled: false))
    case .revoke: .revokeKey(.init(keyID: id))
    case .retire(let version): .revokeKey(.init(keyID: id, secretVersion: version))
    case .rotate: .rotateKey(.init(keyID: id, overlapS: -1))
    }
  }
}

extension Response {
  /// nil: none that a key can have here.
  fileprivate var outcome: KeyMachine.Outcome? {
    if status?.code == .failedPrecondition { return .refused }
    switch result {
    case .authorize(let answer):
      switch (answer.decision, answer.reason) {
      case (.allowed, .unspecified): return .allowed
      case (.invalidAPIKey, .keyRevoked): return .revoked
      case (.invalidAPIKey, .secretRetired): return .retired
      case (.invalidAPIKey, .keyDisabled): return .disabled
      default: return nil
      }
    case .rotateKey(let rotated):
      return rotated.key?.secrets.first.map { .rotated(version: $0.version) }
    case .revokeKey, .updateKey: return .done
    default: return nil
    }
  }
}
