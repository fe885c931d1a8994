// A client's end of one connection.
#pragma once
#include <stdbool.h>

#include "CBench.h"

/// A call without an answer yet.
struct call {
  /// When it was sent, or due, in nanoseconds of the monotonic clock.
  int64_t since;
  uint8_t reason;
};

struct connection {
  int socket;
  /// Calls in flight, oldest first: a ring of `capacity`, a power of two.
  struct call *calls;
  uint32_t capacity;
  uint32_t oldest;
  uint32_t in_flight;
  /// What has come of a reply that is not whole yet.
  uint8_t *input;
  uint32_t input_count;
};

/// One run, as all its connections see it.
struct run {
  const struct cbench_load *load;
  struct cbench_result *result;
  /// The request to be sent next.
  uint32_t next;
  /// When noting begins.
  int64_t noted_from;
};

/// Nanoseconds of the monotonic clock; of this thread's time on a processor.
int64_t clock_now(void);
int64_t clock_busy(void);

/// 0 or an errno. What was opened, wholly or not, is to be closed.
int connection_open(struct connection *connection, const char *path, bool blocks);
void connection_close(struct connection *connection);

/// Sends the next `count` requests, which are due or sent at `since`, with one system call each
/// time around the end of the list. 0 or an errno; EAGAIN: the peer is behind with reading, and
/// a single request was not sent.
int connection_send(struct connection *connection, struct run *run, uint32_t count, int64_t since);

/// Reads once and takes the replies that are whole. 0 or an errno, EAGAIN among them.
int connection_receive(struct connection *connection, struct run *run, uint32_t *replies);
