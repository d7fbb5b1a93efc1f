// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration space in memory (ci/system/files/hostile-edu.yaml): the functions of the cell's, what is behind their
 * first 256 bytes (QEMU's "igb" can make virtual functions), their neighbours, and the window's ends.
 */
#include "attacks.h"

#define WINDOW 0xa0000000ull
#define BUS 0x100000ull
#define FUNCTION(function) (WINDOW + ((uint64_t)(function) << 12))
#define EDU_ID 0x11e81234u
#define EDU_REGISTER 0x010000edu /* its first */
#define IGB_ID 0x10c98086u
#define COMMAND 0x04u
#define BAR 0x10u
#define EXTENDED 0x100u
#define END 0x1000u
#define ALL_ONES 0xffffffffu
#define MASTER 0x4u

static volatile uint32_t *word(uint32_t function, uint32_t offset)
{
	return (volatile uint32_t *)(uintptr_t)(FUNCTION(function) + offset);
}

static uint64_t own_functions(uint64_t unused)
{
	return *word(EDU, 0) == EDU_ID && *word(IGB, 0) == IGB_ID && dma_device_is_there();
}

/* Neighbours --------------------------------------------------------------------------------------- */

static bool is_own(uint32_t function)
{
	return function == EDU || function == IGB;
}

/* How many words of others give anything but ones. */
static uint64_t others_read(uint64_t unused)
{
	static const uint16_t offsets[] = { 0, COMMAND, BAR, 0xfc, EXTENDED, 0xffc };
	uint64_t found = 0;

	for (uint32_t function = 0; function < 256; function++) {
		for (unsigned int i = 0; i < sizeof(offsets) / sizeof(offsets[0]) && !is_own(function); i++) {
			found += *word(function, offsets[i]) != ALL_ONES;
			found += load8(FUNCTION(function) + offsets[i] + 3) != 0xff;
		}
		found += !is_own(function) && load64(FUNCTION(function)) != ~0ull;
	}
	return found;
}

/* As dma.c: off, and their registers elsewhere. */
static uint64_t others_write(uint64_t unused)
{
	for (uint32_t function = 0; function < 256; function++) {
		if (is_own(function))
			continue;
		*word(function, COMMAND) = 0;
		for (uint32_t bar = 0; bar < 6; bar++)
			*word(function, BAR + bar * 4) = ROOT_SENTINELS;
		store64(FUNCTION(function) + EXTENDED);
	}
	return own_functions(0);
}

/* Its own ------------------------------------------------------------------------------------------- */

/* Return: 1: it stays, whatever width it is written with. */
static uint64_t bar_moved(uint64_t target)
{
	const uint32_t before = *word(EDU, BAR);
	bool stays;

	*word(EDU, BAR) = (uint32_t)target;
	store8(FUNCTION(EDU) + BAR + 3);
	store16(FUNCTION(EDU) + BAR + 2);
	store64(FUNCTION(EDU) + BAR);
	stays = *word(EDU, BAR) == before && *(volatile uint32_t *)(uintptr_t)(before & ~0xfu) == EDU_REGISTER;
	*word(EDU, BAR) = before;
	return stays;
}

/* What crosses a register. Return: how often anything but ones came. */
static uint64_t straddling(uint64_t unused)
{
	uint64_t found = 0;

	*word(EDU, COMMAND) = 0;
	for (uint64_t at = FUNCTION(EDU) + 1; at < FUNCTION(EDU) + 0x40; at += 2) {
		found += load16(at) != 0xffff;
		found += load32(at) != ALL_ONES;
		found += load64(at) != ~0ull;
		found += (at + 3) & 7 && load64(at + 3) != ~0ull;
	}
	store32(FUNCTION(EDU) + COMMAND - 2);
	store16(FUNCTION(EDU) + COMMAND - 1);
	store64(FUNCTION(EDU) + COMMAND);
	return found + (*word(EDU, COMMAND) & MASTER);
}

/* Extended capabilities ------------------------------------------------------------------------------ */

/* Errors, and others behind them, whatever is shown of these. Return: 1. */
static uint64_t own_capabilities(uint64_t unused)
{
	uint32_t at = EXTENDED, has_errors = 0, count = 0;

	for (unsigned int i = 0; i < 64 && at >= EXTENDED; i++) {
		const uint32_t head = *word(IGB, at);

		has_errors |= (head & 0xffff) == 1;
		count++;
		at = head >> 20 & 0xffc;
	}
	return has_errors && count > 1;
}

/* How many words there are behind the errors that say more than where the next is. */
static uint64_t extended_read(uint64_t unused)
{
	uint64_t found = 0;

	for (uint32_t offset = EXTENDED + 0x48; offset < END; offset += 4)
		found += (*word(IGB, offset) & 0xfffff) != 0;
	for (uint32_t offset = 0; offset < END; offset += 4)
		found += load8(FUNCTION(IGB) + offset) != (*word(IGB, offset) & 0xff);
	return found;
}

static uint64_t extended_sum(void)
{
	uint64_t sum = 0;

	for (uint32_t offset = EXTENDED; offset < END; offset += 4)
		sum = sum * 31 + *word(IGB, offset);
	return sum;
}

/* Masks of errors, numbers of virtual functions, their base addresses. Return: 1: nothing has changed. */
static uint64_t extended_write(uint64_t unused)
{
	const uint64_t before = extended_sum();

	for (uint32_t offset = EXTENDED; offset < END; offset += 4) {
		*word(IGB, offset) = ALL_ONES;
		store8(FUNCTION(IGB) + offset + 1);
		store16(FUNCTION(IGB) + offset + 2);
		store64(FUNCTION(IGB) + (offset & ~7u));
	}
	return extended_sum() == before;
}

/* clang-format off */
#define GIVES(value) EXPECT_VALUE, 0, value, ONLY_DMA
#define FAILS(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, ONLY_DMA

static const struct row rows[] = {
	{ "dma.window-others-read", own_functions, 0, others_read, 0, GIVES(0) },
	{ "dma.window-others-write", own_functions, 0, others_write, 0, GIVES(1) },
	{ "dma.window-bar-moved", own_functions, 0, bar_moved, ROOT_SENTINELS, GIVES(1) },
	{ "dma.window-straddling", own_functions, 0, straddling, 0, GIVES(0) },
	{ "dma.window-extended-read", own_capabilities, 0, extended_read, 0, GIVES(0) },
	{ "dma.window-extended-write", own_capabilities, 0, extended_write, 0, GIVES(1) },
	{ "dma.window-across-functions", own_functions, 0, load32, FUNCTION(EDU) - 2, FAILS(FUNCTION(EDU) - 2) },
	{ "dma.window-across-its-end", own_functions, 0, store64, WINDOW + BUS - 4, FAILS(WINDOW + BUS - 4) },
	{ "dma.window-next-bus", own_functions, 0, load32, WINDOW + BUS, FAILS(WINDOW + BUS) },
	{ "dma.window-before", own_functions, 0, store32, WINDOW - 4, FAILS(WINDOW - 4) },
	{ "dma.window-of-the-machine", own_functions, 0, store32, 0xb0080004, FAILS(0xb0080004) },
};
/* clang-format on */

ROWS(window_rows, rows);
