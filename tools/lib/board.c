// SPDX-License-Identifier: GPL-2.0-or-later
/* A board file and the device tree become a system blob. */
#include "board_parts.h"
#include "pc.h"

#include <lib/config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_LIMIT (1u << 20)

const struct devtree *board_devtree(struct cfg_board *board, struct cfg_messages *messages)
{
	if (!board->tree && board->devicetree)
		board->tree =
			devtree_load(&board->arena, board->devicetree, board->devicetree_place, messages);
	return board->tree;
}

const struct node *board_node(const struct board_load *load, const char *path)
{
	return node_find(load->board->root, path);
}

struct place board_place(const struct board_load *load, const char *path)
{
	return node_place(board_node(load, path), load->board->file);
}

void read_range(const struct node *node, struct bh_config_range *range)
{
	range->base = node_number(node_get(node, "at"), 0);
	range->size = node_size(node_get(node, "size"), 0);
}

void read_ranges(struct board_load *load, const char *path, struct ranges *ranges)
{
	const struct node *node = board_node(load, path);

	ranges->count = (uint32_t)node_count(node);
	ranges->list = arena_alloc(&load->board->arena, (ranges->count + 1) * sizeof(*ranges->list));
	for (uint32_t i = 0; i < ranges->count; i++)
		read_range(node_item(node, i), &ranges->list[i]);
}

/* ---- who we are ---- */

/* YAML takes the comma of [linux,dummy-virt] for the end of an item, which nobody expects. */
static const char *compatible_mend(const struct node *node)
{
	for (size_t i = 0; i < node_count(node); i++) {
		if (node->kind == NODE_LIST && !strchr(node_text(node_item(node, i), ","), ','))
			return "inside [ ] put quotes around a name with a comma: ['linux,dummy-virt']";
	}
	return "use the board file of that machine";
}

/* Firmware without a device tree has one name. */
static const char *firmware_name(struct board_load *load, const struct node *names)
{
	const char *name = load->board->acpi ? load->isa->machine_name(load->board, load->messages) : NULL;

	for (size_t i = 0; name && i < node_count(names); i++) {
		if (!strcmp(node_text(node_item(names, i), ""), name))
			return name;
	}
	if (name)
		error_add(load->messages, RULE_BOARD_MACHINE, names->place,
			  "use the board file of that machine",
			  "the file is for another machine: %s is a '%s'",
			  *load->board->acpi ? load->board->acpi : "this", name);
	return node_text(node_item(names, 0), "");
}

static void read_compatible(struct board_load *load)
{
	const struct node *node = board_node(load, "compatible");
	const int needs_tree = load->board->devicetree != NULL;
	const struct devtree *tree = needs_tree ? board_devtree(load->board, load->messages) : NULL;
	const char *chosen = firmware_name(load, node);

	for (size_t i = 0; tree && i < node_count(node); i++) {
		if (devtree_compatible(tree, node_text(node_item(node, i), ""))) {
			chosen = node_text(node_item(node, i), "");
			break;
		}
		if (i + 1 == node_count(node))
			error_add(load->messages, RULE_BOARD_MACHINE, node->place, compatible_mend(node),
				  "the file is for another machine: the device tree %s is of '%s'",
				  devtree_path(tree), devtree_machine(tree));
	}
	if (strlen(chosen) >= sizeof(load->body.compatible))
		error_add(load->messages, RULE_TEXT_LENGTH, node->place, "shorten it",
			  "'%s' is longer than %zu characters", chosen, sizeof(load->body.compatible) - 1);
	else
		strcpy(load->body.compatible, chosen);
}

