// SPDX-License-Identifier: GPL-2.0-or-later
/* A cell file becomes a cell blob for one board. */
#include "isa.h"
#include "devtree.h"

#include <lib/config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT (1u << 20)

#define STOP_MS 5000

const struct node *cell_node(const struct cell_load *load, const char *path)
{
	return node_find(load->cell->root, path);
}

struct place cell_place(const struct cell_load *load, const char *path)
{
	return node_place(cell_node(load, path), load->cell->file);
}

/* ---- CPUs ---- */

static void add_cpu(struct cell_load *load, uint32_t slot, struct place place)
{
	struct cfg_cell *cell = load->cell;
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, load->system, cpus);

	if (slot >= load->system->cpus.count) {
		error_add(load->messages, place, "correct the CPU list",
			  "CPU %u is not on the board: it has 0 to %u", slot, load->system->cpus.count - 1);
		return;
	}
	for (size_t i = 0; i < cell->cpu_count; i++) {
		if (cell->cpus[i].slot == slot) {
			error_add(load->messages, place, "list it once", "CPU %u is listed twice", slot);
			return;
		}
	}
	cell->cpus = arena_grow(load->arena, cell->cpus, cell->cpu_count, sizeof(*cell->cpus));
	cell->cpus[cell->cpu_count++] = (struct cell_cpu){ cpus[slot].hwid, slot, place };
}

static void read_cpus(struct cell_load *load)
{
	const struct node *node = cell_node(load, "cpus");
	uint64_t first, last;

	for (size_t i = 0; i < node_count(node); i++) {
		const struct node *item = node_item(node, i);

		if (!parse_cpus(item->text, &first, &last))
			continue;
		for (uint64_t slot = first; slot <= last; slot++)
			add_cpu(load, (uint32_t)slot, item->place);
	}
	if (!node_count(node))
		error_add(load->messages, node->place, "give at least one", "the cell has no CPU");
	if (load->cell->cpu_count && load->cell->cpu_count == load->system->cpus.count)
		error_add(load->messages, node->place, "leave at least one CPU to the root cell",
			  "the cell takes every CPU of the board");
}

/* ---- memory ---- */

static struct cell_memory *add_memory(struct cell_load *load, const char *name, struct place place)
{
	struct cfg_cell *cell = load->cell;
	struct cell_memory *region;

	cell->memory = arena_grow(load->arena, cell->memory, cell->memory_count, sizeof(*cell->memory));
	region = &cell->memory[cell->memory_count++];
	*region = (struct cell_memory){ .name = name, .place = place, .node = -1 };
	snprintf(region->blob.name, sizeof(region->blob.name), "%.*s", (int)sizeof(region->blob.name) - 1,
		 name);
	return region;
}

static uint32_t read_flags(const struct node *node)
{
	static const uint32_t bits[] = { BH_MEM_READ, BH_MEM_WRITE, BH_MEM_EXEC };
	const struct node *list = node_get(node, "flags");
	uint32_t flags = list ? 0 : BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC;

	for (size_t i = 0; i < node_count(list); i++)
		flags |= bits[node_choice(node_item(list, i), CHOICES_FLAGS, 0)];
	return flags | (node_bool(node_get(node, "loadable"), 1) ? BH_MEM_LOADABLE : 0);
}

/*
 * Host address from 'at', from 'guest' of an identity region, or from the pool. Return: whether all is said.
 */
static int read_addresses(struct cell_load *load, const struct node *node, struct bh_config_memory *blob)
{
	const struct node *guest = node_get(node, "guest"), *at = node_get(node, "at");
	const int identity = node_bool(node_get(node, "identity"), 0);

	blob->gpa = node_number(guest, node_number(at, 0));
	blob->hpa = node_number(at, identity ? blob->gpa : 0);
	if (!at && !identity)
		blob->flags |= BH_MEM_AUTO;
	if (!guest && !(identity && at))
		error_add(load->messages, node->place, "give 'guest: ADDRESS', or 'at' with 'identity: true'",
			  "the region has no guest address");
	if (identity && guest && at && blob->gpa != blob->hpa)
		error_add(load->messages, node->place, "give one of the two",
			  "'identity' is true, but 'guest' and 'at' differ");
	return guest || (identity && at);
}

