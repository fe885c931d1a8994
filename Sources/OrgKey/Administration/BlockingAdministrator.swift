/// The calls of `Administrator` for threads that may be blocked.
public struct BlockingAdministrator: Sendable {
  let client: BlockingClient
  let caller: ActingCaller
}
