// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device tree that the user made: taken as it is but for what only the cell knows. CPUs, memory and
 * /chosen become the cell's; what the tree has and the cell has not is told.
 */
#include "guest_dt.h"

#include "devtree.h"

#include <libfdt.h>
#include <string.h>

#define DEPTH_MOST 32
#define GROWTH 0x10000u /* room for what is added */

struct copier {
	struct maker maker;
	const struct devtree *user;
	uint64_t initrd, initrd_size;
	struct cfg_messages *messages;
	struct place place;
	uint32_t user_cpus;
	int memory_done, chosen_done;
};

typedef int is_dropped(const char *name);

static int drops_nothing(const char *name)
{
	(void)name;
	return 0;
}

static int is_cpu(const void *fdt, int node)
{
	const char *type = fdt_getprop(fdt, node, "device_type", NULL);

	return type && !strcmp(type, "cpu");
}

static int nth_cpu(const void *fdt, int cpus, uint32_t index)
{
	int node;

	fdt_for_each_subnode(node, fdt, cpus)
	{
		if (is_cpu(fdt, node) && index-- == 0)
			return node;
	}
	return -1;
}

/* Does @phandle name something below a CPU that the cell has not? Then what it says is of nobody. */
static int is_of_missing_cpu(const struct copier *copier, uint32_t phandle)
{
	const void *fdt = copier->user->fdt;
	const int cpus = fdt_path_offset(fdt, "/cpus"), node = fdt_node_offset_by_phandle(fdt, phandle);
	const int parent = node < 0 ? node : fdt_parent_offset(fdt, node);

	for (uint32_t i = (uint32_t)copier->maker.cell->cpu_count; i < copier->user_cpus; i++) {
		const int cpu = nth_cpu(fdt, cpus, i);

		if (cpu >= 0 && (cpu == node || cpu == parent))
			return 1;
	}
	return 0;
}

/* 'interrupts-extended' without those of CPUs that the cell has not; contexts of those that it has keep their order. */
static void copy_extended(struct copier *copier, const char *name, const fdt32_t *value, size_t count)
{
	uint32_t *kept = arena_alloc(&copier->maker.cell->arena, (count + 1) * sizeof(*kept));
	size_t kept_count = 0, next;

	for (size_t at = 0; at < count; at = next) {
		const uint32_t phandle = fdt32_to_cpu(value[at]);
		const int node = fdt_node_offset_by_phandle(copier->user->fdt, phandle);
		int length = 0;
		const fdt32_t *cells =
			node < 0 ? NULL : fdt_getprop(copier->user->fdt, node, "#interrupt-cells", &length);
		const size_t more = cells && length == sizeof(*cells) ? fdt32_to_cpu(*cells) : 0;

		next = more < count - at ? at + 1 + more : count;
		if (is_of_missing_cpu(copier, phandle))
			continue;
		for (; at < next; at++)
			kept[kept_count++] = fdt32_to_cpu(value[at]);
	}
	dt_put_cells(&copier->maker, name, kept, kept_count);
}

static void copy_properties(struct copier *copier, int node, is_dropped *is_dropped)
{
	int property, length;

	fdt_for_each_property_offset(property, copier->user->fdt, node)
	{
		const char *name;
		const void *value = fdt_getprop_by_offset(copier->user->fdt, property, &name, &length);

		if (!value || is_dropped(name))
			continue;
		if (!strcmp(name, "interrupts-extended") && copier->user_cpus > copier->maker.cell->cpu_count)
			copy_extended(copier, name, value, (size_t)length / sizeof(fdt32_t));
		else
			dt_put(&copier->maker, name, value, (size_t)length);
	}
}

static void copy_tree(struct copier *copier, int node, int depth)
{
	int child;

	dt_begin(&copier->maker, fdt_get_name(copier->user->fdt, node, NULL));
	copy_properties(copier, node, drops_nothing);
	fdt_for_each_subnode(child, copier->user->fdt, node)
	{
		if (depth < DEPTH_MOST)
			copy_tree(copier, child, depth + 1);
		else
			dt_keep(&copier->maker, -FDT_ERR_BADSTRUCTURE);
	}
	dt_end(&copier->maker);
}

/* ---- CPUs: the first of the tree are the cell's, in their order ---- */

static int is_cpu_property(const char *name)
{
	static const char *const names[] = { "reg",
					     "status",
					     "enable-method",
					     "device_type",
					     "cpu-release-addr",
					     "clocks",
					     "cpu-supply",
					     "cpu-idle-states",
					     "operating-points-v2",
					     "power-domains",
					     "power-domain-names",
					     "#cooling-cells",
					     "performance-domains",
					     "interconnects",
					     "dynamic-power-coefficient" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return 1;
	}
	return 0;
}

