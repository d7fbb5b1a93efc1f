// SPDX-License-Identifier: GPL-2.0-only
/* Registers that a cell poisons (ci/system/cells/x86_64/handover.S), and the kernel leaves alone or sets alike. */
#include "own.h"

#include <linux/kernel.h>

#define REGISTERS(X)                                                                               \
	X(sysenter_cs, 0x174) X(pat, 0x277) X(star, 0xc0000081) X(lstar, 0xc0000082) X(cstar, 0xc0000083) \
	X(sfmask, 0xc0000084) X(xss, 0xda0) X(spec_ctrl, 0x48)

#define NUMBER(name, msr) msr,
static const u32 numbers[] = { REGISTERS(NUMBER) };

#define NAME(name, msr) #name,
const char *const state_names[] = { REGISTERS(NAME) };
const unsigned int state_count = ARRAY_SIZE(state_names);

void state_read(unsigned int cpu, struct outcome *seen)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++)
		seen[i] = guarded(read_msr, numbers[i], 0);
}
