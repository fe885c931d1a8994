internal import ArgumentParser
internal import Logging
internal import OrgKeyModel
internal import OrgKeyServer
internal import OrgKeySystem

/// The settings of `orgkeyd`, defined here as options; `Setting.all` lists them.
struct DaemonOptions: ParsableArguments {
  @Option(help: "Where to listen.")
  var socket: String = DaemonSettings.defaultSocket

  @Option(help: "Where the keys are kept; made if it does not exist.")
  var database: String = DaemonSettings.defaultDatabase

  @Option(
    help: ArgumentHelp(
      "A second socket for administrators, delegates and readers; the main one then serves only "
        + "what everybody may ask, root included.", valueName: "path"))
  var adminSocket: String?

  @Option(help: "Permission bits of the sockets, octal.")
  var socketMode = OctalMode(bits: 0o660)

  @Option(
    help: ArgumentHelp("The group of the sockets (default: the daemon's).", valueName: "group"))
  var socketGroup: String?

  @Option(help: ArgumentHelp("Users who are administrators.", valueName: "user"))
  var adminUid: [String] = []

  @Option(help: ArgumentHelp("Groups whose members are administrators.", valueName: "group"))
  var adminGid: [String] = []

  @Option(
    help: ArgumentHelp(
      "Users who may change things on behalf of an organization, as a customer portal does.",
      valueName: "user"))
  var delegateUid: [String] = []

  @Option(help: ArgumentHelp("Groups whose members are delegates.", valueName: "group"))
  var delegateGid: [String] = []

  @Option(help: ArgumentHelp("Users who may see everything and change nothing.", valueName: "user"))
  var readerUid: [String] = []

  @Option(help: ArgumentHelp("Groups whose members are readers.", valueName: "group"))
  var readerGid: [String] = []

  @Option(help: "What the text of a new key begins with.")
  var keyPrefix: String = "pc"

  @Option(
    help: ArgumentHelp(
      "Refuse keys of any other environment, whatever a request names.", valueName: "environment"))
  var requireEnvironment: String?

  @Option(help: "Threads that answer.")
  var threads: Int = 2

  @Option(
    help: ArgumentHelp(
      "The limit of a key for which none is asked: 100/1h is 100 requests an hour (default: none).",
      valueName: "n/window"))
  var defaultRateLimit: String?

  @Option(help: "Connections at once.")
  var maxConnections: Int = 4_096

  @Option(
    help: ArgumentHelp(
      "Connections at once of one user, so that nobody can take them all (default: half of "
        + "--max-connections).", valueName: "n"))
  var maxConnectionsPerUid: Int?

  @Option(help: ArgumentHelp("How often usage counts go to disk.", valueName: "duration"))
  var usageFlushInterval: String = "1s"

  @Option(
    help: ArgumentHelp(
      "How long events of the audit trail are kept, as in 400d (default: for good).",
      valueName: "duration"))
  var auditRetention: String?

  @Option(help: "The least level that is logged: debug, info, notice, warning, error, critical.")
  var logLevel = LogLevel.info

  @Option(help: "How a line of the log looks: text, json.")
  var logFormat: LogFormat = .text

  @Flag(
    help: ArgumentHelp(
      "Serve although rows of the database have vanished or came from elsewhere, or its log is "
        + "damaged, or restore such a backup; rows that fail their checksum stay refused."))
  var acceptDamage = false

