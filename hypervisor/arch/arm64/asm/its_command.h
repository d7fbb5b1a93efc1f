/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the ITS (IHI 0069, 5.3): which of them root may give. */
#ifndef ASM_ITS_COMMAND_H
#define ASM_ITS_COMMAND_H

#include <bulkhead/types.h>

/** One command, as it lies in the queue. */
struct its_command {
	uint64_t word[4];
};
#define ITS_COMMAND_SIZE 32u

#define ITS_TARGET_MASK 0x0007ffffffff0000ull /* RDbase, bits 50:16 */

/**
 * its_command_check() - may the ITS see @command?
 * Pure, but for what the questions below look up. Return: NULL, or why not.
 */
const char *its_command_check(const struct its_command *command);

/** A command that changes nothing: SYNC with @target. */
struct its_command its_command_nothing(uint64_t target);

/* Answered by its.c. */

/** Bits of an EventID.  Bytes of an entry of an interrupt translation table. */
unsigned int its_event_bits(void);
unsigned int its_entry_size(void);

/** Does the device table reach to @device? */
int its_has_device(uint32_t device);

/** May the ITS write to [@address, @address + @size) for root? */
int its_may_write(uint64_t address, uint64_t size);

/** Is @target, as in RDbase, a CPU of the machine?  One that root has now? */
int its_is_cpu(uint64_t target);
int its_may_target(uint64_t target);

#endif
