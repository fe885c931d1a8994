// SQLite, and the parts of it that Swift cannot import: variadic functions and
// pointer-valued macros.
#pragma once
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/// Continues the checksum of a write-ahead log over `count` bytes, a multiple of eight. In C, for
/// it is done for every byte of a log, in builds that are not optimized as well.
static inline void csqlite_log_sums(const uint8_t *bytes, size_t count, bool big_endian,
                                    uint32_t *first, uint32_t *second) {
  for (size_t i = 0; i + 8 <= count; i += 8) {
    uint32_t words[2];
    memcpy(words, bytes + i, 8);
    if (big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)) {
      words[0] = __builtin_bswap32(words[0]);
      words[1] = __builtin_bswap32(words[1]);
    }
    *first += words[0] + *second;
    *second += words[1] + *first;
  }
}