  /// - Throws: the first setting that is wrong by itself.
  func settings() throws(SettingFault) -> DaemonSettings {
    let ownUser = AccountName.ownUser
    let access = AccessPolicy(
      ownUser: ownUser,
      administrators: try accounts("admin", adminUid, adminGid),
      delegates: try accounts("delegate", delegateUid, delegateGid),
      readers: try accounts("reader", readerUid, readerGid))
    var settings = DaemonSettings(
      access: access,
      keyPrefix: try option("key-prefix") { () throws(Refusal) in
        try Validation.keyPrefix(keyPrefix)
      })
    settings.socket = try path("socket", socket)
    settings.database = database
    settings.adminSocket = try adminSocket.map { text throws(SettingFault) in
      try path("admin-socket", text)
    }
    settings.socketMode = socketMode.bits
    settings.socketGroup = try socketGroup.map { name throws(SettingFault) in
      try account("socket-group", name, AccountName.group)
    }
    settings.requiredEnvironment = try requireEnvironment.map { text throws(SettingFault) in
      try option("require-environment") { () throws(Refusal) in
        try Validation.environment(text, field: "environment")
      }
    }
    settings.threads = try number("threads", threads, in: 1...64)
    settings.maxConnections = try number("max-connections", maxConnections, in: 1...1_000_000)
    settings.maxConnectionsPerUser = try maxConnectionsPerUid.map { count throws(SettingFault) in
      try number("max-connections-per-uid", count, in: 1...1_000_000)
    }
    settings.defaultRateLimit = try defaultRateLimit.map { text throws(SettingFault) in
      guard let limit = RateLimit(text) else {
        throw wrong("default-rate-limit", "\"\(text)\" is not a limit such as 100/1h")
      }
      return limit
    }
    guard let interval = Duration.milliseconds(parsing: usageFlushInterval),
      (100...3_600_000).contains(interval)
    else {
      throw wrong("usage-flush-interval", "\"\(usageFlushInterval)\" is not 100ms to 1h")
    }
    settings.usageFlushInterval = interval
    settings.auditRetention = try auditRetention.map { text throws(SettingFault) in
      guard let retention = Duration.milliseconds(parsing: text),
        Limits.auditRetentionMilliseconds.contains(retention)
      else { throw wrong("audit-retention", "\"\(text)\" is not 1h to 36500d") }
      return retention
    }
    settings.acceptDamage = acceptDamage
    return settings
  }

  /// - Throws: a setting that does not go together with another one.
  func checkTogether() throws(SettingFault) {
    if adminSocket == socket { throw wrong("admin-socket", "it is the same path as socket") }
  }

  private func accounts(
    _ role: String, _ users: [String], _ groups: [String]
  ) throws(SettingFault) -> Accounts {
    var accounts = Accounts()
    for name in users { accounts.users.insert(try account("\(role)-uid", name, AccountName.user)) }
    for name in groups {
      accounts.groups.insert(try account("\(role)-gid", name, AccountName.group))
    }
    return accounts
  }

  private func account(
    _ option: String, _ name: String, _ lookUp: (String) -> UInt32?
  ) throws(SettingFault) -> UInt32 {
    guard let number = lookUp(name) else {
      throw wrong(option, "there is no \"\(name)\" on this system")
    }
    if number == AccessPolicy.overflowUser {
      throw wrong(option, "\(number) stands for users of foreign namespaces and gets no role")
    }
    if number == UInt32.max { throw wrong(option, "\(number) is nobody's number") }
    return number
  }

  private func path(_ name: String, _ text: String) throws(SettingFault) -> String {
    guard !text.isEmpty else { throw wrong(name, "the path is empty") }
    guard text.utf8.count <= UnixSocket.longestPath else {
      throw wrong(
        name, "the path has \(text.utf8.count) bytes, and Linux takes \(UnixSocket.longestPath)")
    }
    return text
  }

  private func number(
    _ name: String, _ value: Int, in range: ClosedRange<Int>
  ) throws(SettingFault) -> Int {
    guard range.contains(value) else {
      throw wrong(name, "\(value) is not \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private func option<T>(_ name: String, _ body: () throws(Refusal) -> T) throws(SettingFault) -> T
  {
    do throws(Refusal) { return try body() } catch { throw wrong(name, error.message) }
  }

  private func wrong(_ name: String, _ problem: String) -> SettingFault {
    SettingFault(name: name, problem: problem)
  }
}

/// What is wrong with a setting.
struct SettingFault: Error {
  let name: String
  let problem: String
}

extension DaemonOptions {
  /// Says that there is no setting of this name, and which may have been meant.
  static func unknown(_ name: String) -> String {
    do {
      _ = try parse(["--\(name)"])
    } catch {
      let message = message(for: error)
      if message.hasPrefix("Unknown option") {
        return message.replacing("Unknown option", with: "unknown setting").replacing(
          "--", with: "")
      }
    }
    return "unknown setting '\(name)'"
  }
}
