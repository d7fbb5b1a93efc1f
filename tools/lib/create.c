// SPDX-License-Identifier: GPL-2.0-or-later
/* 'config create': a board file that fits the machine, with the reasons beside the values. */
#include "machine.h"

#include "map.h"

#include <ctype.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#define HYPERVISOR_SIZE (16ull << 20)
#define SPI_FIRST 32u
#define SPI_LIMIT 1020u

typedef unsigned long long ull;

/* ---- the name ---- */

/* 'Standard PC (Q35 + ICH9, 2009)' is Standard-PC-Q35-ICH9-2009. */
static void join_dashes(char *name)
{
	char *to = name;

	for (const char *from = name; *from; from++) {
		if (*from != '-' || (to > name && to[-1] != '-' && from[1]))
			*to++ = *from;
	}
	while (to > name && to[-1] == '-')
		to--;
	*to = '\0';
}

/* "xunlong,orangepi-5-plus" is called orangepi-5-plus; letters that a name cannot have become '-'. */
static void make_name(const struct machine *machine, const struct create_options *options, char *name)
{
	const char *own = machine_name(machine), *comma = machine->pc ? NULL : strchr(own, ',');
	const char *from = options->name ? options->name : comma ? comma + 1 : own;

	snprintf(name, BH_NAME_SIZE, "%s", *from ? from : "board");
	for (char *at = name; *at; at++) {
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_')
			*at = '-';
	}
	if (machine->pc)
		join_dashes(name);
}

/* ---- memory ---- */

static int refuse(struct created *created, const char *problem, const char *mend)
{
	created->problem = problem;
	created->mend = mend;
	return -1;
}

static int say_how(struct machine *machine, const struct bh_config_range *range, int has_proposal,
		   struct created *created)
{
	char size[32];

	if (machine->live && !machine->linux_known)
		return refuse(created, "/proc/iomem does not say which memory Linux uses",
			      "run this as root");
	if (!has_proposal)
		return refuse(
			created,
			"no RAM is set aside for the hypervisor and its cells, and no bank has room for it",
			"give less with --memory SIZE, or look at the device tree's memory nodes");
	return refuse(
		created,
		arena_printf(
			&machine->arena,
			"no RAM is set aside for the hypervisor and its cells; a place for it is 0x%llx to "
			"0x%llx (%s)",
			(ull)range->base, (ull)(range->base + (range->size - 1)),
			map_size_text(range->size, size, sizeof(size))),
		machine->pc ?
			arena_printf(
				&machine->arena,
				"start Linux with '%s' (boot loaders want the $ escaped), or let the running "
				"one give some away by 'bulkhead memory carve'; then run this again",
				machine_parameter(machine, range)) :
			"reserve it by a device tree overlay, which --overlay FILE.dts writes, start Linux with "
			"'mem=' so that RAM is left over, or let the running one give some away by 'bulkhead "
			"memory carve'; then run this again");
}

/* The hypervisor at the end of the largest piece, the pool is the rest. */
static int share_out(struct machine *machine, const struct ranges *ours, uint64_t hypervisor,
		     struct created *created)
{
	const struct bh_config_range *largest = NULL;

	for (uint32_t i = 0; i < ours->count; i++) {
		if (!largest || ours->list[i].size > largest->size)
			largest = &ours->list[i];
	}
	if (!largest || largest->size < hypervisor + BH_RAM_ALIGN)
		return refuse(
			created,
			arena_printf(
				&machine->arena,
				"what is set aside for us does not suffice: at least %llu MiB in one piece "
				"are needed",
				(ull)((hypervisor + BH_RAM_ALIGN) >> 20)),
			"reserve more");
	created->hypervisor =
		(struct bh_config_range){ largest->base + largest->size - hypervisor, hypervisor };
	created->pool.list = arena_alloc(&machine->arena, ours->count * sizeof(*ours->list));
	memcpy(created->pool.list, ours->list, ours->count * sizeof(*ours->list));
	created->pool.count = ours->count;
	ranges_subtract(&machine->arena, &created->pool, &created->hypervisor);
	return 0;
}

