// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a CPU reads when it comes online: registers that a cell poisons (ci/system/cells/x86_64/handover.S) and that
 * the kernel leaves alone, or always sets alike.
 */
#include "own.h"

#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/percpu.h>

static const struct {
	u32 msr;
	const char *name;
} readers[] = {
	{ 0x174, "sysenter_cs" }, { 0x277, "pat" },	   { 0xc0000081, "star" },  { 0xc0000082, "lstar" },
	{ 0xc0000083, "cstar" },  { 0xc0000084, "sfmask" }, { 0xda0, "xss" },	     { 0x48, "spec_ctrl" },
};

struct seen {
	unsigned int times;
	struct outcome outcome[ARRAY_SIZE(readers)];
};

static DEFINE_PER_CPU(struct seen, seen);
static int state_number;

static int on_online(unsigned int cpu)
{
	struct seen *mine = this_cpu_ptr(&seen);

	for (unsigned int i = 0; i < ARRAY_SIZE(readers); i++)
		mine->outcome[i] = guarded(read_msr, readers[i].msr, 0);
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
