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

static int is_exception(uint64_t event)
{
	return event & EVENT_VALID && (event & EVENT_TYPE) >> EVENT_TYPE_SHIFT == EVENT_EXCEPTION;
}

uint64_t exceptions_event(uint64_t before, unsigned int vector, uint32_t error, int is_protected)
{
	unsigned int earlier = is_exception(before) ? before & EVENT_VECTOR : EXCEPTION_NONE;
	unsigned int result = exceptions_after(earlier, vector);
	uint64_t event = result | EVENT_EXCEPTION << EVENT_TYPE_SHIFT | EVENT_VALID;

	if (result == EXCEPTION_SHUTDOWN)
		return 0;
	if (result != vector)
		error = 0;
	if (is_protected && error != NO_ERROR_CODE)
		event |= EVENT_ERROR_CODE | (uint64_t)error << 32;
	return event;
}
