// SPDX-License-Identifier: GPL-2.0-or-later
/* 'config diff': a board file against the machine that it is to be used on. */
#include "machine.h"

#include <lib/config.h>

#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull;

struct differ {
	struct machine *machine;
	const struct bh_config_system *system;
	struct difference *list;
	size_t count, differ;
};

static void add(struct differ *differ, const char *what, const char *file, const char *machine, bool same)
{
	struct arena *arena = &differ->machine->arena;

	differ->list = arena_grow(arena, differ->list, differ->count, sizeof(*differ->list));
	differ->list[differ->count++] = (struct difference){ what, file, machine, same };
	differ->differ += !same;
}

static void add_texts(struct differ *differ, const char *what, const char *file, const char *machine)
{
	add(differ, what, file, machine, !strcmp(file, machine));
}

/* ---- machine, CPUs ---- */

static void diff_compatible(struct differ *differ)
{
	const struct machine *machine = differ->machine;
	const bool same = machine->pc ? !strcmp(machine->pc->name, differ->system->compatible) :
					devtree_compatible(machine->tree, differ->system->compatible);

	add(differ, "machine", differ->system->compatible,
	    same ? differ->system->compatible : machine_name(machine), same);
}

static int compare_cpus(const void *a, const void *b)
{
	const struct bh_config_cpu *x = a, *y = b;

	return x->hwid < y->hwid ? -1 : x->hwid > y->hwid;
}

static const char *cpus_text(struct arena *arena, const struct bh_config_cpu *cpus, uint32_t count)
{
	const char *text = count ? "" : "none";

	for (uint32_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s0x%llx", text, i ? " " : "", (ull)cpus[i].hwid);
	return text;
}

/* The order counts: it is how cell files number them. */
static void diff_cpus(struct differ *differ)
{
	struct arena *arena = &differ->machine->arena;
	const struct bh_config_cpu *own = CONFIG_ARRAY(struct bh_config_cpu, differ->system, cpus);
	const struct pc *pc = differ->machine->pc;
	struct bh_config_cpu *found = pc ? pc->cpus : NULL, *sorted;
	const uint32_t count = pc ? pc->cpu_count : devtree_cpus(arena, differ->machine->tree, &found);
	const char *file = cpus_text(arena, own, differ->system->cpus.count);
	const char *machine = cpus_text(arena, found, count);

	add_texts(differ, "CPUs", file, machine);
	if (!strcmp(file, machine) || count != differ->system->cpus.count || !count)
		return;
	sorted = arena_alloc(arena, 2 * count * sizeof(*sorted));
	memcpy(sorted, own, count * sizeof(*sorted));
	memcpy(sorted + count, found, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_cpus);
	qsort(sorted + count, count, sizeof(*sorted), compare_cpus);
	if (!memcmp(sorted, sorted + count, count * sizeof(*sorted)))
		add(differ, "order of CPUs", "as above", "the same CPUs, numbered otherwise", false);
}

/* ---- memory ---- */

static const char *range_text(struct arena *arena, const struct bh_config_range *range)
{
	return arena_printf(arena, "0x%llx-0x%llx", (ull)range->base, (ull)(range->base + (range->size - 1)));
}

static const char *ranges_text(struct arena *arena, const struct bh_config_range *list, uint32_t count)
{
	const char *text = count ? "" : "none";

	for (uint32_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? " " : "", range_text(arena, &list[i]));
	return text;
}

static void diff_dram(struct differ *differ)
{
	struct arena *arena = &differ->machine->arena;
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, differ->system, dram);

	add_texts(differ, "RAM", ranges_text(arena, dram, differ->system->dram.count),
		  ranges_text(arena, differ->machine->dram.list, differ->machine->dram.count));
}

/* Is it kept free? Said only of a machine that runs. */
static void diff_kept(struct differ *differ, const char *what, const struct bh_config_range *range)
{
	struct arena *arena = &differ->machine->arena;
	struct ranges rest = { arena_alloc(arena, sizeof(*range)), 1 };

	rest.list[0] = *range;
	for (uint32_t i = 0; i < differ->machine->ours.count; i++)
		ranges_subtract(arena, &rest, &differ->machine->ours.list[i]);
	add(differ, what, range_text(arena, range),
	    rest.count ? arena_printf(arena, "not set aside: %s", ranges_text(arena, rest.list, rest.count)) :
			 "set aside",
	    !rest.count);
}

static void diff_memory(struct differ *differ)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, differ->system, pool);

	diff_dram(differ);
	if (!differ->machine->live || !differ->machine->linux_known)
		return;
	diff_kept(differ, "memory of the hypervisor", &differ->system->hv_memory);
	for (uint32_t i = 0; i < differ->system->pool.count; i++)
		diff_kept(differ, "pool", &pool[i]);
}

/* ---- interrupt controller ---- */

static const char *gic_text(struct arena *arena, const struct bh_config_gic *gic)
{
	const struct bh_config_range *windows[] = { &gic->gicd, &gic->gicr, &gic->gicc,
						    &gic->gich, &gic->gicv, &gic->its };
	static const char *const names[] = { "GICD", "GICR", "GICC", "GICH", "GICV", "ITS" };
	const char *text =
		arena_printf(arena, "GICv%u, maintenance interrupt %u", gic->version, gic->maintenance_irq);

	for (size_t i = 0; i < ARRAY_SIZE(windows); i++) {
		if (windows[i]->size)
			text = arena_printf(arena, "%s, %s %s", text, names[i],
					    range_text(arena, windows[i]));
	}
	return text;
}

