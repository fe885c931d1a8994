import Foundation
import Testing

@testable import OrgKeyCommand

/// Files that are whole or not there.
@Suite struct WholeFileTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "orgkey-\(UUID())")

  private var path: String { directory.appending(path: "copy").path }

  private var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
  }

  init() throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  private func write(_ text: String, isReplacing: Bool = false, isKept: Bool = true) throws {
    try WholeFile.check(path, isReplacing: isReplacing)
    var file = try WholeFile(path, isReplacing: isReplacing)
    try file.write(Array(text.utf8).span)
    #expect(!names.contains("copy") || isReplacing)
    if isKept { try file.keep() }
  }

  private func errno(_ body: () throws -> Void) -> Int32? {
    do {
      try body()
      return nil
    } catch {
      return (error as? SystemMessage)?.number
    }
  }

  @Test func appearsWholeOrNotAtAll() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    try write("one", isKept: false)
    #expect(names.isEmpty)
    try write("one")
    #expect(names == ["copy"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func replacesOnlyWhenToldAndOnlyFiles() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    try write("one")
    #expect(errno { try write("two") } == EEXIST)
    try write("two", isReplacing: true)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "two")
    #expect(errno { try WholeFile.check(directory.path, isReplacing: true) } == EISDIR)
    #expect(errno { try WholeFile.check("/dev/null", isReplacing: true) } == EEXIST)
    #expect(errno { try WholeFile.check("/nowhere/copy", isReplacing: false) } == ENOENT)
    // One that comes into being meanwhile is not replaced either.
    let other = directory.appending(path: "other").path
    var file = try WholeFile(other, isReplacing: false)
    try "theirs".write(toFile: other, atomically: false, encoding: .utf8)
    let refusal: SystemMessage?
    do throws(SystemMessage) {
      try file.keep()
      refusal = nil
    } catch {
      refusal = error
    }
    #expect(refusal?.number == EEXIST)
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "theirs")
  }

  @Test func holdsBackWhatWouldEndIt() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    // Handled, so that it ends nothing here when it takes effect.
    let before = signal(SIGHUP) { _ in }
    defer { signal(SIGHUP, before) }
    // The threads that tests run on take no signals otherwise.
    var hangUp = sigset_t()
    unsafe sigemptyset(&hangUp)
    unsafe sigaddset(&hangUp, SIGHUP)
    unsafe pthread_sigmask(SIG_UNBLOCK, &hangUp, nil)
    defer { unsafe pthread_sigmask(SIG_BLOCK, &hangUp, nil) }
    let file = try WholeFile(path, isReplacing: false)
    let (early, late) = (file.isInterrupted, isInterruptedNow(file))
    #expect(!early && late)
    drop(file)
    #expect(names.isEmpty)
    let next = try WholeFile(path, isReplacing: false)
    let isInterrupted = next.isInterrupted
    #expect(!isInterrupted)
  }

  private func isInterruptedNow(_ file: borrowing WholeFile) -> Bool {
    pthread_kill(pthread_self(), SIGHUP)
    return file.isInterrupted
  }

  private func drop(_ file: consuming WholeFile) {}
}
