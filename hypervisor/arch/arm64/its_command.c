// SPDX-License-Identifier: GPL-2.0-or-later
#include "asm/its_command.h"

#define OPCODE(command) ((unsigned int)((command)->word[0] & 0xff))
#define DEVICE(command) ((uint32_t)((command)->word[0] >> 32))
#define VALID (1ull << 63)
#define ITT_ADDRESS 0x000fffffffffff00ull
#define ITT_SIZE 0x1full
#define OPCODE_SYNC 0x05u

/* What a command names by which the ITS could be made to write, or to interrupt, where root has no business. */
enum subject { SUBJECT_NONE, SUBJECT_TABLE, SUBJECT_CPU, SUBJECT_TARGET, SUBJECT_TARGETS };

static const struct {
	uint8_t opcode;
	uint8_t subject;
} commands[] = {
	{ 0x01, SUBJECT_NONE },	   /* MOVI */
	{ 0x03, SUBJECT_NONE },	   /* INT */
	{ 0x04, SUBJECT_NONE },	   /* CLEAR */
	{ 0x05, SUBJECT_CPU },	   /* SYNC: waits, no more */
	{ 0x08, SUBJECT_TABLE },   /* MAPD */
	{ 0x09, SUBJECT_TARGET },  /* MAPC */
	{ 0x0a, SUBJECT_NONE },	   /* MAPTI */
	{ 0x0b, SUBJECT_NONE },	   /* MAPI */
	{ 0x0c, SUBJECT_NONE },	   /* INV */
	{ 0x0d, SUBJECT_NONE },	   /* INVALL */
	{ 0x0e, SUBJECT_TARGETS }, /* MOVALL */
	{ 0x0f, SUBJECT_NONE },	   /* DISCARD */
};

/* The ITS writes to the translation table of a device whenever an event is mapped: all of it must be root's. */
static const char *check_table(const struct its_command *command)
{
	unsigned int bits = (unsigned int)(command->word[1] & ITT_SIZE) + 1;
	uint64_t address = command->word[2] & ITT_ADDRESS;

	if (!(command->word[2] & VALID))
		return NULL;
	if (bits > its_event_bits())
		return "more events than the ITS has";
	if (!its_has_device(DEVICE(command)))
		return "the device is outside of the device table that was there at enable";
	if (!its_may_write(address, (uint64_t)its_entry_size() << bits))
		return "the translation table is not in memory that root keeps";
	return NULL;
}

/* Where this is a CPU's address, not its number, the ITS writes to it. */
static const char *check_target(uint64_t word)
{
	return its_may_target(word & ITS_TARGET_MASK) ? NULL : "the target is no CPU of root's";
}

static const char *check_subject(const struct its_command *command, unsigned int subject)
{
	switch (subject) {
	case SUBJECT_TABLE:
		return check_table(command);
	case SUBJECT_CPU:
		return its_is_cpu(command->word[2] & ITS_TARGET_MASK) ? NULL : "the target is no CPU";
	case SUBJECT_TARGET:
		return command->word[2] & VALID ? check_target(command->word[2]) : NULL;
	case SUBJECT_TARGETS:
		return check_target(command->word[2]) ? check_target(command->word[2]) :
							check_target(command->word[3]);
	default:
		return NULL;
	}
}

const char *its_command_check(const struct its_command *command)
{
	for (unsigned int i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].opcode == OPCODE(command))
			return check_subject(command, commands[i].subject);
	}
	return "no command for root";
}

struct its_command its_command_nothing(uint64_t target)
{
	return (struct its_command){ .word = { OPCODE_SYNC, 0, target & ITS_TARGET_MASK, 0 } };
}