static const char *region_name(struct cell_load *load, const struct node *node, size_t index)
{
	const struct node *name = node_get(node, "name");
	const size_t most = sizeof(((struct bh_config_memory *)0)->name) - 1;

	if (!name)
		return index ? arena_printf(load->arena, "ram%zu", index) : "ram";
	if (strlen(name->text) > most || strchr(name->text, ' '))
		error_add(load->messages, name->place, "shorten it, and use no blanks",
			  "'%s' is no name of a memory region: at most %zu characters", name->text, most);
	return name->text;
}

static int in_pool(const struct bh_config_system *system, uint64_t base, uint64_t size)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);

	for (uint32_t i = 0; i < system->pool.count; i++) {
		if (size <= pool[i].size && base >= pool[i].base &&
		    base - pool[i].base <= pool[i].size - size)
			return 1;
	}
	return 0;
}

static uint64_t pool_size(const struct bh_config_system *system)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	uint64_t size = 0;

	for (uint32_t i = 0; i < system->pool.count; i++)
		size += pool[i].size;
	return size;
}

static void check_ram(struct cell_load *load, const struct node *node, const struct cell_memory *region)
{
	const struct bh_config_memory *blob = &region->blob;
	const struct node *size = node_get(node, "size");

	if (!blob->size || blob->size & (BH_RAM_ALIGN - 1))
		error_add(load->messages, size->place, "use a multiple of 2M",
			  "memory region '%s' has size 0x%llx, which is no multiple of 2 MiB", region->name,
			  (unsigned long long)blob->size);
	if (blob->gpa & (BH_RAM_ALIGN - 1))
		error_add(load->messages, node_place(node_get(node, "guest"), region->place.file),
			  "align it to 2M",
			  "guest address 0x%llx of memory region '%s' is not aligned to 2 MiB",
			  (unsigned long long)blob->gpa, region->name);
	if (!blob->size)
		return;
	if (blob->gpa + (blob->size - 1) < blob->gpa || blob->gpa + (blob->size - 1) >= CONFIG_ADDRESS_LIMIT)
		error_add(load->messages, region->place, "choose a lower guest address",
			  "memory region '%s' ends behind the guest's address space of 48 bits",
			  region->name);
	if (!(blob->flags & BH_MEM_READ))
		error_add(load->messages, region->place, "add 'read' to its flags",
			  "memory region '%s' is not readable", region->name);
	if (blob->flags & BH_MEM_AUTO) {
		if (blob->size > pool_size(load->system))
			error_add(load->messages, size->place, "make it smaller, or the pool larger",
				  "memory region '%s' is larger than the board's pool of %llu MiB",
				  region->name, (unsigned long long)(pool_size(load->system) >> 20));
	} else if (blob->hpa & (BH_RAM_ALIGN - 1)) {
		error_add(load->messages, region->place, "align it to 2M",
			  "host address 0x%llx of memory region '%s' is not aligned to 2 MiB",
			  (unsigned long long)blob->hpa, region->name);
	} else if (!in_pool(load->system, blob->hpa, blob->size)) {
		error_add(load->messages, region->place,
			  "choose an address inside the pool, or leave out 'at'",
			  "memory region '%s' (0x%llx to 0x%llx) is not inside the board's pool",
			  region->name, (unsigned long long)blob->hpa,
			  (unsigned long long)(blob->hpa + (blob->size - 1)));
	}
}

static void read_memory(struct cell_load *load)
{
	const struct node *list = cell_node(load, "memory");

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);
		struct cell_memory *region = add_memory(load, region_name(load, node, i), node->place);

		region->blob.size = node_size(node_get(node, "size"), 0);
		region->blob.flags = read_flags(node);
		if (read_addresses(load, node, &region->blob))
			check_ram(load, node, region);
	}
	if (!node_count(list))
		error_add(load->messages, list->place, "give at least one region", "the cell has no memory");
}

/* ---- interrupts ---- */

