// SPDX-License-Identifier: GPL-2.0-only
/* Registers that one owner of a CPU could leave to the next: ci/system/cells/aarch64/registers.h. */
#include "own.h"

#include <asm/barrier.h>
#include <asm/sysreg.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <registers.h>

#define VECTOR_WORDS 1024      /* 32 of 256 bytes */
#define CPACR_ALL 0x3330000ull /* vectors, SVE, SME */
#define COUNT_ONE(name, from, to, poison, mask, reset) +1
#define FIRST_READERS (0 EXCEPTION_REGISTERS(COUNT_ONE)) /* CPACR_EL1 is the last of them */

#define READER(name, from, to, poison, mask, reset)           \
	static u64 read_##name(u64 unused, u64 unused2)       \
	{                                                     \
		u64 value = 0;                                \
		asm volatile("mrs %0, " #from : "+r"(value)); \
		return value & (mask);                        \
	}
EXCEPTION_REGISTERS(READER)
PLAIN_REGISTERS(READER)
INTERRUPT_REGISTERS(READER)

#define ENTRY(name, from, to, poison, mask, reset) read_##name,
static const act readers[] = { EXCEPTION_REGISTERS(ENTRY) PLAIN_REGISTERS(ENTRY) INTERRUPT_REGISTERS(ENTRY) };

#define PRIVATE(name, offset, poison, mask, reset) { offset, mask },
static const struct {
	u32 offset;
	u64 mask;
} private[] = { PRIVATE_INTERRUPTS(PRIVATE) };

#define REGISTER_NAME(name, from, to, poison, mask, reset) #name,
#define PRIVATE_NAME(name, offset, poison, mask, reset) #name,
const char *const state_names[] = {
	EXCEPTION_REGISTERS(REGISTER_NAME) PLAIN_REGISTERS(REGISTER_NAME) INTERRUPT_REGISTERS(REGISTER_NAME)
	PRIVATE_INTERRUPTS(PRIVATE_NAME) "vectors", "lpis", "lpis_in_use",
};
const unsigned int state_count = ARRAY_SIZE(state_names);

u64 attack_store_vectors(u64 room, u64 with_sve);

/* All bits of all vector registers in one. No task's are in them yet, and the kernel has not used them. */
static u64 vectors(void)
{
	static u64 room[VECTOR_WORDS];
	bool sve = read_sysreg(id_aa64pfr0_el1) >> 32 & 0xf;
	u64 all = 0;

	memset(room, 0, sizeof(room));
	guarded(attack_store_vectors, (u64)(uintptr_t)room, sve);
	for (unsigned int i = 0; i < VECTOR_WORDS; i++)
		all |= room[i];
	return all;
}

/* This CPU's own window: GICv3 has one for each, GICv2 banks them. */
static u64 private_window(unsigned int cpu)
{
	return intc_version() == 3 ? GICR + cpu * GICR_STRIDE + 0x10000 : GICD;
}

static void read_some(struct outcome *seen, unsigned int first, unsigned int end)
{
	for (unsigned int i = first; i < end; i++)
		seen[i] = guarded(readers[i], 0, 0);
}

static u64 takes_lpis(unsigned int cpu)
{
	if (intc_version() != 3)
		return 0;
	return guarded_physical(load32, alias_device(GICR + cpu * GICR_STRIDE), 0).value & 1;
}

static void read_private(struct outcome *seen, unsigned int cpu)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(private); i++) {
		const u64 address = private_window(cpu) + private[i].offset;

		seen[i].value = guarded_physical(load32, alias_device(address), 0).value & private[i].mask;
	}
}

void state_read(unsigned int cpu, struct outcome *seen)
{
	struct outcome *others = seen + ARRAY_SIZE(readers) + ARRAY_SIZE(private);
	const u64 cpacr = read_sysreg(cpacr_el1);

	read_some(seen, 0, FIRST_READERS);
	write_sysreg(cpacr | CPACR_ALL, cpacr_el1);
	isb();
	others[0].value = vectors();
	read_some(seen, FIRST_READERS, ARRAY_SIZE(readers));
	write_sysreg(cpacr, cpacr_el1);
	isb();
	read_private(seen + ARRAY_SIZE(readers), cpu);
	others[1].value = takes_lpis(cpu);
	others[2].value = takes_lpis(0); /* never lent */
}
