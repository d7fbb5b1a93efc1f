// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language of board and cell files: one table. A key that is not in it is an error.
 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

enum scalar {
	S_NONE, /* no scalar: list or map only */
	S_NAME, /* letters, digits, '-', '_'; at most 31 */
	S_TEXT,
	S_NUMBER,
	S_ADDRESS,
	S_SIZE,
	S_DURATION,
	S_IRQ,
	S_BOOL,
	S_CPUS,
	S_RATE,
	S_CHOICE,
};

enum list { LIST_NO, LIST_MAY, LIST_MUST };

/**
 * struct schema - one key of a map; a table ends with key NULL
 * @scalar: what a scalar value must be.  @choices: "a|b" for S_CHOICE.
 * @map: keys of a map value, NULL: no map.  @list: whether the value may or must be a list of such.
 * @doc: for the reference.
 */
struct schema {
	const char *key;
	enum scalar scalar;
	enum list list;
	int required;
	const char *choices;
	const struct schema *map;
	const char *doc;
};

#define NEEDED 1
#define OPTION 0

/* clang-format off */
static const struct schema schema_range[] = {
	{ "at",   S_ADDRESS, LIST_NO, NEEDED, NULL, NULL, "host-physical start" },
	{ "size", S_SIZE,    LIST_NO, NEEDED, NULL, NULL, "bytes, with K, M, G or T" },
	{ NULL }
};

static const struct schema schema_irq[] = {
	{ "spi",   S_NUMBER, LIST_NO, OPTION, NULL, NULL, "shared peripheral interrupt, from 0" },
	{ "ppi",   S_NUMBER, LIST_NO, OPTION, NULL, NULL, "private peripheral interrupt, from 0" },
	{ "intid", S_NUMBER, LIST_NO, OPTION, NULL, NULL, "number as the GIC counts" },
	{ NULL }
};

static const struct schema schema_debug_uart[] = {
	{ "type", S_CHOICE,  LIST_NO, NEEDED, CHOICES_UART, NULL, "what it is" },
	{ "at",   S_ADDRESS, LIST_NO, OPTION, NULL, NULL, "host-physical start of its registers" },
	{ "size", S_SIZE,    LIST_NO, OPTION, NULL, NULL, "bytes of its registers, 4K if not given" },
	{ NULL }
};

static const struct schema schema_hypervisor[] = {
	{ "memory",     S_NONE,     LIST_NO, NEEDED, NULL, schema_range,
	  "memory of the hypervisor, hidden from Linux" },
	{ "log",        S_CHOICE,   LIST_NO, OPTION, CHOICES_LOG, NULL, "how much it writes to its log" },
	{ "timeout",    S_DURATION, LIST_NO, OPTION, NULL, NULL, "deadline of its waits, 1s to 600s" },
	{ "debug-uart", S_NONE,     LIST_NO, OPTION, NULL, schema_debug_uart, "UART that repeats the log" },
	{ NULL }
};

static const struct schema schema_root[] = {
	{ "cpus",     S_CHOICE, LIST_NO, OPTION, "all", NULL, "what no cell claims" },
	{ "memory",   S_CHOICE, LIST_NO, OPTION, "rest", NULL, "what no cell claims" },
	{ "devices",  S_CHOICE, LIST_NO, OPTION, "rest", NULL, "what no cell claims" },
	{ "on-reset", S_CHOICE, LIST_NO, OPTION, CHOICES_ON_RESET, NULL,
	  "what root's reset or power-off does while cells run" },
	{ NULL }
};

