// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a CPU reads when it comes online, before it runs any user's program: compared by the scenario with what it
 * read before a cell had it. The registers are those that a cell poisons: ci/system/cells/aarch64/registers.h.
 */
#include "own.h"

#include <asm/barrier.h>
#include <asm/sysreg.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <registers.h>

#define VECTOR_WORDS 1024      /* 32 of 256 bytes */
#define CPACR_ALL 0x3330000ull /* vectors, SVE, SME */
#define COUNT_ONE(name, from, to, poison, mask, reset) +1
#define FIRST_READERS (0 EXCEPTION_REGISTERS(COUNT_ONE)) /* CPACR_EL1 is the last of them */

struct reader {
	const char *name;
	act read;
};

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

#define ENTRY(name, from, to, poison, mask, reset) { #name, read_##name },
static const struct reader readers[] = { EXCEPTION_REGISTERS(ENTRY) PLAIN_REGISTERS(ENTRY)
						 INTERRUPT_REGISTERS(ENTRY) };

#define PRIVATE(name, offset, poison, mask, reset) { #name, offset, mask },
static const struct {
	const char *name;
	u32 offset;
	u64 mask;
} private[] = { PRIVATE_INTERRUPTS(PRIVATE) };

struct seen {
	unsigned int times;
	struct outcome outcome[ARRAY_SIZE(readers)];
	u32 interrupts[ARRAY_SIZE(private)];
	u64 vectors;
	u32 lpis;
};

static DEFINE_PER_CPU(struct seen, seen);
static int state_number;

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

static void read_some(struct seen *mine, unsigned int first, unsigned int end)
{
	for (unsigned int i = first; i < end; i++)
		mine->outcome[i] = guarded(readers[i].read, 0, 0);
}

static u32 takes_lpis(unsigned int cpu)
{
	return guarded_physical(load32, alias_device(GICR + cpu * GICR_STRIDE), 0).value & 1;
}

static int on_online(unsigned int cpu)
{
	struct seen *mine = this_cpu_ptr(&seen);
	u64 cpacr = read_sysreg(cpacr_el1);

	read_some(mine, 0, FIRST_READERS);
	write_sysreg(cpacr | CPACR_ALL, cpacr_el1);
	isb();
	mine->vectors = vectors();
	read_some(mine, FIRST_READERS, ARRAY_SIZE(readers));
	write_sysreg(cpacr, cpacr_el1);
	isb();
	for (unsigned int i = 0; i < ARRAY_SIZE(private); i++) {
		u64 address = private_window(cpu) + private[i].offset;

		mine->interrupts[i] = guarded_physical(load32, alias_device(address), 0).value &
				      private[i].mask;
	}
	if (intc_version() == 3)
		mine->lpis = takes_lpis(cpu);
	mine->times++;
	return 0;
}

void state_say(unsigned int cpu)
{
	const struct seen *of;

	if (cpu >= nr_cpu_ids)
		return;
	of = per_cpu_ptr(&seen, cpu);
	say("times %u\n", of->times);
	for (unsigned int i = 0; i < ARRAY_SIZE(readers); i++) {
		if (of->outcome[i].exceptions)
			say("%s undefined\n", readers[i].name);
		else
			say("%s %llx\n", readers[i].name, of->outcome[i].value);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(private); i++)
		say("%s %x\n", private[i].name, of->interrupts[i]);
	say("vectors %llx\n", of->vectors);
	say("lpis %x\n", of->lpis);
	say("lpis_in_use %x\n", intc_version() == 3 ? takes_lpis(0) : 0); /* never lent */
}

int state_init(void)
{
	int number =
		cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "bulkhead/attack:online", on_online, NULL);

	if (number < 0)
		return number;
	state_number = number;
	return 0;
}

void state_exit(void)
{
	cpuhp_remove_state_nocalls(state_number);
}
