internal import OrgKey

/// Looks for keys whose holders will soon be refused, or are already.
struct KeyExamination {
  /// How far ahead ends of keys are told.
  private static let ahead = Duration.seconds(7 * 86_400)
  /// How long ago a refusal still tells that somebody goes on using an expired key.
  private static let recent = Duration.seconds(86_400)
  /// What the rate limit is asked with: which permission does not matter to it.
  private static let permission = "orgkey:doctor"

  let administrator: BlockingAdministrator
  let now: Timestamp

  func findings(_ statistics: Statistics) -> [Finding] {
    do throws(QueryError) {
      let (expiring, expired) = try ending()
      return [Self.expiring(expiring, now), Self.expired(expired, now), try limits(statistics)]
    } catch {
      let reason = "the keys can't be read: \(Failure(error)?.message ?? "\(error)")"
      return [Finding(.expiring, .fault, reason, advice: Finding.log)]
    }
  }

  /// Active keys that soon end, and ended ones that were tried lately: the whole list in one pass.
  private func ending() throws(QueryError) -> (expiring: EndingKeys, expired: EndingKeys) {
    var filter = KeyFilter()
    filter.states = [.active, .expired]
    filter.expiresBefore = now.advanced(by: Self.ahead)
    let since = now.advanced(by: .zero - Self.recent)
    var expiring = EndingKeys { $0.expiresAt?.unixMilliseconds ?? .max }
    var expired = EndingKeys { -($0.lastDeniedAt?.unixMilliseconds ?? 0) }
    var token: String?
    repeat {
      let page = try administrator.keysPage(filter, pageSize: 1000, after: token)
      expiring.add(page.elements.filter { $0.state == .active })
      expired.add(
        page.elements.filter {
          $0.state == .expired && $0.lastDeniedReason == .keyExpired
            && $0.lastDeniedAt.map { $0 > since } ?? false
        })
      token = page.nextPageToken
    } while token != nil
    return (expiring, expired)
  }

  private static func expiring(_ keys: EndingKeys, _ now: Timestamp) -> Finding {
    guard keys.count > 0 else {
      return Finding(.expiring, .ok, "no key expires within \(TimeText.window(ahead))")
    }
    return Finding(
      .expiring, .warning,
      keys.list("to expire within \(TimeText.window(ahead))") {
        "\($0.id) of \($0.organizationID) \(TimeText.relative($0.expiresAt ?? now, now: now))"
      },
      advice: "orgkey key update KEY --expires-in 90d extends one; "
        + "orgkey key list --expires-within \(TimeText.window(ahead)) lists them")
  }

  private static func expired(_ keys: EndingKeys, _ now: Timestamp) -> Finding {
    guard keys.count > 0 else {
      return Finding(
        .expired, .ok, "nobody tried an expired key within \(TimeText.window(recent))")
    }
    return Finding(
      .expired, .warning,
      keys.list("expired and still in use") {
        "\($0.id) of \($0.organizationID) \(TimeText.relative($0.lastDeniedAt ?? now, now: now))"
      },
      advice: "tell whoever holds it; orgkey key update KEY --expires-in 90d lets it in again, "
        + "orgkey key issue makes another")
  }

  /// Of the keys that are used at present, those that will soon be refused for it.
  private func limits(_ statistics: Statistics) throws(QueryError) -> Finding {
    var near: [(keyID: String, state: RateLimitState)] = []
    for busy in statistics.busiestKeys {
      do throws(QueryError) {
        let explanation = try administrator.explain(
          .key(id: busy.keyID), permission: Self.permission, in: .own)
        if let state = explanation.rateLimit { near.append((busy.keyID, state)) }
      } catch {
        // It was deleted or damaged since it was used.
        if case .refused = error { continue }
        if case .unavailable(let unavailable) = error, case .daemon = unavailable.cause { continue }
        throw error
      }
    }
    return Self.limits(near, of: statistics.busiestKeys.count)
  }

  /// - Parameter states: where keys in use stand that have a limit.
  static func limits(
    _ states: [(keyID: String, state: RateLimitState)], of inUse: Int
  ) -> Finding {
    let near = states.filter { UInt64($0.state.remaining) * 10 <= UInt64($0.state.limit) }
    guard !near.isEmpty else {
      return Finding(
        .rateLimits, .ok,
        inUse == 0
          ? "no key is in use at present"
          : "\(Amount.counted(inUse, "key")) in use, none near its limit")
    }
    return Finding(
      .rateLimits, .warning,
      EndingKeys.list(near, of: near.count, "near the limit, of \(inUse) in use") {
        "\($0.keyID) has \($0.state.remaining) of \($0.state.limit) left"
      },
      advice: "orgkey key update KEY --limit N/WINDOW raises one; every window ends by itself")
  }
}
