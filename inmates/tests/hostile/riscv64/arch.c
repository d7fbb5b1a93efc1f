// SPDX-License-Identifier: GPL-2.0-or-later
/* RISC-V's part of the frame. */
#include "attacks.h"

#include <bulkhead/errors.h>
#include <intc.h>
#include <regs.h>

#define CAUSE_ILLEGAL 2u

const struct rows *const classes[] = {
	&memory_rows,	 &mmio_rows,	&sysreg_rows,  &instruction_rows, &plic_rows,
	&aplic_rows,	 &imsic_rows,	&irq_rows,     &firmware_rows,	  &legacy_rows,
	&hypercall_rows, &collude_rows, &endless_rows,
};
const unsigned int class_count = sizeof(classes) / sizeof(classes[0]);

unsigned int intc_version(void)
{
	return intc_kind();
}

bool intc_is(unsigned int version)
{
	return version == intc_version();
}

bool is_undefined(const struct exception *exception)
{
	return exception->syndrome == CAUSE_ILLEGAL;
}

/* Without translation all of the guest's addresses can be reached. */
void hostile_begin(void)
{
}
