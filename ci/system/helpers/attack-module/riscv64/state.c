// SPDX-License-Identifier: GPL-2.0-only
/* Registers that one owner of a hart could leave to the next: ci/system/cells/riscv64/registers.h. */
#include "own.h"

#include <asm/csr.h>
#include <linux/kernel.h>
#include <registers.h>

#define READER(name, number, poison, mask, reset)       \
	static u64 read_##name(u64 unused, u64 unused2) \
	{                                               \
		return csr_read(number) & (mask);       \
	}
EXCEPTION_REGISTERS(READER)
PLAIN_REGISTERS(READER)

#define ENTRY(name, number, poison, mask, reset) read_##name,
static const act readers[] = { EXCEPTION_REGISTERS(ENTRY) PLAIN_REGISTERS(ENTRY) };

#define NAME(name, number, poison, mask, reset) #name,
const char *const state_names[] = { EXCEPTION_REGISTERS(NAME) PLAIN_REGISTERS(NAME) "floats" };
const unsigned int state_count = ARRAY_SIZE(state_names);

/* Of vectors.S: all bits of all of them in one. No task's are in them yet, and the kernel has not used them. */
u64 attack_read_floats(u64 unused, u64 unused2);

void state_read(unsigned int cpu, struct outcome *seen)
{
	const u64 found = csr_read(CSR_SSTATUS) & (SR_FS | SR_VS);

	csr_set(CSR_SSTATUS, SR_FS | SR_VS);
	for (unsigned int i = 0; i < ARRAY_SIZE(readers); i++)
		seen[i] = guarded(readers[i], 0, 0);
	seen[ARRAY_SIZE(readers)] = guarded(attack_read_floats, 0, 0);
	csr_clear(CSR_SSTATUS, SR_FS | SR_VS);
	csr_set(CSR_SSTATUS, found);
}
