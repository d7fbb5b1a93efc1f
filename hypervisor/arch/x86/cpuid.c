// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What guests read of CPUID: what the machine says, without what cells cannot have. One table says what is taken
 * away, with its name; leaves that tell of the CPU's place among others are made for guests.
 */
#include <asm/exits.h>

#include <asm/control.h>
#include <asm/features.h>
#include <asm/pvclock.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <bulkhead/x86.h>

enum cpuid_register { EAX = 0, EBX = 1, ECX = 2, EDX = 3 };

/* Who does not have it. */
enum cpuid_class { GUESTS = 1, ALL = 2 };

#define BIT(n) (1u << (n))
#define EVERYTHING 0xffffffffu

/* X(leaf, register, bits, class, name) */
static const struct row {
	uint32_t leaf;
	uint32_t bits;
	uint8_t reg;
	uint8_t from;
	const char *name;
} rows[] = {
	{ 0x1, BIT(5), ECX, ALL, "VMX" },
	{ 0x1, BIT(6), ECX, ALL, "SMX" },
	{ 0x1, BIT(2) | BIT(3) | BIT(4), ECX, GUESTS, "DTES64, MONITOR, DS_CPL" },
	{ 0x1, BIT(7) | BIT(8) | BIT(15), ECX, GUESTS, "EIST, TM2, PDCM" },
	{ 0x1, BIT(7) | BIT(14), EDX, GUESTS, "MCE, MCA" },
	{ 0x1, BIT(12), EDX, GUESTS, "MTRR" },
	{ 0x1, BIT(21) | BIT(22) | BIT(29), EDX, GUESTS, "DS, ACPI, TM" },
	{ 0x5, EVERYTHING, EAX, GUESTS, "MONITOR" },
	{ 0x5, EVERYTHING, EBX, GUESTS, "MONITOR" },
	{ 0x5, EVERYTHING, ECX, GUESTS, "MONITOR" },
	{ 0x5, EVERYTHING, EDX, GUESTS, "MONITOR" },
	{ 0x6, EVERYTHING & ~BIT(2), EAX, GUESTS, "power management but ARAT" },
	{ 0x6, EVERYTHING, ECX, GUESTS, "APERF, MPERF" },
	{ 0x7, BIT(2), EBX, ALL, "SGX" },
	{ 0x7, BIT(12) | BIT(15) | BIT(25), EBX, GUESTS, "RDT, processor trace" },
	{ 0x7, BIT(30), ECX, ALL, "SGX_LC" },
	{ 0x7, BIT(5), ECX, GUESTS, "WAITPKG" },
	{ 0x7, BIT(18) | BIT(19), EDX, GUESTS, "PCONFIG, LBR" },
	{ 0xa, EVERYTHING, EAX, GUESTS, "performance counters" },
	{ 0xa, EVERYTHING, EBX, GUESTS, "performance counters" },
	{ 0xa, EVERYTHING, ECX, GUESTS, "performance counters" },
	{ 0xa, EVERYTHING, EDX, GUESTS, "performance counters" },
	{ 0x80000001, BIT(2) | BIT(12), ECX, ALL, "SVM, SKINIT" },
	{ 0x80000001, BIT(10) | BIT(13) | BIT(23) | BIT(24) | BIT(28), ECX, GUESTS,
	  "IBS, WDT, performance counters" },
	{ 0x80000001, BIT(7) | BIT(12) | BIT(14), EDX, GUESTS, "MCE, MTRR, MCA" },
	{ 0x80000007, EVERYTHING & ~BIT(8), EDX, GUESTS, "power management but an invariant TSC" },
	{ 0x8000000a, EVERYTHING, EAX, ALL, "SVM" },
	{ 0x8000000a, EVERYTHING, EBX, ALL, "SVM" },
	{ 0x8000000a, EVERYTHING, EDX, ALL, "SVM" },
	{ 0x8000001f, EVERYTHING, EAX, GUESTS, "SME, SEV" },
};

static void take_away(uint32_t leaf, uint32_t *r)
{
	int is_root = (int)percpu()->cell->is_root;

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].leaf == leaf && (rows[i].from == ALL || !is_root))
			r[rows[i].reg] &= ~rows[i].bits;
	}
}

