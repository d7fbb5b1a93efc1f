// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MSRs by table. Root has all of the machine's but those that could hurt others; guests have those that are listed.
 * What is forbidden by name stops a guest; what a guest's processor does not have raises #GP there, as it would.
 */
#include <asm/exits.h>

#include <asm/control.h>
#include <asm/interrupts.h>
#include <asm/msr.h>
#include <asm/pvclock.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <lib/string.h>

enum msr_result { MSR_DONE = 0, MSR_FAULT = 1, MSR_FORBIDDEN = 2 };

typedef enum msr_result msr_reader(uint32_t msr, uint64_t *value);
typedef enum msr_result msr_writer(uint32_t msr, uint64_t value);

static enum msr_result read_real(uint32_t msr, uint64_t *value)
{
	return access_read_msr(msr, value) ? MSR_FAULT : MSR_DONE;
}

static enum msr_result write_real(uint32_t msr, uint64_t value)
{
	return access_write_msr(msr, value) ? MSR_FAULT : MSR_DONE;
}

static enum msr_result read_zero(uint32_t msr, uint64_t *value)
{
	(void)msr;
	*value = 0;
	return MSR_DONE;
}

static enum msr_result write_ignored(uint32_t msr, uint64_t value)
{
	(void)msr;
	(void)value;
	return MSR_DONE;
}

static enum msr_result read_fault(uint32_t msr, uint64_t *value)
{
	(void)msr;
	*value = 0;
	return MSR_FAULT;
}

static enum msr_result write_fault(uint32_t msr, uint64_t value)
{
	(void)msr;
	(void)value;
	return MSR_FAULT;
}

static enum msr_result write_forbidden(uint32_t msr, uint64_t value)
{
	(void)msr;
	(void)value;
	return MSR_FORBIDDEN;
}

/* What decides for all cells stays as the firmware set it. */
static enum msr_result write_same(uint32_t msr, uint64_t value)
{
	uint64_t now;

	if (access_read_msr(msr, &now))
		return MSR_FAULT;
	return now == value ? MSR_DONE : MSR_FORBIDDEN;
}

static enum msr_result read_efer(uint32_t msr, uint64_t *value)
{
	(void)msr;
	*value = virt()->get(VCPU_EFER);
	return MSR_DONE;
}

/* LMA is the processor's, LME does not change under paging, SVME is not there; the machine knows the rest. */
static enum msr_result write_efer(uint32_t msr, uint64_t value)
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

/* SVM switched off by firmware, and locked. */
static enum msr_result read_vm_cr(uint32_t msr, uint64_t *value)
{
	(void)msr;
	*value = VM_CR_SVMDIS | VM_CR_LOCK;
	return MSR_DONE;
}

/* Nothing enabled, and locked. */
static enum msr_result read_feature_control(uint32_t msr, uint64_t *value)
{
	(void)msr;
	*value = 1;
	return MSR_DONE;
}

static enum msr_result read_lapic(uint32_t msr, uint64_t *value)
{
	return lapic_read_msr(msr, value) ? MSR_FAULT : MSR_DONE;
}

static enum msr_result write_lapic(uint32_t msr, uint64_t value)
{
	return (enum msr_result)lapic_write_msr(msr, value);
}

static enum msr_result read_pvclock(uint32_t msr, uint64_t *value)
{
	return pvclock_read_msr(msr, value) ? MSR_FAULT : MSR_DONE;
}

static enum msr_result write_pvclock(uint32_t msr, uint64_t value)
{
	return pvclock_write_msr(msr, value) ? MSR_FAULT : MSR_DONE;
}

/**
 * struct row - a range of registers; the first that fits counts
 * MTRRs stay as the firmware set them: a kernel switches them off and writes them back whenever a CPU comes online,
 * which is nobody's offence.
 * @root, @guest: what passes without an exit (enum msr_access).
 * @read, @write: what answers the rest, of either class.
 */
