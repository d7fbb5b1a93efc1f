// SPDX-License-Identifier: GPL-2.0-or-later
/* The firmware's word about an x86-64 machine, as Linux shows it: /sys/firmware and /sys/class/dmi. */
#include "pc.h"

#include <lib/config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_LIMIT (1u << 20)
#define MEMMAP_LIMIT 512

typedef unsigned long long ull;

/* ---- files ---- */

/* The first line of a small file, "" if there is none. */
static const char *read_line(struct arena *arena, const struct pc *pc, const char *path)
{
	size_t size;
	char *text = file_read(arena_printf(arena, "%s%s", pc->path, path), TABLE_LIMIT, &size);
	const char *line = text ? arena_printf(arena, "%.*s", (int)strcspn(text, "\n"), text) : "";

	free(text);
	return line;
}

static void read_table(struct arena *arena, struct pc *pc, unsigned int which, struct place place,
		       struct cfg_messages *messages)
{
	const char *path =
		arena_printf(arena, "%s/sys/firmware/acpi/tables/%s", pc->path, acpi_signatures[which]);
	const char *problem;
	size_t size;
	char *data = file_read(path, TABLE_LIMIT, &size);

	if (!data && (errno != ENOENT || which == ACPI_MADT))
		error_add(messages, RULE_ACPI_READ, place,
			  "run this as root, or give a folder with the tables", "cannot read %s: %s", path,
			  strerror(errno));
	if (!data)
		return;
	problem = acpi_read_table(&pc->acpi, (const uint8_t *)data, size);
	if (problem)
		error_add(messages, RULE_ACPI_READ, place, "give 'dram', 'cpus' and 'x86' in the board file",
			  "the ACPI table %s %s", path, problem);
	free(data);
}

/* ---- RAM ---- */

static int compare_ranges(const void *a, const void *b)
{
	const struct bh_config_range *x = a, *y = b;

	return x->base < y->base ? -1 : x->base > y->base;
}

/* Whole pages, ascending, those that touch joined. */
static void join(struct ranges *ranges)
{
	uint32_t count = 0;

	if (ranges->count)
		qsort(ranges->list, ranges->count, sizeof(*ranges->list), compare_ranges);
	for (uint32_t i = 0; i < ranges->count; i++) {
		struct bh_config_range *last = count ? &ranges->list[count - 1] : NULL;

		if (last && last->base + last->size == ranges->list[i].base)
			last->size += ranges->list[i].size;
		else
			ranges->list[count++] = ranges->list[i];
	}
	ranges->count = count;
}

/* /sys/firmware/memmap has the map before memmap= and mem= of the command line changed it. */
static void read_memmap(struct arena *arena, struct pc *pc)
{
	for (unsigned int i = 0; i < MEMMAP_LIMIT; i++) {
		const char *folder = arena_printf(arena, "/sys/firmware/memmap/%u", i);
		const char *type = read_line(arena, pc, arena_printf(arena, "%s/type", folder));
		const uint64_t mask = BH_PAGE_SIZE - 1;
		uint64_t start, end;

		if (!*type)
			break;
		if (strcmp(type, "System RAM") ||
		    !parse_number(read_line(arena, pc, arena_printf(arena, "%s/start", folder)), &start) ||
		    !parse_number(read_line(arena, pc, arena_printf(arena, "%s/end", folder)), &end))
			continue;
		start = (start + mask) & ~mask;
		end = (end + 1) & ~mask;
		if (end <= start)
			continue;
		pc->dram.list = arena_grow(arena, pc->dram.list, pc->dram.count, sizeof(*pc->dram.list));
		pc->dram.list[pc->dram.count++] = (struct bh_config_range){ start, end - start };
	}
	join(&pc->dram);
}

/* ---- the whole ---- */

static void take_cpus(struct arena *arena, struct pc *pc)
{
	pc->cpus = arena_alloc(arena, (pc->acpi.cpu_count + 1) * sizeof(*pc->cpus));
	for (uint32_t i = 0; i < pc->acpi.cpu_count; i++) {
		if (pc->acpi.cpus[i].enabled)
			pc->cpus[pc->cpu_count++].hwid = pc->acpi.cpus[i].apic_id;
	}
}

struct pc *pc_load(struct arena *arena, const char *root, struct place place, struct cfg_messages *messages)
{
	const size_t before = messages->error_count;
	struct pc *pc = arena_alloc(arena, sizeof(*pc));
	const char *vendor, *product;

	pc->path = root;
	pc->acpi.arena = arena;
	for (unsigned int i = 0; i < ACPI_TABLES; i++)
		read_table(arena, pc, i, place, messages);
	if (messages->error_count > before)
		return NULL;
	vendor = read_line(arena, pc, "/sys/class/dmi/id/sys_vendor");
	product = read_line(arena, pc, "/sys/class/dmi/id/product_name");
	snprintf(pc->name, sizeof(pc->name), "%s %s", *vendor ? vendor : "unknown",
		 *product ? product : "unknown");
	read_memmap(arena, pc);
	take_cpus(arena, pc);
	pci_read(arena, pc);
	pc_read_threads(arena, pc);
	pc->tables = pc->acpi.tables;
	return pc;
}

const struct pc *board_pc(struct cfg_board *board, struct cfg_messages *messages)
{
	if (!board->pc && board->acpi)
		board->pc = pc_load(&board->arena, board->acpi, board->devicetree_place, messages);
	return board->pc;
}

const struct pc *need_pc(struct board_load *load, const char *for_what)
{
	const struct node *top = load->board->root;

	if (!load->board->acpi)
		error_add(load->messages, RULE_BOARD_SOURCE, top->place,
			  "add 'acpi: live', or give them here", "neither 'acpi' nor '%s' is given",
			  for_what);
	return load->board->acpi ? board_pc(load->board, load->messages) : NULL;
}

void board_dram_pc(struct board_load *load)
{
	const struct pc *pc = need_pc(load, "dram");

	if (pc)
		load->dram = pc->dram;
	if (pc && !pc->dram.count)
		error_add(load->messages, RULE_ACPI_CONTENT, load->board->devicetree_place,
			  "give 'dram' in the board file", "%s/sys/firmware/memmap names no RAM", pc->path);
}

void board_cpus_pc(struct board_load *load)
{
	const struct pc *pc = need_pc(load, "cpus");

	if (!pc)
		return;
	load->cpus = pc->cpus;
	load->cpu_count = pc->cpu_count;
	if (!pc->cpu_count)
		error_add(load->messages, RULE_ACPI_CONTENT, load->board->devicetree_place,
			  "give 'cpus' in the board file", "the MADT of %s has no CPU", pc->path);
}

const char *board_name_pc(struct cfg_board *board, struct cfg_messages *messages)
{
	const struct pc *pc = board_pc(board, messages);

	return pc ? pc->name : NULL;
}
