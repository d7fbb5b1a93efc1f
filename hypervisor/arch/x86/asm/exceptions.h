/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions while others are being delivered. No register is touched here: unit tests use it. */
#ifndef ASM_EXCEPTIONS_H
#define ASM_EXCEPTIONS_H

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

#endif