/* ---- an interrupt that nobody uses ---- */

static void mark_irqs(const struct machine *machine, uint8_t used[SPI_LIMIT], uint32_t *highest)
{
	uint32_t intid, flags;

	for (int node = fdt_next_node(machine->tree->fdt, 0, NULL); node >= 0;
	     node = fdt_next_node(machine->tree->fdt, node, NULL)) {
		for (unsigned int i = 0; devtree_irq(machine->tree, node, i, &intid, &flags) > 0; i++) {
			if (intid >= SPI_LIMIT)
				continue;
			used[intid] = 1;
			*highest = intid > *highest ? intid : *highest;
		}
	}
}

/*
 * A GIC has lines in blocks of 32, so those of the highest block that a device uses are there. Those that no device
 * uses, not even a disabled one, are most likely wired to nothing.
 */
static uint32_t free_spi(const struct machine *machine)
{
	uint8_t used[SPI_LIMIT] = { 0 };
	uint32_t highest = SPI_FIRST;

	mark_irqs(machine, used, &highest);
	for (uint32_t intid = highest | 31; intid >= SPI_FIRST; intid--) {
		if (intid < SPI_LIMIT && !used[intid])
			return intid;
	}
	return 0;
}

/* A PLIC or APLIC says how many sources it has. */
static uint32_t free_source(struct machine *machine)
{
	uint8_t used[SPI_LIMIT] = { 0 };
	struct bh_config_riscv riscv = { 0 };
	struct bh_config_cpu *cpus = NULL;
	uint32_t highest = 0;
	const uint32_t count = devtree_cpus(&machine->arena, machine->tree, &cpus);

	if (!devtree_riscv(machine->tree, cpus, count, &riscv))
		return 0;
	mark_irqs(machine, used, &highest);
	for (uint32_t source = riscv.sources < SPI_LIMIT ? riscv.sources : SPI_LIMIT - 1; source; source--) {
		if (!used[source])
			return source;
	}
	return 0;
}

/*
 * Pins that are ISA interrupts have no other use on a machine without ISA devices: those that Linux has a handler
 * for are taken, and so are those that a PC always has: 0 to 4, 8, 9, 12 to 15.
 */
static uint32_t free_pin(struct machine *machine)
{
	static const uint8_t candidates[] = { 5, 7, 10, 11, 6 };
	const char *line = machine_text(machine, "/proc/interrupts");
	uint32_t taken = 0;

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *end;
		const unsigned long irq = strtoul(line, &end, 10);

		if (*end == ':' && irq < 16)
			taken |= 1u << irq;
	}
	for (uint32_t i = 0; i < machine->pc->acpi.override_count; i++) {
		const struct pc_override *override = &machine->pc->acpi.overrides[i];

		taken |= (override->isa < 16 ? 1u << override->isa : 0) |
			 (override->gsi < 16 ? 1u << override->gsi : 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++) {
		if (!(taken & 1u << candidates[i]))
			return candidates[i];
	}
	return 0;
}

static uint32_t free_irq(struct machine *machine)
{
	if (machine->pc)
		return free_pin(machine);
	if (machine_is_riscv(machine))
		return free_source(machine);
	return devtree_has_gic(machine->tree) ? free_spi(machine) : 0;
}

int create_decide(struct machine *machine, const struct create_options *options, struct created *created)
{
	uint64_t hypervisor = options->hypervisor ? options->hypervisor : HYPERVISOR_SIZE;
	struct bh_config_range proposal = { 0 };
	struct ranges ours = machine->ours;
	int has_proposal;

	hypervisor = (hypervisor + BH_RAM_ALIGN - 1) & ~(uint64_t)(BH_RAM_ALIGN - 1);
	make_name(machine, options, created->name);
	created->event_irq = free_irq(machine);
	if (machine->source == MACHINE_NOTHING) {
		has_proposal = !machine_propose(machine, options->memory, &proposal);
		created->proposed = true;
		ours = (struct ranges){ &proposal, 1 };
		if (machine->live || !has_proposal)
			return say_how(machine, &proposal, has_proposal, created);
	}
	return share_out(machine, &ours, hypervisor, created);
}

