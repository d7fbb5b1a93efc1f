/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the guest's memory as the vCPU here does. */
#ifndef ASM_ACCESS_H
#define ASM_ACCESS_H

#include <bulkhead/types.h>
#include <core/stage2.h>

/** access_translate() - guest-physical address of linear @linear, by the vCPU's own tables. Any privilege. */
enum stage2_result access_translate(uint64_t linear, uint64_t *physical);

#endif
