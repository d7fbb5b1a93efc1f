/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest must not do: told to the layers above, which say what becomes of it. */
#ifndef CORE_VIOLATION_H
#define CORE_VIOLATION_H

#include <arch/upcall.h>
#include <bulkhead/types.h>

struct page_table;

/**
 * violation_report() - tell the layers above, and inject the architecture's own fault if they say so
 * @kind: enum bh_reason; BH_REASON_BAD_TRAP gets what an instruction gets that does not exist.
 * @address: guest-physical, or the number of a register or port.  @what: at most 39 characters.
 * Context: inside the exit that it caused.
 */
void violation_report(unsigned int kind, uint64_t address, uint64_t value, int is_write, const char *what);

/** violation_access() - the same for an access that stage 2 refuses, at guest-physical @address */
void violation_access(uint64_t address, uint64_t value, int is_write, const char *what);

/** violation_refused() - the same for one that has been decoded: no device has it, and no memory */
void violation_refused(const struct mmio_access *access);

/**
 * violation_fault() - the same for one that cannot be decoded, unless stage 2 allows it by now, or in a moment
 * Then another CPU has changed it since the fault, and the instruction is run again.
 * @table: stage 2.  @right: PT_READ, PT_WRITE, PT_EXEC: what the access needs.
 */
void violation_fault(const struct page_table *table, uint64_t address, unsigned int right, int is_write,
		     const char *what);

#endif
