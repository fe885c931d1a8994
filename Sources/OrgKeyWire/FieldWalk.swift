/// Why a body is not unpacked.
package enum BodyFault: Error, Equatable, Sendable {
  /// Not a message at all: answered with call_id 0.
  case unparsable
  /// A field is at fault: its path below the method, and what is wrong with it.
  case field(path: String, problem: String)
  /// A method this build does not know, by its number.
  case unknownMethod(UInt32)
  /// Unpacked it would take more memory than a body may.
  case tooLarge
}

/// Goes once over a body's fields, against the generated descriptors, before protobuf-c unpacks
/// it: protobuf-c cuts strings at a NUL, accepts bytes that are not UTF-8, lets the last of two
/// doubled fields win, and drops fields it does not know, which might have been restrictions.
struct FieldWalk {
  /// Requests are taken strictly. In replies, fields unknown or doubled are no fault: they may
  /// come from a newer daemon.
  let strict: Bool

  /// Entries of a repeated field outside imports.
  private static let repeatedEntries = 64
  /// The repeated field of imports, bounded by the frame alone.
  private static let importedRows = "rows"
  private static let firstMethod: UInt32 = 16

  func check(_ body: UnsafeRawBufferPointer, as type: MessageType) throws(BodyFault) {
    var reader = unsafe FieldReader(body)
    var seen = SeenFields()
    var unknown: UInt32?
    while let field = try reader.next() {
      guard let known = type.field(field.number) else {
        unknown = unknown ?? field.number
        continue
      }
      if strict { try note(field, known, in: &seen) }
      try check(field, as: known)
    }
    guard strict, let unknown else { return }
    if type == .request && !seen.method && unknown >= FieldWalk.firstMethod {
      throw .unknownMethod(unknown)
    }
    throw .field(path: "\(unknown)", problem: "is no field of \(type.name)")
  }

  /// Refuses a field given twice and a list with too many entries.
  private func note(
    _ field: FieldReader.Field, _ known: FieldType, in seen: inout SeenFields
  ) throws(BodyFault) {
    if known.isRepeated {
      let count = seen.count(try entries(field, known), of: known)
      if count > FieldWalk.repeatedEntries && known.name != FieldWalk.importedRows {
        throw fault(known, "has more than \(FieldWalk.repeatedEntries) entries")
      }
      return
    }
    if seen.contains(known) { throw fault(known, "is given twice") }
    seen.insert(known)
    guard known.isOneof else { return }
    if seen.method { throw .field(path: "method", problem: "is given twice") }
    seen.method = true
  }

  private func check(_ field: FieldReader.Field, as known: FieldType) throws(BodyFault) {
    switch (known.kind, field.type) {
    case (.text, .lengthDelimited):
      if unsafe !FieldWalk.isText(field.payload) {
        throw fault(known, "is not UTF-8 without NUL")
      }
    case (.message, .lengthDelimited):
      do {
        try unsafe check(field.payload, as: known.messageType)
      } catch .field(let path, let problem) where !known.isOneof {
        throw .field(path: known.name + "." + path, problem: problem)
      }
    case (.uint32, .varint):
      if strict && field.value > UInt64(UInt32.max) { throw fault(known, "is over 32 bits") }
    case (.enumeration, .varint):
      if strict && !known.hasValue(field.value) {
        throw fault(known, "has a value that the contract does not know")
      }
    case (.enumeration, .lengthDelimited) where known.isRepeated:
      _ = try entries(field, known)
    case (.bytes, .lengthDelimited), (.double, .fixed64), (.otherVarint, .varint):
      break
    default:
      throw fault(known, "has another type on the wire")
    }
  }

  /// How many entries a field of a repeated one holds: packed enums come several at a time.
  private func entries(
    _ field: FieldReader.Field, _ known: FieldType
  ) throws(BodyFault) -> Int {
    guard known.kind == .enumeration && field.type == .lengthDelimited else { return 1 }
    var reader = unsafe FieldReader(field.payload)
    var count = 0
    while !reader.isAtEnd {
      let value = try reader.varint()
      if strict && !known.hasValue(value) {
        throw fault(known, "has a value that the contract does not know")
      }
      count += 1
    }
    return count
  }

  private func fault(_ known: FieldType, _ problem: String) -> BodyFault {
    .field(path: known.name, problem: problem)
  }

  private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var ascii = true
    for index in 0..<bytes.count {
      let byte = unsafe bytes[index]
      if byte == 0 { return false }
      if byte >= 0x80 { ascii = false }
    }
    return unsafe ascii || String(validating: bytes, as: UTF8.self) != nil
  }
}

/// What was met so far in one message.
private struct SeenFields {
  private var fields: UInt64 = 0
  /// Whether a member of the oneof was.
  var method = false
  /// Entries of each repeated field, by its index.
  private var entries: [Int: Int] = [:]

  func contains(_ field: FieldType) -> Bool { fields & (1 << UInt64(field.index)) != 0 }
  mutating func insert(_ field: FieldType) { fields |= 1 << UInt64(field.index) }

  /// Adds entries of a repeated field and returns how many it has by now.
  mutating func count(_ more: Int, of field: FieldType) -> Int {
    entries[field.index, default: 0] += more
    return entries[field.index, default: 0]
  }
}
