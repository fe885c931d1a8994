#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_CAPACITY = 256 << 10, FRAME_HEADER = 5 };

static int64_t clock_read(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int64_t clock_now(void) { return clock_read(CLOCK_MONOTONIC); }
int64_t clock_busy(void) { return clock_read(CLOCK_THREAD_CPUTIME_ID); }

int connection_open(struct connection *connection, const char *path, bool blocks) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memset(connection, 0, sizeof *connection);
  connection->socket = -1;
  if (strlen(path) >= sizeof address.sun_path) return ENAMETOOLONG;
  strcpy(address.sun_path, path);
  connection->input = malloc(INPUT_CAPACITY);
  if (!connection->input) return ENOMEM;
  connection->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection->socket < 0) return errno;
  if (connect(connection->socket, (struct sockaddr *)&address, sizeof address)) return errno;
  // Not before, so that a full backlog is waited for.
  return !blocks && fcntl(connection->socket, F_SETFL, O_NONBLOCK) ? errno : 0;
}

void connection_close(struct connection *connection) {
  if (connection->socket >= 0) close(connection->socket);
  free(connection->calls);
  free(connection->input);
}

static bool make_room(struct connection *connection, uint32_t more) {
  uint32_t capacity = connection->capacity ? connection->capacity : 64;
  while (capacity < connection->in_flight + more) capacity *= 2;
  if (capacity == connection->capacity) return true;
  struct call *calls = malloc(capacity * sizeof *calls);
  if (!calls) return false;
  for (uint32_t i = 0; i < connection->in_flight; i++)
    calls[i] = connection->calls[(connection->oldest + i) & (connection->capacity - 1)];
  free(connection->calls);
  connection->calls = calls;
  connection->capacity = capacity;
  connection->oldest = 0;
  return true;
}

/// All or an error; EAGAIN: nothing was sent, for the peer is behind with reading.
static int send_all(int socket, const uint8_t *bytes, size_t count) {
  const uint8_t *first = bytes;
  while (count > 0) {
    ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN && bytes != first ? ENOBUFS : errno;
    bytes += sent;
    count -= sent;
  }
  return 0;
}

int connection_send(struct connection *connection, struct run *run, uint32_t count, int64_t since) {
  const struct cbench_requests *requests = &run->load->requests;
  if (!make_room(connection, count)) return ENOMEM;
  while (count > 0) {
    uint32_t first = run->next;
    uint32_t end = count < requests->count - first ? first + count : requests->count;
    const uint8_t *bytes = requests->bytes + requests->offsets[first];
    int error =
        send_all(connection->socket, bytes, requests->offsets[end] - requests->offsets[first]);
    if (error) return error;
    for (uint32_t i = first; i < end; i++) {
      uint32_t place = (connection->oldest + connection->in_flight++) & (connection->capacity - 1);
      uint8_t reason = requests->reasons ? requests->reasons[i] : 0;
      connection->calls[place] = (struct call){.since = since, .reason = reason};
    }
    count -= end - first;
    run->next = end == requests->count ? 0 : end;
  }
  return 0;
}

/// Bytes of the reply at the front; 0: it is not whole yet.
static uint32_t frame_length(const uint8_t *bytes, uint32_t count) {
  if (count < FRAME_HEADER) return 0;
  uint32_t length = (uint32_t)bytes[1] << 24 | bytes[2] << 16 | bytes[3] << 8 | bytes[4];
  return count - FRAME_HEADER < length ? 0 : FRAME_HEADER + length;
}

static uint32_t redis_length(const uint8_t *bytes, uint32_t count) {
  const uint8_t *line = memchr(bytes, '\n', count);
  if (!line) return 0;
  uint32_t head = line + 1 - bytes;
  // "$-1" is a key that is not there, "-ERR ..." an error: a line and no more.
  if (bytes[0] != '$' || bytes[1] == '-') return head;
  uint32_t whole = head + strtoul((const char *)bytes + 1, NULL, 10) + 2;
  return count < whole ? 0 : whole;
}

static uint64_t varint(const uint8_t **bytes, const uint8_t *end) {
  uint64_t value = 0;
  for (int shift = 0; *bytes < end && shift < 64; shift += 7) {
    uint8_t byte = *(*bytes)++;
    value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

/// The Reason that an Authorize was answered with; -1: it was not answered so. Response and
/// AuthorizeResponse of proto/orgkey.proto, by hand so that it costs nothing.
static int frame_reason(const uint8_t *frame, uint32_t length) {
  enum { CALL_ID = 1 << 3, AUTHORIZE = 16 << 3 | 2, DECISION = 1 << 3, REASON = 2 << 3 };
  const uint8_t *at = frame + FRAME_HEADER, *end = frame + length;
  if (at < end && *at == CALL_ID) at++, varint(&at, end);
  if (varint(&at, end) != AUTHORIZE) return -1;
  varint(&at, end);
  uint64_t decision = 0, reason = 0;
  if (at < end && *at == DECISION) at++, decision = varint(&at, end);
  if (at < end && *at == REASON) at++, reason = varint(&at, end);
  // An allowing decision without a reason, or a denial with one.
  return (decision == 1) == (reason == 0) ? (int)reason : -1;
}

static bool is_right(
    const struct run *run, const struct call *call, const uint8_t *reply, uint32_t length) {
  if (run->load->protocol == CBENCH_REDIS) return reply[0] == '$' && reply[1] != '-';
  return !run->load->requests.reasons || frame_reason(reply, length) == call->reason;
}

static void note(struct run *run, const struct call *call, bool right, int64_t now) {
  struct cbench_result *result = run->result;
  if (!right) result->wrong++;
  if (now < run->noted_from) return;
  result->calls++;
  int64_t latency = now - call->since;
  if (result->latency_count < result->latency_capacity)
    result->latencies[result->latency_count++] = latency < UINT32_MAX ? latency : UINT32_MAX;
}

int connection_receive(struct connection *connection, struct run *run, uint32_t *replies) {
  uint8_t *input = connection->input;
  *replies = 0;
  ssize_t count = recv(
      connection->socket, input + connection->input_count,
      INPUT_CAPACITY - connection->input_count, 0);
  if (count < 0) return errno == EINTR ? EAGAIN : errno;
  if (count == 0) return ECONNRESET;
  int64_t now = clock_now();
  uint32_t end = connection->input_count + count, at = 0;
  while (at < end) {
    uint32_t length = run->load->protocol == CBENCH_FRAMES ? frame_length(input + at, end - at)
                                                           : redis_length(input + at, end - at);
    if (length == 0) break;
    if (connection->in_flight == 0) return EPROTO;
    struct call *call = &connection->calls[connection->oldest++ & (connection->capacity - 1)];
    connection->in_flight--;
    note(run, call, is_right(run, call, input + at, length), now);
    at += length;
    ++*replies;
  }
  memmove(input, input + at, end - at);
  connection->input_count = end - at;
  return 0;
}
