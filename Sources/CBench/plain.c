#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "CBench.h"

int cbench_connect(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return -errno;
  if (connect(socket_, (struct sockaddr *)&address, sizeof address) == 0) return socket_;
  int error = errno;
  close(socket_);
  return -error;
}

int cbench_command(int connection, const uint8_t *bytes, size_t count, uint32_t replies) {
  while (count > 0) {
    ssize_t sent = send(connection, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return errno;
    if (sent > 0) bytes += sent, count -= sent;
  }
  char input[16 << 10], previous = '\n';
  while (replies > 0) {
    ssize_t got = recv(connection, input, sizeof input, 0);
    if (got == 0) return ECONNRESET;
    if (got < 0 && errno != EINTR) return errno;
    for (ssize_t i = 0; i < got; i++) {
      if (previous == '\n' && input[i] != '+') return EPROTO;
      if (input[i] == '\n') replies--;
      previous = input[i];
    }
  }
  return 0;
}
