/// Something that the daemon can be told: an option of its command line, a line of its configuration
/// file, or a variable of its environment, under one name.
struct Setting: Sendable {
  enum Kind { case value, list, flag }

  let name: String
  let kind: Kind
  /// Its values in `options`, as a line of the file has them; empty: it is not set.
  let values: @Sendable (_ options: DaemonOptions) -> [String]

  /// All there are, in the order of `--help`.
  static let all = [
    Setting("socket", \.socket),
    Setting("database", \.database),
    Setting("admin-socket", \.adminSocket),
    Setting("socket-mode", \.socketMode),
    Setting("socket-group", \.socketGroup),
    Setting("admin-uid", \.adminUid),
    Setting("admin-gid", \.adminGid),
    Setting("delegate-uid", \.delegateUid),
    Setting("delegate-gid", \.delegateGid),
    Setting("reader-uid", \.readerUid),
    Setting("reader-gid", \.readerGid),
    Setting("key-prefix", \.keyPrefix),
    Setting("require-environment", \.requireEnvironment),
    Setting("threads", \.threads),
    Setting("default-rate-limit", \.defaultRateLimit),
    Setting("max-connections", \.maxConnections),
    Setting("max-connections-per-uid", \.maxConnectionsPerUid),
    Setting("usage-flush-interval", \.usageFlushInterval),
    Setting("audit-retention", \.auditRetention),
    Setting("log-level", \.logLevel),
    Setting("log-format", \.logFormat),
    Setting("accept-damage", \.acceptDamage),
  ]

  static func named(_ name: String) -> Setting? { all.first { $0.name == name } }

  /// ORGKEYD_SOCKET_MODE.
  var variable: String { Self.variablePrefix + name.replacing("-", with: "_").uppercased() }

  static let variablePrefix = "ORGKEYD_"

  /// A value of it as the command line has it; nil: a flag that is not raised.
  func argument(_ value: String) -> String? {
    if kind == .flag { return value == "true" ? "--\(name)" : nil }
    return "--\(name)=\(value)"
  }
}

extension Setting {
  private typealias Path<Value> = KeyPath<DaemonOptions, Value> & Sendable

  private init<Value>(_ name: String, _ path: any Path<Value>) {
    self.init(name: name, kind: .value) { ["\($0[keyPath: path])"] }
  }

  private init<Value>(_ name: String, _ path: any Path<Value?>) {
    self.init(name: name, kind: .value) { options in
      options[keyPath: path].map { ["\($0)"] } ?? []
    }
  }

  private init(_ name: String, _ path: any Path<[String]>) {
    self.init(name: name, kind: .list) { $0[keyPath: path] }
  }

  private init(_ name: String, _ path: any Path<Bool>) {
    self.init(name: name, kind: .flag) { ["\($0[keyPath: path])"] }
  }
}
