#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "connection.h"

/// At a given rate, calls that come due at once are sent so many at a time.
enum { DUE_AT_ONCE = 64 };

/// Where no answer has come yet, a run goes on for so many nanoseconds: a core that others want,
/// too, can be away for longer than a run lasts.
static const int64_t PATIENCE = 10000000000;

struct generator {
  struct run run;
  struct connection *connections;
  int set;
  int64_t began;
  int64_t ends;
  /// At a given rate: calls sent so far, and whose turn it is.
  uint64_t sent;
  uint32_t turn;
};

static int open_connections(struct generator *generator) {
  const struct cbench_load *load = generator->run.load;
  for (uint32_t i = 0; i < load->connections; i++) {
    struct connection *connection = &generator->connections[i];
    int error = connection_open(connection, load->path, false);
    if (error) return error;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
    if (epoll_ctl(generator->set, EPOLL_CTL_ADD, connection->socket, &event)) return errno;
  }
  return 0;
}

static int64_t due(const struct generator *generator) {
  return generator->began + (int64_t)(generator->sent * 1e9 / generator->run.load->rate);
}

/// Sends what is due: each call's time begins then, not when the generator gets round to it.
static int send_due(struct generator *generator, int64_t now) {
  for (int i = 0; i < DUE_AT_ONCE && due(generator) <= now; i++) {
    struct connection *connection = &generator->connections[generator->turn];
    int error = connection_send(connection, &generator->run, 1, due(generator));
    // It stays due: what it waits counts.
    if (error == EAGAIN) return 0;
    if (error) return error;
    generator->turn = (generator->turn + 1) % generator->run.load->connections;
    generator->sent++;
  }
  return 0;
}

/// Takes what has come over one connection and follows it up.
static int serve(struct generator *generator, struct connection *connection) {
  const struct cbench_load *load = generator->run.load;
  uint32_t replies;
  int error = connection_receive(connection, &generator->run, &replies);
  if (error == EAGAIN) return 0;
  if (error || replies == 0 || load->rate > 0) return error;
  return connection_send(connection, &generator->run, replies, clock_now());
}

static int begin(struct generator *generator) {
  const struct cbench_load *load = generator->run.load;
  generator->began = clock_now();
  generator->run.noted_from = generator->began + (int64_t)(load->warm_up * 1e9);
  generator->ends = generator->run.noted_from + (int64_t)(load->seconds * 1e9);
  if (load->rate > 0) return 0;
  for (uint32_t i = 0; i < load->connections; i++) {
    int error = connection_send(
        &generator->connections[i], &generator->run, load->in_flight, clock_now());
    if (error) return error;
  }
  return 0;
}

static int go_on(struct generator *generator) {
  struct cbench_result *result = generator->run.result;
  int64_t busy = clock_busy(), now;
  bool notes = false;
  while ((now = clock_now()) < generator->ends + (result->calls ? 0 : PATIENCE)) {
    if (!notes && now >= generator->run.noted_from) {
      notes = true;
      busy = clock_busy();
    }
    int error = 0;
    if (generator->run.load->rate > 0) error = send_due(generator, now);
    struct epoll_event events[64];
    int timeout = generator->run.load->rate > 0 ? 0 : 100;
    int count = error ? 0 : epoll_wait(generator->set, events, 64, timeout);
    if (count < 0 && errno != EINTR) error = errno;
    for (int i = 0; i < count && !error; i++)
      error = serve(generator, &generator->connections[events[i].data.u32]);
    if (error) return error;
  }
  result->seconds = (now - generator->run.noted_from) / 1e9;
  result->busy_seconds = (clock_busy() - busy) / 1e9;
  return 0;
}

int cbench_run_load(const struct cbench_load *load, struct cbench_result *result) {
  result->calls = result->wrong = result->latency_count = 0;
  struct generator generator = {
      .run = {.load = load, .result = result, .next = load->first % load->requests.count},
      .connections = calloc(load->connections, sizeof(struct connection)),
      .set = epoll_create1(EPOLL_CLOEXEC),
  };
  if (!generator.connections || generator.set < 0) return errno;
  for (uint32_t i = 0; i < load->connections; i++) generator.connections[i].socket = -1;
  int error = open_connections(&generator);
  if (!error) error = begin(&generator);
  if (!error) error = go_on(&generator);
  for (uint32_t i = 0; i < load->connections; i++) connection_close(&generator.connections[i]);
  free(generator.connections);
  close(generator.set);
  return error;
}

int cbench_run_blocking(const struct cbench_load *load, struct cbench_result *result) {
  result->calls = result->wrong = result->latency_count = 0;
  struct run run = {.load = load, .result = result, .next = load->first % load->requests.count};
  struct connection connection;
  int error = connection_open(&connection, load->path, true);
  int64_t began = clock_now();
  run.noted_from = began + (int64_t)(load->warm_up * 1e9);
  int64_t ends = run.noted_from + (int64_t)(load->seconds * 1e9), now = began;
  int64_t busy = clock_busy();
  while (!error && now < ends) {
    if (now < run.noted_from) busy = clock_busy();
    error = connection_send(&connection, &run, 1, now);
    while (!error && connection.in_flight > 0) {
      uint32_t replies;
      error = connection_receive(&connection, &run, &replies);
      if (error == EAGAIN) error = 0;
    }
    now = clock_now();
  }
  result->seconds = (now - run.noted_from) / 1e9;
  result->busy_seconds = (clock_busy() - busy) / 1e9;
  connection_close(&connection);
  return error;
}
