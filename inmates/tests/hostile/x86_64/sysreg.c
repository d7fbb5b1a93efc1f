// SPDX-License-Identifier: GPL-2.0-or-later
/* MSRs by number, control and debug registers, extended control. */
#include "attacks.h"

#include <regs.h>

#define MSR_EFER 0xc0000080u
#define MSR_PAT 0x277u
#define MSR_STAR 0xc0000081u
#define MSR_APIC_BASE 0x1bu
#define EFER_SVME (1ull << 12)
#define CR4_MCE (1ull << 6)
#define CR4_VMXE (1ull << 13)
#define CR4_OSXSAVE (1ull << 18)
#define CR4_UINTR (1ull << 25)
#define CR4_FRED (1ull << 32)
#define APIC_BASE_BITS 0xfffull

static uint64_t read(uint64_t msr)
{
	return msr_read((uint32_t)msr) | 1;
}

static uint64_t write(uint64_t msr)
{
	msr_write((uint32_t)msr, HYPERVISOR_MEMORY);
	return 1;
}

static uint64_t read_own(uint64_t unused)
{
	return msr_read(MSR_EFER);
}

static uint64_t write_own(uint64_t unused)
{
	msr_write(MSR_STAR, 0x77);
	return msr_read(MSR_STAR) == 0x77;
}

/* What is written must not stay. */
static uint64_t change(uint64_t msr)
{
	const uint64_t before = msr_read((uint32_t)msr);

	msr_write((uint32_t)msr, ~before);
	return msr_read((uint32_t)msr) == before;
}

static uint64_t own_pat(uint64_t unused)
{
	const uint64_t before = msr_read(MSR_PAT);

	msr_write(MSR_PAT, before ^ 0x0600000000000000ull);
	if (msr_read(MSR_PAT) == before)
		return 0;
	msr_write(MSR_PAT, before);
	return 1;
}

static uint64_t enable_svm(uint64_t unused)
{
	msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SVME);
	return 1;
}

static uint64_t move_apic(uint64_t to)
{
	msr_write(MSR_APIC_BASE, (msr_read(MSR_APIC_BASE) & APIC_BASE_BITS) | to);
	return 1;
}

/* Another cell's counter would jump with it. */
static uint64_t write_tsc(uint64_t unused)
{
	const uint64_t before = timer_ticks();

	msr_write(0x10, 0);
	return timer_ticks() >= before;
}

static void try_read(void *msr)
{
	(void)msr_read(*(uint32_t *)msr);
}

/* How many there are that can be read of those that must not be. */
static uint64_t read_range(uint64_t range)
{
	uint64_t readable = 0;

	for (uint32_t msr = (uint32_t)(range >> 32); msr < (uint32_t)range; msr++)
		readable += exception_try(try_read, &msr, NULL) == 0;
	return readable;
}

static void try_write(void *msr)
{
	msr_write(*(uint32_t *)msr, random64());
}

static uint64_t write_range(uint64_t range)
{
	uint64_t writable = 0;

	for (uint32_t msr = (uint32_t)(range >> 32); msr < (uint32_t)range; msr++)
		writable += exception_try(try_write, &msr, NULL) == 0;
	return writable;
}

static uint64_t read_cr4(void)
{
	uint64_t value;

	asm volatile("movq %%cr4, %0" : "=r"(value));
	return value;
}

static uint64_t write_cr4(uint64_t bits)
{
	asm volatile("movq %0, %%cr4" : : "r"(read_cr4() | bits) : "memory");
	return 1;
}

/* On and off again, as a kernel may: it reads what it wrote. What the processor has is the hypervisor's business. */
static uint64_t toggle_cr4(uint64_t bits)
{
	uint64_t shown;

	write_cr4(bits);
	shown = read_cr4();
	asm volatile("movq %0, %%cr4" : : "r"(shown & ~bits) : "memory");
	return (shown & bits) == bits && !(read_cr4() & bits);
}

static uint64_t write_cr0(uint64_t value)
{
	asm volatile("movq %0, %%cr0" : : "r"(value) : "memory");
	return 1;
}

