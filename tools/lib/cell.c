// SPDX-License-Identifier: GPL-2.0-or-later
/* A cell file becomes a cell blob for one board. */
#include "cell_parts.h"

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
		error_add(load->messages, RULE_CELL_NAME, cell_place(load, "cell"), "choose another name",
			  "'root' is the name of the root cell");
	body->comm_page = node_number(cell_node(load, "comm-page"), 0);
	body->watchdog_ms = (uint32_t)node_duration(cell_node(load, "watchdog"), 0);
	body->stop_ms = (uint32_t)node_duration(cell_node(load, "stop-timeout"), STOP_MS);
	if (body->comm_page & (BH_PAGE_SIZE - 1))
		error_add(load->messages, RULE_PAGE_ALIGNED, cell_place(load, "comm-page"), "align it to 4K",
			  "0x%llx is not the start of a page", (unsigned long long)body->comm_page);
	if (body->watchdog_ms && !body->comm_page)
		error_add(
			load->messages, RULE_WATCHDOG_HEARTBEAT, cell_place(load, "watchdog"),
			"add 'comm-page: ADDRESS'",
			"the watchdog needs the heartbeat in the communication page, which the cell has not");
	if (body->stop_ms > 600000)
		error_add(load->messages, RULE_TIME_RANGE, cell_place(load, "stop-timeout"),
			  "use at most 10min", "a time of %u ms is too long", body->stop_ms);
	if (body->watchdog_ms > 86400000)
		error_add(load->messages, RULE_TIME_RANGE, cell_place(load, "watchdog"), "use at most 24h",
			  "a time of %u ms is too long", body->watchdog_ms);
}

/* Who gives it is held against the other cells, so that files are ready when it comes. */
static void refuse_shared_memory(struct cell_load *load)
{
	const struct node *list = cell_node(load, "shared-memory");

	for (size_t i = 0; i < node_count(list); i++)
		error_add(load->messages, RULE_UNSUPPORTED, node_item(list, i)->place, "leave it out",
			  "the hypervisor has no shared memory yet");
}

static void build(struct cell_load *load)
{
	struct cfg_cell *cell = load->cell;
	struct bh_config_cpu *cpus = arena_alloc(load->arena, cell->cpu_count * sizeof(*cpus) + 1);
	struct bh_config_memory *memory = arena_alloc(load->arena, cell->memory_count * sizeof(*memory) + 1);
	struct bh_config_irq *irqs = arena_alloc(load->arena, cell->irq_count * sizeof(*irqs) + 1);
	struct bh_config_device *devices =
		arena_alloc(load->arena, cell->device_count * sizeof(*devices) + 1);
	struct bh_config_ports *ports = arena_alloc(load->arena, cell->port_count * sizeof(*ports) + 1);
	struct bh_config_pci *pci = arena_alloc(load->arena, cell->pci_count * sizeof(*pci) + 1);
	const struct blob_array arrays[] = {
		{ offsetof(struct bh_config_cell, x86.ports), ports, (uint32_t)cell->port_count,
		  sizeof(*ports) },
		{ offsetof(struct bh_config_cell, x86.pci), pci, (uint32_t)cell->pci_count, sizeof(*pci) },
		{ offsetof(struct bh_config_cell, cpus), cpus, (uint32_t)cell->cpu_count, sizeof(*cpus) },
		{ offsetof(struct bh_config_cell, memory), memory, (uint32_t)cell->memory_count,
		  sizeof(*memory) },
		{ offsetof(struct bh_config_cell, irqs), irqs, (uint32_t)cell->irq_count, sizeof(*irqs) },
		{ offsetof(struct bh_config_cell, devices), devices, (uint32_t)cell->device_count,
		  sizeof(*devices) },
	};
	const unsigned int without = load->isa->arch == BH_ARCH_X86_64 ? 0 : 2; /* others have no ports */
	struct bh_error error;

	for (size_t i = 0; i < cell->port_count; i++)
		ports[i] = cell->ports[i].blob;
	for (size_t i = 0; i < cell->pci_count; i++)
		pci[i] = cell->pci[i].blob;
	for (size_t i = 0; i < cell->cpu_count; i++)
		cpus[i].hwid = cell->cpus[i].hwid;
	for (size_t i = 0; i < cell->memory_count; i++)
		memory[i] = cell->memory[i].blob;
	for (size_t i = 0; i < cell->irq_count; i++)
		irqs[i].intid = cell->irqs[i].intid;
	for (size_t i = 0; i < cell->device_count; i++)
		devices[i] = cell->devices[i].blob;
	cell->blob = blob_build(load->arena, &cell->body, sizeof(cell->body), load->isa->arch, BH_CONFIG_CELL,
				arrays + without, (unsigned int)ARRAY_SIZE(arrays) - without,
				&cell->blob_size);
	if (config_check_cell(cell->blob, (uint32_t)cell->blob_size, load->system, &error))
		cfg_cell_explain(cell, &error, load->messages);
}

static void compile(struct cfg_cell *cell, struct cfg_messages *messages)
{
	struct cell_load load = { cell, cell->board->isa, &cell->arena, cell->board->blob, messages };
	const size_t before = messages->error_count;

	read_scalars(&load);
	cell_read_cpus(&load);
	cell_read_memory(&load);
	cell_read_interrupts(&load);
	cell_read_devices(&load);
	read_restart(&load);
	cell_check(&load);
	refuse_shared_memory(&load);
	cell_place_boot(cell, messages);
	if (messages->error_count == before)
		build(&load);
}

struct cfg_cell *cell_load_any(const char *path, const struct cfg_board *board,
			       const struct cfg_options *options, struct cfg_messages *messages)
{
	const size_t before = messages->error_count;
	struct cfg_cell *cell;
	size_t size;
	char *text = file_read(path, FILE_LIMIT, &size);

	if (!text) {
		error_add(messages, RULE_FILE_READ, ((struct place){ path, 0, 0 }), NULL,
			  "cannot be read: %s", strerror(errno));
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
		error_add(messages, RULE_FILE_KIND, cell->root->place, "give the file of a cell",
			  "this is the file of a board");
	else if (cell->root)
		schema_check(cell->root, BH_CONFIG_CELL, messages);
	if (messages->error_count > before) {
		cfg_cell_free(cell);
		return NULL;
	}
	compile(cell, messages);
	return cell;
}

struct cfg_cell *cfg_cell_load(const char *path, const struct cfg_board *board,
			       const struct cfg_options *options, struct cfg_messages *messages)
{
	const size_t before = messages->error_count;
	struct cfg_cell *cell = cell_load_any(path, board, options, messages);

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
