/* Preloaded into a process: counts what it takes from the heap, in the file HEAP_COUNTS. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* As daemon.py reads it. */
struct counts {
  _Atomic int64_t allocations;
  _Atomic int64_t live_bytes;
};

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

/* Where the loader's own allocations are counted, before the file is there. */
static struct counts early;
static struct counts *counts = &early;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("HEAP_COUNTS");
  int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, sizeof *counts) != 0) abort();
  struct counts *shared =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (shared == MAP_FAILED) abort();
  close(file);
  shared->allocations = early.allocations;
  shared->live_bytes = early.live_bytes;
  counts = shared;
}

static void add_bytes(int64_t bytes) {
  atomic_fetch_add_explicit(&counts->live_bytes, bytes, memory_order_relaxed);
}

static void *taken(void *block) {
  atomic_fetch_add_explicit(&counts->allocations, 1, memory_order_relaxed);
  add_bytes((int64_t)malloc_usable_size(block));
  return block;
}

void *malloc(size_t size) { return taken(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return taken(__libc_calloc(count, size)); }

void *realloc(void *block, size_t size) {
  int64_t before = (int64_t)malloc_usable_size(block);
  void *moved = __libc_realloc(block, size);
  if (moved != NULL || size == 0) add_bytes(-before);
  return taken(moved);
}

void *memalign(size_t alignment, size_t size) {
  return taken(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
  void *aligned = memalign(alignment, size);
  if (aligned == NULL) return ENOMEM;
  *block = aligned;
  return 0;
}

void free(void *block) {
  add_bytes(-(int64_t)malloc_usable_size(block));
  __libc_free(block);
}