/* ---- writing ---- */

static void print_compatible(FILE *out, const struct machine *machine)
{
	const char *name;

	if (machine->pc) {
		fprintf(out, "# Refused on other machines: this is what DMI calls it.\ncompatible: '%s'\n",
			machine->pc->name);
		return;
	}
	fputs("# Refused on other machines. The tree's list:", out);
	for (int i = 0; (name = fdt_stringlist_get(machine->tree->fdt, 0, "compatible", i, NULL)); i++)
		fprintf(out, " %s", name);
	fprintf(out, "\ncompatible: \"%s\"\n", devtree_machine(machine->tree));
}

static void print_head(FILE *out, const struct machine *machine, const struct created *created)
{
	const char *model = machine->pc ? machine->pc->name :
					  fdt_getprop(machine->tree->fdt, 0, "model", NULL);

	fprintf(out, "# Board file of %s, written by 'bulkhead config create' from %s.\n",
		model ? model : created->name,
		machine->live ? "the running machine" : machine_firmware(machine));
	if (*machine->release)
		fprintf(out, "# Kernel %s, command line: %.200s\n", machine->release, machine->cmdline);
	fprintf(out, "board: %s\narchitecture: %s\n", created->name,
		machine->pc		  ? "x86_64" :
		machine_is_riscv(machine) ? "riscv64" :
					    "aarch64");
	print_compatible(out, machine);
}

/* What ACPI says is read again at each use; here it only explains. */
static void print_pc(FILE *out, const struct machine *machine)
{
	const struct pc_tables *tables = &machine->pc->tables;
	char size[32];

	fputs("\n# Where RAM, CPUs and I/O APICs come from: the firmware's tables of the running machine.\n"
	      "acpi: live\n",
	      out);
	for (uint32_t i = 0; i < tables->ioapics_count; i++)
		fprintf(out, "#   I/O APIC %u at 0x%llx: GSI %u to %u\n", tables->ioapics[i].id,
			(ull)tables->ioapics[i].base, tables->ioapics[i].gsi,
			tables->ioapics[i].gsi + tables->ioapics[i].pins - 1);
	for (uint32_t i = 0; i < tables->mmconfig_count; i++)
		fprintf(out, "#   PCI configuration space at 0x%llx: segment %u, bus %u to %u\n",
			(ull)tables->mmconfig[i].base, tables->mmconfig[i].segment,
			tables->mmconfig[i].first_bus, tables->mmconfig[i].last_bus);
	for (uint32_t i = 0; i < tables->iommus_count; i++)
		fprintf(out, "#   IOMMU (%s) at 0x%llx\n",
			tables->iommus[i].type == BH_IOMMU_VTD ? "VT-d" : "AMD-Vi",
			(ull)tables->iommus[i].base);
	for (uint32_t i = 0; i < machine->dram.count; i++)
		fprintf(out, "#   RAM 0x%llx to 0x%llx (%s)\n", (ull)machine->dram.list[i].base,
			(ull)(machine->dram.list[i].base + machine->dram.list[i].size - 1),
			map_size_text(machine->dram.list[i].size, size, sizeof(size)));
}

/* What a cell could get, by 'pci' of an entry of 'devices'. */
static void print_pci(FILE *out, const struct machine *machine)
{
	int any = 0;

	for (uint32_t i = 0; i < machine->pc->pci_count; i++) {
		const struct pci_function *function = &machine->pc->pci[i];

		if (pci_is_bridge(function))
			continue;
		if (!any++)
			fputs("\n# PCI functions; a cell gets one by an entry of 'devices': { pci: '0000:00:03.0' }\n",
			      out);
		fprintf(out, "#   %s  %04x:%04x %s%s%s%s%s\n", function->name, function->vendor,
			function->device, pci_kind(function), *function->driver ? ", driver " : "",
			function->driver, *function->group ? ", IOMMU group " : "", function->group);
	}
}

