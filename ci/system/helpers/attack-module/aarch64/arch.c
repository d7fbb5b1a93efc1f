// SPDX-License-Identifier: GPL-2.0-only
/* AArch64's part of the frame. */
#include "own.h"

#include <asm/sysreg.h>
#include <bulkhead/hypercall.h>
#include <linux/arm-smccc.h>
#include <linux/kernel.h>

const struct attack_class *const classes[] = {
	&memory_class, &access_class,	&device_class,	  &gic_class,
	&write_class,  &firmware_class, &hypercall_class, &sysreg_class,
};
const unsigned int class_count = ARRAY_SIZE(classes);

unsigned int intc_version(void)
{
	return read_sysreg(id_aa64pfr0_el1) >> 24 & 0xf ? 3 : 2;
}

bool intc_is(unsigned int kind)
{
	return kind == intc_version();
}

struct hypercall hypercall(u64 number, u64 a, u64 b, u64 c)
{
	struct arm_smccc_1_2_regs regs = {
		.a0 = BH_HYPERCALL(number),
		.a1 = BH_HYPERCALL_MAGIC,
		.a2 = a,
		.a3 = b,
		.a4 = c,
	};

	arm_smccc_1_2_hvc(&regs, &regs);
	return (struct hypercall){ regs.a0, { regs.a1, regs.a2, regs.a3, regs.a4, regs.a5 } };
}

/*
 *	its W W W W	give the ITS a command of four words, in hexadecimal
 *	lpis CPU COUNT	raise an LPI at a CPU
 *	route IRQ	a shared interrupt goes to this CPU
 *	raise IRQ	raise it; does it come to this CPU?
 */
bool arch_obey(const char *command)
{
	unsigned long long a, b;
	u64 word[4];

	if (sscanf(command, "its %llx %llx %llx %llx", &word[0], &word[1], &word[2], &word[3]) == 4)
		its_say(word);
	else if (sscanf(command, "lpis %llu %llu", &a, &b) == 2)
		lpis_say((unsigned int)a, b);
	else if (sscanf(command, "route %llu", &a) == 1)
		spi_route_say((unsigned int)a);
	else if (sscanf(command, "raise %llu", &a) == 1)
		spi_raise_say((unsigned int)a);
	else
		return false;
	return true;
}
