#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "CBench.h"

int cbench_pin(int processor) {
  cpu_set_t processors;
  CPU_ZERO(&processors);
  if (processor >= 0) CPU_SET(processor, &processors);
  else
    for (int i = 0; i < CPU_SETSIZE; i++) CPU_SET(i, &processors);
  return sched_setaffinity(0, sizeof processors, &processors) ? errno : 0;
}

int cbench_processor(int index) {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors)) return -1;
  for (int i = 0; i < CPU_SETSIZE; i++)
    if (CPU_ISSET(i, &processors) && index-- == 0) return i;
  return -1;
}

/// In the child, after fork(2): only what may be called there.
static void become(const char *const *words, int processor, int log, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  cbench_pin(processor);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(words[0], (char *const *)words);
  _exit(127);
}

int cbench_start(const char *const *words, int processor, const char *log) {
  int file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return -errno;
  pid_t parent = getpid(), child = fork();
  if (child == 0) become(words, processor, file, parent);
  int error = errno;
  close(file);
  return child < 0 ? -error : child;
}

double cbench_processor_seconds(int process) {
  clockid_t clock;
  struct timespec time;
  if (clock_getcpuclockid(process, &clock) || clock_gettime(clock, &time)) return 0;
  return time.tv_sec + time.tv_nsec / 1e9;
}

int cbench_allow_descriptors(uint64_t count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit)) return errno;
  if (limit.rlim_cur >= count) return 0;
  limit.rlim_cur = count;
  if (limit.rlim_max < count) limit.rlim_max = count;
  return setrlimit(RLIMIT_NOFILE, &limit) ? errno : 0;
}