static const struct schema schema_gic[] = {
	{ "version",     S_NUMBER, LIST_NO, NEEDED, NULL, NULL, "2 or 3" },
	{ "gicd",        S_NONE,   LIST_NO, NEEDED, NULL, schema_range, "distributor" },
	{ "gicr",        S_NONE,   LIST_NO, OPTION, NULL, schema_range, "redistributors, version 3" },
	{ "gicc",        S_NONE,   LIST_NO, OPTION, NULL, schema_range, "CPU interface, version 2" },
	{ "gich",        S_NONE,   LIST_NO, OPTION, NULL, schema_range, "hypervisor interface, version 2" },
	{ "gicv",        S_NONE,   LIST_NO, OPTION, NULL, schema_range, "virtual CPU interface, version 2" },
	{ "its",         S_NONE,   LIST_NO, OPTION, NULL, schema_range,
	  "interrupt translation service, version 3" },
	{ "maintenance", S_IRQ,    LIST_NO, OPTION, NULL, schema_irq,
	  "maintenance interrupt, ppi 9 if not given" },
	{ NULL }
};

static const struct schema schema_board[] = {
	{ "board",           S_NAME,   LIST_NO,   NEEDED, NULL, NULL, "name of the board" },
	{ "compatible",      S_TEXT,   LIST_MAY,  NEEDED, NULL, NULL,
	  "machine that this file is for; refused on others" },
	{ "architecture",    S_CHOICE, LIST_NO,   OPTION, "aarch64", NULL, "aarch64 if not given" },
	{ "devicetree",      S_TEXT,   LIST_NO,   OPTION, NULL, NULL, "'live', or a .dtb beside this file" },
	{ "hypervisor",      S_NONE,   LIST_NO,   NEEDED, NULL, schema_hypervisor, "the hypervisor itself" },
	{ "pool",            S_NONE,   LIST_MAY,  OPTION, NULL, schema_range, "RAM for cells" },
	{ "root",            S_NONE,   LIST_NO,   OPTION, NULL, schema_root, "the root cell" },
	{ "event-interrupt", S_IRQ,    LIST_NO,   OPTION, NULL, schema_irq,
	  "free interrupt that tells root of state changes" },
	{ "gic",             S_NONE,   LIST_NO,   OPTION, NULL, schema_gic, "in place of the device tree's" },
	{ "dram",            S_NONE,   LIST_MAY,  OPTION, NULL, schema_range,
	  "in place of the device tree's" },
	{ "cpus",            S_NUMBER, LIST_MUST, OPTION, NULL, NULL,
	  "MPIDR of each CPU, in place of the device tree's" },
	{ "guests",          S_TEXT,   LIST_MUST, OPTION, NULL, NULL,
	  "cell files that belong to this board" },
	{ NULL }
};

static const struct schema schema_memory[] = {
	{ "name",     S_TEXT,    LIST_NO,  OPTION, NULL, NULL, "for messages" },
	{ "guest",    S_ADDRESS, LIST_NO,  OPTION, NULL, NULL, "guest-physical start" },
	{ "size",     S_SIZE,    LIST_NO,  NEEDED, NULL, NULL, "bytes, a multiple of 2M" },
	{ "at",       S_ADDRESS, LIST_NO,  OPTION, NULL, NULL,
	  "host-physical start; from the pool if not given" },
	{ "identity", S_BOOL,    LIST_NO,  OPTION, NULL, NULL, "guest-physical equals host-physical" },
	{ "flags",    S_CHOICE,  LIST_MAY, OPTION, CHOICES_FLAGS, NULL, "all three if not given" },
	{ "loadable", S_BOOL,    LIST_NO,  OPTION, NULL, NULL,
	  "root may fill it before the start; true if not given" },
	{ NULL }
};

static const struct schema schema_load[] = {
	{ "file", S_TEXT,    LIST_NO, NEEDED, NULL, NULL, "any file" },
	{ "at",   S_ADDRESS, LIST_NO, NEEDED, NULL, NULL, "guest-physical start" },
	{ NULL }
};

