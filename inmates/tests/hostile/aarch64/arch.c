// SPDX-License-Identifier: GPL-2.0-or-later
/* AArch64's part of the frame. */
#include "attacks.h"

#include <bulkhead/errors.h>
#include <regs.h>

#define EC_UNKNOWN 0u
#define TCR_IPS_40 (2ull << 32)
#define BLOCK_NORMAL 0x705u

const struct rows *const classes[] = {
	&memory_rows,	&mmio_rows,	 &gic_rows,	 &sysreg_rows,	&irq_rows,
	&firmware_rows, &hypercall_rows, &unmarked_rows, &collude_rows, &endless_rows,
};
const unsigned int class_count = sizeof(classes) / sizeof(classes[0]);

static uint64_t table[512] __attribute__((aligned(4096)));

unsigned int intc_version(void)
{
	return sysreg_read(ID_AA64PFR0_EL1) >> 24 & 0xf ? 3 : 2;
}

bool intc_is(unsigned int version)
{
	return version == intc_version();
}

bool is_undefined(const struct exception *exception)
{
	return exception->syndrome >> 26 == EC_UNKNOWN;
}

/* Aliases beside what the library maps: table entries are 1 GiB. */
void hostile_begin(void)
{
	memcpy(table, (const void *)(uintptr_t)sysreg_read(TTBR0_EL1), sizeof(table));
	table[ALIAS_DEVICES >> 30] = BLOCK_NORMAL;
	table[ALIAS_ABOVE_4G >> 30] = 0x100000000ull | BLOCK_NORMAL;
	table[ALIAS_LAST_OF_40 >> 30] = 0xffc0000000ull | BLOCK_NORMAL;
	dsb();
	sysreg_write(TCR_EL1, sysreg_read(TCR_EL1) | TCR_IPS_40);
	sysreg_write(TTBR0_EL1, (uintptr_t)table);
	isb();
	asm volatile("tlbi vmalle1\n dsb sy\n isb" : : : "memory");
}

/* Without the magic number they are firmware calls, and unknown ones. */
static uint64_t without_magic(uint64_t number)
{
	register uint64_t x0 asm("x0") = BH_HYPERCALL(number);
	register uint64_t x1 asm("x1") = BH_HYPERCALL_MAGIC ^ 1;

	asm volatile("hvc #0" : "+r"(x0), "+r"(x1) : : "x2", "x3", "x4", "x5", "x6", "memory");
	return x0;
}

static const struct row rows[] = {
	{ "hypercall.without-magic", ping, 0, without_magic, BH_HC_PING, EXPECT_VALUE, 0, (uint64_t)-1, 0 },
};

ROWS(unmarked_rows, rows);
