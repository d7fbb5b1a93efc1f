// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MSRs by the table of msr_policy.c. What is forbidden by name stops a guest; what a guest's processor does not have
 * raises #GP there, as it would.
 */
#include <asm/exits.h>

#include <asm/control.h>
#include <asm/interrupts.h>
#include <asm/msr.h>
#include <asm/msr_policy.h>
#include <asm/pvclock.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <core/violation.h>
#include <lib/bitmap.h>
#include <lib/string.h>

enum msr_result { MSR_DONE = 0, MSR_FAULT = 1, MSR_FORBIDDEN = 2 };

/* Of enum msr_result. */
typedef int msr_reader(uint32_t msr, uint64_t *value);
typedef int msr_writer(uint32_t msr, uint64_t value);

static int read_real(uint32_t msr, uint64_t *value)
{
	return access_read_msr(msr, value) ? MSR_FAULT : MSR_DONE;
}

static int write_real(uint32_t msr, uint64_t value)
{
	return access_write_msr(msr, value) ? MSR_FAULT : MSR_DONE;
}

static int write_lost(uint32_t msr, uint64_t value)
{
	(void)msr;
	(void)value;
	return percpu()->cell->is_root ? MSR_DONE : MSR_FAULT;
}

static int write_xss(uint32_t msr, uint64_t value)
{
	return value & ~msr_xss_allowed((int)percpu()->cell->is_root) ? MSR_FAULT : write_real(msr, value);
}

/* Without NX the hypervisor's own tables would be wrong, and with few leaves CPUID would not tell what they need. */
static int write_misc_enable(uint32_t msr, uint64_t value)
{
	const uint64_t kept = 1ull << 34 | 1ull << 22;
	uint64_t now;

	if (!percpu()->cell->is_root)
		return MSR_DONE;
	return access_read_msr(msr, &now) ? MSR_FAULT : write_real(msr, (value & ~kept) | (now & kept));
}

/* What decides for all cells stays as the firmware set it. */
static int write_same(uint32_t msr, uint64_t value)
{
	uint64_t now;

	if (access_read_msr(msr, &now))
		return MSR_FAULT;
	return now == value ? MSR_DONE : MSR_FORBIDDEN;
}

static int read_efer(uint32_t msr, uint64_t *value)
{
	(void)msr;
	*value = virt()->get(VCPU_EFER);
	return MSR_DONE;
}

/* LMA is the processor's, LME does not change under paging, SVME is not there; the machine knows the rest. */
static int write_efer(uint32_t msr, uint64_t value)
{
	uint64_t old = virt()->get(VCPU_EFER), own = msr_read(MSR_EFER);
	uint64_t switched = (value ^ old) & EFER_LME;

	if (value & EFER_SVME || (switched && virt()->get(VCPU_CR0) & CR0_PG))
		return MSR_FAULT;
	/* Reserved bits: the real register refuses them. */
	if (access_write_msr(msr, (own & (EFER_LME | EFER_LMA | EFER_SVME | EFER_NXE)) |
					  (value & ~(EFER_LME | EFER_LMA | EFER_SVME | EFER_NXE))))
		return MSR_FAULT;
	msr_write(MSR_EFER, own);
	virt()->set(VCPU_EFER, (value & ~EFER_LMA) | (old & EFER_LMA));
	return MSR_DONE;
}

/* @reader: NULL: the answer is always @result, with @value. */
static const struct {
	msr_reader *reader;
	int result;
	uint64_t value;
} readers[READ_COUNT] = {
	[READ_FAULT] = { NULL, MSR_FAULT, 0 },
	[READ_ZERO] = { NULL, MSR_DONE, 0 },
	[READ_VM_CR] = { NULL, MSR_DONE, VM_CR_SVMDIS | VM_CR_LOCK }, /* SVM switched off by firmware, and locked */
	[READ_FEATURE_CONTROL] = { NULL, MSR_DONE, 1 },		      /* nothing enabled, and locked */
	[READ_REAL] = { .reader = read_real },
	[READ_EFER] = { .reader = read_efer },
	[READ_LAPIC] = { .reader = lapic_read_msr },
	[READ_PVCLOCK] = { .reader = pvclock_read_msr },
};

