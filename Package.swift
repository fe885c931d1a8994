// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// Tests that send what no client of ours would send go below the safe API throughout.
let hostile = Array(strict.dropFirst())

let package = Package(
  name: "orgkey",
  // The library's: untested there.
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "OrgKey", targets: ["OrgKey"]),
    .executable(name: "orgkeyd", targets: ["orgkeyd"]),
    .executable(name: "orgkey", targets: ["OrgKeyCommand"]),
    .executable(name: "orgkey-bench", targets: ["OrgKeyBench"]),
  ],
  dependencies: [
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.1.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    // C, each imported by exactly one target.
    .target(name: "CBench"),
    .target(name: "CClock"),
    .target(name: "CLinux"),
    .target(name: "CNettle", linkerSettings: [.linkedLibrary("nettle")]),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "COrgKeyProto", linkerSettings: [.linkedLibrary("protobuf-c")]),

    // The rules: pure, no I/O, no clock.
    .target(name: "OrgKeyModel", swiftSettings: strict),
    // The thin layer above system calls.
    .target(name: "OrgKeySystem", dependencies: ["CLinux", "CNettle"], swiftSettings: strict),
    // Frames and messages: what daemon and library share.
    .target(name: "OrgKeyWire", dependencies: ["COrgKeyProto"], swiftSettings: strict),
    // What is on disk.
    .target(
      name: "OrgKeyStore",
      dependencies: ["OrgKeyModel", "OrgKeySystem", "CSQLite"], swiftSettings: strict),
    // From the socket to the answer.
    .target(
      name: "OrgKeyServer",
      dependencies: [
        "OrgKeyModel", "OrgKeySystem", "OrgKeyWire", "OrgKeyStore",
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: strict),
    .executableTarget(
      name: "orgkeyd",
      dependencies: [
        "OrgKeyModel", "OrgKeyServer", "OrgKeySystem",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: strict),
    // The library: the only public API.
    .target(name: "OrgKey", dependencies: ["OrgKeyWire"], swiftSettings: strict),
    // The command `orgkey`. Its target has another name because file systems that
    // ignore case would merge it with the library.
    .executableTarget(
      name: "OrgKeyCommand",
      dependencies: [
        "CClock", "OrgKey", "OrgKeyModel",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ], swiftSettings: strict),
    // The benchmark `orgkey-bench`: what a call costs, beside what the socket itself costs.
    .executableTarget(
      name: "OrgKeyBench",
      dependencies: [
        "CBench", "OrgKey", "OrgKeyModel", "OrgKeySystem", "OrgKeyWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ], swiftSettings: strict),

    // What tests share.
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: strict),
    // SQLite's disk, of which the power can be cut.
    .target(
      name: "CFaultVFS", path: "Tests/CFaultVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
    .testTarget(
      name: "OrgKeyTests", dependencies: ["OrgKey", "OrgKeyWire", "TestSupport", "orgkeyd"],
      swiftSettings: strict),
    .testTarget(
      name: "OrgKeyCommandTests",
      dependencies: ["OrgKey", "OrgKeyCommand", "TestSupport", "orgkeyd"],
      swiftSettings: strict),
    .testTarget(
      name: "OrgKeyBenchTests", dependencies: ["OrgKeyBench"], swiftSettings: strict),
    // The built daemon, as a client in another language sees it.
    .testTarget(
      name: "OrgKeyContractTests", dependencies: ["orgkeyd"], swiftSettings: strict),
    .testTarget(
      name: "OrgKeyWireTests", dependencies: ["OrgKeyWire"], swiftSettings: strict),
    .testTarget(
      name: "OrgKeyServerTests",
      dependencies: [
        "OrgKeyModel", "OrgKeyServer", "OrgKeyStore", "OrgKeySystem", "OrgKeyWire", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: hostile),
    // The functions that are fuzzed (`make fuzz` links them), and a replay of what is kept for them.
    .testTarget(
      name: "OrgKeyFuzzTests",
      dependencies: [
        "OrgKey", "OrgKeyModel", "OrgKeyServer", "OrgKeyStore", "OrgKeySystem", "OrgKeyWire",
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: hostile),
    .testTarget(
      name: "OrgKeyModelTests", dependencies: ["OrgKeyModel", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "OrgKeyStoreTests",
      dependencies: [
        "CFaultVFS", "OrgKeyStore", "OrgKeyModel", "OrgKeySystem", "TestSupport", "orgkeyd",
      ], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
