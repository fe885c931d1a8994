#define _GNU_SOURCE
#include "CFaultVFS.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// A write that is not durable yet, or, without bytes, a truncation.
typedef struct Change {
  struct Change *next;
  size_t offset, size;
  int truncates;
  unsigned char bytes[];
} Change;

// A file of the watched directory, whatever its name is.
typedef struct Tracked {
  struct Tracked *next;
  dev_t device;
  ino_t inode;
  int users;
  unsigned char *durable;
  size_t size;
  Change *first, **end;
} Tracked;

typedef struct {
  sqlite3_file base;
  Tracked *tracked;
  sqlite3_file *real;
} File;

static struct {
  pthread_mutex_t lock;
  sqlite3_vfs vfs, *real;
  char directory[512], target[512];
  Tracked *files;
  uint64_t random, left;
  int result;
} state = {.lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP};

static uint64_t next_random(void) {
  uint64_t mixed = state.random += 0x9E3779B97F4A7C15;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
  return mixed ^ mixed >> 31;
}

static void resize(unsigned char **bytes, size_t *size, size_t wanted) {
  *bytes = realloc(*bytes, wanted ? wanted : 1);
  if (wanted > *size) memset(*bytes + *size, 0, wanted - *size);
  *size = wanted;
}

static void apply(const Change *change, size_t length, unsigned char **bytes, size_t *size) {
  if (change->truncates) {
    resize(bytes, size, change->offset);
    return;
  }
  if (length == 0) return;
  if (change->offset + length > *size) resize(bytes, size, change->offset + length);
  memcpy(*bytes + change->offset, change->bytes, length);
}

static void forget_changes(Tracked *file) {
  while (file->first) {
    Change *change = file->first;
    file->first = change->next;
    free(change);
  }
  file->end = &file->first;
}

static void settle(Tracked *file) {
  for (Change *change = file->first; change; change = change->next)
    apply(change, change->size, &file->durable, &file->size);
  forget_changes(file);
}

static void forget(Tracked *file) {
  forget_changes(file);
  free(file->durable);
  free(file);
}

static Tracked **find(const struct stat *status) {
  Tracked **at = &state.files;
  while (*at && ((*at)->device != status->st_dev || (*at)->inode != status->st_ino))
    at = &(*at)->next;
  return at;
}

// The disk after the cut.

static int put(const char *name, const unsigned char *bytes, size_t size) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", state.target, name);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  ssize_t written = write(file, bytes, size);
  close(file);
  return written == (ssize_t)size ? 0 : -1;
}

static int put_tracked(const char *name, const Tracked *file) {
  unsigned char *bytes = NULL;
  size_t size = 0;
  resize(&bytes, &size, file->size);
  if (size) memcpy(bytes, file->durable, size);
  // All, none, or about so many of ten.
  uint64_t chance = next_random() % 11;
  for (const Change *change = file->first; change; change = change->next) {
    if (next_random() % 10 >= chance) continue;
    size_t length = change->size;
    if (!change->next && length) length = next_random() % (length + 1);
    apply(change, length, &bytes, &size);
  }
  int result = put(name, bytes, size);
  free(bytes);
  return result;
}

static int put_untracked(const char *name, const char *path, const struct stat *status) {
  char other[1024];
  snprintf(other, sizeof other, "%s/%s", state.target, name);
  // Large, and its content means nothing.
  if (strstr(name, ".reserve")) return link(path, other);
  unsigned char *bytes = malloc(status->st_size + 1);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? -1 : read(file, bytes, status->st_size);
  if (file >= 0) close(file);
  int result = count == status->st_size ? put(name, bytes, count) : -1;
  free(bytes);
  return result;
}

// Shared memory and who holds a lock are gone with the power.
static int survives(const char *name) {
  return name[0] != '.' && !strstr(name, "-shm") && !strstr(name, ".lock");
}