static void add_irq(struct cell_load *load, uint64_t intid, const char *name, struct place place)
{
	struct cfg_cell *cell = load->cell;

	if (intid < 32 || intid >= 1020) {
		error_add(load->messages, place, "give an SPI: 'spi' from 0 to 987",
			  "interrupt %llu of %s cannot be given to a cell: it is no SPI",
			  (unsigned long long)intid, name);
		return;
	}
	if (intid == load->system->event_irq) {
		error_add(load->messages, place, "choose another in the cell or the board",
			  "interrupt %llu (spi %llu) of %s is the board's event interrupt",
			  (unsigned long long)intid, (unsigned long long)intid - 32, name);
		return;
	}
	for (size_t i = 0; i < cell->irq_count; i++) {
		if (cell->irqs[i].intid == intid) {
			error_add(load->messages, place, "list it once",
				  "interrupt %llu (spi %llu) is listed twice", (unsigned long long)intid,
				  (unsigned long long)intid - 32);
			return;
		}
	}
	cell->irqs = arena_grow(load->arena, cell->irqs, cell->irq_count, sizeof(*cell->irqs));
	cell->irqs[cell->irq_count++] = (struct cell_irq){ (uint32_t)intid, place, name };
}

static void read_irq_list(struct cell_load *load, const char *path, uint64_t first)
{
	const struct node *list = cell_node(load, path);

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *item = node_item(list, i);
		const uint64_t number = node_number(item, 0);
		const uint64_t intid = number > 2000 ? 2000 : number + first;

		add_irq(load, intid, "'interrupts'", item->place);
	}
}

static void read_intc(struct cell_load *load)
{
	const struct node *node = cell_node(load, "interrupts");

	load->isa->cell_intc(load);
	if (node && node->kind == NODE_MAP) {
		read_irq_list(load, "interrupts.spi", 32);
		read_irq_list(load, "interrupts.intid", 0);
	}
}

/* ---- passed-through devices ---- */

static void add_window(struct cell_load *load, const struct passthrough *passed,
		       const struct bh_config_range *reg)
{
	const uint64_t base = reg->base & ~(uint64_t)(BH_PAGE_SIZE - 1);
	const uint64_t end = (reg->base + reg->size + BH_PAGE_SIZE - 1) & ~(uint64_t)(BH_PAGE_SIZE - 1);
	const char *slash = strrchr(passed->name, '/');
	struct cell_memory *region;

	for (size_t i = 0; i < load->cell->memory_count; i++) {
		const struct bh_config_memory *other = &load->cell->memory[i].blob;

		if (load->cell->memory[i].node >= 0 && other->hpa <= base && end <= other->hpa + other->size)
			return; /* a neighbour in the same page, passed through as well */
	}
	region = add_memory(load, slash ? slash + 1 : passed->name, passed->place);
	region->node = passed->node;
	region->blob.gpa = base;
	region->blob.hpa = base;
	region->blob.size = end - base;
	region->blob.flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE;
}

/* What the MMU cannot keep apart is given as a whole or not at all. */
static void check_neighbours(struct cell_load *load, const struct devtree *tree,
			     const struct cell_memory *region)
{
	const struct bh_config_range range = { region->blob.hpa, region->blob.size };
	int own[64];
	size_t count = 0;
	int other;

	for (size_t i = 0; i < load->cell->passed_count && count < ARRAY_SIZE(own); i++)
		own[count++] = load->cell->passed[i].node;
	other = devtree_sharer(tree, &range, own, count);
	if (other >= 0)
		error_add(load->messages, region->place, "pass both through, or none",
			  "%s shares the pages from 0x%llx to 0x%llx with %s of the board", region->name,
			  (unsigned long long)range.base, (unsigned long long)(range.base + range.size - 1),
			  devtree_node_path(load->arena, tree, other));
}

static void read_passed_node(struct cell_load *load, const struct devtree *tree,
			     const struct passthrough *passed)
{
	struct bh_config_range reg;
	uint32_t intid, flags;
	unsigned int windows = 0;
	int found;

	while ((found = devtree_reg(tree, passed->node, windows, &reg)) > 0) {
		if (reg.size)
			add_window(load, passed, &reg);
		windows++;
	}
	if (found < 0)
		error_add(load->messages, passed->place, "pass through a device that the CPU sees directly",
			  "the registers of %s cannot be translated to a physical address", passed->name);
	else if (!windows)
		error_add(load->messages, passed->place, "name the node that has the registers",
			  "%s has no registers", passed->name);
	for (unsigned int i = 0; (found = devtree_irq(tree, passed->node, i, &intid, &flags)) > 0; i++)
		add_irq(load, intid, passed->name, passed->place);
	if (found < 0)
		error_add(load->messages, passed->place,
			  "pass through a device whose interrupts go to the GIC",
			  "interrupts of %s do not go to the GIC", passed->name);
}

