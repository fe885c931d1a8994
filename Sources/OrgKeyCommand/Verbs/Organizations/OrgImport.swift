internal import ArgumentParser
internal import OrgKey

struct OrgImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make the organizations of a file: all of them, or none.",
    discussion: """
      Columns, or fields: id (or organization_id); parent (or parent_id), empty for a root; name. \
      Parents may stand anywhere in the file, or exist already. What exists as given is skipped, so \
      that it may be run again; one that exists takes the name that is given. Nothing is moved.

      CSV is that of RFC 4180 and begins with a line that names its columns, in any order. JSON \
      lines have one object each. What is wrong is told by its line, all of it together.

        orgkey org import customers.csv --dry-run
        orgkey org import customers.csv
        psql -c "COPY orgs (id, parent, name) TO STDOUT (FORMAT csv, HEADER)" |
          orgkey org import - --format csv
      """)

  @OptionGroup var options: ImportOptions

  func run() throws {
    try options.run(ImportedOrganization.self) { administrator, reading in
      try administrator.importOrganizations(
        isDryRun: options.dryRun, timeout: options.connection.patientTimeout,
        progress: reading.staged, next: reading.next)
    }
  }
}
