#!/bin/bash
# Builds a package that depends on this one by git URL and version, as other people's packages do
# (a path would hide settings that break them), and authorizes with it. It also holds the Swift of the
# README and of the library's articles, a module for each: a block that does not compile is reported
# by its file and line.
# Usage: Tests/consumer.sh DIRECTORY-WITH-orgkeyd
set -euo pipefail
package=$(cd "$(dirname "$0")/.." && pwd)
binaries=$(cd "$1" && pwd)
work=$(mktemp -d)
daemon=
cleanup() {
  if [ -n "$daemon" ]; then kill "$daemon" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

# The tree as it is now, as a repository with a version.
mkdir "$work/orgkey"
(cd "$package" && git ls-files -z --cached --others --exclude-standard |
  xargs -0 tar --ignore-failed-read -cf - 2>/dev/null) | tar -xf - -C "$work/orgkey"
git -C "$work/orgkey" init -q
git -C "$work/orgkey" add -A
git -C "$work/orgkey" -c user.name=test -c user.email=test@example.org commit -qm 'the tree'
git -C "$work/orgkey" tag 0.1.0

# blocks TEXT: its blocks of Swift, each line known to the compiler by its place in the text.
blocks() {
  awk -v text="$1" '
    /^ *```/ {
      isSwift = !isBlock && $0 ~ /^ *```swift$/
      isBlock = !isBlock
      if (isSwift) printf "#sourceLocation(file: \"%s\", line: %d)\n", text, NR + 1
      next
    }
    isSwift' "$1"
}

sources=$work/service/Sources
mkdir -p "$sources/service"
targets=
cd "$package"
for text in README.md Sources/OrgKey/OrgKey.docc/*.md; do
  name=$(basename "$text" .md)Text
  mkdir "$sources/$name"
  blocks "$text" > "$sources/$name/Blocks.swift"
  cp Tests/consumer/Surroundings.swift "$sources/$name/"
  if [ ! -s "$sources/$name/Blocks.swift" ]; then
    echo "$text:1: there is no block of Swift in it" >&2
    exit 1
  fi
  targets+="
    .target(
      name: \"$name\", dependencies: [.product(name: \"OrgKey\", package: \"orgkey\")],
      swiftSettings: [.treatAllWarnings(as: .error)]),"
done

cat > "$work/service/Package.swift" <<END
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "service",
  dependencies: [.package(url: "file://$work/orgkey", from: "0.1.0")],
  targets: [
    .executableTarget(
      name: "service", dependencies: [.product(name: "OrgKey", package: "orgkey")]),$targets
  ])
END
cat > "$work/service/Sources/service/main.swift" <<'END'
import OrgKey

let client = OrgKeyClient(socketPath: CommandLine.arguments[1])
try await client.waitUntilServing(timeout: .seconds(10))
let administrator = client.administrator(actor: "consumer")
_ = try await administrator.putOrganization(id: "acme", name: "Acme")
let issued = try await administrator.issueKey(
  NewKey(organizationID: "acme", name: "test", permissions: ["contacts:read"]))
let grant = try await client.authorize(
  .text(issued.text), permission: "contacts:read", in: .own)
print("allowed in", grant.organizationID)
do {
  _ = try await client.authorize(.text(nil), permission: "contacts:read", in: .own)
} catch {
  print("denied with", error.response.statusCode)
}
END

"$binaries/orgkeyd" --socket "$work/s" --database "$work/db" 2> "$work/log" &
daemon=$!
swift build --package-path "$work/service" > "$work/build" 2>&1 || {
  cat "$work/build"
  exit 1
}
answer=$("$work/service/.build/debug/service" "$work/s")
echo "$answer"
[ "$answer" = $'allowed in acme\ndenied with 401' ]
