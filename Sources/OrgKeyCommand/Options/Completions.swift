internal import ArgumentParser
internal import FoundationEssentials
internal import OrgKey

/// What the daemon can tell a shell about the word that is being typed.
extension CompletionKind {
  /// Identifiers of organizations.
  static var organizations: CompletionKind {
    .custom { words, _, beginning in
      Candidates(words, beginning).list { administrator, token in
        let page = try administrator.organizationsPage(
          includingDescendants: true, pageSize: 1000, after: token)
        return (page.elements.map(\.id), page.nextPageToken)
      }
    }
  }

  /// Ids of keys, newest first.
  static var keys: CompletionKind {
    .custom { words, _, beginning in
      Candidates(words, beginning).list { administrator, token in
        let page = try administrator.keysPage(pageSize: 1000, after: token)
        return (page.elements.map(\.id), page.nextPageToken)
      }
    }
  }
}

/// Asks page after page, not for longer than somebody who typed a tab waits. Whatever goes wrong,
/// there are no candidates.
private struct Candidates {
  private static let patience = Duration.milliseconds(700)
  private static let most = 200

  private let client: OrgKeyClient
  private let beginning: String
  private let end = ContinuousClock.now + patience

  /// - Parameter words: of the command line; one of them may name the socket.
  init(_ words: [String], _ beginning: String) {
    self.beginning = beginning
    let named = words.indices.compactMap { index in
      words[index].hasPrefix("--socket=")
        ? String(words[index].dropFirst("--socket=".count))
        : words[index] == "--socket" && index + 1 < words.count ? words[index + 1] : nil
    }
    client = ConnectionOptions.client(named.first, timeout: Self.patience)
  }

  func list(
    _ page: (BlockingAdministrator, _ token: String?) throws -> (ids: [String], token: String?)
  ) -> [String] {
    var found: [String] = []
    var token: String?
    repeat {
      guard let next = try? page(client.administrator().blocking, token) else { break }
      // bash expands the words that it is given: an identifier with $(…) in it would be run.
      found += next.ids.filter { $0.hasPrefix(beginning) && ShellWord.isPlain($0) }
      token = next.token
    } while token != nil && found.count < Self.most && ContinuousClock.now < end
    return found
  }
}
