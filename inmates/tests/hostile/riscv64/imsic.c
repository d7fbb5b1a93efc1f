// SPDX-License-Identifier: GPL-2.0-or-later
/* The IMSIC: the cell has the file of its hart as a page, and the registers behind siselect; no other file is there. */
#include "attacks.h"

#include <regs.h>

#define IMSIC_AT 0x28000000ull
#define PAGE 0x1000ull
#define SELECT_DELIVERY 0x70u
#define SELECT_PENDING 0x80u
#define SELECT_ENABLE 0xc0u
#define ENABLE_WORDS 8u /* of 32 bits; QEMU has 255 identities */
#define IDENTITY 9u
#define DBCN 0x4442434eu
#define INVALID_PARAM ((uint64_t)-3)
/* Where QEMU's virt has the files of harts: its first, and those of its guests behind it. */
#define FILE_OF(hart, file) (IMSIC_AT + (hart)*0x4000ull + (file)*PAGE)

static uint64_t file_read(uint64_t select)
{
	csr_write(0x150, select);
	return csr_read(0x151);
}

static void file_write(uint64_t select, uint64_t value)
{
	csr_write(0x150, select);
	csr_write(0x151, value);
}

/* A message to itself. */
static uint64_t own_message(uint64_t unused)
{
	uint64_t found;

	file_write(SELECT_PENDING, 0);
	*(volatile uint32_t *)(uintptr_t)IMSIC_AT = IDENTITY;
	found = file_read(SELECT_PENDING) >> IDENTITY & 1;
	file_write(SELECT_PENDING, 0);
	return found;
}

/* Numbers of identities that there are not are no message. */
static uint64_t no_identity(uint64_t unused)
{
	uint64_t found;

	file_write(SELECT_PENDING, 0);
	*(volatile uint32_t *)(uintptr_t)IMSIC_AT = 0;
	*(volatile uint32_t *)(uintptr_t)IMSIC_AT = 0x7fffffff;
	*(volatile uint32_t *)(uintptr_t)(IMSIC_AT + 8) = 1;
	found = file_read(SELECT_PENDING);
	return found;
}

/* Selectors that nobody has, and odd ones. */
static uint64_t wild_select(uint64_t select)
{
	file_write(select, ~0ull);
	return 1;
}

static uint64_t enable_everything(uint64_t unused)
{
	for (uint64_t word = 0; word < ENABLE_WORDS; word += 2)
		file_write(SELECT_ENABLE + word, ~0ull);
	file_write(SELECT_DELIVERY, 1);
	for (uint64_t word = 0; word < ENABLE_WORDS; word += 2)
		file_write(SELECT_ENABLE + word, 0);
	return 1;
}

/* The file is a device: what firmware writes for others must not go there, nor be read from there. */
static uint64_t console(uint64_t function)
{
	return (uint64_t)sbi(DBCN, function, 4, IMSIC_AT, 0, NULL);
}

/* clang-format off */
#define FAILS(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, IMSIC

static const struct row rows[] = {
	{ "imsic.next-page", own_message, 0, store32, IMSIC_AT + PAGE, FAILS(IMSIC_AT + PAGE) },
	{ "imsic.file-of-root-on-this-hart", own_message, 0, store32, FILE_OF(3, 0), FAILS(FILE_OF(3, 0)) },
	{ "imsic.file-of-hart-1", own_message, 0, store32, FILE_OF(1, 0), FAILS(FILE_OF(1, 0)) },
	{ "imsic.file-of-victim", own_message, 0, store32, FILE_OF(2, 2), FAILS(FILE_OF(2, 2)) },
	{ "imsic.read-of-victims-file", own_message, 0, load32, FILE_OF(2, 2), FAILS(FILE_OF(2, 2)) },
	{ "imsic.no-identity", own_message, 0, no_identity, 0, EXPECT_VALUE, 0, 0, IMSIC },
	{ "imsic.enable-everything", own_message, 0, enable_everything, 0, EXPECT_ANY, 0, 0, IMSIC },
	{ "imsic.console-from-file", own_message, 0, console, 0, EXPECT_VALUE, 0, INVALID_PARAM, IMSIC },
	{ "imsic.console-into-file", own_message, 0, console, 1, EXPECT_VALUE, 0, INVALID_PARAM, IMSIC },
	{ "imsic.select-odd", own_message, 0, wild_select, 0x81, EXPECT_UNDEFINED, 0, 0, IMSIC },
	{ "imsic.select-of-nothing", own_message, 0, wild_select, 0x100, EXPECT_UNDEFINED, 0, 0, IMSIC },
};
/* clang-format on */

ROWS(imsic_rows, rows);
