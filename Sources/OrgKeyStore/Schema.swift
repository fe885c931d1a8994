/// One step of the schema. Append-only: a step that was ever released is never changed.
struct Migration {
  /// What `user_version` is after it.
  var version: Int64
  var sql: String
}

enum Schema {
  /// "OKey", in the header of every database of ours.
  static let applicationID: Int64 = 0x4F4B_6579

  static let migrations = [
    Migration(version: 1, sql: first), Migration(version: 2, sql: second),
  ]

  // Times are Unix milliseconds, 0 is never. Numbers are OrgKey's own and never used again;
  // other programs see ids alone. Text is compared by its bytes.
  private static let first = """
    CREATE TABLE meta (
      number INTEGER PRIMARY KEY CHECK (number = 1),
      database_id TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE totals (
      name TEXT PRIMARY KEY,
      rows INTEGER NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
    INSERT INTO totals VALUES
      ('organizations', 0, 0), ('permission_sets', 0, 0), ('keys', 0, 0), ('secrets', 0, 0);

    CREATE TABLE organizations (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      parent INTEGER REFERENCES organizations,
      name TEXT NOT NULL,
      suspended INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX organizations_parent ON organizations (parent);

    CREATE TABLE permission_sets (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      patterns TEXT NOT NULL UNIQUE,
      checksum INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE keys (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      key_id TEXT NOT NULL UNIQUE,
      organization INTEGER NOT NULL REFERENCES organizations,
      name TEXT NOT NULL,
      environment TEXT NOT NULL,
      permission_set INTEGER NOT NULL REFERENCES permission_sets,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      disabled INTEGER NOT NULL,
      revoked_at INTEGER NOT NULL,
      revoked_reason TEXT NOT NULL,
      rate_limit INTEGER NOT NULL,
      rate_window INTEGER NOT NULL,
      created_by TEXT NOT NULL,
      labels TEXT NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX keys_organization ON keys (organization);
    CREATE INDEX keys_expires_at ON keys (expires_at) WHERE expires_at > 0;

    CREATE TABLE secrets (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      key INTEGER NOT NULL REFERENCES keys,
      version INTEGER NOT NULL,
      digest BLOB NOT NULL UNIQUE,
      hint TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      retires_at INTEGER NOT NULL,
      revoked INTEGER NOT NULL,
      checksum INTEGER NOT NULL,
      UNIQUE (key, version)
    ) STRICT;

    CREATE TABLE request_ids (
      organization INTEGER NOT NULL,
      request_id TEXT NOT NULL,
      fingerprint BLOB NOT NULL,
      key_id TEXT NOT NULL,
      secret_version INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (organization, request_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX request_ids_created_at ON request_ids (created_at);

    CREATE TABLE key_usage (
      key INTEGER PRIMARY KEY,
      allowed INTEGER NOT NULL,
      denied INTEGER NOT NULL,
      last_used INTEGER NOT NULL,
      last_denied INTEGER NOT NULL,
      last_denied_reason INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE secret_usage (
      secret INTEGER PRIMARY KEY,
      allowed INTEGER NOT NULL,
      last_used INTEGER NOT NULL
    ) STRICT;

    -- day: days since 1970-01-01 UTC; reason: the contract's number, 0 is allowed.
    CREATE TABLE usage_days (
      key INTEGER NOT NULL,
      day INTEGER NOT NULL,
      reason INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (key, day, reason)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE audit (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      method TEXT NOT NULL,
      key_id TEXT NOT NULL,
      organization INTEGER NOT NULL,
      organization_id TEXT NOT NULL,
      actor TEXT NOT NULL,
      uid INTEGER NOT NULL,
      gid INTEGER NOT NULL,
      pid INTEGER NOT NULL,
      acting_organization_id TEXT NOT NULL,
      secret_version INTEGER NOT NULL,
      detail TEXT NOT NULL
    ) STRICT;
    """

  private static let second = """
    -- Of secrets whose keys are gone from the records: known as revoked for good.
    CREATE TABLE dead_digests (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      digest BLOB NOT NULL UNIQUE,
      died_at INTEGER NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
    INSERT INTO totals VALUES ('dead_digests', 0, 0);

    -- Where organizations stood that are gone, so that their history is found below those that
    -- are left. parent: a number, of one that may be gone as well; 0: a root.
    CREATE TABLE deleted_organizations (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      parent INTEGER NOT NULL,
      deleted_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX deleted_organizations_id ON deleted_organizations (id);
    CREATE INDEX deleted_organizations_parent ON deleted_organizations (parent);

    CREATE INDEX audit_key ON audit (key_id) WHERE key_id <> '';
    CREATE INDEX audit_organization ON audit (organization);
    CREATE INDEX audit_at ON audit (at);
    CREATE INDEX usage_days_day ON usage_days (day);
    """
}
