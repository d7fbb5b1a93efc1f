// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What guests read of CPUID: what the machine says, without what cells cannot have (cpuid_policy.c). Leaves that
 * tell of the CPU's place among others are made for guests.
 */
#include <asm/exits.h>

#include <asm/control.h>
#include <asm/cpuid_policy.h>
#include <asm/features.h>
#include <asm/pvclock.h>
#include <asm/vapic.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <bulkhead/x86.h>
#include <lib/string.h>

#define EAX CPUID_EAX
#define EBX CPUID_EBX
#define ECX CPUID_ECX
#define EDX CPUID_EDX
#define BIT(n) (1u << (n))

static void take_x2apic_away(uint32_t leaf, uint32_t *r)
{
	if (leaf == 0x1 && !vapic_has_x2())
		r[ECX] &= ~BIT(21);
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
	static const uint32_t first[4] = { BH_CPUID_LEAF + 1, BH_CPUID_EBX, BH_CPUID_ECX, BH_CPUID_EDX };
	static const uint32_t none[4];

	if (leaf < BH_CPUID_LEAF || leaf > BH_CPUID_LEAF + 0xffff)
		return 0;
	memcpy(r, leaf == BH_CPUID_LEAF ? first : none, sizeof(first));
	if (leaf == BH_CPUID_LEAF + 1)
		r[EAX] = virt() == &svm_ops ? BH_CPUID_CALL_VMMCALL : BH_CPUID_CALL_VMCALL;
	else if (!percpu()->cell->is_root)
		pvclock_cpuid(leaf, r);
	return 1;
}

void cpuid_exit(struct frame *frame)
{
	uint32_t leaf = (uint32_t)frame->reg[REG_RAX], subleaf = (uint32_t)frame->reg[REG_RCX];
	struct cpuid real = cpuid_read(leaf, subleaf);
	uint32_t r[4] = { real.eax, real.ebx, real.ecx, real.edx };

	if (!own_leaf(leaf, r)) {
		cpuid_take_away(leaf, subleaf, (int)percpu()->cell->is_root, r);
		take_x2apic_away(leaf, r);
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
