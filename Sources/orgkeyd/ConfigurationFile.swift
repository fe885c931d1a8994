internal import OrgKeySystem

/// A file of lines `name = value`, named as the long options of the command line. A list has a line
/// for each of its values. `#` begins a comment, at the start of a line or after a space.
enum ConfigurationFile {
  static let defaultPath = "/etc/orgkey/orgkeyd.conf"
  private static let mostBytes = 1 << 20

  /// Whether there is something at the default path.
  static var isAtDefaultPath: Bool {
    do throws(SystemError) { return try FileStatus(of: defaultPath) != nil } catch {
      // It can't be seen; reading it says why.
      return true
    }
  }

  /// - Throws: it can't be read, or anybody could have written it.
  static func read(_ path: String) throws(ConfigurationFault) -> [UInt8] {
    let status: FileStatus?
    let bytes: [UInt8]
    do throws(SystemError) {
      // A volume of a container has symbolic links to its files.
      let file = try Files.resolve(path)
      status = try FileStatus(of: file)
      bytes = status?.kind == .regular ? try Files.prefix(mostBytes + 1, of: file) : []
    } catch {
      throw ConfigurationFault(place: nil, problem: "cannot read the configuration: \(error)")
    }
    guard let status, status.kind == .regular else {
      throw ConfigurationFault(place: nil, problem: "\(path) is no file")
    }
    // Whoever can write to it can become an administrator.
    guard status.owner == 0 || status.owner == AccountName.ownUser else {
      throw ConfigurationFault(
        place: nil,
        problem: "\(path) belongs to uid \(status.owner): it has to be root's, or of who runs this")
    }
    guard status.mode & 0o022 == 0 else {
      throw ConfigurationFault(
        place: nil, problem: "others than its owner can write to \(path): chmod go-w")
    }
    guard bytes.count <= mostBytes else {
      throw ConfigurationFault(place: nil, problem: "\(path) has more than \(mostBytes) bytes")
    }
    return bytes
  }

  static func parse(
    _ bytes: [UInt8], path: String
  ) -> (assignments: [Assignment], faults: [ConfigurationFault]) {
    var assignments: [Assignment] = []
    var faults: [ConfigurationFault] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let place = Place.line(index + 1, of: path)
      do throws(ConfigurationFault) {
        guard let assignment = try assignment(line, at: place) else { continue }
        if let first = assignments.first(where: { $0.setting.name == assignment.setting.name }),
          assignment.setting.kind != .list
        {
          throw ConfigurationFault(
            place: place,
            problem: "\(assignment.setting.name) is set already, at \(first.place)")
        }
        assignments.append(assignment)
      } catch {
        faults.append(error)
      }
    }
    return (assignments, faults)
  }

  /// - Returns: nil: the line is empty, or a comment.
  private static func assignment(
    _ line: ArraySlice<UInt8>, at place: Place
  ) throws(ConfigurationFault) -> Assignment? {
    func fault(_ problem: String) -> ConfigurationFault { .init(place: place, problem: problem) }

    let text = withoutComment(line).trimmed
    if text.isEmpty { return nil }
    guard let text = String(validating: text, as: UTF8.self),
      !text.utf8.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") || $0 == 0x7F })
    else { throw fault("the line has bytes that are no text in UTF-8") }
    guard let equals = text.firstIndex(of: "=") else {
      throw fault("a line is name = value, and this one has no =")
    }
    let name = String(decoding: text[..<equals].utf8.trimmed, as: UTF8.self)
    let value = String(decoding: text[equals...].utf8.dropFirst().trimmed, as: UTF8.self)
    guard let setting = Setting.named(name) else { throw fault(DaemonOptions.unknown(name)) }
    guard !value.isEmpty else {
      throw fault("\(name) has no value: take the line out, or write what it is to be")
    }
    guard !value.hasPrefix("\"") && !value.hasPrefix("'") else {
      throw fault("\(name): values stand without quotes")
    }
    return Assignment(setting: setting, value: value, place: place)
  }

  private static func withoutComment(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var isAfterBlank = true
    for index in line.indices {
      if line[index] == UInt8(ascii: "#") && isAfterBlank { return line[..<index] }
      isAfterBlank = line[index].isBlank
    }
    return line
  }
}

extension BidirectionalCollection<UInt8> {
  /// Without blanks at its ends.
  fileprivate var trimmed: SubSequence {
    guard let first = firstIndex(where: { !$0.isBlank }),
      let last = lastIndex(where: { !$0.isBlank })
    else { return self[startIndex..<startIndex] }
    return self[first...last]
  }
}

extension UInt8 {
  /// Space, tab, and the carriage return of other systems' line ends.
  fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}
