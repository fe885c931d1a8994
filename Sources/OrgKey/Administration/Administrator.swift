/// The calls that manage keys and organizations, for a process whose uid or group the daemon knows
/// as an administrator's, a delegate's or (for those that change nothing) a reader's.
///
/// From `OrgKeyClient.administrator(actor:)`, or from `OrgKeyClient.onBehalf(of:…)` confined to one
/// organization. Everywhere, a `timeout` of nil is the client's for administration.
public struct Administrator: Sendable {
  let client: OrgKeyClient
  let caller: ActingCaller

  /// The same calls for threads that may be blocked.
  public var blocking: BlockingAdministrator {
    BlockingAdministrator(client: client.blocking, caller: caller)
  }
}
