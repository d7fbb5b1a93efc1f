/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest must not do: told to the layers above, which say what becomes of it. */
#ifndef CORE_VIOLATION_H
#define CORE_VIOLATION_H

#include <bulkhead/types.h>

/**
 * violation_report() - tell the layers above, and inject the architecture's own fault if they say so
 * @kind: enum bh_reason; BH_REASON_BAD_TRAP gets what an instruction gets that does not exist.
 * @address: guest-physical, or the number of a register or port.  @what: at most 39 characters.
 * Context: inside the exit that it caused.
 */
void violation_report(unsigned int kind, uint64_t address, uint64_t value, int is_write, const char *what);

/** violation_access() - the same for an access that stage 2 refuses, at guest-physical @address */
void violation_access(uint64_t address, uint64_t value, int is_write, const char *what);

#endif
