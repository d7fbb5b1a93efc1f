/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions while others are being delivered. No register is touched here: unit tests use it. */
#ifndef ASM_EXCEPTIONS_H
#define ASM_EXCEPTIONS_H

#include <bulkhead/types.h>

/* An event for the guest, or one that an exit interrupted, as VMCB and VMCS have it. */
#define EVENT_VECTOR 0xffu
#define EVENT_TYPE_SHIFT 8
#define EVENT_TYPE (7u << EVENT_TYPE_SHIFT)
#define EVENT_ERROR_CODE (1u << 11)
#define EVENT_VALID (1u << 31)
#define EVENT_EXCEPTION 3u /* type */

/** This exception has no error code. */
#define NO_ERROR_CODE 0xffffffffu
/** No exception was being delivered. */
#define EXCEPTION_NONE 0x100u
/** The processor shuts down: a triple fault. */
#define EXCEPTION_SHUTDOWN 0x101u

/**
 * exceptions_after() - what becomes of an exception (Intel SDM, volume 3, "Conditions for Generating a Double Fault")
 * @before: vector of the exception in whose delivery it comes, or EXCEPTION_NONE.
 * Return: @vector, 8 for a double fault, or EXCEPTION_SHUTDOWN.
 */
unsigned int exceptions_after(unsigned int before, unsigned int vector);

/**
 * exceptions_event() - an exception as an event for the guest
 * @before: the event as it is: an exception whose delivery this one comes in makes a double fault, or a shutdown.
 * @error: error code, or NO_ERROR_CODE. @is_protected: CR0.PE; real mode has no error codes.
 * Return: the event, its error code in the high half; 0 for a shutdown.
 */
uint64_t exceptions_event(uint64_t before, unsigned int vector, uint32_t error, int is_protected);

#endif
