// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_LIMIT (1u << 20)
#define PIECE_LEAST (32ull << 20) /* smaller pieces outside Linux are somebody's, not ours */
#define TREE_ROOM (16ull << 20)
#define BELOW_4G (1ull << 32)
#define LIVE_ACPI "/sys/firmware/acpi/tables"

/* ---- files ---- */

static const char *below_root(struct machine *machine, const char *path)
{
	return arena_printf(&machine->arena, "%s%s", machine->root, path);
}

/* Files of /proc have no size: read until the end. */
const char *machine_text(struct machine *machine, const char *path)
{
	FILE *file = fopen(below_root(machine, path), "rb");
	char *text = NULL;
	size_t used = 0, room = 0;

	while (file && used < TEXT_LIMIT) {
		size_t got;

		if (used + 1 >= room) {
			char *larger = arena_alloc(&machine->arena, room ? 2 * room : 4096);

			if (used)
				memcpy(larger, text, used);
			text = larger;
			room = room ? 2 * room : 4096;
		}
		got = fread(text + used, 1, room - used - 1, file);
		if (!got)
			break;
		used += got;
	}
	if (file)
		fclose(file);
	while (used && (text[used - 1] == '\n' || !text[used - 1]))
		text[--used] = '\0';
	return text ? text : "";
}

bool machine_has(struct machine *machine, const char *path)
{
	struct stat status;

	return !stat(below_root(machine, path), &status);
}

bool machine_has_parameter(const struct machine *machine, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = machine->cmdline; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (!strncmp(at, word, length) &&
		    (word[length - 1] == '=' || at[length] == ' ' || !at[length]))
			return true;
	}
	return false;
}

const char *machine_name(const struct machine *machine)
{
	return machine->pc ? machine->pc->name : devtree_machine(machine->tree);
}

const char *machine_firmware(const struct machine *machine)
{
	return machine->pc ? machine->pc->path : devtree_path(machine->tree);
}

const char *machine_parameter(struct machine *machine, const struct bh_config_range *range)
{
	return arena_printf(&machine->arena, "memmap=%lluM$0x%llx", (unsigned long long)(range->size >> 20),
			    (unsigned long long)range->base);
}

bool machine_is_riscv(const struct machine *machine)
{
	const void *fdt = machine->tree ? machine->tree->fdt : NULL;
	const int cpus = fdt ? fdt_path_offset(fdt, "/cpus") : 0;
	int node;

	if (!fdt)
		return false;

	fdt_for_each_subnode(node, fdt, cpus)
	{
		if (!fdt_node_check_compatible(fdt, node, "riscv"))
			return true;
	}
	return false;
}

/* ---- ranges ---- */

static void range_add(struct arena *arena, struct ranges *ranges, uint64_t base, uint64_t size)
{
	ranges->list = arena_grow(arena, ranges->list, ranges->count, sizeof(*ranges->list));
	ranges->list[ranges->count++] = (struct bh_config_range){ base, size };
}

uint64_t range_shrink(struct bh_config_range *range, uint64_t align)
{
	const uint64_t end = (range->base + range->size) & ~(align - 1);

	range->base = (range->base + align - 1) & ~(align - 1);
	range->size = end > range->base ? end - range->base : 0;
	return range->size;
}

void ranges_subtract(struct arena *arena, struct ranges *ranges, const struct bh_config_range *hole)
{
	struct ranges rest = { 0 };
	const uint64_t hole_end = hole->base + hole->size;

	for (uint32_t i = 0; i < ranges->count; i++) {
		const struct bh_config_range *range = &ranges->list[i];
		const uint64_t end = range->base + range->size;

		if (hole->base >= end || range->base >= hole_end) {
			range_add(arena, &rest, range->base, range->size);
			continue;
		}
		if (range->base < hole->base)
			range_add(arena, &rest, range->base, hole->base - range->base);
		if (hole_end < end)
			range_add(arena, &rest, hole_end, end - hole_end);
	}
	*ranges = rest;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct bh_config_range *x = a, *y = b;

	return x->base < y->base ? -1 : x->base > y->base;
}

/* Ascending, and those that touch joined. */
static void ranges_join(struct ranges *ranges)
{
	uint32_t count = 0;

	if (ranges->count)
		qsort(ranges->list, ranges->count, sizeof(*ranges->list), compare_ranges);
	for (uint32_t i = 0; i < ranges->count; i++) {
		struct bh_config_range *last = count ? &ranges->list[count - 1] : NULL;

		if (last && last->base + last->size >= ranges->list[i].base) {
			const uint64_t end = ranges->list[i].base + ranges->list[i].size;

			if (end > last->base + last->size)
				last->size = end - last->base;
		} else {
			ranges->list[count++] = ranges->list[i];
		}
	}
	ranges->count = count;
}

/* ---- what Linux uses ---- */

