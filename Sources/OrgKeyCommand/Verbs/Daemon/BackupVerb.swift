internal import ArgumentParser
internal import Glibc
internal import OrgKey

struct BackupVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the database through the daemon, while it serves.",
    discussion: """
      The copy is consistent and complete: organizations, keys, usage, the audit trail. It has no \
      key's text in it, but the digests of all: keep it as the database itself. The file is made for \
      its owner alone (0600), and has its name only when it is whole and on the disk.

        orgkey backup /var/backups/orgkey.db
        orgkey backup - | age -r age1… > orgkey.db.age

      Verify a copy, and put it in the daemon's place when that is stopped:

        orgkeyd --check-database /var/backups/orgkey.db
        orgkeyd --restore /var/backups/orgkey.db --database /var/lib/orgkey/orgkey.db
      """)

  @Argument(
    help: ArgumentHelp("The new file; - is standard output.", valueName: "file"),
    completion: .file())
  var file: String

  @Flag(help: "Put it in the place of a file that exists.")
  var force = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if file == "-" && !output.isForPeople {
      throw ValidationError(
        "The copy itself goes to standard output: --output and --field have no place there.")
    }
  }

  func run() throws {
    var copy = try BackupFile(file, isReplacing: force)
    var progress = ProgressBar()
    let administrator = connection.client().administrator().blocking
    let backup: Backup
    do {
      backup = try administrator.backup(timeout: connection.patientTimeout) { chunk in
        try copy.write(chunk.bytes.span)
        let done = chunk.offset + UInt64(chunk.bytes.count)
        if chunk.totalBytes > UInt64(chunk.bytes.count) {
          progress.show(
            Double(done) / Double(chunk.totalBytes),
            "\(Amount.bytes(done)) of \(Amount.bytes(chunk.totalBytes))")
        }
      }
      try copy.keep()
    } catch {
      progress.clear()
      throw error
    }
    progress.clear()
    try report(backup)
  }

  private func report(_ backup: Backup) throws {
    let size = Amount.bytes(backup.totalBytes)
    let extent = "complete up to audit event \(backup.auditSequence)"
    if file == "-" { return StandardStream.talk("\(size) written, \(extent)") }
    try output.one(Answer(file, backup)) { screen in
      try screen.show([Printable.line("\(file): \(size), \(extent)")])
      let name = ShellWord.quoted(file)
      StandardStream.talk("verify it:  orgkeyd --check-database \(name)")
      StandardStream.talk("restore it: orgkeyd --restore \(name) --database PATH")
    }
  }

  private struct Answer: Encodable {
    let file: String
    let totalBytes: UInt64
    let auditSequence: UInt64

    init(_ file: String, _ backup: Backup) {
      self.file = file
      totalBytes = backup.totalBytes
      auditSequence = backup.auditSequence
    }
  }
}

/// Where a backup goes: to standard output, or to a file that is made with the first bytes.
private struct BackupFile: ~Copyable {
  private let path: String
  private let isReplacing: Bool
  private var file: WholeFile?

  init(_ path: String, isReplacing: Bool) throws(Failure) {
    self.path = path
    self.isReplacing = isReplacing
    if path == "-" {
      guard !Descriptor.isTerminal(STDOUT_FILENO) else {
        throw Failure(.usage, "a database is nothing to look at: name a file, or pipe it on")
      }
      return
    }
    do throws(SystemMessage) { try WholeFile.check(path, isReplacing: isReplacing) } catch {
      let advice =
        error.number == EEXIST && !isReplacing
        ? "; it is not overwritten: name another, or use --force" : ""
      throw Failure(.usage, "\(path): \(error)\(advice)")
    }
  }

  mutating func write(_ bytes: Span<UInt8>) throws(Failure) {
    if path == "-" { return try StandardStream.write(bytes) }
    do throws(SystemMessage) {
      if file == nil { file = try WholeFile(path, isReplacing: isReplacing) }
      try file?.write(bytes)
    } catch {
      throw Failure(.fault, "\(path): \(error); nothing is left of the copy")
    }
    if file?.isInterrupted ?? false {
      throw Failure(.fault, "interrupted; nothing is left of the copy")
    }
  }

  mutating func keep() throws(Failure) {
    do throws(SystemMessage) { try file?.keep() } catch {
      throw Failure(.fault, "\(path): \(error)")
    }
  }
}
