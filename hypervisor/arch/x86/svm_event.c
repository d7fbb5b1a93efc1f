// SPDX-License-Identifier: GPL-2.0-or-later
#include "asm/svm_event.h"

#include "asm/exceptions.h"

#define BP 3u
#define OF 4u

static int is_exception(uint64_t event)
{
	return (event & EVENT_VALID) && (event & EVENT_TYPE) == EVENT_TYPE_EXCEPTION;
}

static int is_of_an_instruction(uint64_t event)
{
	unsigned int vector = event & EVENT_VECTOR;

	return (event & EVENT_TYPE) == EVENT_TYPE_SOFTWARE || (is_exception(event) && (vector == BP || vector == OF));
}

uint64_t svm_event_again(uint64_t info)
{
	return !(info & EVENT_VALID) || is_of_an_instruction(info) ? 0 : info;
}

uint64_t svm_event_exception(uint64_t before, unsigned int vector, uint32_t error, int is_protected)
{
	unsigned int earlier = is_exception(before) ? before & EVENT_VECTOR : EXCEPTION_NONE;
	unsigned int result = exceptions_after(earlier, vector);
	uint64_t event = result | EVENT_TYPE_EXCEPTION | EVENT_VALID;

	if (result == EXCEPTION_SHUTDOWN)
		return 0;
	if (result != vector)
		error = 0;
	if (is_protected && error != NO_ERROR_CODE)
		event |= EVENT_ERROR_VALID | (uint64_t)error << 32;
	return event;
}
