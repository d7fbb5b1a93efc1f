// SPDX-License-Identifier: GPL-2.0-or-later
/* config show: the partition map as text, JSON or HTML. */
#include "cli.h"
#include "json.h"

#include <cfg.h>
#include <map.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_USUAL 80

/* ---- JSON ---- */

static const char *const kinds[] = { "root", "hypervisor", "pool", "firmware", "cell" };

static void json_owner(struct json *json, const struct map *map, uint32_t owner)
{
	json_text(json, "owner", map->owners[owner].name);
}

static void json_owners(struct json *json, const struct map *map)
{
	json_begin(json, "owners", '[');
	for (size_t i = 0; i < map->owner_count; i++) {
		const struct map_owner *owner = &map->owners[i];

		json_begin(json, NULL, '{');
		json_text(json, "name", owner->name);
		json_text(json, "kind", kinds[owner->kind]);
		json_address(json, "memory", owner->memory);
		json_number(json, "cpus", owner->cpu_count);
		json_number(json, "interrupts", owner->irq_count);
		json_number(json, "devices", owner->device_count);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void json_memory(struct json *json, const struct map *map)
{
	json_begin(json, "memory", '[');
	for (size_t i = 0; i < map->part_count; i++) {
		const struct map_part *part = &map->parts[i];

		json_begin(json, NULL, '{');
		json_address(json, "base", part->base);
		json_address(json, "size", part->size);
		json_owner(json, map, part->owner);
		json_text(json, "name", part->name);
		if (map->owners[part->owner].kind == MAP_CELL) {
			json_address(json, "guest", part->gpa);
			json_flag(json, "from_pool", part->planned);
		}
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void json_cpus(struct json *json, const struct map *map)
{
	json_begin(json, "cpus", '[');
	for (size_t i = 0; i < map->cpu_count; i++) {
		json_begin(json, NULL, '{');
		json_number(json, "cpu", i);
		json_address(json, "hardware_id", map->cpus[i].hwid);
		json_text(json, "model", map->cpus[i].model);
		json_owner(json, map, map->cpus[i].owner);
		json_number(json, "vcpu", map->cpus[i].vcpu);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void json_interrupts(struct json *json, const struct map *map)
{
	json_begin(json, "interrupts", '[');
	for (size_t i = 0; i < map->irq_count; i++) {
		json_begin(json, NULL, '{');
		json_number(json, "intid", map->irqs[i].intid);
		json_owner(json, map, map->irqs[i].owner);
		json_text(json, "user", map->irqs[i].user);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void json_regions(struct json *json, const struct map *map)
{
	json_begin(json, "guest_memory", '[');
	for (size_t i = 0; i < map->region_count; i++) {
		const struct map_region *region = &map->regions[i];

		json_begin(json, NULL, '{');
		json_text(json, "cell", map->owners[region->owner].name);
		json_text(json, "kind", region->kind);
		json_text(json, "name", region->name);
		json_address(json, "guest", region->gpa);
		json_address(json, "size", region->size);
		if (region->has_hpa)
			json_address(json, "machine", region->hpa);
		if (region->irq)
			json_number(json, "interrupt", region->irq);
		json_flag(json, "console", region->console);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void json_devices(struct json *json, const struct map *map)
{
	json_begin(json, "devices", '[');
	for (size_t i = 0; i < map->device_count; i++) {
		json_begin(json, NULL, '{');
		json_owner(json, map, map->devices[i].owner);
		json_text(json, "name", map->devices[i].name);
		json_address(json, "base", map->devices[i].base);
		json_address(json, "size", map->devices[i].size);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void json_pci(struct json *json, const struct map *map)
{
	json_begin(json, "pci", '[');
	for (size_t i = 0; i < map->pci_count; i++) {
		json_begin(json, NULL, '{');
		json_owner(json, map, map->pci[i].owner);
		json_text(json, "function", map->pci[i].name);
		json_text(json, "kind", map->pci[i].kind);
		json_flag(json, "unprotected", map->pci[i].unprotected);
		json_end(json, '}');
	}
	json_end(json, ']');
}

static void print_json(const struct map *map)
{
	struct json json = { .out = stdout };

	json_begin(&json, NULL, '{');
	json_text(&json, "board", map->board);
	json_text(&json, "compatible", map->compatible);
	json_text(&json, "interrupt_controller", map->controller);
	json_owners(&json, map);
	json_memory(&json, map);
	json_cpus(&json, map);
	json_interrupts(&json, map);
	json_regions(&json, map);
	json_devices(&json, map);
	json_pci(&json, map);
	json_end(&json, '}');
}

/* ---- text and HTML ---- */

/* COLUMNS is the user's word; else the terminal knows. */
static unsigned int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns && atoi(columns) > 0)
		return (unsigned int)atoi(columns);
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return WIDTH_USUAL;
}

static void print_text(const struct map *map)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
	const struct map_style style = {
		.width = terminal_width(),
		.colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour) && terminal &&
			  strcmp(terminal, "dumb") != 0,
	};

	map_print_text(map, stdout, &style);
}

static enum cli_exit write_html(const struct map *map, const char *path)
{
	FILE *out = strcmp(path, "-") ? fopen(path, "w") : stdout;
	int failed;

	if (!out) {
		cli_say("cannot write %s: %s", path, strerror(errno));
		return CLI_FAILED;
	}
	map_print_html(map, out);
	failed = ferror(out);
	if (out != stdout && (fclose(out) || failed)) {
		cli_say("cannot write %s: %s", path, strerror(errno));
		return CLI_FAILED;
	}
	return CLI_OK;
}

enum cli_exit cmd_config_show(const struct cli_call *call)
{
	const struct cfg_options options = { .devicetree = cli_value(call, "devicetree"),
					     .images = cli_value(call, "images") };
	struct cfg_messages messages = { 0 };
	struct map_files files = { 0 };
	enum cli_exit result = CLI_CONFIG;
	struct map *map;

	if (!map_load(&files, call->arguments, (size_t)call->count, &options, &messages)) {
		map = map_make(files.board, files.cells, files.count);
		result = CLI_OK;
		if (call->json)
			print_json(map);
		if (cli_value(call, "html"))
			result = write_html(map, cli_value(call, "html"));
		else if (!call->json)
			print_text(map);
		map_free(map);
	}
	cfg_messages_print(&messages, stderr, CFG_TEXT);
	cfg_messages_free(&messages);
	map_files_free(&files);
	return result;
}
