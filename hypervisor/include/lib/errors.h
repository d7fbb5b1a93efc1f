/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filling in error records. */
#ifndef LIB_ERRORS_H
#define LIB_ERRORS_H

#include <bulkhead/errors.h>

/** Fill @error (may be NULL) and return @code, so that 'return error_set(...)' reads well. */
static inline int error_set(struct bh_error *error, unsigned int code, unsigned int object, uint32_t index,
			    uint64_t low, uint64_t high)
{
	if (error) {
		error->code = (uint16_t)code;
		error->object = (uint16_t)object;
		error->index = index;
		error->field = 0;
		error->reserved = 0;
		error->low = low;
		error->high = high;
	}
	return (int)code;
}

#endif
