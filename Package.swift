// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "orgkey",
  // The library's: untested there.
  platforms: [.macOS(.v15)],
  products: [
  ],
  dependencies: [
  ],
  targets: [
    // C, each imported by exactly one target.
    .target(name: "CLinux"),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "COrgKeyProto", linkerSettings: [.linkedLibrary("protobuf-c")]),

    // The rules: pure, no I/O, no clock.
    .target(name: "OrgKeyModel", swiftSettings: strict),
    // The thin layer above system calls.
    .target(name: "OrgKeySystem", dependencies: ["CLinux"], swiftSettings: strict),
    // Frames and messages: what daemon and library share.
    .target(name: "OrgKeyWire", dependencies: ["COrgKeyProto"], swiftSettings: strict),
    // What is on disk.
    .target(
      name: "OrgKeyStore",
      dependencies: ["OrgKeyModel", "OrgKeySystem", "CSQLite"], swiftSettings: strict),

    .testTarget(
      name: "OrgKeyWireTests", dependencies: ["OrgKeyWire"], swiftSettings: strict),
    .testTarget(
      name: "OrgKeyModelTests", dependencies: ["OrgKeyModel"], swiftSettings: strict),
    .testTarget(
      name: "OrgKeyStoreTests", dependencies: ["OrgKeyStore", "OrgKeyModel", "OrgKeySystem"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
