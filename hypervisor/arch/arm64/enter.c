// SPDX-License-Identifier: GPL-2.0-or-later
/* The C halves of the two ways in: from the running kernel, and from firmware. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/found.h>
#include <asm/gic.h>
#include <asm/percpu.h>
#include <asm/sysreg.h>
#include <bulkhead/image.h>

#define ICC_SRE_EL2 "S3_4_C12_C9_5"
#define ICC_SRE_EL2_ON 0xfu /* system registers at EL2 and EL1, no bypass */
#define SLOT_MASK (BH_ENTER_DRY_RUN - 1)

/* What the kernel's CPUs had: a CPU that firmware starts for us later gets the same, and gives it to root. */
static struct found enter_common;
static uint32_t enter_common_taken;

static void remember_found(struct found *found)
{
	uint32_t expected = 0;

	found_save(found);
	if (__atomic_compare_exchange_n(&enter_common_taken, &expected, 1, 0, __ATOMIC_ACQ_REL,
					__ATOMIC_RELAXED))
		enter_common = *found;
}

/*
 * Return: 0: into the kernel as a guest; 1: back to it with EL2 as found (an error, or a dry run). What the
 * kernel gets as answer is in the frame.
 */
uint64_t enter_found(uint64_t argument)
{
	percpu()->slot = (uint32_t)(argument & SLOT_MASK);
	percpu()->phase = PERCPU_ENTERING;
	remember_found(&percpu()->found);
	percpu_frame()->x[0] = (uint64_t)upcall_enter(argument);
	if (percpu()->phase == PERCPU_RUNNING)
		return 0;
	found_restore(&percpu()->found);
	return 1;
}

void enter_arrived(uint64_t slot)
{
	percpu()->slot = (uint32_t)slot;
	percpu()->phase = PERCPU_ENTERING;
	percpu()->arrived = 1;
	percpu()->found = enter_common;
	found_set_identity(&percpu()->found);
	found_restore(&percpu()->found);
	if (gic_version() == 3)
		sysreg_write(ICC_SRE_EL2, ICC_SRE_EL2_ON);
	sysreg_isb();
	upcall_arrive();
}

/* An exception at EL2 before the kernel was a guest. */
void enter_abort(void)
{
	found_restore(&percpu()->found);
}