/* Lines without indentation: "40000000-5fffffff : System RAM". */
static void read_iomem(struct machine *machine)
{
	const char *line = machine_text(machine, "/proc/iomem");

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		unsigned long long first, last;
		int name = 0;

		if (*line == ' ' || sscanf(line, "%llx-%llx : %n", &first, &last, &name) != 2 || !name)
			continue;
		machine->linux_known |= last != 0;
		if (last && !strncmp(line + name, "System RAM", 10))
			range_add(&machine->arena, &machine->linux_ram, first, last - first + 1);
	}
	ranges_join(&machine->linux_ram);
}

/* A block that is offline is nobody's, though its name is still 'System RAM'. */
static void leave_offline(struct machine *machine, struct ranges *offline)
{
	const struct memory_blocks *blocks = &machine->blocks;

	for (uint32_t i = 0; i < blocks->count; i++) {
		const struct bh_config_range range = { blocks->list[i].number * blocks->size, blocks->size };

		if (blocks->list[i].online)
			continue;
		ranges_subtract(&machine->arena, &machine->linux_ram, &range);
		range_add(&machine->arena, offline, range.base, range.size);
	}
	ranges_join(offline);
}

/* ---- what is ours ---- */

static void keep_blocks(struct machine *machine, uint64_t least)
{
	struct ranges *ours = &machine->ours;
	uint32_t count = 0;

	ranges_join(ours);
	for (uint32_t i = 0; i < ours->count; i++) {
		if (range_shrink(&ours->list[i], BH_RAM_ALIGN) >= least)
			ours->list[count++] = ours->list[i];
	}
	ours->count = count;
}

static void find_reserved(struct machine *machine)
{
	for (uint32_t i = 0; i < machine->reserved_count; i++) {
		const struct bh_config_range *range = &machine->reserved[i].range;

		if (machine->reserved[i].ours)
			range_add(&machine->arena, &machine->ours, range->base, range->size);
	}
	for (uint32_t i = 0; i < machine->linux_ram.count; i++)
		ranges_subtract(&machine->arena, &machine->ours, &machine->linux_ram.list[i]);
	keep_blocks(machine, BH_RAM_ALIGN);
	if (machine->ours.count)
		machine->source = MACHINE_RESERVED;
}

/* RISC-V boot loaders and emulators put the device tree at the end of RAM, where the kernel goes on reading it. */
static void leave_tree(struct machine *machine, struct ranges *ranges)
{
	struct bh_config_range end = { 0, TREE_ROOM };

	if (!machine_is_riscv(machine) || !machine->dram.count)
		return;
	end.base = machine->dram.list[machine->dram.count - 1].base +
		   machine->dram.list[machine->dram.count - 1].size - TREE_ROOM;
	ranges_subtract(&machine->arena, ranges, &end);
}

/*
 * RAM that Linux was told to leave alone. Firmware hides RAM, too: without 'mem=' nothing is taken for ours. What is
 * @offline besides is left out: the driver takes no range that is of both kinds.
 */
static void find_left_out(struct machine *machine, const struct ranges *offline)
{
	if (machine->ours.count || !machine->linux_known ||
	    (!machine_has_parameter(machine, "mem=") &&
	     !(machine->pc && machine_has_parameter(machine, "memmap="))))
		return;
	for (uint32_t i = 0; i < machine->dram.count; i++)
		range_add(&machine->arena, &machine->ours, machine->dram.list[i].base,
			  machine->dram.list[i].size);
	for (uint32_t i = 0; i < machine->linux_ram.count; i++)
		ranges_subtract(&machine->arena, &machine->ours, &machine->linux_ram.list[i]);
	for (uint32_t i = 0; i < machine->reserved_count; i++)
		ranges_subtract(&machine->arena, &machine->ours, &machine->reserved[i].range);
	for (uint32_t i = 0; i < offline->count; i++)
		ranges_subtract(&machine->arena, &machine->ours, &offline->list[i]);
	leave_tree(machine, &machine->ours);
	keep_blocks(machine, PIECE_LEAST);
	if (machine->ours.count)
		machine->source = MACHINE_PARAMETER;
}

/* RAM that the kernel gave away when it ran. Of a block that is more than RAM, the rest is not. */
static void find_offline(struct machine *machine, const struct ranges *offline)
{
	struct ranges rest = { 0 };

	if (machine->ours.count || !machine->linux_known)
		return;
	for (uint32_t i = 0; i < offline->count; i++) {
		range_add(&machine->arena, &machine->ours, offline->list[i].base, offline->list[i].size);
		range_add(&machine->arena, &rest, offline->list[i].base, offline->list[i].size);
	}
	for (uint32_t i = 0; i < machine->dram.count; i++)
		ranges_subtract(&machine->arena, &rest, &machine->dram.list[i]);
	for (uint32_t i = 0; i < rest.count; i++)
		ranges_subtract(&machine->arena, &machine->ours, &rest.list[i]);
	for (uint32_t i = 0; i < machine->reserved_count; i++)
		ranges_subtract(&machine->arena, &machine->ours, &machine->reserved[i].range);
	keep_blocks(machine, BH_RAM_ALIGN);
	if (machine->ours.count)
		machine->source = MACHINE_OFFLINE;
}

