// SPDX-License-Identifier: GPL-2.0-or-later
/* cell list, cell show, cell stats. */
#include "cell.h"
#include "json.h"

#include <inttypes.h>
#include <string.h>

#define SLOTS 128 /* as many as struct bh_cell_info shows */

const char *cell_size_text(uint64_t bytes, char *text)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;
	double value = (double)bytes;

	while (value >= 1024 && unit < 4) {
		value /= 1024;
		unit++;
	}
	snprintf(text, 24, value == (double)(uint64_t)value ? "%.0f %s" : "%.1f %s", value, units[unit]);
	return text;
}

static bool has_slot(const struct bh_cell_info *cell, unsigned int slot)
{
	return cell->cpus[slot / 64] >> (slot % 64) & 1;
}

const char *cell_cpus_text(const struct bh_cell_info *cell, char *text, size_t size)
{
	size_t length = 0;

	text[0] = 0;
	for (unsigned int slot = 0; slot < SLOTS && length + 12 < size; slot++) {
		unsigned int last = slot;

		if (!has_slot(cell, slot))
			continue;
		while (last + 1 < SLOTS && has_slot(cell, last + 1))
			last++;
		length += (size_t)snprintf(text + length, size - length, "%s%u", length ? "," : "", slot);
		if (last > slot)
			length += (size_t)snprintf(text + length, size - length, "-%u", last);
		slot = last;
	}
	return length ? text : "-";
}

const char *cell_reason_text(const struct bh_record *reason, char *text, size_t size)
{
	int length;

	text[0] = 0;
	if (reason->kind == BH_REASON_NONE)
		return text;
	length = snprintf(text, size, "%s", device_reason_text(reason->kind));
	if (reason->what[0] && length > 0 && (size_t)length < size)
		length += snprintf(text + length, size - (size_t)length, ": %.*s", (int)sizeof(reason->what),
				   reason->what);
	if (reason->address && length > 0 && (size_t)length < size)
		snprintf(text + length, size - (size_t)length, " at 0x%" PRIx64, reason->address);
	return text;
}

static void json_cpus(struct json *json, const struct bh_cell_info *cell)
{
	json_begin(json, "cpus", '[');
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		if (has_slot(cell, slot))
			json_number(json, NULL, slot);
	json_end(json, ']');
}

static void json_reason(struct json *json, const struct bh_record *reason)
{
	char text[200];

	if (reason->kind == BH_REASON_NONE)
		return;
	json_begin(json, "reason", '{');
	json_text(json, "text", cell_reason_text(reason, text, sizeof(text)));
	json_number(json, "kind", reason->kind);
	json_number(json, "cpu", reason->cpu);
	json_address(json, "pc", reason->pc);
	json_address(json, "syndrome", reason->syndrome);
	json_address(json, "address", reason->address);
	json_address(json, "value", reason->value);
	json_text_sized(json, "what", reason->what, strnlen(reason->what, sizeof(reason->what)));
	json_end(json, '}');
}

/* The members that 'list' and 'show' have in common. */
static void json_cell(struct json *json, const struct bh_ioc_cell_info *cell)
{
	json_text(json, "name", cell->info.name);
	json_number(json, "id", cell->handle & 0xffff);
	json_number(json, "handle", cell->handle);
	json_text(json, "state", device_state_text(cell->info.state));
	json_cpus(json, &cell->info);
	json_number(json, "memory", cell->info.memory);
	json_number(json, "heartbeat", cell->info.heartbeat);
	json_number(json, "events", cell->info.events);
	json_number(json, "restarts", cell->info.restarts);
	json_flag(json, "console", cell->info.console != 0);
	json_reason(json, &cell->info.reason);
}

static void list_text(const struct bh_ioc_cell_info *cell)
{
	char size[24], cpus[80], reason[200];

	cell_reason_text(&cell->info.reason, reason, sizeof(reason));
	printf("%2u  %-20s %-11s %-10s %10s%s%s\n", cell->handle & 0xffff, cell->info.name,
	       device_state_text(cell->info.state), cell_cpus_text(&cell->info, cpus, sizeof(cpus)),
	       cell->info.memory ? cell_size_text(cell->info.memory, size) : "-", *reason ? "  " : "",
	       reason);
}

enum list_form { LIST_TEXT, LIST_JSON, LIST_NAMES };

