/// A part of a list. It may be short or even empty: only `nextPageToken` tells whether more comes.
public struct Page<Element: Sendable>: Sendable {
  public var elements: [Element]
  /// What to ask for the next page with; nil: the list ends here.
  public var nextPageToken: String?

  public init(elements: [Element], nextPageToken: String? = nil) {
    self.elements = elements
    self.nextPageToken = nextPageToken
  }

  init(_ elements: [Element], wireToken: String) {
    self.init(elements: elements, nextPageToken: wireToken.isEmpty ? nil : wireToken)
  }
}

/// A list that is asked for page by page, while it is iterated.
///
/// Under change each entry appears at most once. An error ends the iteration; what was delivered
/// before it holds, but is not the whole list.
public struct PagedSequence<Element: Sendable, Failure: Error>: AsyncSequence, Sendable {
  let page: @Sendable (_ token: String?) async throws(Failure) -> Page<Element>

  /// Asks for a page whenever the one before it is used up.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let page: @Sendable (_ token: String?) async throws(Failure) -> Page<Element>
    var elements: ArraySlice<Element> = []
    var token: String?
    var hasMore = true

    /// The next entry; nil: the list has ended.
    ///
    /// - Throws: what kept a page from coming. After that the iteration has ended.
    public mutating func next() async throws(Failure) -> Element? {
      try await next(isolation: nil)
    }

    /// The next entry; nil: the list has ended.
    ///
    /// - Throws: what kept a page from coming. After that the iteration has ended.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(Failure) -> Element? {
      while elements.isEmpty && hasMore {
        // A list that failed has ended, as the protocol demands.
        hasMore = false
        let next = try await page(token)
        elements = next.elements[...]
        token = next.nextPageToken
        hasMore = token != nil
      }
      return elements.popFirst()
    }
  }

  /// Begins with the first page.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(page: page) }
}
