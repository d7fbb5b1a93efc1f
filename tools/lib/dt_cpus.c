// SPDX-License-Identifier: GPL-2.0-or-later
/* CPUs of the machine, which of them are threads of one core, and which share a clock. */
#include "devtree.h"

#include <libfdt.h>
#include <string.h>

#define DEPTH_MOST 8

/* Hardware id of a CPU's node. Return: 0, -1 if it is no CPU that runs. */
static int read_hwid(const void *fdt, int node, int cells, uint64_t *hwid)
{
	const char *type = fdt_getprop(fdt, node, "device_type", NULL);
	int length;
	const void *reg = fdt_getprop(fdt, node, "reg", &length);

	if (!type || strcmp(type, "cpu") || !reg || cells < 1 || cells > 2 || length < cells * 4 ||
	    !dt_is_enabled(fdt, node))
		return -1;
	*hwid = dt_cells(reg, 0, cells);
	return 0;
}

/* In a map of CPUs each 'core' has one CPU, or a 'thread' node for each. */
static void read_map(const struct devtree *tree, int map, int depth, uint32_t core, uint32_t *cores,
		     struct dt_cpu *cpus, uint32_t count)
{
	const void *fdt = tree->fdt;
	int node;

	fdt_for_each_subnode(node, fdt, map)
	{
		const char *name = fdt_get_name(fdt, node, NULL);
		const uint32_t phandle = dt_u32(fdt, node, "cpu", 0);
		const int cpu = phandle ? dt_by_phandle(tree, phandle) : -1;
		const uint32_t own = name && !strncmp(name, "core", 4) ? ++*cores : core;

		for (uint32_t i = 0; cpu >= 0 && i < count; i++) {
			if (cpus[i].node == cpu)
				cpus[i].core = own;
		}
		if (depth < DEPTH_MOST)
			read_map(tree, node, depth + 1, own, cores, cpus, count);
	}
}

/* The first clock, or the performance domain, as bytes; fixed clocks do not count: nobody changes them. */
static const void *clock_of(const struct devtree *tree, int node, int *length)
{
	const void *fdt = tree->fdt, *clock = fdt_getprop(fdt, node, "performance-domains", length);
	struct arena arena = { 0 };
	struct dt_dep *deps;
	const size_t count = devtree_deps(&arena, tree, node, &deps);

	for (size_t i = 0; !clock && i < count; i++) {
		if (deps[i].kind != DT_CLOCK || !fdt_node_check_compatible(fdt, deps[i].node, "fixed-clock"))
			continue;
		clock = (const fdt32_t *)deps[i].args - 1; /* with the phandle before it */
		*length = (deps[i].count + 1) * 4;
	}
	arena_free(&arena);
	return clock;
}

static void read_clocks(const struct devtree *tree, struct dt_cpu *cpus, uint32_t count)
{
	uint32_t clocks = 0;
	int length, other_length;

	for (uint32_t i = 0; i < count; i++) {
		const void *clock = clock_of(tree, cpus[i].node, &length);

		for (uint32_t j = 0; clock && j < i && !cpus[i].clock; j++) {
			const void *other = clock_of(tree, cpus[j].node, &other_length);

			if (other && other_length == length && !memcmp(clock, other, (size_t)length))
				cpus[i].clock = cpus[j].clock;
		}
		if (clock && !cpus[i].clock)
			cpus[i].clock = ++clocks;
	}
}

uint32_t devtree_cpu_list(struct arena *arena, const struct devtree *tree, struct dt_cpu **list)
{
	const void *fdt = tree->fdt;
	const int parent = fdt_path_offset(fdt, "/cpus"), map = fdt_path_offset(fdt, "/cpus/cpu-map");
	const int cells = parent < 0 ? 0 : fdt_address_cells(fdt, parent);
	uint32_t count = 0, cores = 0;
	struct dt_cpu *cpus = NULL;
	uint64_t hwid;
	int node;

	fdt_for_each_subnode(node, fdt, parent)
	{
		if (read_hwid(fdt, node, cells, &hwid))
			continue;
		cpus = arena_grow(arena, cpus, count, sizeof(*cpus));
		cpus[count++] = (struct dt_cpu){ .hwid = hwid, .node = node };
	}
	if (map >= 0)
		read_map(tree, map, 0, 0, &cores, cpus, count);
	read_clocks(tree, cpus, count);
	*list = cpus;
	return count;
}

uint32_t devtree_cpus(struct arena *arena, const struct devtree *tree, struct bh_config_cpu **cpus)
{
	struct dt_cpu *list;
	const uint32_t count = devtree_cpu_list(arena, tree, &list);

	*cpus = arena_alloc(arena, (count + 1) * sizeof(**cpus));
	for (uint32_t i = 0; i < count; i++)
		(*cpus)[i].hwid = list[i].hwid;
	return count;
}
