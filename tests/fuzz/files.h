/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The front ends of the tool read files: here they get some in memory. And a board that is always good. */
#ifndef FUZZ_FILES_H
#define FUZZ_FILES_H

#include "fuzz.h"

#include <cfg.h>
#include <lib/config.h>
#include <sys/mman.h>
#include <unistd.h>

/** struct memory_file - @path: for open(); the same for every content. */
struct memory_file {
	int fd;
	char path[32];
};

static inline void file_make(struct memory_file *file)
{
	file->fd = memfd_create("fuzz", 0);
	fuzz_check(file->fd >= 0, "memfd_create");
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
}

static inline void file_write(const struct memory_file *file, const void *data, size_t size)
{
	fuzz_check(!ftruncate(file->fd, 0) && pwrite(file->fd, data, size, 0) == (ssize_t)size, "write");
}

/** A board with four CPUs, GICv3, 1 GiB of RAM and a pool, as 'config compile' would write it. */
struct good_board {
	struct bh_config_system body;
	struct bh_config_range dram[1];
	struct bh_config_range pool[1];
	struct bh_config_cpu cpus[4];
};

#define ARRAY_AT(member, elements)                            \
	{                                                     \
		offsetof(struct good_board, member), elements \
	}

static inline const struct good_board *good_board(void)
{
	static struct good_board board = {
		.body = {
			.header = { .magic = BH_CONFIG_MAGIC, .major = BH_ABI_MAJOR, .minor = BH_ABI_MINOR,
				    .arch = BH_ARCH_AARCH64, .kind = BH_CONFIG_SYSTEM, .size = sizeof(board) },
			.board = "board", .compatible = "acme,board",
			.hv_memory = { 0x7f000000, 0x1000000 },
			.event_irq = 232, .log_level = 2, .timeout_ms = 1000,
			.gic = { .version = 3, .maintenance_irq = 25, .gicd = { 0x8000000, 0x10000 },
				 .gicr = { 0x80a0000, 0x80000 } },
			.dram = ARRAY_AT(dram, 1), .pool = ARRAY_AT(pool, 1), .cpus = ARRAY_AT(cpus, 4),
			.firmware.offset = sizeof(board), .aliases.offset = sizeof(board),
		},
		.dram = { { 0x40000000, 0x40000000 } },
		.pool = { { 0x60000000, 0x1f000000 } },
		.cpus = { { 0 }, { 1 }, { 2 }, { 3 } },
	};

	board.body.header.crc = 0;
	board.body.header.crc = config_crc(&board, sizeof(board));
	return &board;
}

/** What is said about a file is printed, too: it names places in it. */
static inline void print_messages(struct cfg_messages *messages)
{
	static FILE *nowhere;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	cfg_messages_print(messages, nowhere, CFG_TEXT);
	cfg_messages_print(messages, nowhere, CFG_JSON);
	cfg_messages_free(messages);
}

#endif