static const struct {
	msr_writer *writer;
	int result;
} writers[WRITE_COUNT] = {
	[WRITE_FAULT] = { NULL, MSR_FAULT },
	[WRITE_IGNORED] = { NULL, MSR_DONE },
	[WRITE_FORBIDDEN] = { NULL, MSR_FORBIDDEN },
	[WRITE_REAL] = { .writer = write_real },
	[WRITE_LOST] = { .writer = write_lost },
	[WRITE_SAME] = { .writer = write_same },
	[WRITE_EFER] = { .writer = write_efer },
	[WRITE_XSS] = { .writer = write_xss },
	[WRITE_MISC_ENABLE] = { .writer = write_misc_enable },
	[WRITE_LAPIC] = { .writer = lapic_write_msr },
	[WRITE_PVCLOCK] = { .writer = pvclock_write_msr },
};

static void permit(uint64_t *bitmap, uint32_t msr, unsigned int access)
{
	for (const struct virt_msr_range *range = virt()->msr_ranges; range->step; range++) {
		const uint32_t index = msr - range->first;

		if (index >= VIRT_MSR_RANGE)
			continue;
		bit_put(bitmap, range->read + index * range->step, !(access & MSR_READ));
		bit_put(bitmap, range->write + index * range->step, !(access & MSR_WRITE));
	}
}

/* From the last row to the first: of two that fit, the first counts. */
void msr_fill_bitmap(struct cell_arch *cell)
{
	memset(cell->msr_bitmap, cell->is_root ? 0 : 0xff, VIRT_MSR_BITMAP_PAGES * (size_t)PAGE_SIZE);
	for (unsigned int i = msr_row_count; i-- > 0;) {
		const struct msr_row *row = msr_row(i);

		for (uint32_t msr = row->first; msr <= row->last; msr++)
			permit(cell->msr_bitmap, msr, cell->is_root ? row->root : row->guest);
	}
}

/* Registers that no row names: root's beyond the bitmap are the machine's, guests have none. */
static int read_any(const struct msr_row *row, uint32_t msr, uint64_t *value)
{
	const unsigned int how = row ? row->read : percpu()->cell->is_root ? READ_REAL : READ_FAULT;

	*value = readers[how].value;
	return readers[how].reader ? readers[how].reader(msr, value) : readers[how].result;
}

static int write_any(const struct msr_row *row, uint32_t msr, uint64_t value)
{
	const unsigned int how = row ? row->write : percpu()->cell->is_root ? WRITE_REAL : WRITE_FAULT;

	return writers[how].writer ? writers[how].writer(msr, value) : writers[how].result;
}

static void answer(int result, const struct msr_row *row, uint32_t msr, uint64_t value, int is_write)
{
	switch (result) {
	case MSR_DONE:
		virt()->skip(is_write ? LENGTH_WRMSR : LENGTH_RDMSR);
		break;
	case MSR_FAULT:
		virt()->inject(EXCEPTION_GP, 0);
		percpu_count(BH_STAT_INJECT);
		break;
	case MSR_FORBIDDEN:
		violation_report(BH_REASON_SYSREG_ACCESS, msr, value, is_write, row->name);
		break;
	}
}

void msr_exit_read(struct frame *frame)
{
	uint32_t msr = (uint32_t)frame->reg[REG_RCX];
	const struct msr_row *row = msr_find(msr);
	uint64_t value = 0;
	int result = read_any(row, msr, &value);

	percpu_count(BH_STAT_SYSREG);
	if (result == MSR_DONE) {
		frame->reg[REG_RAX] = (uint32_t)value;
		frame->reg[REG_RDX] = value >> 32;
	}
	answer(result, row, msr, 0, 0);
}

/* The one register that well-behaved guests write again and again: before any table. */
static void write_icr(uint64_t value)
{
	int result = lapic_write_msr(MSR_X2APIC_ICR, value);

	percpu_count(BH_STAT_IPI);
	if (result == MSR_DONE)
		virt()->skip(LENGTH_WRMSR);
	else
		answer(result, msr_find(MSR_X2APIC_ICR), MSR_X2APIC_ICR, value, 1);
}

void msr_exit_write(struct frame *frame)
{
	uint32_t msr = (uint32_t)frame->reg[REG_RCX];
	uint64_t value = (uint32_t)frame->reg[REG_RAX] | frame->reg[REG_RDX] << 32;
	const struct msr_row *row;

	if (msr == MSR_X2APIC_ICR) {
		write_icr(value);
		return;
	}
	percpu_count(BH_STAT_SYSREG);
	row = msr_find(msr);
	answer(write_any(row, msr, value), row, msr, value, 1);
}