static void read_scalars(struct board_load *load)
{
	struct bh_config_system *body = &load->body;
	const struct node *uart = board_node(load, "hypervisor.debug-uart");

	strcpy(body->board, node_text(board_node(load, "board"), ""));
	read_range(board_node(load, "hypervisor.memory"), &body->hv_memory);
	body->event_irq = (uint32_t)node_irq(board_node(load, "event-interrupt"), 0);
	body->on_reset =
		node_choice(board_node(load, "root.on-reset"), CHOICES_ON_RESET, BH_ON_RESET_MACHINE);
	body->log_level = node_choice(board_node(load, "hypervisor.log"), CHOICES_LOG, 2);
	body->timeout_ms = (uint32_t)node_duration(board_node(load, "hypervisor.timeout"), 1000);
	body->debug_uart_type = node_choice(node_get(uart, "type"), CHOICES_UART, 0);
	if (body->debug_uart_type) {
		read_range(uart, &body->debug_uart);
		if (!body->debug_uart.size)
			body->debug_uart.size = BH_PAGE_SIZE;
	}
	if (body->debug_uart_type && node_get(uart, "port")) {
		body->debug_uart_type = BH_DEV_UART_16550_PIO;
		body->debug_uart = (struct bh_config_range){ node_number(node_get(uart, "port"), 0), 8 };
	}
}

/* ---- what the device tree supplies unless the file does ---- */

const struct devtree *need_tree(struct board_load *load, const char *for_what)
{
	const struct node *top = load->board->root;

	if (!load->board->devicetree)
		error_add(load->messages, RULE_BOARD_SOURCE, top->place,
			  "add 'devicetree: live', or give them here",
			  "neither 'devicetree' nor '%s' is given", for_what);
	return load->board->devicetree ? board_devtree(load->board, load->messages) : NULL;
}

static void read_dram(struct board_load *load)
{
	const struct devtree *tree;

	if (board_node(load, "dram")) {
		read_ranges(load, "dram", &load->dram);
		return;
	}
	if (load->isa->board_dram) {
		load->isa->board_dram(load);
		return;
	}
	tree = need_tree(load, "dram");
	if (tree)
		devtree_memory(&load->board->arena, tree, &load->dram);
	if (tree && !load->dram.count)
		error_add(load->messages, RULE_DEVICETREE_CONTENT, load->board->devicetree_place,
			  "give 'dram' in the board file", "the device tree %s has no memory node",
			  devtree_path(tree));
}

static void read_cpus(struct board_load *load)
{
	const struct node *node = board_node(load, "cpus");
	const struct devtree *tree;

	if (node) {
		load->cpu_count = (uint32_t)node_count(node);
		load->cpus = arena_alloc(&load->board->arena, (load->cpu_count + 1) * sizeof(*load->cpus));
		for (uint32_t i = 0; i < load->cpu_count; i++)
			load->cpus[i].hwid = node_number(node_item(node, i), 0);
		return;
	}
	if (load->isa->board_cpus) {
		load->isa->board_cpus(load);
		return;
	}
	tree = need_tree(load, "cpus");
	if (tree)
		load->cpu_count = devtree_cpus(&load->board->arena, tree, &load->cpus);
	if (tree && !load->cpu_count)
		error_add(load->messages, RULE_DEVICETREE_CONTENT, load->board->devicetree_place,
			  "give 'cpus' in the board file", "the device tree %s has no CPU",
			  devtree_path(tree));
}

static void build(struct board_load *load)
{
	struct blob_array arrays[ARRAY_SIZE(load->parts) + 5];
	const struct blob_array common[] = {
		{ offsetof(struct bh_config_system, dram), load->dram.list, load->dram.count,
		  sizeof(struct bh_config_range) },
		{ offsetof(struct bh_config_system, pool), load->pool.list, load->pool.count,
		  sizeof(struct bh_config_range) },
		{ offsetof(struct bh_config_system, cpus), load->cpus, load->cpu_count,
		  sizeof(struct bh_config_cpu) },
		{ offsetof(struct bh_config_system, firmware), load->reserved.list, load->reserved.count,
		  sizeof(struct bh_config_range) },
		{ offsetof(struct bh_config_system, aliases), load->aliases,
		  (uint32_t)load->board->alias_count, sizeof(struct bh_config_alias) },
	};
	struct cfg_board *board = load->board;
	struct bh_error error;

	memcpy(arrays, load->parts, load->part_count * sizeof(*arrays));
	memcpy(arrays + load->part_count, common, sizeof(common));
	board->blob = blob_build(&board->arena, &load->body, sizeof(load->body), load->isa->arch,
				 BH_CONFIG_SYSTEM, arrays,
				 load->part_count + (unsigned int)ARRAY_SIZE(common), &board->blob_size);
	if (config_check_system(board->blob, (uint32_t)board->blob_size, load->isa->arch, &error))
		cfg_board_explain(board, &error, load->messages);
}

