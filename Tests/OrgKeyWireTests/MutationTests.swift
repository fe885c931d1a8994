import OrgKeyWire
import Testing

/// SplitMix64: https://prng.di.unimi.it/splitmix64.c
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("A body damaged at random")
struct MutationTests {
  private static let rounds = 100_000

  @Test("is refused, or is a request that means the same when it is sent on")
  func requests() throws {
    var random = SeededGenerator(seed: 1)
    let bodies = Sample.requests.map(Codec.encode)
    let decoder = RequestDecoder()
    var accepted = 0
    for _ in 0..<MutationTests.rounds {
      let body = mutated(bodies, using: &random)
      guard let request = try? Codec.request(body, by: decoder) else { continue }
      accepted += 1
      let again = try Codec.request(Codec.encode(request), by: decoder)
      if again != request { Issue.record("differs: \(body)") }
    }
    // Both ways must be taken for this to say anything.
    #expect(accepted > MutationTests.rounds / 20 && accepted < MutationTests.rounds * 19 / 20)
  }

  @Test("is refused, or is a response that means the same when it is sent on")
  func responses() throws {
    var random = SeededGenerator(seed: 2)
    let bodies = Sample.responses.map(Codec.encode)
    let decoder = ResponseDecoder()
    var accepted = 0
    for _ in 0..<MutationTests.rounds {
      let body = mutated(bodies, using: &random)
      guard let response = try? Codec.response(body, by: decoder) else { continue }
      accepted += 1
      // Bytes, because a rate may have become not-a-number.
      let sent = Codec.encode(response)
      if Codec.encode(try Codec.response(sent, by: decoder)) != sent {
        Issue.record("differs: \(body)")
      }
    }
    #expect(accepted > MutationTests.rounds / 20 && accepted < MutationTests.rounds * 19 / 20)
  }
}

/// One of `bodies`, with one to three bytes or pieces changed, put in or taken out.
func mutated(_ bodies: [[UInt8]], using random: inout SeededGenerator) -> [UInt8] {
  var body = bodies.randomElement(using: &random) ?? []
  for _ in 0..<Int.random(in: 1...3, using: &random) {
    let place = Int.random(in: 0...body.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0 where place < body.count: body[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1 where place < body.count: body[place] = .random(in: 0...255, using: &random)
    case 2: body.insert(.random(in: 0...255, using: &random), at: place)
    case 3 where place < body.count: body.remove(at: place)
    case 4: body.removeSubrange(place...)
    default:
      let other = bodies.randomElement(using: &random) ?? []
      body.insert(contentsOf: other, at: place)
    }
  }
  return body
}
