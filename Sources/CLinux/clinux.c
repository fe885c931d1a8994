#define _GNU_SOURCE 1
#include "CLinux.h"

#include <sys/resource.h>
#include <unistd.h>

int clinux_peer_credentials(int socket, struct clinux_peer *peer) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
  peer->pid = credentials.pid;
  peer->uid = credentials.uid;
  peer->gid = credentials.gid;
  return 0;
}

int clinux_peer_groups(int socket, uint32_t *groups, int capacity) {
  socklen_t length = (socklen_t)capacity * sizeof *groups;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0) return -1;
  return (int)(length / sizeof *groups);
}

int clinux_accept(int listener) {
  return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

char *const *clinux_environment(void) { return environ; }

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

int clinux_hide_memory(void) {
  struct rlimit limit;
  struct rlimit none = {0, 0};
  // A sandbox may refuse to set what is so already.
  if (getrlimit(RLIMIT_CORE, &limit) != 0) return -1;
  if (limit.rlim_max != 0 && setrlimit(RLIMIT_CORE, &none) != 0) return -1;
  return prctl(PR_SET_DUMPABLE, 0);
}

int clinux_rwlock_init_writer_first(pthread_rwlock_t *lock) {
  pthread_rwlockattr_t attributes;
  int result = pthread_rwlockattr_init(&attributes);
  if (result != 0) return result;
  result = pthread_rwlockattr_setkind_np(
      &attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  if (result == 0) result = pthread_rwlock_init(lock, &attributes);
  pthread_rwlockattr_destroy(&attributes);
  return result;
}
