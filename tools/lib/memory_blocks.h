/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blocks in which a running kernel gives RAM away and takes it back (memory hot-plug, CONFIG_MEMORY_HOTREMOVE):
 * directories memory0, memory1... below /sys/devices/system/memory, all of one size. A block that is offline stays
 * 'System RAM' in /proc/iomem, but no page of it is Linux' any more.
 */
#ifndef MEMORY_BLOCKS_H
#define MEMORY_BLOCKS_H

#include "internal.h"

#include <stdbool.h>
#include <stdint.h>

#define MEMORY_BLOCKS "/sys/devices/system/memory"

/** struct memory_block - @number: of its directory; its address is that times the size. */
struct memory_block {
	uint64_t number;
	bool online;
};

/** struct memory_blocks - in ascending order. @size: bytes of each; 0: this kernel gives no memory away. */
struct memory_blocks {
	uint64_t size;
	struct memory_block *list;
	uint32_t count;
};

/** Read them below the directory @root ("": of this machine). */
void memory_blocks_read(struct arena *arena, const char *root, struct memory_blocks *blocks);

/**
 * memory_blocks_run() - where @count blocks, one behind the other, might be had
 * @below: the last one's number is less than that.
 * Return: place in the list of the last one of the highest such run; -1: there is none.
 */
int64_t memory_blocks_run(const struct memory_blocks *blocks, uint32_t count, uint64_t below);

#endif
