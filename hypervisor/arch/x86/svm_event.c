// SPDX-License-Identifier: GPL-2.0-or-later
#include "asm/svm_event.h"

#include "asm/exceptions.h"

#define BP 3u
#define OF 4u

static int is_of_an_instruction(uint64_t event)
{
	unsigned int vector = event & EVENT_VECTOR, type = event & EVENT_TYPE;

	return type == EVENT_TYPE_SOFTWARE || (type == EVENT_TYPE_EXCEPTION && (vector == BP || vector == OF));
}

uint64_t svm_event_again(uint64_t info)
{
	return !(info & EVENT_VALID) || is_of_an_instruction(info) ? 0 : info;
}