/* Bits that follow the guest's CR4, not the hypervisor's. */
static void follow_control(uint32_t leaf, uint32_t *r)
{
	uint64_t cr4 = virt()->get(VCPU_CR4);

	if (leaf == 0x1) /* and there is a hypervisor, for root, too: by that its driver finds it */
		r[ECX] = (r[ECX] & ~BIT(27)) | (cr4 & CR4_OSXSAVE ? BIT(27) : 0) | BIT(31);
	if (leaf == 0x7)
		r[ECX] = (r[ECX] & ~BIT(4)) | (cr4 & CR4_PKE ? BIT(4) : 0);
}

static unsigned int id_bits(unsigned int count)
{
	unsigned int bits = 0;

	while (1u << bits < count)
		bits++;
	return bits;
}

/* Leaves 0xb and 0x1f: one thread in a core, all cores in a package. */
static void describe_topology(uint32_t level, uint32_t *r)
{
	unsigned int count = percpu()->cell->vcpu_count;

	r[EAX] = level == 1 ? id_bits(count) : 0;
	r[EBX] = level == 0 ? 1 : level == 1 ? count : 0;
	r[ECX] = level | (level < 2 ? (level + 1) << 8 : 0);
	r[EDX] = percpu()->vcpu;
}

static void place_guest(uint32_t leaf, uint32_t subleaf, uint32_t *r)
{
	unsigned int count = percpu()->cell->vcpu_count, vcpu = percpu()->vcpu;

	switch (leaf) {
	case 0x1:
		r[EBX] = (r[EBX] & 0xffff) | count << 16 | vcpu << 24;
		r[EDX] = count > 1 ? r[EDX] | BIT(28) : r[EDX] & ~BIT(28);
		break;
	case 0x4:
		r[EAX] &= 0x3fff; /* caches are shared with nobody */
		break;
	case 0xb:
	case 0x1f:
		describe_topology(subleaf, r);
		break;
	case 0x80000008:
		r[ECX] = (r[ECX] & 0xffff0000) | (count - 1) | id_bits(count) << 12;
		break;
	case 0x8000001e:
		r[EAX] = vcpu;
		r[EBX] = vcpu;
		r[ECX] = 0;
		break;
	default:
		break;
	}
}

/* Return: 1 if the leaf is the hypervisor's own. */
static int own_leaf(uint32_t leaf, uint32_t *r)
{
	if (leaf < BH_CPUID_LEAF || leaf > BH_CPUID_LEAF + 0xffff)
		return 0;
	r[EAX] = r[EBX] = r[ECX] = r[EDX] = 0;
	if (leaf == BH_CPUID_LEAF) {
		r[EAX] = BH_CPUID_LEAF + 1;
		r[EBX] = BH_CPUID_EBX;
		r[ECX] = BH_CPUID_ECX;
		r[EDX] = BH_CPUID_EDX;
	} else if (leaf == BH_CPUID_LEAF + 1) {
		r[EAX] = virt() == &svm_ops ? BH_CPUID_CALL_VMMCALL : BH_CPUID_CALL_VMCALL;
	} else if (!percpu()->cell->is_root) {
		pvclock_cpuid(leaf, r);
	}
	return 1;
}

void cpuid_exit(struct frame *frame)
{
	uint32_t leaf = (uint32_t)frame->reg[REG_RAX], subleaf = (uint32_t)frame->reg[REG_RCX];
	struct cpuid real = cpuid_read(leaf, subleaf);
	uint32_t r[4] = { real.eax, real.ebx, real.ecx, real.edx };

	if (!own_leaf(leaf, r)) {
		if (subleaf == 0 || leaf != 0x7)
			take_away(leaf, r);
		follow_control(leaf, r);
		if (!percpu()->cell->is_root)
			place_guest(leaf, subleaf, r);
	}
	frame->reg[REG_RAX] = r[EAX];
	frame->reg[REG_RBX] = r[EBX];
	frame->reg[REG_RCX] = r[ECX];
	frame->reg[REG_RDX] = r[EDX];
	virt()->skip(LENGTH_CPUID);
}