static const char *riscv_text(struct arena *arena, const struct bh_config_riscv *riscv)
{
	static const char *const names[] = { "none", "PLIC", "APLIC", "IMSIC" };
	const char *text = arena_printf(arena, "%s, %u sources, %s, time at %llu Hz",
					names[riscv->intc < ARRAY_SIZE(names) ? riscv->intc : 0],
					riscv->sources, range_text(arena, &riscv->domain),
					(ull)riscv->timebase_hz);

	return riscv->imsic.size ?
		       arena_printf(arena, "%s, files %s", text, range_text(arena, &riscv->imsic)) :
		       text;
}

static void diff_riscv(struct differ *differ)
{
	struct arena *arena = &differ->machine->arena;
	struct bh_config_cpu *cpus = NULL;
	struct bh_config_riscv riscv = { 0 };
	const uint32_t count = devtree_cpus(arena, differ->machine->tree, &cpus);

	add_texts(differ, "interrupt controller", riscv_text(arena, &differ->system->riscv),
		  devtree_riscv(differ->machine->tree, cpus, count, &riscv) ? riscv_text(arena, &riscv) :
									      "none");
}

static void diff_gic(struct differ *differ)
{
	struct arena *arena = &differ->machine->arena;
	struct bh_config_gic gic;

	add_texts(differ, "interrupt controller", gic_text(arena, &differ->system->gic),
		  devtree_gic(differ->machine->tree, &gic) ? gic_text(arena, &gic) : "none");
}

static const char *ioapics_text(struct arena *arena, const struct bh_config_ioapic *list, uint32_t count)
{
	const char *text = count ? "" : "none";

	for (uint32_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%sI/O APIC %u at 0x%llx, GSI %u to %u", text, i ? "; " : "",
				    list[i].id, (ull)list[i].base, list[i].gsi,
				    list[i].gsi + list[i].pins - 1);
	return text;
}

static const char *windows_text(struct arena *arena, const struct bh_config_mmconfig *list, uint32_t count)
{
	const char *text = count ? "" : "none";

	for (uint32_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%ssegment %u at 0x%llx, bus %u to %u", text, i ? "; " : "",
				    list[i].segment, (ull)list[i].base, list[i].first_bus, list[i].last_bus);
	return text;
}

static const char *iommus_text(struct arena *arena, const struct bh_config_iommu *list, uint32_t count)
{
	const char *text = count ? "" : "none";

	for (uint32_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%s at 0x%llx", text, i ? "; " : "",
				    list[i].type == BH_IOMMU_VTD ? "VT-d" : "AMD-Vi", (ull)list[i].base);
	return text;
}

static const char *ports_text(struct arena *arena, const struct bh_config_x86 *x86)
{
	return arena_printf(arena, "PM1a 0x%x, PM1b 0x%x, PM timer 0x%x, SMI 0x%x, reset 0x%x <- 0x%x",
			    x86->pm1a_control, x86->pm1b_control, x86->pm_timer, x86->smi_command,
			    x86->reset_port, x86->reset_value);
}

static void diff_pc(struct differ *differ)
{
	struct arena *arena = &differ->machine->arena;
	const struct pc_tables *tables = &differ->machine->pc->tables;
	const struct bh_config_system *system = differ->system;
	const struct bh_config_x86 *x86 = &system->x86;

	add_texts(differ, "interrupt controller",
		  ioapics_text(arena, CONFIG_ARRAY(struct bh_config_ioapic, system, x86.ioapics),
			       x86->ioapics.count),
		  ioapics_text(arena, tables->ioapics, tables->ioapics_count));
	add_texts(differ, "PCI configuration space",
		  windows_text(arena, CONFIG_ARRAY(struct bh_config_mmconfig, system, x86.mmconfig),
			       x86->mmconfig.count),
		  windows_text(arena, tables->mmconfig, tables->mmconfig_count));
	add_texts(differ, "IOMMUs",
		  iommus_text(arena, CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus),
			      x86->iommus.count),
		  iommus_text(arena, tables->iommus, tables->iommus_count));
	add_texts(differ, "I/O ports", ports_text(arena, x86), ports_text(arena, &tables->x86));
}

/* A board of one architecture is not compared with a machine of another one beyond its name. */
static void diff_controller(struct differ *differ)
{
	const uint16_t arch = differ->system->header.arch;

	if ((arch == BH_ARCH_X86_64) != (differ->machine->pc != NULL))
		add(differ, "architecture", arch == BH_ARCH_X86_64 ? "x86_64" : "another",
		    differ->machine->pc ? "x86_64" : "another", false);
	else if (arch == BH_ARCH_X86_64)
		diff_pc(differ);
	else if (arch == BH_ARCH_RISCV64)
		diff_riscv(differ);
	else
		diff_gic(differ);
}

size_t diff_board(struct machine *machine, const struct cfg_board *board, struct difference **list,
		  size_t *count)
{
	struct differ differ = { .machine = machine, .system = cfg_board_blob(board, NULL) };

	diff_compatible(&differ);
	diff_cpus(&differ);
	diff_memory(&differ);
	diff_controller(&differ);
	*list = differ.list;
	*count = differ.count;
	return differ.differ;
}
