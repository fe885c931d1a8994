// SQLite, and the parts of it that Swift cannot import: variadic functions and
// pointer-valued macros.
#pragma once
#include <sqlite3.h>

/// SQLITE_TRANSIENT: SQLite copies what is bound.
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }

/// sqlite3_db_config(database, option, value, NULL).
static inline int csqlite_config(sqlite3 *database, int option, int value) {
  return sqlite3_db_config(database, option, value, (void *)0);
}

/// What sqlite3_db_config(database, option) is set to, or -1.
static inline int csqlite_configured(sqlite3 *database, int option) {
  int value = -1;
  return sqlite3_db_config(database, option, -1, &value) == SQLITE_OK ? value : -1;
}
