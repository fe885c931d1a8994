import Testing

/// One thing that may have happened to a socket's or a database's files.
struct StateFileCase: Sendable, CustomTestStringConvertible {
  enum Outcome: Sendable {
    case serves
    case refuses(status: Int32, words: String)
  }

  let name: String
  /// For sh, in the directory; `$database` is a good one to copy.
  let script: String
  let arguments: [String]
  let outcome: Outcome
  /// Where it is served, in the directory.
  var served = "orgkey.sock"
  var umask: UInt32 = 0o022
  var socketMode: UInt32?

  var testDescription: String { name }

  private static func socket(
    _ name: String, _ script: String, at path: String = "orgkey.sock", _ outcome: Outcome
  ) -> StateFileCase {
    StateFileCase(
      name: "socket: " + name, script: script, arguments: ["--socket", path], outcome: outcome,
      served: path)
  }

  private static func database(
    _ name: String, _ script: String, at path: String = "orgkey.db", _ outcome: Outcome
  ) -> StateFileCase {
    StateFileCase(
      name: "database: " + name, script: script, arguments: ["--database", path], outcome: outcome)
  }

  private static func unavailable(_ words: String) -> Outcome { .refuses(status: 69, words: words) }
  private static func wrong(_ words: String) -> Outcome { .refuses(status: 78, words: words) }

  private static let listen = "import socket,sys;s=socket.socket(socket.AF_UNIX);"

  static let sockets = [
    socket("nothing there", "", .serves),
    socket("absolute path", "", at: "$PWD/orgkey.sock", .serves),
    socket("path is empty", "", at: "", wrong("the path is empty")),
    socket("107 bytes of path", "", at: String(repeating: "s", count: 107), .serves),
    socket(
      "108 bytes of path", "", at: String(repeating: "s", count: 108), wrong("Linux takes 107")),
    socket("directory is missing", "", at: "none/s", wrong("make it first")),
    socket("directory is a file", "touch d", at: "d/s", unavailable("cannot lock d/s.lock")),
    socket("directory where nothing can be made", "", at: "/sys/s", unavailable("cannot lock")),
    socket(
      "directory that everybody may write", "mkdir d; chmod 777 d", at: "d/s",
      wrong("everybody can write to d")),
    socket("directory like /tmp", "mkdir d; chmod 1777 d", at: "d/s", .serves),
    socket(
      "directory of another user", "mkdir d; chown 1234 d", at: "d/s", wrong("belongs to uid 1234")),
    socket("link to a good directory", "mkdir e; ln -s e d", at: "d/s", .serves),
    socket(
      "link to a directory that everybody may write", "mkdir e; chmod 777 e; ln -s e d", at: "d/s",
      wrong("everybody can write to d")),
    socket(
      "link to a directory of another user", "mkdir e; chown 1234 e; ln -s e d", at: "d/s",
      wrong("belongs to uid 1234")),
    socket("link to a directory into nowhere", "ln -s e d", at: "d/s", wrong("make it first")),
    socket("link to itself in place of the directory", "ln -s d d", at: "d/s", wrong("cannot use")),
    socket("a file is there", "echo precious >orgkey.sock", unavailable("move it away")),
    socket("a directory is there", "mkdir orgkey.sock", unavailable("move it away")),
    socket("a fifo is there", "mkfifo orgkey.sock", unavailable("move it away")),
    socket("a link is there", "touch e; ln -s e orgkey.sock", unavailable("move it away")),
    socket("a link into nowhere is there", "ln -s e orgkey.sock", unavailable("move it away")),
    socket(
      "a link to a socket is there",
      "/usr/bin/python3 -c '\(listen)s.bind(\"e\")'; ln -s e orgkey.sock",
      unavailable("move it away")),
    socket(
      "nobody listens any more", "/usr/bin/python3 -c '\(listen)s.bind(\"orgkey.sock\")'", .serves),
    socket(
      "another program listens",
      "/usr/bin/python3 -c '\(listen)s.bind(\"orgkey.sock\");s.listen();open(\"up\",\"w\");"
        + "sys.stdin.read()' & background",
      unavailable("another program is serving")),
    socket("lock is a link", "touch e; ln -s e orgkey.sock.lock", unavailable("cannot lock")),
    socket("lock is a directory", "mkdir orgkey.sock.lock", unavailable("cannot lock")),
    socket("lock is a fifo", "mkfifo orgkey.sock.lock", unavailable("cannot lock")),
    socket("lock is left over", "echo 1 >orgkey.sock.lock", .serves),
    StateFileCase(
      name: "socket: no umask", script: "", arguments: [], outcome: .serves, umask: 0,
      socketMode: 0o660),
    StateFileCase(
      name: "socket: strict umask", script: "", arguments: ["--socket-mode", "0666"],
      outcome: .serves, umask: 0o777, socketMode: 0o666),
    StateFileCase(
      name: "socket: administrators' is the same", script: "",
      arguments: ["--admin-socket", "orgkey.sock"], outcome: wrong("same path as socket")),
    StateFileCase(
      name: "socket: administrators' is the same by another name", script: "",
      arguments: ["--admin-socket", "./orgkey.sock"], outcome: unavailable("is serving on")),
    StateFileCase(
      name: "socket: administrators' has no directory", script: "",
      arguments: ["--admin-socket", "none/s"], outcome: wrong("make it first")),
  ]

