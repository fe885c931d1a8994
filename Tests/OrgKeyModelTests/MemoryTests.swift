import TestSupport
import Testing

@testable import OrgKeyModel

@Suite struct MemoryTests {
  @Test func rowsKeepTheirSize() {
    #expect(MemoryLayout<KeyRow>.stride == 44)
    #expect(MemoryLayout<SecretRow>.stride == 56)
    #expect(MemoryLayout<OrganizationRow>.stride == 60)
    #expect(MemoryLayout<UsageTally.Entry>.stride == 24)
  }

  /// Hashes of so few values that most collide, against a plain list.
  @Test(arguments: [4, 300, 1 << 40]) func hashIndexFindsWhatItHolds(values: UInt64) {
    var generator = Xoshiro(seed: values)
    var index = HashIndex()
    var held: [UInt32: UInt64] = [:]
    var wrong = 0
    for step in UInt32(1)...4_000 {
      // Its own tag in the upper half, evenly over the table.
      let hash = (generator.next() % values) &* 0x9E37_79B9_7F4A_7C15
      index.insert(hash, step)
      held[step] = hash
      if step % 3 == 0, let (handle, hash) = held.randomElement(using: &generator) {
        index.remove(hash, handle)
        held[handle] = nil
      }
      if values == 4, step == 600 { break }
    }
    for (handle, hash) in held where !found(index, hash).contains(handle) { wrong += 1 }
    #expect(wrong == 0)
    #expect(index.count == held.count)
    for (handle, hash) in held { index.remove(hash, handle) }
    #expect(index.count == 0)
    for hash in held.values where !found(index, hash).isEmpty { wrong += 1 }
    #expect(wrong == 0)
  }

  private func found(_ index: borrowing HashIndex, _ hash: UInt64) -> Set<UInt32> {
    var found: Set<UInt32> = []
    var probe = index.probe(hash)
    while true {
      let handle = index.next(&probe)
      if handle == 0 { return found }
      found.insert(handle)
    }
  }

  /// 100,000 secrets, of which every search must end soon: linear searches would take hours.
  @Test func hashIndexStaysQuickAsItGrows() {
    var index = HashIndex()
    var generator = Xoshiro(seed: 5)
    let hashes = (0..<100_000).map { _ in generator.next() }
    for (position, hash) in hashes.enumerated() { index.insert(hash, UInt32(position + 1)) }
    var missing = 0
    for (position, hash) in hashes.enumerated() {
      var probe = index.probe(hash)
      if index.next(&probe) != UInt32(position + 1) { missing += 1 }
    }
    // Two of 100,000 tags of 32 bits may be alike.
    #expect(missing < 5)
  }

  /// Digests that differ in one word alone and meet in one slot: the whole digest decides.
  @Test(arguments: 0..<4) func digestsOfOneSlotAreToldApart(word: Int) {
    var seen: [UInt64: Digest] = [:]
    var pair: (Digest, Digest)?
    for number in UInt64(1)... {
      var bytes = [UInt8](repeating: 0xA5, count: 32)
      for byte in 0..<8 { bytes[8 * word + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
      let digest = Digest(bytes.span)
      if let other = seen.updateValue(digest, forKey: seed.hash(digest) >> 32) {
        pair = (other, digest)
        break
      }
    }
    guard let (known, unknown) = pair else { return }
    var fixture = Fixture()
    fixture.secret.digest = known
    var ask = Ask()
    ask.digest = unknown
    #expect(ask(fixture.directory()).reason == .keyUnknown)
    ask.digest = known
    #expect(ask(fixture.directory()).reason == .allowed)
  }

  @Test func tableGivesRemovedRowsOutAgain() {
    var table = Table(none: UInt64(0))
    let handles = (0..<10_000).map { table.insert(UInt64($0)) }
    #expect(handles.first == 1)
    #expect(Set(handles).count == 10_000)
    #expect((0..<10_000).allSatisfy { table[handles[$0]] == UInt64($0) } == true)
    for handle in handles.prefix(100) { table.remove(handle) }
    let again = (0..<100).map { table.insert(UInt64($0 + 20_000)) }
    #expect(Set(again) == Set(handles.prefix(100)))
    #expect(table.endHandle == 10_001)
    #expect((100..<10_000).allSatisfy { table[handles[$0]] == UInt64($0) } == true)
  }

  @Test func textHeapKeepsTextsApartAndReusesPlaces() {
    var heap = TextHeap()
    var generator = Xoshiro(seed: 6)
    var held: [UInt32: [UInt8]] = [:]
    func text(_ heap: borrowing TextHeap, _ place: UInt32, _ count: Int) -> [UInt8] {
      (0...count).map { unsafe heap.address(of: place)[$0] }
    }
    var wrong = 0
    for step in 0..<5_000 {
      let length = generator.below(step % 10 == 0 ? 6_600 : 140)
      let bytes = [UInt8](repeating: UInt8(1 + step % 255), count: length)
      let place = heap.insert(bytes.span)
      if place == 0 || held[place] != nil { wrong += 1 }
      held[place] = bytes
      if step % 2 == 0, let (place, bytes) = held.randomElement(using: &generator) {
        if text(heap, place, bytes.count) != bytes + [0] { wrong += 1 }
        heap.remove(place, byteCount: bytes.count)
        held[place] = nil
      }
    }
    for (place, bytes) in held where text(heap, place, bytes.count) != bytes + [0] { wrong += 1 }
    #expect(wrong == 0)
    let place = heap.insert("some text".utf8.span)
    heap.remove(place, byteCount: 9)
    #expect(heap.insert("other one".utf8.span) == place)
  }

  @Test func seedDecidesWhereThingsFall() {
    let one = seed
    var generator = Xoshiro(seed: 8)
    let other = HashSeed(
      (generator.next(), generator.next(), generator.next(), generator.next()))
    let texts = [
      "", "a", "b", "ab", "a\0", "12345678", "123456789", "1234567890123456",
      "12345678901234567",
    ]
    #expect(Set(texts.map { one.hash($0.utf8.span) }).count == texts.count)
    for text in texts { #expect(one.hash(text.utf8.span) != other.hash(text.utf8.span)) }
    #expect(one.hash(digest(1)) != other.hash(digest(1)))
    #expect(one.hash(digest(1)) != one.hash(digest(2)))
  }
}
