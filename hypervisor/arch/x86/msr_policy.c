// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which MSRs are whose. Root has all of the machine's but those that could hurt others, which are here; guests have
 * those that are here and nothing else. Data only: msr.c does what it says.
 */
#include "asm/msr_policy.h"

/*
 * The first row that fits counts.
 * MTRRs stay as the firmware set them: a kernel switches them off and writes them back whenever a CPU comes online,
 * which is nobody's offence. Records of PEBS and BTS are written to linear addresses even while the hypervisor runs.
 */
static const struct msr_row rows[] = {
	{ 0x10, 0x10, MSR_READ_WRITE, MSR_READ, READ_REAL, WRITE_IGNORED, "TSC" },
	{ 0x16, 0x1a, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_SAME, "IORR, TOP_MEM" },
	{ 0x1b, 0x1b, MSR_TRAP, MSR_TRAP, READ_LAPIC, WRITE_LAPIC, "APIC_BASE" },
	{ 0x1d, 0x1d, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_SAME, "TOP_MEM2" },
	{ 0x3a, 0x3a, MSR_TRAP, MSR_TRAP, READ_FEATURE_CONTROL, WRITE_FAULT, "FEATURE_CONTROL" },
	{ 0x3b, 0x3b, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_FORBIDDEN, "TSC_ADJUST" },
	{ 0x48, 0x49, MSR_READ_WRITE, MSR_READ_WRITE, READ_REAL, WRITE_REAL, "SPEC_CTRL, PRED_CMD" },
	{ 0x79, 0x79, MSR_TRAP, MSR_TRAP, READ_FAULT, WRITE_FORBIDDEN, "BIOS_UPDT_TRIG" },
	{ 0x8b, 0x8b, MSR_READ_WRITE, MSR_READ, READ_REAL, WRITE_IGNORED, "BIOS_SIGN_ID" },
	{ 0x9b, 0x9b, MSR_TRAP, MSR_TRAP, READ_FAULT, WRITE_FORBIDDEN, "SMM_MONITOR_CTL" },
	{ 0xfe, 0xfe, MSR_READ, MSR_TRAP, READ_ZERO, WRITE_FAULT, "MTRRCAP" },
	{ 0x10a, 0x10b, MSR_READ_WRITE, MSR_READ_WRITE, READ_REAL, WRITE_REAL, "ARCH_CAPABILITIES, FLUSH_CMD" },
	{ 0x174, 0x176, MSR_READ_WRITE, MSR_READ_WRITE, READ_REAL, WRITE_REAL, "SYSENTER" },
	{ 0x1a0, 0x1a0, MSR_READ, MSR_READ, READ_REAL, WRITE_MISC_ENABLE, "MISC_ENABLE" },
	{ 0x1d9, 0x1d9, MSR_READ_WRITE, MSR_TRAP, READ_ZERO, WRITE_IGNORED, "DEBUGCTL" },
	{ 0x200, 0x26f, MSR_READ, MSR_TRAP, READ_ZERO, WRITE_IGNORED, "MTRR" },
	{ 0x277, 0x277, MSR_READ_WRITE, MSR_READ_WRITE, READ_REAL, WRITE_REAL, "PAT" },
	{ 0x2ff, 0x2ff, MSR_READ, MSR_TRAP, READ_ZERO, WRITE_IGNORED, "MTRR_DEF_TYPE" },
	{ 0x3f1, 0x3f2, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_LOST, "PEBS" },
	{ 0x480, 0x493, MSR_TRAP, MSR_TRAP, READ_FAULT, WRITE_FAULT, "VMX" },
	{ 0x560, 0x58f, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_FORBIDDEN, "processor trace" },
	{ 0x600, 0x600, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_LOST, "debug store area" },
	{ 0x6a0, 0x6a8, MSR_READ_WRITE, MSR_READ_WRITE, READ_REAL, WRITE_REAL, "CET" },
	{ 0x6e0, 0x6e0, MSR_READ_WRITE, MSR_TRAP, READ_FAULT, WRITE_FAULT, "TSC_DEADLINE" },
	{ 0x802, 0x802, MSR_READ, MSR_TRAP, READ_LAPIC, WRITE_LAPIC, "x2APIC id" },
	{ 0x80d, 0x80d, MSR_READ, MSR_TRAP, READ_LAPIC, WRITE_LAPIC, "x2APIC logical id" },
	{ 0x80f, 0x80f, MSR_READ, MSR_READ, READ_LAPIC, WRITE_LAPIC, "x2APIC spurious vector" },
	{ 0x82f, 0x82f, MSR_READ, MSR_READ, READ_LAPIC, WRITE_LAPIC, "x2APIC LVT CMCI" },
	{ 0x830, 0x830, MSR_TRAP, MSR_TRAP, READ_LAPIC, WRITE_LAPIC, "x2APIC ICR" },
	{ 0x833, 0x837, MSR_READ, MSR_READ, READ_LAPIC, WRITE_LAPIC, "x2APIC LVT" },
	{ 0x800, 0x83f, MSR_READ_WRITE, MSR_READ_WRITE, READ_LAPIC, WRITE_LAPIC, "x2APIC" },
	{ 0xda0, 0xda0, MSR_READ, MSR_READ, READ_REAL, WRITE_XSS, "XSS" },
	{ 0xc0000080, 0xc0000080, MSR_TRAP, MSR_TRAP, READ_EFER, WRITE_EFER, "EFER" },
	{ 0xc0000081, 0xc0000084, MSR_READ_WRITE, MSR_READ_WRITE, READ_REAL, WRITE_REAL, "SYSCALL" },
	{ 0xc0000100, 0xc0000103, MSR_READ_WRITE, MSR_READ_WRITE, READ_REAL, WRITE_REAL, "FS, GS, TSC_AUX" },
	{ 0xc0000104, 0xc0000104, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_FORBIDDEN, "TSC_RATIO" },
	{ 0xc0000105, 0xc0000106, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_FAULT, "lightweight profiling" },
	{ 0xc0010010, 0xc0010010, MSR_READ, MSR_READ, READ_REAL, WRITE_SAME, "SYSCFG" },
	{ 0xc0010015, 0xc0010015, MSR_READ, MSR_READ, READ_REAL, WRITE_IGNORED, "HWCR" },
	{ 0xc0010016, 0xc001001a, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_SAME, "IORR, TOP_MEM" },
	{ 0xc001001d, 0xc001001d, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_SAME, "TOP_MEM2" },
	{ 0xc001001f, 0xc001001f, MSR_READ_WRITE, MSR_READ, READ_REAL, WRITE_IGNORED, "NB_CFG" },
	{ 0xc0010056, 0xc0010056, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_FORBIDDEN, "SMI_TRIGGER" },
	{ 0xc0010058, 0xc0010058, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_SAME, "MMIO_CFG_BASE" },
	{ 0xc0010111, 0xc0010113, MSR_READ, MSR_TRAP, READ_FAULT, WRITE_FORBIDDEN, "SMM_BASE, SMM_ADDR, SMM_MASK" },
	{ 0xc0010114, 0xc0010114, MSR_TRAP, MSR_TRAP, READ_VM_CR, WRITE_FAULT, "VM_CR" },
	{ 0xc0010115, 0xc0010119, MSR_TRAP, MSR_TRAP, READ_FAULT, WRITE_FAULT, "SVM" },
	{ 0xc0010140, 0xc0010141, MSR_READ, MSR_READ, READ_REAL, WRITE_IGNORED, "OSVW" },
	{ 0xc0011020, 0xc001102f, MSR_READ_WRITE, MSR_READ, READ_REAL, WRITE_IGNORED, "LS_CFG, DE_CFG" },
	{ 0x4b564d00, 0x4b564d01, MSR_TRAP, MSR_TRAP, READ_PVCLOCK, WRITE_PVCLOCK, "KVM clock" },
};

const unsigned int msr_row_count = sizeof(rows) / sizeof(rows[0]);

const struct msr_row *msr_row(unsigned int number)
{
	return &rows[number];
}

const struct msr_row *msr_find(uint32_t msr)
{
	for (unsigned int i = 0; i < msr_row_count; i++) {
		if (msr >= rows[i].first && msr <= rows[i].last)
			return &rows[i];
	}
	return NULL;
}

enum msr_access msr_allowed(uint32_t msr, int is_root)
{
	const struct msr_row *row = msr_find(msr);

	if (!row)
		return is_root ? MSR_READ_WRITE : MSR_TRAP;
	return (enum msr_access)(is_root ? row->root : row->guest);
}
