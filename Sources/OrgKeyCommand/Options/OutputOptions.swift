internal import ArgumentParser
internal import OrgKey

/// How results are written.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json, jsonl
}

struct OutputOptions: ParsableArguments {
  @Option(
    help: """
      table for people; json, or jsonl with one object a line, for programs: the field names of the \
      wire contract, times as RFC 3339.
      """)
  var output: OutputFormat = .table

  @Option(
    help: ArgumentHelp("Only this field of the JSON, bare: key_id.", valueName: "name"))
  var field: String?

  func validate() throws {
    if field != nil && output != .table {
      throw ValidationError("--field writes bare values: it goes without --output.")
    }
  }

  /// For verbs that make a text, which is not a field among others.
  func requireWhole() throws {
    if field != nil {
      throw ValidationError("The text stands alone on standard output: there is no --field.")
    }
  }

  var isForPeople: Bool { output == .table && field == nil }

  /// Whether there is one line for each thing, which can be written as it comes.
  var isLines: Bool { output == .jsonl || field != nil }

  /// Writes one thing.
  func one(_ record: some Encodable, forPeople show: (Screen) throws -> Void) throws {
    if output == .json { return try StandardStream.print(JSON.text(record, pretty: true)) }
    if isLines { return try line(record) }
    try show(Screen())
  }

  /// Writes one thing on a line of its own, for programs.
  func line(_ record: some Encodable) throws(Failure) {
    guard let field else { return try StandardStream.print(JSON.text(record, pretty: false)) }
    try StandardStream.print(Field.text(field, of: record))
  }

  /// Writes a list that is there already.
  func all<Element: Sendable, Record: Encodable>(
    _ elements: [Element], as record: (Element) -> Record,
    forPeople show: (Screen, [Element]) throws -> Void
  ) throws {
    try list(record) { _, _ in
      Page(elements: elements)
    } forPeople: {
      try show($0, $1)
    }
  }

  /// Writes a list, asking for page after page. jsonl is written as it comes.
  func list<Element, Record: Encodable>(
    _ record: (Element) -> Record, atMost limit: Int? = nil,
    page: (_ size: Int, _ token: String?) throws -> Page<Element>,
    forPeople show: (Screen, [Element]) throws -> Void
  ) throws {
    var elements: [Element] = []
    var count = 0
    var token: String?
    repeat {
      let wanted = limit.map { $0 - count } ?? .max
      let next = try page(min(1000, wanted), token)
      let taken = next.elements.prefix(wanted)
      count += taken.count
      token = next.nextPageToken
      if isLines {
        for element in taken { try line(record(element)) }
      } else {
        elements += taken
      }
    } while token != nil && count < limit ?? .max
    if output == .json {
      try StandardStream.print(JSON.text(elements.map(record), pretty: true))
    } else if !isLines {
      try show(Screen(), elements)
    }
    if token != nil { StandardStream.talk("there are more: only the first \(count) are listed") }
  }
}
