import OrgKeyWire
import Testing

@Suite("A stream of frames")
struct FrameTests {
  @Test("is taken apart the same, wherever it is split")
  func splits() throws {
    let first = Sample.requests[0]
    let second = Request(callID: 2, method: .health(HealthRequest()))
    let stream = Codec.stream([first, second])
    let expected = [Codec.encode(first), Codec.encode(second)]

    for split in 0...stream.count {
      var received = ByteBuffer()
      received.append(Array(stream.prefix(split)))
      var bodies = take(from: &received)
      received.append(Array(stream.dropFirst(split)))
      bodies += take(from: &received)
      #expect(bodies == expected)
      let rest = received.count
      #expect(rest == 0)
    }
  }

  @Test("is taken apart the same, one byte at a time")
  func singleBytes() throws {
    var received = ByteBuffer()
    var bodies: [[UInt8]] = []
    for byte in Codec.stream(Sample.requests) {
      received.append([byte])
      bodies += take(from: &received)
    }
    #expect(bodies == Sample.requests.map(Codec.encode))
  }

  @Test(
    "announces any length, and only what may come is waited for",
    arguments: [
      (0, .body(length: 0)), (1, .incomplete), (1 << 20, .incomplete),
      ((1 << 20) + 1, .tooLong(announced: (1 << 20) + 1)),
      ((1 << 31) - 1, .tooLong(announced: (1 << 31) - 1)),
      (1 << 31, .tooLong(announced: 1 << 31)),
      ((1 << 32) - 1, .tooLong(announced: .max)),
    ] as [(Int, Frame.Front)])
  func lengths(length: Int, front: Frame.Front) {
    #expect(Frame.maximumBody == 1 << 20)
    #expect(self.front(header(length)) == front)
    for split in 0..<Frame.headerLength {
      #expect(self.front(Array(header(length).prefix(split))) == .incomplete)
    }
  }

  @Test("is whole with its last byte and not before", arguments: [1, 2, 255, 256, 1 << 20])
  func whole(length: Int) {
    let bytes = header(length) + [UInt8](repeating: 7, count: length + 1)
    #expect(front(Array(bytes.dropLast(2))) == .incomplete)
    #expect(front(Array(bytes.dropLast())) == .body(length: length))
    #expect(front(bytes) == .body(length: length))
  }

  @Test("is foreign from its first byte on, whatever follows", arguments: 1...UInt8.max)
  func foreign(firstByte: UInt8) {
    #expect(front([firstByte]) == .foreign(firstByte: firstByte))
    #expect(front([firstByte, 0, 0, 0, 0]) == .foreign(firstByte: firstByte))
  }

  @Test("never holds a body over the maximum")
  func tooLarge() throws {
    var buffer = ByteBuffer()
    buffer.append([1, 2, 3])
    for excess in [0, 1] {
      // A response around a text of n bytes: four bytes of tag and length twice.
      let text = String(repeating: "x", count: Frame.maximumBody - 9 + excess)
      let response = Response(result: .getMetrics(GetMetricsResponse(text: text)))
      let appended = buffer.append(response, by: Arena())
      #expect(appended == (excess == 0))
    }
    let count = buffer.count
    #expect(count == 3 + Frame.headerLength + Frame.maximumBody)
  }

  private func header(_ length: Int) -> [UInt8] {
    [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
  }

  private func front(_ bytes: [UInt8]) -> Frame.Front {
    unsafe bytes.withUnsafeBytes { unsafe Frame.front(of: $0) }
  }

  /// All whole frames' bodies.
  private func take(from buffer: inout ByteBuffer) -> [[UInt8]] {
    var bodies: [[UInt8]] = []
    while case .body(let length) = unsafe Frame.front(of: buffer.bytes) {
      bodies.append(
        Array(Codec.frame(in: buffer).dropFirst(Frame.headerLength).prefix(length)))
      buffer.consume(Frame.headerLength + length)
    }
    return bodies
  }
}