static const struct row {
	uint32_t first, last;
	uint8_t root, guest;
	msr_reader *read;
	msr_writer *write;
	const char *name;
} rows[] = {
	{ 0x10, 0x10, MSR_READ_WRITE, MSR_READ, read_real, write_ignored, "TSC" },
	{ 0x16, 0x1a, MSR_READ, MSR_TRAP, read_fault, write_same, "IORR, TOP_MEM" },
	{ 0x1b, 0x1b, MSR_TRAP, MSR_TRAP, read_lapic, write_lapic, "APIC_BASE" },
	{ 0x1d, 0x1d, MSR_READ, MSR_TRAP, read_fault, write_same, "TOP_MEM2" },
	{ 0x3a, 0x3a, MSR_TRAP, MSR_TRAP, read_feature_control, write_fault, "FEATURE_CONTROL" },
	{ 0x3b, 0x3b, MSR_READ, MSR_TRAP, read_fault, write_forbidden, "TSC_ADJUST" },
	{ 0x48, 0x49, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "SPEC_CTRL, PRED_CMD" },
	{ 0x79, 0x79, MSR_TRAP, MSR_TRAP, read_fault, write_forbidden, "BIOS_UPDT_TRIG" },
	{ 0x8b, 0x8b, MSR_READ_WRITE, MSR_READ, read_real, write_ignored, "BIOS_SIGN_ID" },
	{ 0x9b, 0x9b, MSR_TRAP, MSR_TRAP, read_fault, write_forbidden, "SMM_MONITOR_CTL" },
	{ 0xfe, 0xfe, MSR_READ, MSR_TRAP, read_zero, write_fault, "MTRRCAP" },
	{ 0x10a, 0x10b, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "ARCH_CAPABILITIES, FLUSH_CMD" },
	{ 0x174, 0x176, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "SYSENTER" },
	{ 0x1a0, 0x1a0, MSR_READ_WRITE, MSR_READ, read_real, write_ignored, "MISC_ENABLE" },
	{ 0x1d9, 0x1d9, MSR_READ_WRITE, MSR_TRAP, read_zero, write_ignored, "DEBUGCTL" },
	{ 0x200, 0x26f, MSR_READ, MSR_TRAP, read_zero, write_ignored, "MTRR" },
	{ 0x277, 0x277, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "PAT" },
	{ 0x2ff, 0x2ff, MSR_READ, MSR_TRAP, read_zero, write_ignored, "MTRR_DEF_TYPE" },
	{ 0x480, 0x493, MSR_TRAP, MSR_TRAP, read_fault, write_fault, "VMX" },
	{ 0x560, 0x58f, MSR_READ, MSR_TRAP, read_fault, write_forbidden, "processor trace" },
	{ 0x6a0, 0x6a8, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "CET" },
	{ 0x6e0, 0x6e0, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "TSC_DEADLINE" },
	{ 0x802, 0x802, MSR_READ, MSR_TRAP, read_lapic, write_lapic, "x2APIC id" },
	{ 0x80d, 0x80d, MSR_READ, MSR_TRAP, read_lapic, write_lapic, "x2APIC logical id" },
	{ 0x80f, 0x80f, MSR_READ, MSR_READ, read_lapic, write_lapic, "x2APIC spurious vector" },
	{ 0x82f, 0x82f, MSR_READ, MSR_READ, read_lapic, write_lapic, "x2APIC LVT CMCI" },
	{ 0x830, 0x830, MSR_TRAP, MSR_TRAP, read_lapic, write_lapic, "x2APIC ICR" },
	{ 0x833, 0x837, MSR_READ, MSR_READ, read_lapic, write_lapic, "x2APIC LVT" },
	{ 0x800, 0x83f, MSR_READ_WRITE, MSR_READ_WRITE, read_lapic, write_lapic, "x2APIC" },
	{ 0xda0, 0xda0, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "XSS" },
	{ 0xc0000080, 0xc0000080, MSR_TRAP, MSR_TRAP, read_efer, write_efer, "EFER" },
	{ 0xc0000081, 0xc0000084, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "SYSCALL" },
	{ 0xc0000100, 0xc0000103, MSR_READ_WRITE, MSR_READ_WRITE, read_real, write_real, "FS, GS, TSC_AUX" },
	{ 0xc0000104, 0xc0000104, MSR_READ, MSR_TRAP, read_fault, write_forbidden, "TSC_RATIO" },
	{ 0xc0010010, 0xc0010010, MSR_READ, MSR_READ, read_real, write_same, "SYSCFG" },
	{ 0xc0010015, 0xc0010015, MSR_READ, MSR_READ, read_real, write_ignored, "HWCR" },
	{ 0xc0010016, 0xc001001a, MSR_READ, MSR_TRAP, read_fault, write_same, "IORR, TOP_MEM" },
	{ 0xc001001d, 0xc001001d, MSR_READ, MSR_TRAP, read_fault, write_same, "TOP_MEM2" },
	{ 0xc001001f, 0xc001001f, MSR_READ_WRITE, MSR_READ, read_real, write_ignored, "NB_CFG" },
	{ 0xc0010056, 0xc0010056, MSR_READ, MSR_TRAP, read_fault, write_forbidden, "SMI_TRIGGER" },
	{ 0xc0010058, 0xc0010058, MSR_READ, MSR_TRAP, read_fault, write_same, "MMIO_CFG_BASE" },
	{ 0xc0010111, 0xc0010113, MSR_READ, MSR_TRAP, read_fault, write_forbidden, "SMM_BASE, SMM_ADDR, SMM_MASK" },
	{ 0xc0010114, 0xc0010114, MSR_TRAP, MSR_TRAP, read_vm_cr, write_fault, "VM_CR" },
	{ 0xc0010115, 0xc0010119, MSR_TRAP, MSR_TRAP, read_fault, write_fault, "SVM" },
	{ 0xc0010140, 0xc0010141, MSR_READ, MSR_READ, read_real, write_ignored, "OSVW" },
	{ 0xc0011020, 0xc001102f, MSR_READ_WRITE, MSR_READ, read_real, write_ignored, "LS_CFG, DE_CFG" },
	{ 0x4b564d00, 0x4b564d01, MSR_TRAP, MSR_TRAP, read_pvclock, write_pvclock, "KVM clock" },
};