static uint64_t write_xcr(uint64_t value)
{
	write_cr4(CR4_OSXSAVE);
	asm volatile("xsetbv" : : "c"((uint32_t)(value >> 32)), "a"((uint32_t)value), "d"(0) : "memory");
	return 1;
}

/* Caches off, for this CPU: others must not notice, and it comes back. */
static uint64_t caches_off(uint64_t unused)
{
	uint64_t cr0;

	asm volatile("movq %%cr0, %0" : "=r"(cr0));
	write_cr0(cr0 | 1ull << 30);
	asm volatile("wbinvd" : : : "memory");
	return write_cr0(cr0);
}

/* Who loses what others have in the caches: nobody. */
static uint64_t invalidate(uint64_t unused)
{
	store64(own_word());
	asm volatile("invd" : : : "memory");
	return load64(own_word()) == 0x5a5a5a5a5a5a5a5aull;
}

/* Breakpoints of the cell must not fire in the hypervisor: on its code, and on the data of each of its exits. */
static uint64_t break_in_hypervisor(uint64_t kind)
{
	const uint64_t at[] = { HYPERVISOR_LINEAR, HYPERVISOR_LINEAR + 0x1000, 0xffffffffc0000000ull, own_word() };
	uint64_t code;

	asm volatile("movq %0, %%dr0; movq %1, %%dr1; movq %2, %%dr2; movq %3, %%dr3"
		     :
		     : "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3]));
	asm volatile("movq %0, %%dr7" : : "r"(0x4ffull | kind << 16 | kind << 20 | kind << 24));
	code = hypercall(BH_HC_INFO, 0, 0, 0).code;
	asm volatile("movq %0, %%dr7" : : "r"(0x400ull));
	return code;
}

/* clang-format off */
#define GP EXPECT_FAULT, 0, FAULT_GP, 0
#define NO_READ(name, msr) { "sysreg." name, read_own, 0, read, msr, GP }
#define NO_WRITE(name, msr) { "sysreg." name, write_own, 0, write, msr, GP }
#define FORBIDDEN(name, msr) \
	{ "sysreg." name, write_own, 0, write, msr, EXPECT_FAILED, BH_REASON_SYSREG_ACCESS, msr, 0 }
#define STAYS(name, msr) { "sysreg." name, write_own, 0, change, msr, EXPECT_VALUE, 0, 1, 0 }
/* A processor raises #GP; QEMU with SVM ends the guest for an invalid state, and the cell fails. */
#define CR_FAULT(name, attempt, value)                                                             \
	{ "sysreg." name, read_own, 0, attempt, value, EXPECT_FAULT, 0, FAULT_GP, ONLY_VMX },      \
	{ "sysreg." name "-invalid", read_own, 0, attempt, value, EXPECT_FAILED, BH_REASON_BAD_TRAP, 0, ONLY_SVM },
#define RANGE(first, last) ((uint64_t)(first) << 32 | (last))
#define NONE EXPECT_VALUE, 0, 0, 0

static const struct row rows[] = {
	NO_READ("machine-check-read", 0x400),
	NO_WRITE("machine-check-write", 0x401),
	NO_WRITE("counter-write", 0xc0010200),
	NO_WRITE("event-select-write", 0x186),
	NO_WRITE("pebs-enable", 0x3f1),
	NO_WRITE("debug-store-area", 0x600),
	NO_WRITE("feature-control", 0x3a),
	NO_WRITE("vm-cr", 0xc0010114),
	NO_WRITE("host-save-area", 0xc0010117),
	NO_WRITE("vmx-basic", 0x480),
	NO_READ("vmx-capability-read", 0x48b),
	NO_WRITE("frequency", 0x199),
	NO_WRITE("clock-modulation", 0x19a),
	NO_WRITE("cache-allocation", 0xc90),
	NO_READ("tsc-ratio-read", 0xc0000104),
	NO_WRITE("wall-clock-elsewhere", 0x4b564d00),
	FORBIDDEN("microcode", 0x79),
	FORBIDDEN("smm-monitor", 0x9b),
	FORBIDDEN("tsc-adjust", 0x3b),
	FORBIDDEN("trace-output-base", 0x560),
	FORBIDDEN("trace-output-mask", 0x561),
	FORBIDDEN("trace-control", 0x570),
	FORBIDDEN("tsc-ratio", 0xc0000104),
	FORBIDDEN("system-configuration", 0xc0010010),
	FORBIDDEN("range-base", 0xc0010016),
	FORBIDDEN("range-mask", 0xc0010019),
	FORBIDDEN("top-of-memory", 0xc001001a),
	FORBIDDEN("top-of-memory-2", 0xc001001d),
	FORBIDDEN("smi-trigger", 0xc0010056),
	FORBIDDEN("configuration-base", 0xc0010058),
	FORBIDDEN("smm-base", 0xc0010111),
	FORBIDDEN("smm-address", 0xc0010112),
	FORBIDDEN("smm-mask", 0xc0010113),
	STAYS("mtrr", 0x200),
	STAYS("mtrr-fixed", 0x250),
	STAYS("mtrr-default", 0x2ff),
	STAYS("misc-enable", 0x1a0),
	STAYS("hardware-configuration", 0xc0010015),
	STAYS("debug-control", 0x1d9),
	{ "sysreg.tsc-write", write_own, 0, write_tsc, 0, EXPECT_VALUE, 0, 1, 0 },
	{ "sysreg.pat-own", write_own, 0, own_pat, 0, EXPECT_VALUE, 0, 1, 0 },
	{ "sysreg.efer-svme", read_own, 0, enable_svm, 0, GP },
	{ "sysreg.apic-moved", read_own, 0, move_apic, HYPERVISOR_MEMORY, GP },
	{ "sysreg.apic-moved-to-own", read_own, 0, move_apic, HOSTILE_RAM + 0x100000, GP },
	{ "sysreg.every-unknown-read", read_own, 0, read_range, RANGE(0x300, 0x480), NONE },
	{ "sysreg.every-unknown-read-high", read_own, 0, read_range, RANGE(0xc0000105, 0xc0001000), NONE },
	{ "sysreg.every-unknown-read-amd", read_own, 0, read_range, RANGE(0xc0010200, 0xc0011000), NONE },
	{ "sysreg.every-unknown-write", write_own, 0, write_range, RANGE(0x300, 0x560), NONE },
	{ "sysreg.every-unknown-write-amd", write_own, 0, write_range, RANGE(0xc0010200, 0xc0011000), NONE },
	{ "sysreg.outside-bitmap-read", read_own, 0, read_range, RANGE(0x40000000, 0x40000200), NONE },
	{ "sysreg.outside-bitmap-write", write_own, 0, write_range, RANGE(0x80000000, 0x80000200), NONE },
	CR_FAULT("cr4-vmxe", write_cr4, CR4_VMXE)
	CR_FAULT("cr4-user-interrupts", write_cr4, CR4_UINTR)
	CR_FAULT("cr4-fred", write_cr4, CR4_FRED)
	{ "sysreg.cr4-machine-checks-off", read_own, 0, toggle_cr4, CR4_MCE, EXPECT_VALUE, 0, 1, 0 },
	CR_FAULT("cr0-paging-without-protection", write_cr0, 0x80000010)
	CR_FAULT("cr0-write-through-without-cache-off", write_cr0, 0xa0000011)
	{ "sysreg.cr0-cache-off", read_own, 0, caches_off, 0, EXPECT_VALUE, 0, 1, 0 },
	{ "sysreg.caches-lost", read_own, 0, invalidate, 0, EXPECT_VALUE, 0, 1, 0 },
	{ "sysreg.xcr0-without-x87", read_own, 0, write_xcr, 0, GP },
	{ "sysreg.xcr0-everything", read_own, 0, write_xcr, 0xffffffff, GP },
	{ "sysreg.xcr1", read_own, 0, write_xcr, 1ull << 32 | 1, GP },
	{ "sysreg.breakpoint-in-hypervisor", write_own, 0, break_in_hypervisor, 0, NONE },
	{ "sysreg.watchpoint-in-hypervisor", write_own, 0, break_in_hypervisor, 0xb, NONE },
};
/* clang-format on */

ROWS(sysreg_rows, rows);
