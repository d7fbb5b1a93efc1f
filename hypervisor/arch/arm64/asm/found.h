/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EL2 as it was found: what disable (or a failed enable) puts back, register for register. The first seven
 * are read by the entry code, before it changes them; the others by found_save().
 */
#ifndef ASM_FOUND_H
#define ASM_FOUND_H

#include <bulkhead/types.h>

#define FOUND_EXTRA 32

struct found {
	uint64_t sctlr;
	uint64_t tcr;
	uint64_t mair;
	uint64_t ttbr0;
	uint64_t vbar;
	uint64_t tpidr;
	uint64_t sp;
	uint64_t extra[FOUND_EXTRA]; /* in the order of found.c's table */
};

/** Read the registers of the table. */
void found_save(struct found *found);

/** Write them back, all that entry.S does not write itself. */
void found_restore(const struct found *found);

/** For a CPU that came from reset with another's @found: its own identity in it. */
void found_set_identity(struct found *found);

/** HCR_EL2, CPTR_EL2, MDCR_EL2, CNTHCTL_EL2 as found: the base for what cells run with. */
uint64_t found_hcr(const struct found *found);
uint64_t found_cptr(const struct found *found);
uint64_t found_mdcr(const struct found *found);
uint64_t found_cnthctl(const struct found *found);

#endif
