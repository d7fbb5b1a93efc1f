// SPDX-License-Identifier: GPL-2.0-or-later
/* A file against the table of schema.c: unknown, missing and wrong keys, all of them in one run. */
#include "schema.h"

#include <string.h>

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
	const char *names[64] = { NULL };
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
	error_add(messages, RULE_KEY_UNKNOWN, key->place, mend, "unknown key '%s'", key->text);
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
	const char *word;
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
		return parse_cpus(node->text, &value, &last) || parse_hwid(node->text, &word, &value);
	case S_RATE:
		return parse_rate(node->text, &count, &period);
	case S_CHOICE:
		return node_choice(node, schema->choices, UINT32_MAX) != UINT32_MAX;
	default:
		return 0;
	}
}

/* A value that several aliases stand for is looked at once for each meaning that it has. */
static int is_checked(const struct node *node, const void *meaning)
{
	const int before = node->checked == meaning;

	((struct node *)node)->checked = meaning; /* a mark, not a change */
	return before;
}

static void check_map(const struct node *map, const struct schema *schema, struct cfg_messages *messages);

static void check_range(const struct schema *schema, const struct node *node, struct cfg_messages *messages)
{
	const uint64_t value = node_number(node, 0);
	char mend[64];

	if (!schema->most || (value >= schema->least && value <= schema->most))
		return;
	snprintf(mend, sizeof(mend), "give %llu to %llu", (unsigned long long)schema->least,
		 (unsigned long long)schema->most);
	error_add(messages, RULE_VALUE_RANGE, node->place, mend, "'%s' cannot be %s", schema->key,
		  node->text);
}

static void check_value(const struct schema *schema, const struct node *node, struct cfg_messages *messages)
{
	char mend[256];

	if (is_checked(node, schema))
		return;
	if (node->kind == NODE_MAP && schema->map) {
		check_map(node, schema->map, messages);
		return;
	}
	if (node->kind == NODE_SCALAR && scalar_fits(schema, node)) {
		check_range(schema, node, messages);
		return;
	}
	snprintf(mend, sizeof(mend), "give %s%s", schema->scalar == S_CHOICE ? "one of " : "",
		 schema_expectation(schema));
	if (node->kind == NODE_SCALAR)
		error_add(messages, RULE_VALUE_TYPE, node->place, mend, "'%s' cannot be '%s'", schema->key,
			  node->text);
	else
		error_add(messages, RULE_VALUE_TYPE, node->place, mend, "'%s' cannot be a %s", schema->key,
			  node->kind == NODE_MAP ? "map" : "list");
}

static void check_key(const struct schema *schema, const struct node *node, struct cfg_messages *messages)
{
	if (schema->list == ONE && node->kind == NODE_LIST) {
		check_value(schema, node, messages);
		return;
	}
	if (schema->list == MANY && node->kind != NODE_LIST) {
		error_add(messages, RULE_VALUE_LIST, node->place, "write [a, b], or one '- ' line for each",
			  "'%s' must be a list", schema->key);
		return;
	}
	for (size_t i = 0; i < node_count(node); i++)
		check_value(schema, node_item(node, i), messages);
}

/* A place for anchors, at the top of a file only. */
static int is_free(const struct node *key, const struct schema *schema)
{
	return (schema == schema_top(BH_CONFIG_SYSTEM) || schema == schema_top(BH_CONFIG_CELL)) &&
	       !strncmp(key->text, SCHEMA_FREE_KEY, strlen(SCHEMA_FREE_KEY));
}

static void check_map(const struct node *map, const struct schema *schema, struct cfg_messages *messages)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct schema *found = find_key(schema, map->keys[i]->text);

		if (found)
			check_key(found, map->items[i], messages);
		else if (!is_checked(map->keys[i], schema) && !is_free(map->keys[i], schema))
			report_unknown(map->keys[i], schema, messages);
	}
	for (; schema->key; schema++) {
		if (schema->required && !node_get(map, schema->key))
			error_add(messages, RULE_KEY_MISSING, map->place, schema->doc,
				  "the key '%s' is missing", schema->key);
	}
}

void schema_check(const struct node *top, enum bh_config_kind kind, struct cfg_messages *messages)
{
	check_map(top, schema_top(kind), messages);
}
