#include "CClock.h"

#include <sys/timex.h>

int cclock_is_synchronized(void) {
  struct timex state = {0};
  if (adjtimex(&state) == -1) return -1;
  return (state.status & STA_UNSYNC) == 0;
}