static void list_one(struct json *json, enum list_form form, const struct bh_ioc_cell_info *cell)
{
	if (form == LIST_JSON) {
		json_begin(json, NULL, '{');
		json_cell(json, cell);
		json_end(json, '}');
	} else if (form == LIST_TEXT) {
		list_text(cell);
	} else if (cell->handle & 0xffff) {
		puts(cell->info.name);
	}
}

static enum cli_exit list(const struct device *device, enum list_form form)
{
	struct json json = { .out = stdout };
	enum cli_exit result = CLI_OK;

	if (form == LIST_JSON)
		json_begin(&json, NULL, '[');
	else if (form == LIST_TEXT)
		puts("id  name                 state       CPUs           memory  reason");
	for (uint32_t id = 0; id < BH_MAX_CELLS; id++) {
		struct bh_ioc_cell_info cell;

		result = device_cell_at(device, id, &cell);
		if (!result)
			list_one(&json, form, &cell);
		else if (result != CLI_NO_CELL)
			break;
		result = CLI_OK;
	}
	if (form == LIST_JSON)
		json_end(&json, ']');
	return result;
}

enum cli_exit cmd_cell_list(const struct cli_call *call)
{
	enum list_form form = call->json ? LIST_JSON : cli_flag(call, "names") ? LIST_NAMES : LIST_TEXT;
	struct device device;
	enum cli_exit result = device_open_enabled(&device);

	if (result)
		return result;
	result = list(&device, form);
	device_close(&device);
	return result;
}

static const char *cpu_state_text(uint32_t state)
{
	static const char *const names[] = {
		[BH_CPU_ABSENT] = "absent",	  [BH_CPU_PARKED] = "parked", [BH_CPU_RUNNING] = "running",
		[BH_CPU_SUSPENDED] = "suspended", [BH_CPU_FAILED] = "failed",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "unknown";
}

static const char *region_flags(uint32_t flags, char *text)
{
	sprintf(text, "%c%c%c%s%s", flags & BH_MEM_READ ? 'r' : '-', flags & BH_MEM_WRITE ? 'w' : '-',
		flags & BH_MEM_EXEC ? 'x' : '-', flags & BH_MEM_DEVICE ? " device" : "",
		flags & BH_MEM_LOADABLE ? " loadable" : "");
	return text;
}

/* Region by region, until there are no more. */
static bool next_region(const struct device *device, struct bh_ioc_cell_region *region, uint32_t handle,
			uint32_t index)
{
	*region = DEVICE_ARGUMENT(bh_ioc_cell_region);
	region->handle = handle;
	region->index = index;
	return !device_ioctl(device, BH_IOC_CELL_REGION, region);
}

static void show_json(const struct device *device, const struct bh_ioc_cell_info *cell)
{
	struct json json = { .out = stdout };
	struct bh_ioc_cell_region region;
	char flags[32];

	json_begin(&json, NULL, '{');
	json_cell(&json, cell);
	json_begin(&json, "cpu_states", '{');
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		char key[8];

		snprintf(key, sizeof(key), "%u", slot);
		if (has_slot(&cell->info, slot))
			json_text(&json, key, cpu_state_text(cell->cpu_state[slot]));
	}
	json_end(&json, '}');
	json_begin(&json, "regions", '[');
	for (uint32_t i = 0; next_region(device, &region, cell->handle, i); i++) {
		json_begin(&json, NULL, '{');
		json_address(&json, "guest", region.gpa);
		json_address(&json, "host", region.hpa);
		json_number(&json, "size", region.size);
		json_text(&json, "flags", region_flags(region.flags, flags));
		json_end(&json, '}');
	}
	json_end(&json, ']');
	json_end(&json, '}');
}

static void show_reason(const struct bh_record *reason)
{
	char text[200];

	if (reason->kind == BH_REASON_NONE)
		return;
	printf("reason     %s\n", cell_reason_text(reason, text, sizeof(text)));
	if (reason->pc || reason->syndrome)
		printf("           on CPU %u at pc 0x%" PRIx64 ", syndrome 0x%" PRIx64 ", value 0x%" PRIx64
		       "\n",
		       reason->cpu, reason->pc, reason->syndrome, reason->value);
}

