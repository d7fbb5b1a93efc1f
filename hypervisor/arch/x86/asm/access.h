/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the guest's memory as the vCPU here does. */
#ifndef ASM_ACCESS_H
#define ASM_ACCESS_H

#include <bulkhead/types.h>

enum access_result {
	ACCESS_OK = 0,
	ACCESS_NONE = 1, /* not mapped, or not the cell's RAM */
	ACCESS_RETRY = 2 /* stage 2 is being changed: run the instruction again */
};

/** access_translate() - guest-physical address of linear @linear, by the vCPU's own tables. Any privilege. */
enum access_result access_translate(uint64_t linear, uint64_t *physical);

/** access_read() - @size bytes of the cell's RAM at guest-physical @physical, inside one page. */
enum access_result access_read(uint64_t physical, void *to, unsigned int size);

#endif
