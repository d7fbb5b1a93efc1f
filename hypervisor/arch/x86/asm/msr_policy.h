/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which MSRs pass, which are answered and how; the table is in msr_policy.c. */
#ifndef ASM_MSR_POLICY_H
#define ASM_MSR_POLICY_H

#include <bulkhead/types.h>

/** What passes without an exit. */
enum msr_access { MSR_TRAP = 0, MSR_READ = 1, MSR_WRITE = 2, MSR_READ_WRITE = 3 };

/** enum msr_read - what answers a read that exits; FAULT: #GP */
enum msr_read {
	READ_FAULT, READ_REAL, READ_ZERO, READ_EFER, READ_VM_CR, READ_FEATURE_CONTROL, READ_LAPIC, READ_PVCLOCK,
	READ_COUNT
};

/**
 * enum msr_write - what answers a write that exits
 * IGNORED: no effect. LOST: no effect for root; #GP for guests. SAME: the value that is there, all else is forbidden.
 * FORBIDDEN: the cell fails, root gets #GP, by name.
 */
enum msr_write {
	WRITE_FAULT, WRITE_REAL, WRITE_IGNORED, WRITE_LOST, WRITE_SAME, WRITE_FORBIDDEN, WRITE_EFER, WRITE_XSS,
	WRITE_MISC_ENABLE, WRITE_LAPIC, WRITE_PVCLOCK,
	WRITE_COUNT
};

/** struct msr_row - a range. @root, @guest: enum msr_access. @name: at most 39 characters. */
struct msr_row {
	uint32_t first, last;
	uint8_t root, guest, read, write;
	const char *name;
};

extern const unsigned int msr_row_count;
/** @number: below msr_row_count. */
const struct msr_row *msr_row(unsigned int number);
/** The row that counts for @msr, NULL: none. */
const struct msr_row *msr_find(uint32_t msr);
/** What of @msr passes without an exit. */
enum msr_access msr_allowed(uint32_t msr, int is_root);

/* Components of XSS. Processor trace would write wherever its registers say, which XRSTORS would load. */
#define XSS_TRACE (1ull << 8)
#define XSS_CET (3ull << 11)

/** Components that XSS may have, as far as the processor does. */
static inline uint64_t msr_xss_allowed(int is_root)
{
	return is_root ? ~XSS_TRACE : XSS_CET;
}

#endif