static void report_no_node(struct cell_load *load, const struct devtree *tree, const struct node *node,
			   int ambiguous)
{
	const char *nearest = devtree_nearest(load->arena, tree, node->text);

	if (ambiguous)
		error_add(load->messages, node->place, "give its full path",
			  "the device tree %s has several nodes '%s'", devtree_path(tree), node->text);
	else
		error_add(load->messages, node->place,
			  nearest ? arena_printf(load->arena, "did you mean '%s'?", nearest) :
				    "give a full path, an alias or a label, see 'fdtdump'",
			  "the device tree %s has no node '%s'", devtree_path(tree), node->text);
}

static void read_passthrough(struct cell_load *load, const struct node *node)
{
	struct cfg_cell *cell = load->cell;
	const struct devtree *tree = board_devtree(cell->board, load->messages);
	int found;

	if (!cell->board->devicetree)
		error_add(load->messages, node->place, "add 'devicetree: live' to the board file",
			  "the board has no device tree to look '%s' up in", node->text);
	if (!tree)
		return;
	found = devtree_node(tree, node->text);
	if (found < 0) {
		report_no_node(load, tree, node, found == DT_AMBIGUOUS);
		return;
	}
	cell->passed = arena_grow(load->arena, cell->passed, cell->passed_count, sizeof(*cell->passed));
	cell->passed[cell->passed_count++] =
		(struct passthrough){ found, devtree_node_path(load->arena, tree, found), node->place };
	read_passed_node(load, tree, &cell->passed[cell->passed_count - 1]);
}

/* ---- virtual devices ---- */

static void read_uart(struct cell_load *load, const struct node *node)
{
	struct cfg_cell *cell = load->cell;
	const struct node *spi = node_get(node, "spi");
	struct cell_device *device;

	cell->devices = arena_grow(load->arena, cell->devices, cell->device_count, sizeof(*cell->devices));
	device = &cell->devices[cell->device_count];
	*device = (struct cell_device){ .place = node->place };
	device->blob.type = BH_DEV_UART_PL011;
	device->blob.gpa = node_number(node_get(node, "at"), 0);
	device->blob.size = CONFIG_DEVICE_SIZE;
	device->name = arena_printf(load->arena, "uart@%llx", (unsigned long long)device->blob.gpa);
	if (spi)
		device->blob.irq = 32 + (uint32_t)(node_number(spi, 0) & 0xffff);
	if (device->blob.irq >= 1020)
		error_add(load->messages, spi->place, "choose one from 0 to 987", "'%s' is no SPI",
			  spi->text);
	if (device->blob.gpa & (BH_PAGE_SIZE - 1))
		error_add(load->messages, node_get(node, "at")->place, "align it to 4K",
			  "0x%llx is not the start of a page", (unsigned long long)device->blob.gpa);
	if (node_bool(node_get(node, "console"), cell->body.console == BH_NO_CONSOLE))
		cell->body.console = (uint32_t)cell->device_count;
	cell->device_count++;
}

static void check_device_irqs(struct cell_load *load)
{
	const struct cfg_cell *cell = load->cell;

	for (size_t i = 0; i < cell->device_count; i++) {
		const uint32_t irq = cell->devices[i].blob.irq;
		const char *other = NULL;

		for (size_t j = 0; irq && j < cell->irq_count; j++) {
			if (cell->irqs[j].intid == irq)
				other = cell->irqs[j].name;
		}
		for (size_t j = 0; irq && j < i; j++) {
			if (cell->devices[j].blob.irq == irq)
				other = cell->devices[j].name;
		}
		if (other)
			error_add(load->messages, cell->devices[i].place, "choose another 'spi'",
				  "interrupt spi %u of virtual %s is already that of %s", irq - 32,
				  cell->devices[i].name, other);
	}
}

