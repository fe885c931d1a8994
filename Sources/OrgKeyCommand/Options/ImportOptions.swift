internal import ArgumentParser
internal import OrgKey

enum ImportFormat: String, CaseIterable, ExpressibleByArgument {
  case csv, jsonl

  /// nil: the name does not tell.
  init?(fileName: String) {
    switch fileName.split(separator: "/").last?.split(separator: ".").dropFirst().last {
    case "csv": self = .csv
    case "jsonl", "ndjson", "json": self = .jsonl
    default: return nil
    }
  }
}

/// What `org import` and `key import` have in common.
struct ImportOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The file to read; - is standard input.", valueName: "file"),
    completion: .file())
  var file: String

  @Flag(help: "Only say what would be done and what is wrong.")
  var dryRun = false

  @Option(help: "How the file is written (default: as its name ends, .csv or .jsonl).")
  var format: ImportFormat?

  @OptionGroup var actor: ActorOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    if format ?? ImportFormat(fileName: file) == nil {
      throw ValidationError("The file's name does not tell its format: add --format csv or jsonl.")
    }
  }

  /// Reads the file's rows and gives them to `send`, and tells what came of it.
  func run<Row: FileRow>(
    _ type: Row.Type,
    _ send: (BlockingAdministrator, ImportReading<Row>) throws -> ImportResult
  ) throws {
    let format = format ?? ImportFormat(fileName: file) ?? .csv
    let reading = try ImportReading<Row>(file, format)
    let report = ImportReport(
      file: file == "-" ? "standard input" : file, noun: Row.noun, isDryRun: dryRun, output: output)
    do {
      let result = try send(actor.administrator(connection), reading)
      reading.finish()
      let faults = reading.faults(result.faults)
      if faults.isEmpty { return try report.show(result) }
      try report.refuse(faults)
    } catch let faults as ImportFaults {
      reading.finish()
      try report.refuse(faults.faults)
    } catch ChangeError.misuse(let misuse) {
      reading.finish()
      guard let faults = reading.faults(misuse) else { throw ChangeError.misuse(misuse) }
      try report.refuse(faults.faults)
    }
  }
}