static void show_text(const struct device *device, const struct bh_ioc_cell_info *cell)
{
	struct bh_ioc_cell_region region;
	char size[24], text[80];

	printf("name       %s\n", cell->info.name);
	printf("id         %u (handle 0x%x)\n", cell->handle & 0xffff, cell->handle);
	printf("state      %s, %u changes, %u restarts\n", device_state_text(cell->info.state),
	       cell->info.events, cell->info.restarts);
	show_reason(&cell->info.reason);
	printf("CPUs       %s\n", cell_cpus_text(&cell->info, text, sizeof(text)));
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		if (has_slot(&cell->info, slot))
			printf("           %u: %s\n", slot, cpu_state_text(cell->cpu_state[slot]));
	printf("memory     %s\n", cell_size_text(cell->info.memory, size));
	for (uint32_t i = 0; next_region(device, &region, cell->handle, i); i++)
		printf("           guest 0x%010" PRIx64 "  host 0x%010" PRIx64 "  %10s  %s\n", region.gpa,
		       region.hpa, cell_size_text(region.size, size), region_flags(region.flags, text));
	printf("heartbeat  %" PRIu64 "\n", cell->info.heartbeat);
	if (cell->info.console)
		printf("console    bulkhead console %s\n", cell->info.name);
}

enum cli_exit cmd_cell_show(const struct cli_call *call)
{
	struct bh_ioc_cell_info cell;
	struct device device;
	enum cli_exit result = device_open(&device);

	if (result)
		return result;
	result = device_find(&device, call->arguments[0], &cell);
	if (!result && call->json)
		show_json(&device, &cell);
	else if (!result)
		show_text(&device, &cell);
	device_close(&device);
	return result;
}

static const struct {
	const char *name, *text;
} counters[] = {
#define COUNTER(name, json, text) { json, text },
	BH_STATS(COUNTER)
};

/* The counters of one CPU, NULL if the info area does not have them. */
static const struct bh_cpu_stats *cpu_stats(const struct device *device, unsigned int slot)
{
	uint64_t offset = device->info->stats + (uint64_t)slot * sizeof(struct bh_cpu_stats);

	if (slot >= device->info->cpu_count || offset + sizeof(struct bh_cpu_stats) > device->info_size)
		return NULL;
	return (const struct bh_cpu_stats *)((const char *)device->info + offset);
}

static uint64_t count_of(const struct bh_cpu_stats *stats, unsigned int counter)
{
	return __atomic_load_n(&stats->count[counter], __ATOMIC_RELAXED);
}

static void stats_json(const struct device *device, const struct bh_cell_info *cell)
{
	struct json json = { .out = stdout };

	json_begin(&json, NULL, '{');
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		const struct bh_cpu_stats *stats = cpu_stats(device, slot);
		char key[8];

		if (!stats || (cell && !has_slot(cell, slot)))
			continue;
		snprintf(key, sizeof(key), "%u", slot);
		json_begin(&json, key, '{');
		for (unsigned int i = 0; i < BH_STAT_COUNT; i++)
			json_number(&json, counters[i].name, count_of(stats, i));
		json_end(&json, '}');
	}
	json_end(&json, '}');
}

static void stats_row(const struct device *device, const struct bh_cell_info *cell, unsigned int counter)
{
	printf("%-17s", counters[counter].name);
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		const struct bh_cpu_stats *stats = cpu_stats(device, slot);

		if (stats && (!cell || has_slot(cell, slot)))
			printf(" %12" PRIu64, count_of(stats, counter));
	}
	printf("  %s\n", counters[counter].text);
}

static void stats_text(const struct device *device, const struct bh_cell_info *cell)
{
	printf("%-17s", "CPU");
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		if (cpu_stats(device, slot) && (!cell || has_slot(cell, slot)))
			printf(" %12u", slot);
	putchar('\n');
	for (unsigned int i = 0; i < BH_STAT_COUNT; i++)
		stats_row(device, cell, i);
}

enum cli_exit cmd_cell_stats(const struct cli_call *call)
{
	struct bh_ioc_cell_info cell;
	struct device device;
	enum cli_exit result = device_open(&device);

	if (result)
		return result;
	if (call->count)
		result = device_find(&device, call->arguments[0], &cell);
	if (!result)
		result = device_map(&device);
	if (!result && call->json)
		stats_json(&device, call->count ? &cell.info : NULL);
	else if (!result)
		stats_text(&device, call->count ? &cell.info : NULL);
	device_close(&device);
	return result;
}