static void read_devices(struct cell_load *load)
{
	const struct node *list = cell_node(load, "devices");
	struct cfg_cell *cell = load->cell;

	cell->body.console = BH_NO_CONSOLE;
	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);
		const struct node *passed = node_get(node, "passthrough"), *uart = node_get(node, "uart");

		if (!passed == !uart)
			error_add(load->messages, node->place, "give one of 'passthrough' and 'uart'",
				  "a device is one thing, not %s", passed ? "two" : "none");
		else if (passed)
			read_passthrough(load, passed);
		else
			read_uart(load, uart);
	}
	for (size_t i = 0; i < cell->memory_count; i++) {
		if (cell->memory[i].node >= 0)
			check_neighbours(load, cell->board->tree, &cell->memory[i]);
	}
	check_device_irqs(load);
}

/* ---- the rest ---- */

static void read_restart(struct cell_load *load)
{
	struct cfg_restart *restart = &load->cell->restart;
	const char *limit = node_text(cell_node(load, "restart.limit"), NULL);

	restart->when = node_choice(cell_node(load, "restart.when"), CHOICES_RESTART, CFG_RESTART_NEVER);
	if (limit)
		parse_rate(limit, &restart->limit, &restart->period_ms);
}

static void read_scalars(struct cell_load *load)
{
	struct bh_config_cell *body = &load->cell->body;

	strcpy(body->name, node_text(cell_node(load, "cell"), ""));
	if (!strcmp(body->name, "root"))
		error_add(load->messages, cell_place(load, "cell"), "choose another name",
			  "'root' is the name of the root cell");
	body->comm_page = node_number(cell_node(load, "comm-page"), 0);
	body->watchdog_ms = (uint32_t)node_duration(cell_node(load, "watchdog"), 0);
	body->stop_ms = (uint32_t)node_duration(cell_node(load, "stop-timeout"), STOP_MS);
	if (body->comm_page & (BH_PAGE_SIZE - 1))
		error_add(load->messages, cell_place(load, "comm-page"), "align it to 4K",
			  "0x%llx is not the start of a page", (unsigned long long)body->comm_page);
	if (body->watchdog_ms && !body->comm_page)
		error_add(
			load->messages, cell_place(load, "watchdog"), "add 'comm-page: ADDRESS'",
			"the watchdog needs the heartbeat in the communication page, which the cell has not");
	if (body->stop_ms > 600000)
		error_add(load->messages, cell_place(load, "stop-timeout"), "use at most 10min",
			  "a time of %u ms is too long", body->stop_ms);
	if (body->watchdog_ms > 86400000)
		error_add(load->messages, cell_place(load, "watchdog"), "use at most 24h",
			  "a time of %u ms is too long", body->watchdog_ms);
}

static void check_guest_space(struct cell_load *load)
{
	const struct cfg_cell *cell = load->cell;
	const struct bh_config_cell *body = &cell->body;
	const struct place intc = cell_place(load, "interrupts");
	struct spans spans = { .arena = load->arena };

	for (size_t i = 0; i < cell->memory_count; i++)
		span_add(&spans, cell->memory[i].blob.gpa, cell->memory[i].blob.size, cell->memory[i].place,
			 "memory region '%s'", cell->memory[i].name);
	for (size_t i = 0; i < cell->device_count; i++)
		span_add(&spans, cell->devices[i].blob.gpa, cell->devices[i].blob.size,
			 cell->devices[i].place, "virtual %s", cell->devices[i].name);
	if (body->comm_page)
		span_add(&spans, body->comm_page, BH_PAGE_SIZE, cell_place(load, "comm-page"),
			 "the communication page");
	load->isa->cell_spans(cell, intc, &spans);
	spans_check(&spans, "guest's memory", load->messages);
}

static void check_host_space(struct cell_load *load)
{
	struct spans spans = { .arena = load->arena };

	for (size_t i = 0; i < load->cell->memory_count; i++) {
		const struct cell_memory *region = &load->cell->memory[i];

		if (!(region->blob.flags & BH_MEM_AUTO))
			span_add(&spans, region->blob.hpa, region->blob.size, region->place,
				 "memory region '%s'", region->name);
	}
	spans_check(&spans, "machine's memory", load->messages);
}

