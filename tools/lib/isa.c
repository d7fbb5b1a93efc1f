// SPDX-License-Identifier: GPL-2.0-or-later
/* The architectures that a board can have. */
#include "isa.h"

#include <string.h>
#include <sys/utsname.h>

static const struct isa *const isas[] = { &isa_arm64, &isa_riscv, &isa_x86 };

const struct isa *isa_find(uint16_t arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(isas); i++) {
		if (isas[i]->arch == arch)
			return isas[i];
	}
	return NULL;
}

const struct isa *isa_by_name(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(isas); i++) {
		if (!strcmp(isas[i]->name, name))
			return isas[i];
	}
	return isas[0];
}

uint16_t cfg_machine(void)
{
	struct utsname name;

	for (size_t i = 0; !uname(&name) && i < ARRAY_SIZE(isas); i++) {
		if (!strcmp(isas[i]->name, name.machine))
			return isas[i]->arch;
	}
	return 0;
}