static void compile(struct cfg_board *board, struct cfg_messages *messages)
{
	struct board_load load = { .board = board, .isa = board->isa, .messages = messages };
	const size_t before = messages->error_count;

	read_compatible(&load);
	if (messages->error_count > before)
		return; /* a wrong or missing device tree: what follows would only repeat it */
	read_scalars(&load);
	read_dram(&load);
	read_cpus(&load);
	load.isa->board_intc(&load);
	read_ranges(&load, "pool", &load.pool);
	board_read_aliases(&load);
	board_read_groups(&load);
	board_check(&load);
	if (messages->error_count == before)
		build(&load);
}

/* 'acpi' of the file, or --devicetree with a folder. */
static void choose_acpi(struct cfg_board *board, const struct cfg_options *options)
{
	const struct node *node = node_get(board->root, "acpi");
	const char *text = node_text(node, NULL);

	if (node)
		board->devicetree_place = node->place;
	if (options->devicetree)
		board->acpi = arena_strdup(&board->arena, options->devicetree);
	else if (text && !strcmp(text, "live"))
		board->acpi = "";
	else if (text)
		board->acpi = path_beside(&board->arena, board->file, text);
}

/* 'devicetree' of the file, or --devicetree, which comes before it. */
static void choose_devicetree(struct cfg_board *board, const struct cfg_options *options)
{
	const struct node *node = node_get(board->root, "devicetree");
	const char *text = node_text(node, NULL);

	board->devicetree_place = node_place(node ? node : board->root, board->file);
	if (board->isa && board->isa->board_dram) {
		choose_acpi(board, options);
		return;
	}
	if (options->devicetree)
		board->devicetree = arena_strdup(&board->arena, options->devicetree);
	else if (text && !strcmp(text, "live"))
		board->devicetree = LIVE_DEVICETREE;
	else if (text)
		board->devicetree = path_beside(&board->arena, board->file, text);
	else if (!board->root)
		board->devicetree = LIVE_DEVICETREE;
}

static struct cfg_board *new_board(const char *file)
{
	struct cfg_board *board = calloc(1, sizeof(*board));

	if (!board)
		abort();
	board->file = arena_strdup(&board->arena, file);
	return board;
}

static int is_blob(const char *data, size_t size)
{
	const uint64_t magic = BH_CONFIG_MAGIC;

	return size >= sizeof(magic) && !memcmp(data, &magic, sizeof(magic));
}

/* The file that the blob was made of, if it is still there and right; it is read for what no blob says. */
static const struct node *source_of(struct cfg_board *board, struct cfg_messages *messages)
{
	const struct node *top;
	size_t size;
	char *text = file_read(board->file, FILE_LIMIT, &size);

	if (!text)
		return NULL;
	top = is_blob(text, size) ? NULL : yaml_parse(&board->arena, board->file, text, size, messages);
	if (top)
		schema_check(top, BH_CONFIG_SYSTEM, messages);
	free(text);
	return messages->error_count ? NULL : top;
}

/* As board_read_aliases() has them of a file. */
static void find_aliases(struct cfg_board *board)
{
	const struct bh_config_alias *list = CONFIG_ARRAY(struct bh_config_alias, board->blob, aliases);

	board->alias_count = board->blob->aliases.count;
	board->aliases = arena_alloc(&board->arena, (board->alias_count + 1) * sizeof(*board->aliases));
	for (size_t i = 0; i < board->alias_count; i++)
		board->aliases[i] = (struct board_alias){
			list[i].at, list[i].size, list[i].of, list[i].every, { board->file, 0, 0 }
		};
}