/* With UEFI the tree names no memory: RAM is what Linux has, and what is kept for us. */
static void find_dram(struct machine *machine)
{
	if (machine->pc)
		machine->dram = machine->pc->dram;
	else
		devtree_memory(&machine->arena, machine->tree, &machine->dram);
	machine->dram_in_tree = machine->dram.count > 0;
	if (machine->dram_in_tree)
		return;
	for (uint32_t i = 0; i < machine->linux_ram.count; i++)
		range_add(&machine->arena, &machine->dram, machine->linux_ram.list[i].base,
			  machine->linux_ram.list[i].size);
	for (uint32_t i = 0; i < machine->reserved_count && machine->live; i++) {
		if (machine->reserved[i].ours)
			range_add(&machine->arena, &machine->dram, machine->reserved[i].range.base,
				  machine->reserved[i].range.size);
	}
	ranges_join(&machine->dram);
}

struct machine *machine_read(const char *root, const char *devicetree, struct cfg_messages *messages)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	struct ranges offline = { 0 };
	struct place place = { 0 };

	if (!machine)
		abort();
	machine->root = arena_strdup(&machine->arena, root ? root : "");
	machine->live = !devicetree;
	machine->cmdline = machine->live ? machine_text(machine, "/proc/cmdline") : "";
	machine->release = machine->live ? machine_text(machine, "/proc/sys/kernel/osrelease") : "";
	if (!devicetree && !machine_has(machine, LIVE_DEVICETREE) && machine_has(machine, LIVE_ACPI))
		machine->pc = pc_load(&machine->arena, machine->root, place, messages);
	else
		machine->tree = devtree_load(&machine->arena,
					     devicetree ? devicetree : below_root(machine, LIVE_DEVICETREE),
					     place, messages);
	if (!machine->tree && !machine->pc) {
		machine_free(machine);
		return NULL;
	}
	if (machine->live)
		read_iomem(machine);
	if (machine->tree)
		machine->reserved_count =
			devtree_reserved(&machine->arena, machine->tree, &machine->reserved);
	find_dram(machine);
	if (machine->live)
		memory_blocks_read(&machine->arena, machine->root, &machine->blocks);
	leave_offline(machine, &offline);
	find_reserved(machine);
	find_left_out(machine, &offline);
	find_offline(machine, &offline);
	return machine;
}

void machine_free(struct machine *machine)
{
	if (!machine)
		return;
	arena_free(&machine->arena);
	free(machine);
}

/* ---- setting memory aside ---- */

/*
 * The end of a bank is farthest from where kernels, initial RAM disks and firmware lie. Below 4 GiB, if there is
 * room: there it is also of use to devices that reach no higher.
 */
int machine_propose(struct machine *machine, uint64_t want, struct bh_config_range *range)
{
	struct ranges free = { 0 };
	const struct bh_config_range high = { BELOW_4G, UINT64_MAX - BELOW_4G };
	const struct bh_config_range *largest = NULL;

	for (uint32_t i = 0; i < machine->dram.count; i++)
		range_add(&machine->arena, &free, machine->dram.list[i].base, machine->dram.list[i].size);
	for (uint32_t i = 0; i < machine->reserved_count; i++)
		ranges_subtract(&machine->arena, &free, &machine->reserved[i].range);
	leave_tree(machine, &free);
	if (free.count && free.list[0].base < BELOW_4G)
		ranges_subtract(&machine->arena, &free, &high);
	for (uint32_t i = 0; i < free.count; i++) {
		if (range_shrink(&free.list[i], BH_RAM_ALIGN) &&
		    (!largest || free.list[i].size > largest->size))
			largest = &free.list[i];
	}
	if (!largest)
		return -1;
	want = (want ? want : largest->size / 2) & ~(uint64_t)(BH_RAM_ALIGN - 1);
	if (!want || want > largest->size)
		return -1;
	*range = (struct bh_config_range){ largest->base + largest->size - want, want };
	return 0;
}

/* Numbers of cells are those that the tree has: the kernel wants them as in its root. */
static void print_cells(FILE *out, uint64_t value, int cells)
{
	if (cells > 1)
		fprintf(out, " 0x%llx", (unsigned long long)value >> 32);
	fprintf(out, " 0x%llx", (unsigned long long)value & 0xffffffff);
}

void machine_print_overlay(FILE *out, const struct machine *machine, const struct bh_config_range *range)
{
	const int address_cells = fdt_address_cells(machine->tree->fdt, 0);
	const int size_cells = fdt_size_cells(machine->tree->fdt, 0);

	fprintf(out,
		"/dts-v1/;\n/plugin/;\n\n"
		"/* Keeps RAM for the Bulkhead hypervisor and its cells. Written by 'bulkhead config create'. */\n"
		"&{/} {\n\treserved-memory {\n\t\t#address-cells = <%d>;\n\t\t#size-cells = <%d>;\n\t\tranges;\n\n"
		"\t\tbulkhead@%llx {\n\t\t\tcompatible = \"bulkhead,memory\";\n\t\t\treg = <",
		address_cells, size_cells, (unsigned long long)range->base);
	print_cells(out, range->base, address_cells);
	print_cells(out, range->size, size_cells);
	fputs(" >;\n\t\t\tno-map;\n\t\t};\n\t};\n};\n", out);
}
