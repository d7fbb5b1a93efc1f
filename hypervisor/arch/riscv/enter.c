// SPDX-License-Identifier: GPL-2.0-or-later
/* The C halves of the two ways in: from the running kernel, and from firmware. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/csr.h>
#include <asm/features.h>
#include <asm/found.h>
#include <bulkhead/image.h>

#define SLOT_MASK (BH_ENTER_DRY_RUN - 1)

/* What the kernel's CPUs had: a CPU that firmware starts for us later gets the same. */
static struct found enter_common;
static uint32_t enter_common_taken;

static void remember_found(struct found *found)
{
	uint32_t expected = 0;

	features_probe();
	found_save(found);
	if (__atomic_compare_exchange_n(&enter_common_taken, &expected, 1, 0, __ATOMIC_ACQ_REL,
					__ATOMIC_RELAXED))
		enter_common = *found;
}

/* The kernel's view, which only a fault or a refusal has to give back: activation moves it to the guest's. */
static void give_back(const struct found *found)
{
	csr_write(CSR_SSTATUS, found->sstatus);
	csr_write(CSR_SIE, found->sie);
}

/*
 * Return: 0: into the kernel as a guest; 1: back to it with all as found (an error, or a dry run). What the
 * kernel gets as answer is in the frame.
 */
uint64_t enter_found(uint64_t argument)
{
	percpu()->slot = (uint32_t)(argument & SLOT_MASK);
	percpu()->phase = PERCPU_ENTERING;
	remember_found(&percpu()->found);
	percpu_frame()->x[REG_A0] = (uint64_t)upcall_enter(argument);
	if (percpu()->phase == PERCPU_RUNNING)
		return 0;
	found_restore(&percpu()->found);
	give_back(&percpu()->found);
	return 1;
}

void enter_arrived(uint64_t slot)
{
	percpu()->slot = (uint32_t)slot;
	percpu()->phase = PERCPU_ENTERING;
	percpu()->arrived = 1;
	features_probe();
	percpu()->found = enter_common;
	found_restore(&percpu()->found);
	upcall_arrive();
}

/* A trap of our own before the kernel was a guest; the frame is that of the kernel's call. */
void enter_abort(void)
{
	found_restore(&percpu()->found);
	give_back(&percpu()->found);
	percpu_frame()->x[REG_A0] = BH_E_HARDWARE;
}