static int make_cut(void) {
  DIR *directory = opendir(state.directory);
  if (!directory) return -1;
  int result = 1;
  for (struct dirent *entry; (entry = readdir(directory));) {
    char path[1024];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", state.directory, entry->d_name);
    if (!survives(entry->d_name) || stat(path, &status) || !S_ISREG(status.st_mode)) continue;
    Tracked *file = *find(&status);
    if ((file ? put_tracked(entry->d_name, file) : put_untracked(entry->d_name, path, &status)))
      result = -1;
  }
  closedir(directory);
  return result;
}

static void count_operation(void) {
  if (state.left && --state.left == 0) state.result = make_cut();
}

// Files.

static void note(File *file, const void *bytes, size_t size, size_t offset, int truncates) {
  if (!file->tracked) return;
  Change *change = malloc(sizeof *change + size);
  *change = (Change){.offset = offset, .size = size, .truncates = truncates};
  if (size) memcpy(change->bytes, bytes, size);
  *file->tracked->end = change;
  file->tracked->end = &change->next;
  count_operation();
}

#define REAL(file) ((File *)(file))->real
#define FORWARD(file, call, ...) REAL(file)->pMethods->call(REAL(file), ##__VA_ARGS__)

static int fault_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset) {
  pthread_mutex_lock(&state.lock);
  note((File *)file, bytes, size, offset, 0);
  pthread_mutex_unlock(&state.lock);
  return FORWARD(file, xWrite, bytes, size, offset);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size) {
  pthread_mutex_lock(&state.lock);
  note((File *)file, NULL, 0, size, 1);
  pthread_mutex_unlock(&state.lock);
  return FORWARD(file, xTruncate, size);
}

static int fault_sync(sqlite3_file *file, int flags) {
  Tracked *tracked = ((File *)file)->tracked;
  pthread_mutex_lock(&state.lock);
  if (tracked) count_operation();
  int result = FORWARD(file, xSync, flags);
  if (tracked && result == SQLITE_OK) settle(tracked);
  pthread_mutex_unlock(&state.lock);
  return result;
}

static int fault_close(sqlite3_file *file) {
  pthread_mutex_lock(&state.lock);
  if (((File *)file)->tracked) ((File *)file)->tracked->users--;
  pthread_mutex_unlock(&state.lock);
  return FORWARD(file, xClose);
}

static int fault_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset) {
  return FORWARD(file, xRead, bytes, size, offset);
}
static int fault_size(sqlite3_file *file, sqlite3_int64 *size) {
  return FORWARD(file, xFileSize, size);
}
static int fault_lock(sqlite3_file *file, int level) { return FORWARD(file, xLock, level); }
static int fault_unlock(sqlite3_file *file, int level) { return FORWARD(file, xUnlock, level); }
static int fault_reserved(sqlite3_file *file, int *result) {
  return FORWARD(file, xCheckReservedLock, result);
}
static int fault_control(sqlite3_file *file, int operation, void *argument) {
  return FORWARD(file, xFileControl, operation, argument);
}
static int fault_sector(sqlite3_file *file) { return FORWARD(file, xSectorSize); }
static int fault_traits(sqlite3_file *file) { return FORWARD(file, xDeviceCharacteristics); }
static int fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **at) {
  return FORWARD(file, xShmMap, page, size, extend, at);
}
static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
  return FORWARD(file, xShmLock, offset, count, flags);
}
static void fault_shm_barrier(sqlite3_file *file) { FORWARD(file, xShmBarrier); }
static int fault_shm_unmap(sqlite3_file *file, int remove) {
  return FORWARD(file, xShmUnmap, remove);
}

// Version 2: a write through mapped memory would not be seen.
static const sqlite3_io_methods methods = {
    2,             fault_close,    fault_read,     fault_write,    fault_truncate,
    fault_sync,    fault_size,     fault_lock,     fault_unlock,   fault_reserved,
    fault_control, fault_sector,   fault_traits,   fault_shm_map,  fault_shm_lock,
    fault_shm_barrier, fault_shm_unmap, NULL, NULL};

