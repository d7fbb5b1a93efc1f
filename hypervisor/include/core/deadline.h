/* SPDX-License-Identifier: GPL-2.0-or-later */
/* No unbounded wait: every loop that waits for another CPU or device has a deadline. */
#ifndef CORE_DEADLINE_H
#define CORE_DEADLINE_H

#include <bulkhead/types.h>

/** Deadline @ms milliseconds from now, times the configured scale for slow machines. */
uint64_t deadline_in(uint32_t ms);
/** The system configuration's timeout_ms from now. */
uint64_t deadline_default(void);
/** Has it passed? */
int deadline_passed(uint64_t deadline);

#endif
