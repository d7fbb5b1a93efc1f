/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake machine for fuzzing: enabled on four CPUs, of which the last two are offline for root. */
#ifndef FUZZ_FAKE_MACHINE_H
#define FUZZ_FAKE_MACHINE_H

#include "fuzz.h"

#include "machine.h"

#include <cell/cpus.h>

#define CPUS 4u
#define TURNS 400u /* of a call that is not finished */

static inline int is_on(unsigned int slot)
{
	return fake_cpu_view(slot).mode == FAKE_GUEST;
}

static inline struct hypercall call_of(unsigned int slot, uint64_t number, uint64_t a, uint64_t b)
{
	struct hypercall call = { .number = number, .arg = { a, b } };

	for (unsigned int turn = 0; turn < TURNS; turn++) {
		call.result = BH_E_COUNT;
		if (fake_hypercall(slot, &call) != FAKE_DONE)
			break;
		if (call.result != BH_E_AGAIN && call.result != BH_E_BUSY)
			break;
	}
	return call;
}

static inline void set_up(void)
{
	int results[CPUS];

	fake_power_on(CPUS, NULL, 0);
	machine_early_log();
	image_header.online_count = CPUS;
	image_header.generation = machine_generation();
	fake_start_cpus(CPUS);
	fuzz_check(fake_enter_all(CPUS, image_header.generation, results) == FAKE_DONE, "enable");
	for (unsigned int slot = 0; slot < CPUS; slot++)
		fuzz_check(!results[slot], "CPU %u is refused: %d", slot, results[slot]);
	for (unsigned int slot = 2; slot < CPUS; slot++)
		fuzz_check(fake_cpu_off(slot) == FAKE_LATE && cpu_state(cpu_get(slot)) == BH_CPU_PARKED,
			   "CPU %u", slot);
}

#endif