static const struct schema schema_boot[] = {
	{ "protocol",   S_CHOICE,  LIST_NO, NEEDED, CHOICES_PROTOCOL, NULL, "how the guest is started" },
	{ "kernel",     S_TEXT,    LIST_NO, OPTION, NULL, NULL, "linux: uncompressed Image" },
	{ "initrd",     S_TEXT,    LIST_NO, OPTION, NULL, NULL, "linux: initial RAM disk" },
	{ "cmdline",    S_TEXT,    LIST_NO, OPTION, NULL, NULL, "kernel command line" },
	{ "image",      S_TEXT,    LIST_NO, OPTION, NULL, NULL, "flat: binary" },
	{ "at",         S_ADDRESS, LIST_NO, OPTION, NULL, NULL,
	  "where the kernel or image lies in guest memory" },
	{ "entry",      S_ADDRESS, LIST_NO, OPTION, NULL, NULL,
	  "flat: entry point, the image's start if not given" },
	{ "devicetree", S_TEXT,    LIST_NO, OPTION, NULL, NULL, "generate, none, or a .dtb" },
	{ "load",       S_NONE,    LIST_MUST, OPTION, NULL, schema_load, "more files to put into memory" },
	{ NULL }
};

static const struct schema schema_intc[] = {
	{ "controller", S_CHOICE,  LIST_NO,  OPTION, CHOICES_INTC, NULL, "what the guest sees" },
	{ "gicd",       S_ADDRESS, LIST_NO,  OPTION, NULL, NULL, "guest-physical distributor" },
	{ "gicr",       S_ADDRESS, LIST_NO,  OPTION, NULL, NULL, "guest-physical redistributors, version 3" },
	{ "gicc",       S_ADDRESS, LIST_NO,  OPTION, NULL, NULL, "guest-physical CPU interface, version 2" },
	{ "spi",        S_NUMBER,  LIST_MAY, OPTION, NULL, NULL, "hardware interrupts given to the cell" },
	{ "intid",      S_NUMBER,  LIST_MAY, OPTION, NULL, NULL, "the same by the GIC's number" },
	{ NULL }
};

static const struct schema schema_uart[] = {
	{ "type",    S_CHOICE,  LIST_NO, OPTION, "pl011", NULL, "pl011 if not given" },
	{ "at",      S_ADDRESS, LIST_NO, NEEDED, NULL, NULL, "guest-physical start" },
	{ "spi",     S_NUMBER,  LIST_NO, OPTION, NULL, NULL, "interrupt that the guest sees" },
	{ "console", S_BOOL,    LIST_NO, OPTION, NULL, NULL,
	  "the cell's console; the first UART if none says so" },
	{ NULL }
};

static const struct schema schema_device[] = {
	{ "passthrough", S_TEXT, LIST_NO, OPTION, NULL, NULL,
	  "path or alias of a node of the board's device tree" },
	{ "uart",        S_NONE, LIST_NO, OPTION, NULL, schema_uart, "virtual UART" },
	{ NULL }
};

static const struct schema schema_restart[] = {
	{ "when",  S_CHOICE, LIST_NO, NEEDED, CHOICES_RESTART, NULL, "after which end" },
	{ "limit", S_RATE,   LIST_NO, OPTION, NULL, NULL, "'3 per 1min'" },
	{ NULL }
};

static const struct schema schema_cell[] = {
	{ "cell",         S_NAME,     LIST_NO,   NEEDED, NULL, NULL, "name of the cell" },
	{ "cpus",         S_CPUS,     LIST_MAY,  NEEDED, NULL, NULL,
	  "CPUs as the board counts them: [2, 3], 2-3" },
	{ "memory",       S_NONE,     LIST_MAY,  NEEDED, NULL, schema_memory, "RAM of the cell" },
	{ "boot",         S_NONE,     LIST_NO,   NEEDED, NULL, schema_boot, "what runs in it" },
	{ "interrupts",   S_CHOICE,   LIST_NO,   OPTION, CHOICES_INTC, schema_intc,
	  "interrupt controller and interrupts" },
	{ "devices",      S_NONE,     LIST_MUST, OPTION, NULL, schema_device,
	  "passed-through and virtual devices" },
	{ "comm-page",    S_ADDRESS,  LIST_NO,   OPTION, NULL, NULL, "guest-physical communication page" },
	{ "watchdog",     S_DURATION, LIST_NO,   OPTION, NULL, NULL,
	  "the cell fails when its heartbeat stands still so long" },
	{ "stop-timeout", S_DURATION, LIST_NO,   OPTION, NULL, NULL,
	  "time to answer a shutdown request, 5s if not given" },
	{ "restart",      S_NONE,     LIST_NO,   OPTION, NULL, schema_restart, "when to start it again" },
	{ NULL }
};
/* clang-format on */

