#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "CBench.h"

static int listen_at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -errno;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
    return -errno;
  return listener;
}

static void take_connections(int set, int listener) {
  int connection;
  while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = connection};
    epoll_ctl(set, EPOLL_CTL_ADD, connection, &event);
  }
}

/// The client never has more in flight than a socket's buffer holds, so that a reply is always
/// taken whole.
static void send_back(int connection) {
  static char bytes[64 << 10];
  ssize_t count = recv(connection, bytes, sizeof bytes, 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0 || send(connection, bytes, count, MSG_NOSIGNAL) != count) close(connection);
}

int cbench_serve_echo(const char *path) {
  int listener = listen_at(path);
  if (listener < 0) return -listener;
  int set = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, listener, &event)) return errno;
  while (1) {
    struct epoll_event events[64];
    int count = epoll_wait(set, events, 64, -1);
    if (count < 0 && errno != EINTR) return errno;
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd == listener) take_connections(set, listener);
      else send_back(events[i].data.fd);
    }
  }
}
