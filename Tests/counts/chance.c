/* Preloaded into a process: what is random is the same in every run. */
#include <stdint.h>
#include <sys/random.h>

static uint64_t state;

/* SplitMix64. */
ssize_t getrandom(void *buffer, size_t length, unsigned flags) {
  (void)flags;
  for (size_t index = 0; index < length; index++) {
    uint64_t mixed = state += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
    ((uint8_t *)buffer)[index] = (uint8_t)(mixed >> 56 ^ mixed >> 25);
  }
  return (ssize_t)length;
}