static const struct row *find(uint32_t msr)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (msr >= rows[i].first && msr <= rows[i].last)
			return &rows[i];
	}
	return NULL;
}

/* From the last row to the first: of two that fit, the first counts. */
void msr_fill_bitmap(struct cell_arch *cell)
{
	const size_t size = VIRT_MSR_BITMAP_PAGES * (size_t)PAGE_SIZE;

	memset(cell->msr_bitmap, cell->is_root ? 0 : 0xff, size);
	for (unsigned int i = sizeof(rows) / sizeof(rows[0]); i-- > 0;) {
		for (uint32_t msr = rows[i].first; msr <= rows[i].last; msr++)
			virt()->permit_msr(cell->msr_bitmap, msr,
					   (enum msr_access)(cell->is_root ? rows[i].root : rows[i].guest));
	}
}

/* Registers that no row names: root's beyond the bitmap are the machine's, guests have none. */
static enum msr_result read_any(const struct row *row, uint32_t msr, uint64_t *value)
{
	if (row)
		return row->read(msr, value);
	return percpu()->cell->is_root ? read_real(msr, value) : MSR_FAULT;
}

static enum msr_result write_any(const struct row *row, uint32_t msr, uint64_t value)
{
	if (row)
		return row->write(msr, value);
	return percpu()->cell->is_root ? write_real(msr, value) : MSR_FAULT;
}

static void answer(enum msr_result result, const struct row *row, uint32_t msr, uint64_t value, int is_write)
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
	const struct row *row = find(msr);
	uint64_t value = 0;
	enum msr_result result = read_any(row, msr, &value);

	percpu_count(BH_STAT_SYSREG);
	if (result == MSR_DONE) {
		frame->reg[REG_RAX] = (uint32_t)value;
		frame->reg[REG_RDX] = value >> 32;
	}
	answer(result, row, msr, 0, 0);
}

void msr_exit_write(struct frame *frame)
{
	uint32_t msr = (uint32_t)frame->reg[REG_RCX];
	uint64_t value = (uint32_t)frame->reg[REG_RAX] | frame->reg[REG_RDX] << 32;
	const struct row *row = find(msr);

	percpu_count(BH_STAT_SYSREG);
	answer(write_any(row, msr, value), row, msr, value, 1);
}
