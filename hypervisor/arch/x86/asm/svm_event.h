/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SVM's word for an event: EVENTINJ and EXITINTINFO of the VMCB. No register is touched here: unit tests use it. */
#ifndef ASM_SVM_EVENT_H
#define ASM_SVM_EVENT_H

#include <bulkhead/types.h>

#define EVENT_TYPE_NMI (2u << 8)
#define EVENT_TYPE_EXCEPTION (3u << 8)
#define EVENT_TYPE_SOFTWARE (4u << 8)

/**
 * svm_event_again() - what is injected at the next VMRUN
 * @info: EXITINTINFO: what was being delivered when the exit came
 *
 * INTn, INT3 and INTO run again instead: RIP is still at the instruction, and as events they would come back to it.
 * Return: EVENTINJ; 0 for nothing.
 */
uint64_t svm_event_again(uint64_t info);

#endif