  static let databases = [
    database("a good one", "cp $database orgkey.db", .serves),
    database("path is empty", "", at: "", wrong("does not name a database file")),
    database("path is a directory's", "mkdir d", at: "d/", wrong("does not name a database file")),
    database("directory is missing", "", at: "none/db", wrong("directory of the database")),
    database("directory is a file", "touch d", at: "d/db", wrong("directory")),
    database(
      "directory that everybody may write", "mkdir d; chmod 777 d", at: "d/db", wrong("chmod o-w")),
    database(
      "directory like /tmp", "mkdir d; chmod 1777 d", at: "d/db", wrong("chmod o-w")),
    database(
      "directory of another user", "mkdir d; chown 1234 d", at: "d/db", wrong("belongs to uid 1234")
    ),
    database("link to a good directory", "mkdir e; ln -s e d", at: "d/db", .serves),
    database("readable by all", "cp $database orgkey.db; chmod 644 orgkey.db", .serves),
    database(
      "writable by the group", "cp $database orgkey.db; chmod 660 orgkey.db", wrong("chmod 600")),
    database(
      "writable by all", "cp $database orgkey.db; chmod 666 orgkey.db", wrong("chmod 600")),
    database(
      "of another user", "cp $database orgkey.db; chown 1234 orgkey.db",
      wrong("belongs to uid 1234")),
    database("a link", "cp $database e; ln -s e orgkey.db", wrong("symbolic link")),
    database("a link into nowhere", "ln -s e orgkey.db", wrong("symbolic link")),
    database("two names", "cp $database e; ln e orgkey.db", wrong("hard links")),
    database("a directory", "mkdir orgkey.db", wrong("not a regular file")),
    database("a fifo", "mkfifo -m 600 orgkey.db", wrong("not a regular file")),
    database("a text", "cp /etc/passwd orgkey.db; chmod 600 orgkey.db", wrong("not a SQLite")),
    database("empty", "touch orgkey.db", wrong("not a SQLite")),
    database(
      "another program's", "sqlite3 orgkey.db 'CREATE TABLE keys (a)'",
      wrong("not one of orgkeyd's")
    ),
    database(
      "of a newer orgkeyd", "cp $database orgkey.db; sqlite3 orgkey.db 'PRAGMA user_version = 999'",
      wrong("schema 999")),
    database("half of one", "head -c 20000 $database >orgkey.db", wrong("--check-database")),
    database(
      "its first page alone", "head -c 4096 $database >orgkey.db", wrong("--check-database")),
    database("its header alone", "head -c 50 $database >orgkey.db", wrong("not a SQLite")),
    database(
      "its log alone", "cp /etc/passwd orgkey.db-wal", wrong("put the database back")),
    database(
      "lock is a link", "touch e; ln -s e orgkey.db.lock", .refuses(status: 78, words: "lock")),
    database("lock is a directory", "mkdir orgkey.db.lock", .refuses(status: 78, words: "lock")),
  ]
}