/* ---- nearest name: edit distance, swaps counted as one ---- */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

#define WORD_LIMIT 64

static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_LIMIT + 1];
	const size_t m = strlen(a), n = strlen(b);

	if (m > WORD_LIMIT || n > WORD_LIMIT)
		return WORD_LIMIT;
	for (size_t i = 0; i <= m; i++) {
		size_t *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			if (i == 0) {
				row[j] = j;
				continue;
			}
			row[j] = least(least(up[j], row[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], up2[j - 2] + 1);
		}
	}
	return rows[m % 3][n];
}

const char *schema_nearest(const char *name, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t best = strlen(name) / 3 + 2;

	for (size_t i = 0; i < count; i++) {
		const size_t steps = distance(name, names[i]);

		if (steps < best) {
			best = steps;
			nearest = names[i];
		}
	}
	return nearest;
}

/* ---- check of a tree ---- */

static const struct schema *find_key(const struct schema *schema, const char *key)
{
	for (; schema->key; schema++) {
		if (!strcmp(schema->key, key))
			return schema;
	}
	return NULL;
}

static void report_unknown(const struct node *key, const struct schema *schema, struct cfg_messages *messages)
{
	const char *names[32] = { NULL };
	const char *nearest;
	char mend[512] = "";
	size_t count = 0, used = 0;

	for (; schema->key && count < ARRAY_SIZE(names); schema++)
		names[count++] = schema->key;
	nearest = schema_nearest(key->text, names, count);
	if (nearest)
		snprintf(mend, sizeof(mend), "did you mean '%s'?", nearest);
	for (size_t i = 0; !nearest && i < count && used < sizeof(mend) - 40; i++)
		used += (size_t)snprintf(mend + used, sizeof(mend) - used, "%s%s",
					 i ? ", " : "known here: ", names[i]);
	error_add(messages, key->place, mend, "unknown key '%s'", key->text);
}

static int is_name(const char *text)
{
	const size_t length = strlen(text);

	return length > 0 && length < BH_NAME_SIZE &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == length;
}

static int is_text(const char *text)
{
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ')
			return 0;
	}
	return *text != '\0';
}

static int scalar_fits(const struct schema *schema, const struct node *node)
{
	unsigned int count, period;
	uint64_t value, last;
	int flag;

	switch (schema->scalar) {
	case S_NAME:
		return is_name(node->text);
	case S_TEXT:
		return is_text(node->text);
	case S_NUMBER:
	case S_ADDRESS:
		return parse_number(node->text, &value);
	case S_SIZE:
		return parse_size(node->text, &value);
	case S_DURATION:
		return parse_duration(node->text, &value) && value <= UINT32_MAX;
	case S_IRQ:
		return parse_irq(node->text, &value);
	case S_BOOL:
		return parse_bool(node->text, &flag);
	case S_CPUS:
		return parse_cpus(node->text, &value, &last);
	case S_RATE:
		return parse_rate(node->text, &count, &period);
	case S_CHOICE:
		return node_choice(node, schema->choices, UINT32_MAX) != UINT32_MAX;
	default:
		return 0;
	}
}

