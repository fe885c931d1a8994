// What the kernel says of the system's clock, which Swift's Glibc module leaves out.
#pragma once

/// Whether something keeps the clock right, by adjtimex(2)'s STA_UNSYNC: 1 or 0, or -1 with errno.
int cclock_is_synchronized(void);
