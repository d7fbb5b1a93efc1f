/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address kinds are types: a host-physical, a guest-physical and a hypervisor-virtual
 * address cannot be mixed up by accident. Conversions have names.
 */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include <bulkhead/types.h>

#ifndef PAGE_SIZE
#define PAGE_SIZE 4096u
#endif

/** Host-physical address. */
typedef struct { uint64_t value; } hpa_t;
/** Guest-physical address (IPA). */
typedef struct { uint64_t value; } gpa_t;

static inline hpa_t hpa(uint64_t value)
{
	return (hpa_t){ value };
}

static inline gpa_t gpa(uint64_t value)
{
	return (gpa_t){ value };
}

static inline hpa_t hpa_add(hpa_t base, uint64_t offset)
{
	return hpa(base.value + offset);
}

static inline gpa_t gpa_add(gpa_t base, uint64_t offset)
{
	return gpa(base.value + offset);
}

static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
	return value & ~(alignment - 1);
}

static inline uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return align_down(value + alignment - 1, alignment);
}

#endif
