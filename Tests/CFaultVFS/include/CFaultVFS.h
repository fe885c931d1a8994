// A VFS of SQLite for tests that knows what of a directory's files is durable, and leaves elsewhere
// what a disk could hold after its power was cut.
//
// Durable is what a file held when it was last synced. Of what was written since, any part may be
// there: of single writes as a whole, of the last one any number of bytes. That an entry of the
// directory is durable at once is taken for granted.
#pragma once
#include <stdint.h>

/// Makes it the default VFS, over the one that is. 0: done.
int cfaultvfs_install(void);

/// Gives the default back. What is open stays open.
void cfaultvfs_uninstall(void);

/// From now on watches the files of one directory, by its resolved path; NULL: none.
void cfaultvfs_watch(const char *directory, uint64_t seed);

/// Cuts the power within the `operations`-th write, truncation or sync from now on, leaving what
/// is on the disk then in the directory `target`. The files themselves go on as if nothing was.
void cfaultvfs_cut(uint64_t operations, const char *target);

/// 1: the cut was made, 0: not yet, -1: its files could not be written.
int cfaultvfs_was_cut(void);
