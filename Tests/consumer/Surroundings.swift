// What the code in the texts takes for granted: an HTTP framework and the service's own data.

struct Request: Sendable {
  var headers = Headers()
}

struct Headers: Sendable {
  /// All values of a header, as frameworks give them.
  subscript(_ name: String) -> [String] { [] }
}

struct Response: Sendable {
  init(_ body: String) {}
  init(status: Int, headers: [(name: String, value: String)] = [], body: String) {}
}

func contacts(of organizationID: String) -> String { "the contacts of \(organizationID)" }

func log(_ line: String) { print(line) }