static void make_cpu(struct copier *copier, int cpus, uint32_t index, int cells)
{
	struct maker *maker = &copier->maker;
	const void *fdt = copier->user->fdt;
	const int node = nth_cpu(fdt, cpus, index);
	const uint64_t hwid = maker->isa->guest_hwid(index);
	int child;

	dt_begin_at(maker, "cpu", hwid);
	dt_put_string(maker, "device_type", "cpu");
	if (cells == 2)
		dt_put_u64(maker, "reg", hwid);
	else
		dt_put_u32(maker, "reg", (uint32_t)hwid);
	if (node >= 0)
		copy_properties(copier, node, is_cpu_property);
	else
		dt_put_string(maker, "compatible", maker->isa->cpu_compatible);
	if (maker->isa->enable_method)
		dt_put_string(maker, "enable-method", maker->isa->enable_method);
	if (node >= 0) {
		fdt_for_each_subnode(child, fdt, node)
		{
			copy_tree(copier, child, 3);
		}
	}
	dt_end(maker);
}

static void make_cpus(struct copier *copier, int cpus)
{
	const void *fdt = copier->user->fdt;
	const uint32_t count = (uint32_t)copier->maker.cell->cpu_count;
	const int cells = fdt_address_cells(fdt, cpus);
	int child;

	dt_begin(&copier->maker, "cpus");
	copy_properties(copier, cpus, drops_nothing);
	for (uint32_t i = 0; i < count; i++)
		make_cpu(copier, cpus, i, cells);
	fdt_for_each_subnode(child, fdt, cpus)
	{
		const char *name = fdt_get_name(fdt, child, NULL);

		/* a map of CPUs that are not all there any more would be wrong */
		if (is_cpu(fdt, child) || (!strcmp(name, "cpu-map") && count != copier->user_cpus))
			continue;
		copy_tree(copier, child, 2);
	}
	dt_end(&copier->maker);
}

/* ---- memory, with as many cells as the user's root has ---- */

static void put_range(struct copier *copier, uint64_t base, uint64_t size)
{
	const int address_cells = fdt_address_cells(copier->user->fdt, 0);
	const int size_cells = fdt_size_cells(copier->user->fdt, 0);
	uint32_t cells[4];
	size_t count = 0;

	if (address_cells == 2)
		cells[count++] = (uint32_t)(base >> 32);
	cells[count++] = (uint32_t)base;
	if (size_cells == 2)
		cells[count++] = (uint32_t)(size >> 32);
	cells[count++] = (uint32_t)size;
	if ((address_cells < 2 && base >> 32) || (size_cells < 2 && size >> 32))
		dt_keep(&copier->maker, -FDT_ERR_BADNCELLS);
	dt_put_cells(&copier->maker, "reg", cells, count);
}

static void make_memory(struct copier *copier)
{
	const struct cfg_cell *cell = copier->maker.cell;

	for (size_t i = 0; i < cell->memory_count && !copier->memory_done; i++) {
		const struct bh_config_memory *blob = &cell->memory[i].blob;

		if (blob->flags & BH_MEM_DEVICE)
			continue;
		dt_begin_at(&copier->maker, "memory", blob->gpa);
		dt_put_string(&copier->maker, "device_type", "memory");
		put_range(copier, blob->gpa, blob->size);
		dt_end(&copier->maker);
	}
	copier->memory_done = 1;
}

static int is_memory(const void *fdt, int node)
{
	const char *type = fdt_getprop(fdt, node, "device_type", NULL);

	return type && !strcmp(type, "memory");
}

/* ---- chosen ---- */

static int is_chosen_property(const char *name)
{
	return !strncmp(name, "linux,initrd-", 13) || !strcmp(name, "linux,usable-memory-range") ||
	       !strcmp(name, "linux,elfcorehdr");
}

static int is_chosen_property_or_bootargs(const char *name)
{
	return is_chosen_property(name) || !strcmp(name, "bootargs");
}

/* @node: the user's, < 0: there is none. */
static void make_chosen(struct copier *copier, int node)
{
	struct maker *maker = &copier->maker;
	const char *cmdline = maker->cell->plan.cmdline;

	dt_begin(maker, "chosen");
	if (node >= 0)
		copy_properties(copier, node, cmdline ? is_chosen_property_or_bootargs : is_chosen_property);
	if (cmdline)
		dt_put_string(maker, "bootargs", cmdline);
	if (copier->initrd_size) {
		dt_put_u64(maker, "linux,initrd-start", copier->initrd);
		dt_put_u64(maker, "linux,initrd-end", copier->initrd + copier->initrd_size);
	}
	dt_end(maker);
	copier->chosen_done = 1;
}

/* ---- what the tree has and the cell has not ---- */

