// What Linux has and Swift's Glibc module leaves out or cannot express.
#pragma once
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/vfs.h>

/// The peer of a connected Unix socket, as the kernel recorded it at connect(2).
struct clinux_peer {
  int32_t pid;
  uint32_t uid;
  uint32_t gid;
};

/// getsockopt(SO_PEERCRED); 0 or -1 with errno. `struct ucred` needs _GNU_SOURCE,
/// which Swift's importer does not define.
int clinux_peer_credentials(int socket, struct clinux_peer *peer);

/// getsockopt(SO_PEERGROUPS): writes the peer's supplementary groups and returns their number,
/// or -1 with errno (ERANGE: more than `capacity`).
int clinux_peer_groups(int socket, uint32_t *groups, int capacity);

/// accept4(2) with SOCK_CLOEXEC and SOCK_NONBLOCK; the descriptor, or -1 with errno.
int clinux_accept(int listener);

/// The environment, ending with NULL.
char *const *clinux_environment(void);

/// Names the calling thread; the kernel keeps 15 bytes.
void clinux_name_thread(const char *name);

/// Keeps the process's memory, which holds keys, out of core files and away from other processes
/// of the same user; 0 or -1 with errno.
int clinux_hide_memory(void);

/// A read-write lock in which a waiting writer goes before new readers.
int clinux_rwlock_init_writer_first(pthread_rwlock_t *lock);