/*
 * The blob does not say which CPUs share a core or a clock, and where PCI functions are: its file may say that, or name
 * who knows it, else the device tree, if there is one.
 */
static void find_groups(struct cfg_board *board, const struct cfg_options *options)
{
	struct cfg_messages unheard = { 0 };
	struct board_load load = { .board = board, .isa = board->isa, .messages = &unheard };
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, board->blob, cpus);

	board->root = source_of(board, &unheard);
	if (board->root && board->isa->board_dram) {
		choose_acpi(board, options);
		board_pc(board, &unheard);
	}
	if (board->root || (board->devicetree && !access(board->devicetree, R_OK))) {
		board_devtree(board, &unheard);
		load.cpu_count = board->blob->cpus.count;
		load.cpus = arena_alloc(&board->arena, (load.cpu_count + 1) * sizeof(*load.cpus));
		memcpy(load.cpus, cpus, load.cpu_count * sizeof(*cpus));
		board_read_groups(&load);
	}
	board->root = NULL;
	cfg_messages_free(&unheard);
}

struct cfg_board *cfg_board_from_blob(const void *blob, size_t size, const char *name,
				      const struct cfg_options *options, struct cfg_messages *messages)
{
	struct cfg_board *board = new_board(name);
	struct bh_error error;
	uint16_t arch;

	board->blob = arena_alloc(&board->arena, size + sizeof(struct bh_config_system));
	memcpy(board->blob, blob, size);
	board->isa = isa_find(board->blob->header.arch);
	if (!board->isa)
		board->isa = isa_by_name(NULL); /* a foreign blob: the check says so */
	choose_devicetree(board, options);
	arch = options->machine ? options->machine : board->isa->arch;
	if (config_check_system(board->blob, (uint32_t)size, arch, &error)) {
		cfg_board_explain(board, &error, messages);
		cfg_board_free(board);
		return NULL;
	}
	board->blob_size = board->blob->header.size;
	find_aliases(board);
	find_groups(board, options);
	return board;
}

static struct cfg_board *board_from_yaml(const char *path, const char *text, size_t size,
					 const struct cfg_options *options, struct cfg_messages *messages)
{
	struct cfg_board *board = new_board(path);
	const size_t before = messages->error_count;

	board->root = yaml_parse(&board->arena, board->file, text, size, messages);
	if (board->root && node_get(board->root, "cell") && !node_get(board->root, "board"))
		error_add(messages, RULE_FILE_KIND, board->root->place, "give the board file first",
			  "this is the file of a cell");
	else if (board->root)
		schema_check(board->root, BH_CONFIG_SYSTEM, messages);
	if (messages->error_count == before) {
		board->isa = isa_by_name(node_text(node_get(board->root, "architecture"), NULL));
		choose_devicetree(board, options);
		compile(board, messages);
	}
	if (messages->error_count == before)
		return board;
	cfg_board_free(board);
	return NULL;
}

struct cfg_board *cfg_board_load(const char *path, const struct cfg_options *options,
				 struct cfg_messages *messages)
{
	struct cfg_board *board;
	size_t size;
	char *data = file_read(path, FILE_LIMIT, &size);

	if (!data) {
		error_add(messages, RULE_FILE_READ, ((struct place){ path, 0, 0 }), NULL,
			  "cannot be read: %s", strerror(errno));
		return NULL;
	}
	board = is_blob(data, size) ? cfg_board_from_blob(data, size, path, options, messages) :
				      board_from_yaml(path, data, size, options, messages);
	free(data);
	return board;
}

void cfg_board_free(struct cfg_board *board)
{
	if (!board)
		return;
	arena_free(&board->arena);
	free(board);
}

const struct bh_config_system *cfg_board_blob(const struct cfg_board *board, size_t *size)
{
	if (size)
		*size = board->blob_size;
	return board->blob;
}

const char *cfg_board_name(const struct cfg_board *board)
{
	return board->blob->board;
}
