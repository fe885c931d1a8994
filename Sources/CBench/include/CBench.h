// The parts of the benchmark that must cost less than what they measure.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// How a reply ends.
enum cbench_protocol {
  /// OrgKey's frames: five bytes of header, then the body.
  CBENCH_FRAMES,
  /// Redis: `$LENGTH\r\n`, the value, `\r\n`.
  CBENCH_REDIS,
};

/// What is sent: requests one behind the other, taken in order, from the beginning again at the
/// end.
struct cbench_requests {
  const uint8_t *bytes;
  /// Where each begins; one more than there are requests, the last being the end.
  const uint64_t *offsets;
  uint32_t count;
  /// The Reason that each is to be answered with; NULL: answers are not looked at.
  const uint8_t *reasons;
};

/// One run of load over Unix sockets.
struct cbench_load {
  const char *path;
  enum cbench_protocol protocol;
  struct cbench_requests requests;
  /// The request to begin with.
  uint32_t first;
  uint32_t connections;
  /// Calls that each connection keeps in flight.
  uint32_t in_flight;
  /// Calls a second in all, sent when they are due, whatever came back; 0: each answer is
  /// followed by the next call.
  double rate;
  /// Nothing is noted before `warm_up` is over; then for `seconds`.
  double warm_up;
  double seconds;
};

/// What came of it.
struct cbench_result {
  /// Answers noted.
  uint64_t calls;
  /// Answers, noted or not, with another Reason than they should have.
  uint64_t wrong;
  double seconds;
  /// Of `seconds`, how long the load generator's thread was on a processor.
  double busy_seconds;
  /// Latencies in nanoseconds, of the first `latency_capacity` answers noted: from when the call
  /// was sent or, at a given rate, due.
  uint32_t *latencies;
  uint64_t latency_capacity;
  uint64_t latency_count;
};

/// Runs a load on the calling thread. 0, or an errno.
int cbench_run_load(const struct cbench_load *load, struct cbench_result *result);

/// Calls one at a time over one blocking connection, one write(2) and one read(2) each: what a
/// client library is held against. Takes `in_flight` and `rate` for 1 and 0.
int cbench_run_blocking(const struct cbench_load *load, struct cbench_result *result);

/// Serves `path` until killed: every byte that comes is sent back, by the smallest epoll loop
/// there is. 0, or an errno.
int cbench_serve_echo(const char *path);

/// Connects: a blocking descriptor, or an errno less than zero.
int cbench_connect(const char *path);

/// Sends Redis commands that are each answered by one line that begins with `+`, and waits for the
/// answers. 0, or an errno; EPROTO: an answer was another.
int cbench_command(int connection, const uint8_t *bytes, size_t count, uint32_t replies);

/// Lets the calling thread, and what it starts, run on one processor only; -1: on all again.
int cbench_pin(int processor);

/// The number of the processor that is `index`th, from 0, of those that this thread may run on;
/// -1: there are fewer.
int cbench_processor(int index);

/// Starts the program `words[0]` on one processor, or -1 on all, with its output appended to the
/// file `log`. It is killed when the calling thread ends, however that ends. Its pid, or an errno
/// less than zero.
int cbench_start(const char *const *words, int processor, const char *log);

/// The time that all threads of a process have been on a processor; 0: there is no such process.
double cbench_processor_seconds(int process);

/// Raises the limit of open descriptors to at least `count`. 0, or an errno.
int cbench_allow_descriptors(uint64_t count);
