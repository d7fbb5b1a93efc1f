// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a CPU reads when it comes online, before it runs any user's program: compared by the scenario with what it
 * read before a cell had it. Which registers: the architecture's, those that a cell poisons (ci/system/cells/).
 */
#include "attack.h"

#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/percpu.h>

struct seen {
	unsigned int times;
	struct outcome outcome[STATE_MOST];
};

static DEFINE_PER_CPU(struct seen, seen);
static int state_number;

static int on_online(unsigned int cpu)
{
	struct seen *mine = this_cpu_ptr(&seen);

	state_read(cpu, mine->outcome);
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
	for (unsigned int i = 0; i < state_count; i++) {
		if (of->outcome[i].exceptions)
			say("%s undefined\n", state_names[i]);
		else
			say("%s %llx\n", state_names[i], of->outcome[i].value);
	}
}

int state_init(void)
{
	int number;

	if (state_count > STATE_MOST)
		return -ENOSPC;
	number = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "bulkhead/attack:online", on_online, NULL);
	if (number < 0)
		return number;
	state_number = number;
	return 0;
}

void state_exit(void)
{
	cpuhp_remove_state_nocalls(state_number);
}
