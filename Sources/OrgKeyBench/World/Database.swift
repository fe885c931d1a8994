internal import FoundationEssentials
internal import OrgKey

/// The databases: made once by the daemon's own imports, kept, and copied for each run.
struct Database {
  /// As much as travels and is made in a few seconds.
  private static let keysAtOnce = 200_000

  let world: World
  let directory: String

  private var kept: String { "\(directory)/\(world.name).db" }

  /// Makes it, if it is not there yet.
  func prepare(_ servers: Servers) throws {
    if FileManager.default.fileExists(atPath: kept) { return }
    Output.say(
      "making the database of \(Text.count(world.keyCount)) keys once, to be kept as \(kept)")
    let began = ContinuousClock.now
    let unfinished = "\(servers.directory)/unfinished-\(world.keyCount).db"
    let daemon = try servers.daemon("maker", database: unfinished, threads: 1, isPinned: false)
    try fill(daemon)
    try daemon.stop()
    try FileManager.default.moveItem(atPath: unfinished, toPath: kept)
    let took = Text.fixed((ContinuousClock.now - began).seconds, 0)
    Output.say("making the database once: \(took) s")
  }

  /// A copy that is this run's own.
  func copy(to path: String) throws {
    try FileManager.default.copyItem(atPath: kept, toPath: path)
  }

  private func fill(_ daemon: Server) throws {
    let client = OrgKeyClient(socketPath: daemon.socket)
    defer { client.close() }
    let administrator = client.administrator(actor: "orgkey-bench").blocking
    let patience = Duration.seconds(900)
    try check(administrator.importOrganizations(world.importedOrganizations(), timeout: patience))
    for first in stride(from: 0, to: world.keyCount, by: Database.keysAtOnce) {
      let numbers = first..<min(first + Database.keysAtOnce, world.keyCount)
      let result = try administrator.importKeys(world.importedKeys(numbers), timeout: patience) {
        Output.progress("keys: \(Text.count(first + Int($0))) of \(Text.count(world.keyCount))")
      }
      try check(result)
    }
    Output.clearProgress()
  }

  private func check(_ result: ImportResult) throws {
    if let fault = result.faults.first {
      throw Failure("the import was refused: row \(fault.row): \(fault.message)", status: 70)
    }
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