static int has_address(const struct spans *spans, const struct bh_config_range *range)
{
	for (size_t i = 0; i < spans->count; i++) {
		const struct span *span = &spans->list[i];

		if (range->base >= span->base && range->base - span->base < span->size)
			return 1;
	}
	return 0;
}

static void check_devices(struct copier *copier)
{
	const struct cfg_cell *cell = copier->maker.cell;
	const struct devtree *user = copier->user;
	struct arena *arena = &copier->maker.cell->arena;
	struct spans spans = { .arena = arena };
	const struct dt_window *first = NULL;
	size_t count = 0;

	cell_guest_spans(cell, &spans);
	for (size_t i = 0; i < user->window_count; i++) {
		const struct dt_window *window = &user->windows[i];

		if (!dt_is_usable(user, window->node) || is_memory(user->fdt, window->node) ||
		    has_address(&spans, &window->range))
			continue;
		if (!count++)
			first = window;
	}
	if (count)
		warning_add(copier->messages, RULE_GUEST_TREE_DEVICE, copier->place,
			    "give it to the cell, or disable it in the device tree",
			    "the device tree has %s at 0x%llx%s, where the cell has nothing",
			    devtree_node_path(arena, user, first->node),
			    (unsigned long long)first->range.base,
			    count > 1 ? arena_printf(arena, " and %zu more", count - 1) : "");
}

/* ---- the whole ---- */

static void copy_root(struct copier *copier)
{
	const void *fdt = copier->user->fdt;
	int child;

	dt_begin(&copier->maker, "");
	copy_properties(copier, 0, drops_nothing);
	fdt_for_each_subnode(child, fdt, 0)
	{
		const char *name = fdt_get_name(fdt, child, NULL);

		if (!strcmp(name, "cpus"))
			make_cpus(copier, child);
		else if (!strcmp(name, "chosen"))
			make_chosen(copier, child);
		else if (is_memory(fdt, child))
			make_memory(copier);
		else
			copy_tree(copier, child, 1);
	}
	make_memory(copier);
	if (!copier->chosen_done)
		make_chosen(copier, -1);
	dt_end(&copier->maker);
}

static void copy_reserved(struct copier *copier)
{
	uint64_t base, size;

	for (int i = 0; i < fdt_num_mem_rsv(copier->user->fdt); i++) {
		if (!fdt_get_mem_rsv(copier->user->fdt, i, &base, &size))
			dt_keep(&copier->maker, fdt_add_reservemap_entry(copier->maker.fdt, base, size));
	}
	dt_keep(&copier->maker, fdt_finish_reservemap(copier->maker.fdt));
}

static uint32_t count_cpus(const void *fdt)
{
	const int cpus = fdt_path_offset(fdt, "/cpus");
	uint32_t count = 0;

	while (cpus >= 0 && nth_cpu(fdt, cpus, count) >= 0)
		count++;
	return count;
}

/* A tree without /cpus is no tree of a machine; on some machines CPUs cannot be made up. */
static int check_cpus(const struct copier *copier)
{
	const struct cfg_cell *cell = copier->maker.cell;

	if (fdt_path_offset(copier->user->fdt, "/cpus") >= 0 &&
	    (copier->maker.isa->cpu_compatible || copier->user_cpus >= cell->cpu_count))
		return 1;
	error_add(copier->messages, RULE_GUEST_TREE, copier->place, "add CPUs to it, or let it be generated",
		  "the device tree has %u CPUs, the cell %zu", copier->user_cpus, cell->cpu_count);
	return 0;
}

void *guest_dt_correct(struct cfg_cell *cell, const char *path, struct place place, uint64_t initrd,
		       uint64_t initrd_size, size_t *size, struct cfg_messages *messages)
{
	struct copier copier = {
		.maker = { .cell = cell, .isa = cell->board->isa },
		.user = devtree_load(&cell->arena, path, place, messages),
		.initrd = initrd,
		.initrd_size = initrd_size,
		.messages = messages,
		.place = place,
	};
	struct maker *maker = &copier.maker;
	uint32_t room;

	if (!copier.user)
		return NULL;
	copier.user_cpus = count_cpus(copier.user->fdt);
	if (!check_cpus(&copier))
		return NULL;
	room = fdt_totalsize(copier.user->fdt) + GROWTH;
	maker->fdt = arena_alloc(&cell->arena, room);
	dt_keep(maker, fdt_create(maker->fdt, (int)room));
	copy_reserved(&copier);
	copy_root(&copier);
	dt_keep(maker, fdt_finish(maker->fdt));
	if (maker->error) {
		error_add(messages, RULE_GUEST_TREE, place, "give two cells to addresses and sizes in it",
			  "the device tree cannot be corrected: %s", fdt_strerror(maker->error));
		return NULL;
	}
	check_devices(&copier);
	*size = fdt_totalsize(maker->fdt);
	return maker->fdt;
}