/* What is expected, in the words of the user. */
static const char *expectation(const struct schema *schema)
{
	static const char *const words[] = {
		[S_NAME] = "a name of at most 31 letters, digits, '-' and '_'",
		[S_TEXT] = "a text",
		[S_NUMBER] = "a number such as 12 or 0xc",
		[S_ADDRESS] = "an address such as 0x4000_0000",
		[S_SIZE] = "a size such as 256M or 0x200000",
		[S_DURATION] = "a time such as 500ms, 10s or 2min",
		[S_IRQ] = "an interrupt such as 'spi 8', 'ppi 9' or 'intid 40'",
		[S_BOOL] = "true or false",
		[S_CPUS] = "a CPU number or a range such as 2-3",
		[S_RATE] = "a rate such as '3 per 1min'",
	};

	if (schema->scalar == S_CHOICE)
		return schema->choices;
	return schema->scalar == S_NONE ? schema->map ? "a map of keys and values" : "a list" :
					  words[schema->scalar];
}

static void check_map(const struct node *map, const struct schema *schema, struct cfg_messages *messages);

static void check_value(const struct schema *schema, const struct node *node, struct cfg_messages *messages)
{
	char mend[256];

	if (node->kind == NODE_MAP && schema->map) {
		check_map(node, schema->map, messages);
		return;
	}
	if (node->kind == NODE_SCALAR && scalar_fits(schema, node))
		return;
	snprintf(mend, sizeof(mend), "give %s%s", schema->scalar == S_CHOICE ? "one of " : "",
		 expectation(schema));
	if (node->kind == NODE_SCALAR)
		error_add(messages, node->place, mend, "'%s' cannot be '%s'", schema->key, node->text);
	else
		error_add(messages, node->place, mend, "'%s' cannot be a %s", schema->key,
			  node->kind == NODE_MAP ? "map" : "list");
}

static void check_key(const struct schema *schema, const struct node *node, struct cfg_messages *messages)
{
	if (schema->list == LIST_NO && node->kind == NODE_LIST) {
		check_value(schema, node, messages);
		return;
	}
	if (schema->list == LIST_MUST && node->kind != NODE_LIST) {
		error_add(messages, node->place, "write [a, b], or one '- ' line for each",
			  "'%s' must be a list", schema->key);
		return;
	}
	for (size_t i = 0; i < node_count(node); i++)
		check_value(schema, node_item(node, i), messages);
}

static void check_map(const struct node *map, const struct schema *schema, struct cfg_messages *messages)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct schema *found = find_key(schema, map->keys[i]->text);

		if (found)
			check_key(found, map->items[i], messages);
		else
			report_unknown(map->keys[i], schema, messages);
	}
	for (; schema->key; schema++) {
		if (schema->required && !node_get(map, schema->key))
			error_add(messages, map->place, schema->doc, "the key '%s' is missing", schema->key);
	}
}

void schema_check(const struct node *top, enum bh_config_kind kind, struct cfg_messages *messages)
{
	check_map(top, kind == BH_CONFIG_SYSTEM ? schema_board : schema_cell, messages);
}

/* ---- the reference ---- */

static void print_keys(FILE *out, const struct schema *schema, unsigned int depth)
{
	for (; schema->key; schema++) {
		char what[96] = "";

		if (schema->scalar != S_NONE)
			snprintf(what, sizeof(what), "%s", expectation(schema));
		fprintf(out, "%*s%s:%*s%s%s%s%s%s\n", (int)(2 * depth), "", schema->key,
			(int)(22 - 2 * depth - strlen(schema->key)), "", schema->doc, *what ? "; " : "", what,
			schema->list == LIST_MUST ? "; a list" :
			schema->list == LIST_MAY  ? "; one or a list" :
						    "",
			schema->required ? " (needed)" : "");
		if (schema->map)
			print_keys(out, schema->map, depth + 1);
	}
}

void schema_print(FILE *out, enum bh_config_kind kind)
{
	print_keys(out, kind == BH_CONFIG_SYSTEM ? schema_board : schema_cell, 0);
}