// What is there when a file is first opened is taken for durable.
static Tracked *track(sqlite3_file *real, const struct stat *status) {
  Tracked **at = find(status), *known = *at;
  if (known && known->users == 0 && known->first == NULL && known->size != (size_t)status->st_size) {
    // Another file, which has the number of one that is gone.
    *at = known->next;
    forget(known);
    known = NULL;
  }
  if (!known) {
    known = calloc(1, sizeof *known);
    known->device = status->st_dev;
    known->inode = status->st_ino;
    known->end = &known->first;
    known->next = state.files;
    state.files = known;
    resize(&known->durable, &known->size, status->st_size);
    if (known->size) real->pMethods->xRead(real, known->durable, (int)known->size, 0);
  }
  known->users++;
  return known;
}

static int is_watched(const char *path) {
  size_t length = strlen(state.directory);
  return length && path && strncmp(path, state.directory, length) == 0 && path[length] == '/';
}

static int fault_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *opened, int flags, int *given) {
  (void)vfs;
  File *file = (File *)opened;
  *file = (File){.real = (sqlite3_file *)(file + 1)};
  int result = state.real->xOpen(state.real, name, file->real, flags, given);
  if (!file->real->pMethods) return result;
  file->base.pMethods = &methods;
  struct stat status;
  pthread_mutex_lock(&state.lock);
  if (result == SQLITE_OK && is_watched(name) && stat(name, &status) == 0)
    file->tracked = track(file->real, &status);
  pthread_mutex_unlock(&state.lock);
  return result;
}

static int fault_delete(sqlite3_vfs *vfs, const char *name, int syncs) {
  (void)vfs;
  struct stat status;
  pthread_mutex_lock(&state.lock);
  Tracked **at = is_watched(name) && stat(name, &status) == 0 ? find(&status) : NULL;
  if (at && *at) {
    count_operation();
    Tracked *gone = *at;
    if (gone->users == 0) {
      *at = gone->next;
      forget(gone);
    }
  }
  pthread_mutex_unlock(&state.lock);
  return state.real->xDelete(state.real, name, syncs);
}

int cfaultvfs_install(void) {
  if (state.real) return sqlite3_vfs_register(&state.vfs, 1);
  if (sqlite3_initialize()) return -1;
  state.real = sqlite3_vfs_find(NULL);
  if (!state.real) return -1;
  // Whatever else it is asked for, the real one answers: its functions take its own data with it.
  state.vfs = *state.real;
  state.vfs.zName = "orgkey-fault";
  state.vfs.szOsFile = (int)sizeof(File) + state.real->szOsFile;
  state.vfs.xOpen = fault_open;
  state.vfs.xDelete = fault_delete;
  return sqlite3_vfs_register(&state.vfs, 1);
}

void cfaultvfs_uninstall(void) {
  cfaultvfs_watch(NULL, 0);
  if (state.real) sqlite3_vfs_register(state.real, 1);
}

void cfaultvfs_watch(const char *directory, uint64_t seed) {
  pthread_mutex_lock(&state.lock);
  snprintf(state.directory, sizeof state.directory, "%s", directory ? directory : "");
  state.random = seed;
  state.left = 0;
  for (Tracked **at = &state.files; *at;) {
    Tracked *file = *at;
    if (file->users) {
      at = &file->next;
      continue;
    }
    *at = file->next;
    forget(file);
  }
  pthread_mutex_unlock(&state.lock);
}

void cfaultvfs_cut(uint64_t operations, const char *target) {
  pthread_mutex_lock(&state.lock);
  snprintf(state.target, sizeof state.target, "%s", target);
  state.left = operations;
  state.result = 0;
  pthread_mutex_unlock(&state.lock);
}

int cfaultvfs_was_cut(void) {
  pthread_mutex_lock(&state.lock);
  int result = state.result;
  pthread_mutex_unlock(&state.lock);
  return result;
}

// The product syncs some files, and their directory, itself. Defined here, this is what it calls.
int fsync(int descriptor) {
  int result = (int)syscall(SYS_fsync, descriptor);
  struct stat status;
  if (result == 0 && fstat(descriptor, &status) == 0) {
    pthread_mutex_lock(&state.lock);
    Tracked *file = *find(&status);
    if (file) settle(file);
    pthread_mutex_unlock(&state.lock);
  }
  return result;
}