static void build(struct cell_load *load)
{
	struct cfg_cell *cell = load->cell;
	struct bh_config_cpu *cpus = arena_alloc(load->arena, cell->cpu_count * sizeof(*cpus) + 1);
	struct bh_config_memory *memory = arena_alloc(load->arena, cell->memory_count * sizeof(*memory) + 1);
	struct bh_config_irq *irqs = arena_alloc(load->arena, cell->irq_count * sizeof(*irqs) + 1);
	struct bh_config_device *devices =
		arena_alloc(load->arena, cell->device_count * sizeof(*devices) + 1);
	const struct blob_array arrays[] = {
		{ offsetof(struct bh_config_cell, cpus), cpus, (uint32_t)cell->cpu_count, sizeof(*cpus) },
		{ offsetof(struct bh_config_cell, memory), memory, (uint32_t)cell->memory_count,
		  sizeof(*memory) },
		{ offsetof(struct bh_config_cell, irqs), irqs, (uint32_t)cell->irq_count, sizeof(*irqs) },
		{ offsetof(struct bh_config_cell, devices), devices, (uint32_t)cell->device_count,
		  sizeof(*devices) },
	};
	struct bh_error error;

	for (size_t i = 0; i < cell->cpu_count; i++)
		cpus[i].hwid = cell->cpus[i].hwid;
	for (size_t i = 0; i < cell->memory_count; i++)
		memory[i] = cell->memory[i].blob;
	for (size_t i = 0; i < cell->irq_count; i++)
		irqs[i].intid = cell->irqs[i].intid;
	for (size_t i = 0; i < cell->device_count; i++)
		devices[i] = cell->devices[i].blob;
	cell->blob = blob_build(load->arena, &cell->body, sizeof(cell->body), load->isa->arch, BH_CONFIG_CELL,
				arrays, ARRAY_SIZE(arrays), &cell->blob_size);
	if (config_check_cell(cell->blob, (uint32_t)cell->blob_size, load->system, &error))
		cfg_cell_explain(cell, &error, load->messages);
}

static void compile(struct cfg_cell *cell, struct cfg_messages *messages)
{
	struct cell_load load = { cell, cell->board->isa, &cell->arena, cell->board->blob, messages };
	const size_t before = messages->error_count;

	read_scalars(&load);
	read_cpus(&load);
	read_memory(&load);
	read_intc(&load);
	read_devices(&load);
	read_restart(&load);
	check_guest_space(&load);
	check_host_space(&load);
	cell_place_boot(cell, messages);
	if (messages->error_count == before)
		build(&load);
}

struct cfg_cell *cfg_cell_load(const char *path, const struct cfg_board *board,
			       const struct cfg_options *options, struct cfg_messages *messages)
{
	const size_t before = messages->error_count;
	struct cfg_cell *cell;
	size_t size;
	char *text = file_read(path, FILE_LIMIT, &size);

	if (!text) {
		error_add(messages, ((struct place){ path, 0, 0 }), NULL, "cannot be read: %s",
			  strerror(errno));
		return NULL;
	}
	cell = calloc(1, sizeof(*cell));
	if (!cell)
		abort();
	cell->board = (struct cfg_board *)board; /* its device tree is loaded at the first use */
	cell->file = arena_strdup(&cell->arena, path);
	cell->images = options->images ? arena_strdup(&cell->arena, options->images) : NULL;
	cell->root = yaml_parse(&cell->arena, cell->file, text, size, messages);
	free(text);
	if (cell->root && node_get(cell->root, "board") && !node_get(cell->root, "cell"))
		error_add(messages, cell->root->place, "give the file of a cell",
			  "this is the file of a board");
	else if (cell->root)
		schema_check(cell->root, BH_CONFIG_CELL, messages);
	if (messages->error_count == before)
		compile(cell, messages);
	if (messages->error_count == before)
		return cell;
	cfg_cell_free(cell);
	return NULL;
}

void cfg_cell_free(struct cfg_cell *cell)
{
	if (!cell)
		return;
	arena_free(&cell->arena);
	free(cell);
}

const struct bh_config_cell *cfg_cell_blob(const struct cfg_cell *cell, size_t *size)
{
	if (size)
		*size = cell->blob_size;
	return cell->blob;
}

const char *cfg_cell_name(const struct cfg_cell *cell)
{
	return cell->body.name;
}

const struct cfg_restart *cfg_cell_restart(const struct cfg_cell *cell)
{
	return &cell->restart;
}

const struct cfg_boot_plan *cfg_cell_plan(struct cfg_cell *cell, struct cfg_messages *messages)
{
	return cell_make_plan(cell, CFG_ERROR, messages);
}
