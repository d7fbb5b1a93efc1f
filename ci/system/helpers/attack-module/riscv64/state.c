// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hart reads when it comes online, before it runs any user's program: compared by the scenario with what it
 * read before a cell had it. The registers are those that a cell poisons: ci/system/cells/riscv64/registers.h.
 */
#include "own.h"

#include <asm/csr.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <registers.h>

#define READER(name, number, poison, mask, reset)       \
	static u64 read_##name(u64 unused, u64 unused2) \
	{                                               \
		return csr_read(number) & (mask);       \
	}
EXCEPTION_REGISTERS(READER)
PLAIN_REGISTERS(READER)

#define ENTRY(name, number, poison, mask, reset) { read_##name, #name },
static const struct way readers[] = { EXCEPTION_REGISTERS(ENTRY) PLAIN_REGISTERS(ENTRY) };

struct seen {
	unsigned int times;
	struct outcome outcome[ARRAY_SIZE(readers)];
	u64 floats;
};

static DEFINE_PER_CPU(struct seen, seen);
static int state_number;

/* Of vectors.S: all bits of all of them in one. No task's are in them yet, and the kernel has not used them. */
u64 attack_read_floats(u64 unused, u64 unused2);

static int on_online(unsigned int cpu)
{
	struct seen *mine = this_cpu_ptr(&seen);
	const u64 found = csr_read(CSR_SSTATUS) & (SR_FS | SR_VS);

	csr_set(CSR_SSTATUS, SR_FS | SR_VS);
	for (unsigned int i = 0; i < ARRAY_SIZE(readers); i++)
		mine->outcome[i] = guarded(readers[i].function, 0, 0);
	mine->floats = guarded(attack_read_floats, 0, 0).value;
	csr_clear(CSR_SSTATUS, SR_FS | SR_VS);
	csr_set(CSR_SSTATUS, found);
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
	say("floats %llx\n", of->floats);
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
