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

  /// Writes one thing.
  func one(_ record: some Encodable, forPeople show: (Screen) throws -> Void) throws {
    switch output {
    case .table: try show(Screen())
    case .json, .jsonl: try StandardStream.print(JSON.text(record, pretty: output == .json))
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
      if output == .jsonl {
        for element in taken { try StandardStream.print(JSON.text(record(element), pretty: false)) }
      } else {
        elements += taken
      }
    } while token != nil && count < limit ?? .max
    switch output {
    case .table: try show(Screen(), elements)
    case .json: try StandardStream.print(JSON.text(elements.map(record), pretty: true))
    case .jsonl: break
    }
    if token != nil { StandardStream.talk("there are more: only the first \(count) are listed") }
  }
}
