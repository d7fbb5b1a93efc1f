// SPDX-License-Identifier: GPL-2.0-or-later
/* Hart masks: what a guest says of its harts becomes what the machine's firmware knows. */
#include <asm/sbi.h>

#include <asm/intc.h>
#include <asm/interrupts.h>
#include <core/cpu.h>

#define ALL_HARTS (~0ull)
#define MASK_BITS 64u

static int is_named(struct sbi_harts harts, uint64_t hwid)
{
	if (harts.base == ALL_HARTS)
		return 1;
	return hwid >= harts.base && hwid - harts.base < MASK_BITS && (harts.mask >> (hwid - harts.base) & 1);
}

/* struct named - what of the cell's harts is meant. @last: one of them.  @unknown: bits of the mask that are none. */
struct named {
	unsigned int count;
	unsigned int last;
	uint64_t unknown;
};

static struct named look_up(const struct cell_arch *cell, struct sbi_harts harts)
{
	struct named named = { 0, 0, harts.base == ALL_HARTS ? 0 : harts.mask };

	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++) {
		if (!is_named(harts, cell->hwid[vcpu]))
			continue;
		named.unknown &= ~(1ull << ((cell->hwid[vcpu] - harts.base) % MASK_BITS));
		named.last = vcpu;
		named.count++;
	}
	return named;
}

/* Root's harts that a guest has at the moment, and those that are off, take nothing. */
static int runs_here(const struct cell_arch *cell, unsigned int vcpu)
{
	return intc_cell_on(cell->slot[vcpu]) == cell;
}

static void send(const struct cell_arch *cell, unsigned int vcpu)
{
	if (runs_here(cell, vcpu))
		interrupts_send(cell->slot[vcpu], CPU_MAIL_IPI);
}

/* Mostly it is one hart. */
int64_t sbi_send_ipi(struct sbi_harts harts)
{
	const struct cell_arch *cell = percpu()->cell;
	const struct named named = look_up(cell, harts);

	if (named.unknown)
		return SBI_INVALID_PARAM;
	percpu_count(BH_STAT_IPI);
	if (named.count == 1) {
		send(cell, named.last);
		return SBI_SUCCESS;
	}
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++) {
		if (is_named(harts, cell->hwid[vcpu]))
			send(cell, vcpu);
	}
	return SBI_SUCCESS;
}

/* A run of harts that fits into one mask of the firmware's. */
struct run {
	uint64_t base;
	uint64_t mask;
};

static int64_t fence_run(const struct run *run, uint64_t function, uint64_t start, uint64_t size, uint64_t asid)
{
	if (!run->mask)
		return SBI_SUCCESS;
	return firmware_call(SBI_RFENCE, function, run->mask, run->base, start, size, asid).error;
}

/* The guest's tables are those of VS-mode, under the VMID of the hart that asks. */
static int translate(uint64_t function, uint64_t *real)
{
	switch (function) {
	case SBI_RFENCE_FENCE_I:
		*real = SBI_RFENCE_FENCE_I;
		return 1;
	case SBI_RFENCE_SFENCE_VMA:
		*real = SBI_RFENCE_HFENCE_VVMA;
		return 1;
	case SBI_RFENCE_SFENCE_VMA_ASID:
		*real = SBI_RFENCE_HFENCE_VVMA_ASID;
		return 1;
	default: /* the hypervisor's own */
		return 0;
	}
}

int64_t sbi_fence(struct sbi_harts harts, uint64_t function, uint64_t start, uint64_t size, uint64_t asid)
{
	const struct cell_arch *cell = percpu()->cell;
	struct run run = { 0, 0 };
	int64_t error = SBI_SUCCESS;

	if (!translate(function, &function))
		return SBI_NOT_SUPPORTED;
	if (look_up(cell, harts).unknown)
		return SBI_INVALID_PARAM;
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count && !error; vcpu++) {
		uint64_t hwid = cpu_get(cell->slot[vcpu])->hwid;

		if (!is_named(harts, cell->hwid[vcpu]) || !runs_here(cell, vcpu))
			continue;
		if (hwid - run.base >= MASK_BITS) {
			error = fence_run(&run, function, start, size, asid);
			run = (struct run){ hwid, 0 };
		}
		run.mask |= 1ull << (hwid - run.base);
	}
	return error ? error : fence_run(&run, function, start, size, asid);
}
