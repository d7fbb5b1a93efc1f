/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cells do not find in CPUID; the table is in cpuid_policy.c. */
#ifndef ASM_CPUID_POLICY_H
#define ASM_CPUID_POLICY_H

#include <bulkhead/types.h>

enum cpuid_register { CPUID_EAX = 0, CPUID_EBX = 1, CPUID_ECX = 2, CPUID_EDX = 3 };

/** Take from @r, EAX to EDX of @leaf and @subleaf, what root or guests do not have. */
void cpuid_take_away(uint32_t leaf, uint32_t subleaf, int is_root, uint32_t *r);

#endif
