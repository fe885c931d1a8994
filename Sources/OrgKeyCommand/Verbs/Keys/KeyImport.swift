internal import ArgumentParser
internal import OrgKey

struct KeyImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take over the keys of a file, issued elsewhere: all of them, or none.",
    discussion: """
      Keys come by the SHA-256 of their text, never by the text: their holders notice nothing.

        printf %s "$KEY" | sha256sum

      Columns, or fields:

        sha256        64 hexadecimal digits
        organization  or organization_id: whom it belongs to
        name          what it is for
        hint          what people may see of its text: pc_live_…3fA9
        environment   live, test, … (default: the daemon's, else live)
        permissions   contacts:*;deals:read   in JSON: ["contacts:*", "deals:read"]
        created_at    2026-01-31T09:30:00Z    RFC 3339
        expires_at    the same; empty: never
        rate_limit    100/1h                  (default: the daemon's)
        labels        crm=1;team=a            in JSON: {"crm": "1", "team": "a"}

      The first three are needed. CSV is that of RFC 4180 and begins with a line that names its \
      columns, in any order. JSON lines have one object each. What is wrong is told by its line, all \
      of it together. A digest that is known, even of a revoked key, is refused.

        orgkey key import keys.csv --dry-run
        orgkey key import keys.jsonl
      """)

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.run(ImportedKey.self) { administrator, reading in
      try administrator.importKeys(
        isDryRun: options.dryRun, timeout: options.connection.patientTimeout,
        progress: reading.staged, next: reading.next)
    }
  }
}
