// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "intc.h"

#include <inmate.h>

#define TREE_MAGIC 0xd00dfeedu
#define TREE_MOST 0x10000u

uint64_t inmate_boot_arg;

/* Is @text one of the strings of the tree? Names of controllers occur as such and nowhere else. */
static bool contains(const uint8_t *tree, uint32_t size, const char *text)
{
	uint32_t matched = 0;

	for (uint32_t i = 0; i < size; i++) {
		matched = tree[i] == (uint8_t)text[matched] ? matched + 1 : tree[i] == (uint8_t)text[0];
		if (!text[matched])
			return true;
	}
	return false;
}

static uint32_t big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

enum intc intc_kind(void)
{
	static enum intc known;
	const uint8_t *tree = (const uint8_t *)(uintptr_t)inmate_boot_arg;
	uint32_t size;

	if (known != INTC_UNKNOWN)
		return known;
	known = INTC_PLIC;
	if (!tree || (inmate_boot_arg & 7) || big_endian(tree) != TREE_MAGIC)
		return known;
	size = big_endian(tree + 4);
	if (size > TREE_MOST)
		return known;
	if (contains(tree, size, "riscv,imsics"))
		known = INTC_IMSIC;
	else if (contains(tree, size, "riscv,aplic"))
		known = INTC_APLIC;
	return known;
}
