/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SVM's word for an event: EVENTINJ and EXITINTINFO of the VMCB. No register is touched here: unit tests use it. */
#ifndef ASM_SVM_EVENT_H
#define ASM_SVM_EVENT_H

#include <bulkhead/types.h>

#define EVENT_VECTOR 0xffu
#define EVENT_TYPE (7u << 8)
#define EVENT_TYPE_NMI (2u << 8)
#define EVENT_TYPE_EXCEPTION (3u << 8)
#define EVENT_TYPE_SOFTWARE (4u << 8)
#define EVENT_ERROR_VALID (1u << 11)
#define EVENT_VALID (1u << 31)

/**
 * svm_event_again() - what is injected at the next VMRUN
 * @info: EXITINTINFO: what was being delivered when the exit came
 *
 * INTn, INT3 and INTO run again instead: RIP is still at the instruction, and as events they would come back to it.
 * Return: EVENTINJ; 0 for nothing.
 */
uint64_t svm_event_again(uint64_t info);

/**
 * svm_event_exception() - an exception for the guest
 * @before: EVENTINJ as it is: an exception whose delivery this one comes in makes a double fault, or a shutdown.
 * @error: error code, or NO_ERROR_CODE. @is_protected: CR0.PE; real mode has no error codes.
 * Return: EVENTINJ; 0 for a shutdown.
 */
uint64_t svm_event_exception(uint64_t before, unsigned int vector, uint32_t error, int is_protected);

#endif
