// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Firmware calls, SMC and HVC alike: an allow-list by function id. Calls that carry an entry point or an
 * address are answered here or not at all; only the work-arounds for CPU errata are passed on, and they carry
 * nothing.
 */
#include <asm/vcpu.h>

#define SMCCC_NOT_SUPPORTED ((uint64_t)-1)

static int is_workaround(uint64_t id)
{
	return id == SMCCC_WORKAROUND_1 || id == SMCCC_WORKAROUND_2 || id == SMCCC_WORKAROUND_3;
}

static uint64_t arch_features(uint64_t id)
{
	if (id == SMCCC_VERSION || id == SMCCC_ARCH_FEATURES)
		return 0;
	return is_workaround(id) ? (uint64_t)firmware_feature(id) : SMCCC_NOT_SUPPORTED;
}

static uint64_t workaround(uint64_t id, uint64_t argument)
{
	if (firmware_feature(id) < 0)
		return SMCCC_NOT_SUPPORTED;
	return firmware_call(id, argument, 0, 0);
}

void smccc_call(struct frame *frame)
{
	uint64_t id = (uint32_t)frame->x[0];

	percpu()->stats->count[BH_STAT_FIRMWARE]++;
	if (psci_call(frame))
		return;
	if (id == SMCCC_VERSION)
		frame->x[0] = SMCCC_1_1;
	else if (id == SMCCC_ARCH_FEATURES)
		frame->x[0] = arch_features((uint32_t)frame->x[1]);
	else if (is_workaround(id))
		frame->x[0] = workaround(id, frame->x[1]);
	else
		frame->x[0] = SMCCC_NOT_SUPPORTED;
}