static void print_cpus(FILE *out, const struct machine *machine)
{
	struct dt_cpu *cpus = NULL;
	const uint32_t count =
		machine->pc ? 0 : devtree_cpu_list((struct arena *)&machine->arena, machine->tree, &cpus);

	fprintf(out, "\n# CPUs, as cell files count them:\n");
	for (uint32_t i = 0; machine->pc && i < machine->pc->cpu_count; i++)
		fprintf(out, "#   %2u  APIC id 0x%llx%s\n", i, (ull)machine->pc->cpus[i].hwid,
			machine->pc->cpus[i].hwid & machine->pc->thread_bits ?
				", not the first thread of its core" :
				"");
	for (uint32_t i = 0; i < count; i++) {
		const char *model = fdt_getprop(machine->tree->fdt, cpus[i].node, "compatible", NULL);

		fprintf(out, "#   %2u  hardware id 0x%llx%s%s\n", i, (ull)cpus[i].hwid, model ? "  " : "",
			model ? model : "");
	}
}

static void print_tree_line(FILE *out, const struct machine *machine)
{
	char size[32];

	fputs("\n# Where RAM, CPUs and interrupt controller come from: the tree of the running kernel.\n"
	      "devicetree: live\n",
	      out);
	fputs(machine->dram_in_tree ? "# RAM that it names:\n" :
				      "# It names no RAM; this is what Linux has, and ours:\n",
	      out);
	if (!machine->dram_in_tree)
		fputs("dram:\n", out);
	for (uint32_t i = 0; i < machine->dram.count; i++) {
		const struct bh_config_range *bank = &machine->dram.list[i];

		fprintf(out, "%s{ at: 0x%llx, size: 0x%llx } # %s\n", machine->dram_in_tree ? "#   " : "  - ",
			(ull)bank->base, (ull)bank->size, map_size_text(bank->size, size, sizeof(size)));
	}
}

static void print_memory(FILE *out, const struct machine *machine, const struct created *created)
{
	static const char *const why[] = {
		"NOT SET ASIDE YET: start the machine with an overlay that reserves it; --overlay writes one.",
		"Set aside by the nodes 'bulkhead...' of the tree's reserved-memory.",
		"RAM that a kernel parameter ('mem=', 'memmap=') keeps Linux out of.",
		"RAM that Linux gave away: until the next boot. 'bulkhead memory carve' takes it again then.",
	};
	char size[32];

	fprintf(out, "\n# %s\n", why[created->proposed ? MACHINE_NOTHING : machine->source]);
	fprintf(out, "hypervisor:\n  memory: { at: 0x%llx, size: %lluM }\n  log: info\n  timeout: 1s\n\n",
		(ull)created->hypervisor.base, (ull)(created->hypervisor.size >> 20));
	fputs("# RAM for cells; root has the use of none of it.\npool:\n", out);
	for (uint32_t i = 0; i < created->pool.count; i++)
		fprintf(out, "  - { at: 0x%llx, size: %lluM } # %s\n", (ull)created->pool.list[i].base,
			(ull)(created->pool.list[i].size >> 20),
			map_size_text(created->pool.list[i].size, size, sizeof(size)));
}

void create_print(FILE *out, const struct machine *machine, const struct created *created)
{
	print_head(out, machine, created);
	print_cpus(out, machine);
	if (machine->pc) {
		print_pc(out, machine);
		print_pci(out, machine);
	} else {
		print_tree_line(out, machine);
	}
	print_memory(out, machine, created);
	fputs("\n# The root cell has what no other claims. on-reset: machine, or stop (the cells first).\n"
	      "root: { cpus: all, memory: rest, devices: rest, on-reset: machine }\n",
	      out);
	if (created->event_irq)
		fprintf(out,
			"\n# Tells root that a cell changed its state. No device of the tree uses this line; take "
			"another if your machine does.\nevent-interrupt: %s %u\n",
			machine->pc		  ? "gsi" :
			machine_is_riscv(machine) ? "intid" :
						    "spi",
			created->event_irq - (machine->pc || machine_is_riscv(machine) ? 0 : SPI_FIRST));
}
