// SPDX-License-Identifier: GPL-2.0-or-later
#include "asm/exceptions.h"

#define DE 0u
#define DF 8u
#define TS 10u
#define GP 13u
#define PF 14u
#define CP 21u

static int is_contributory(unsigned int vector)
{
	return vector == DE || (vector >= TS && vector <= GP) || vector == CP;
}

unsigned int exceptions_after(unsigned int before, unsigned int vector)
{
	int is_second = is_contributory(vector) || vector == PF;

	if (before == DF && is_second)
		return EXCEPTION_SHUTDOWN;
	if (is_contributory(before) && is_contributory(vector))
		return DF;
	return before == PF && is_second ? DF : vector;
}
