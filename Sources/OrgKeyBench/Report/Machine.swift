internal import FoundationEssentials
internal import Glibc
internal import OrgKeySystem

/// Where it was measured, and what.
struct Machine: Encodable {
  let processor: String
  let cores: Int
  let kernel: String
  let orgkeyd: String
  let redis: String?
  let swift: String?

  init(_ servers: Servers, _ version: String) {
    let model = (try? Files.prefix(4_096, of: "/proc/cpuinfo")).map {
      String(decoding: $0, as: UTF8.self).split(separator: "\n").first {
        $0.hasPrefix("model name")
      }
    }
    processor =
      model??.split(separator: ":").last.map { $0.drop { $0 == " " } }.map(String.init)
      ?? "unknown processor"
    cores = servers.cores.count
    kernel =
      (try? Files.prefix(256, of: "/proc/sys/kernel/osrelease")).map {
        String(decoding: $0, as: UTF8.self).filter { !$0.isNewline }
      } ?? "unknown"
    orgkeyd = version
    redis = Redis.path.flatMap { servers.firstLine([$0, "--version"]) }
      .flatMap { line in line.split(separator: " ").first { $0.hasPrefix("v=") } }
      .map { String($0.dropFirst(2)) }
    swift = servers.firstLine(["swift", "--version"]).flatMap { line in
      line.split(separator: " ").first { $0.first?.isNumber == true }.map(String.init)
    }
  }

  var text: String {
    "\(processor), \(cores) cores, Linux \(kernel); orgkeyd \(orgkeyd), "
      + "Redis \(redis ?? "absent"), Swift \(swift ?? "not here")"
  }
}

/// The options as they were, for the record.
struct OptionsRecord: Encodable {
  let keys: Int
  let organizations: Int
  let depth: Int
  let connections: Int
  let inFlight: Int
  let threads: Int
  let rounds: Int
  let seconds: Double

  init(_ options: Options) {
    keys = options.keys
    organizations = options.organizations
    depth = options.depth
    connections = options.connections
    inFlight = options.inFlight
    threads = options.threads
    rounds = options.rounds
    seconds = options.seconds
  }

  private enum CodingKeys: String, CodingKey {
    case keys, organizations, depth, connections
    case inFlight = "in_flight"
    case threads, rounds, seconds
  }
}
