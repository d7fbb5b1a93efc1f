// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers, sizes, times and interrupts as people write them. */
#include "internal.h"

#include <string.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* Digits with '_' between them. Return: what follows, NULL if there is no digit or too many. */
static const char *take_number(const char *text, uint64_t *value)
{
	unsigned int base = 10, digits = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	*value = 0;
	for (;; text++) {
		const unsigned int digit = (unsigned int)digit_value(*text);

		if (*text == '_' && digits)
			continue;
		if (digit >= base)
			break;
		if (*value > (UINT64_MAX - digit) / base)
			return NULL;
		*value = *value * base + digit;
		digits++;
	}
	return digits ? text : NULL;
}

static const char *skip_blanks(const char *text)
{
	return text ? text + strspn(text, " ") : NULL;
}

int parse_number(const char *text, uint64_t *value)
{
	const char *rest = take_number(text, value);

	return rest && !*rest;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static int parse_with_unit(const char *text, const struct unit *units, size_t count, uint64_t *value)
{
	const char *rest = skip_blanks(take_number(text, value));

	for (size_t i = 0; rest && i < count; i++) {
		if (!strcmp(rest, units[i].name)) {
			if (*value > UINT64_MAX / units[i].factor)
				return 0;
			*value *= units[i].factor;
			return 1;
		}
	}
	return 0;
}

int parse_size(const char *text, uint64_t *value)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "K", 1ull << 10 },
		{ "M", 1ull << 20 },
		{ "G", 1ull << 30 },
		{ "T", 1ull << 40 },
		{ "KiB", 1ull << 10 },
		{ "MiB", 1ull << 20 },
		{ "GiB", 1ull << 30 },
		{ "TiB", 1ull << 40 },
	};

	return parse_with_unit(text, units, ARRAY_SIZE(units), value);
}

int parse_duration(const char *text, uint64_t *value)
{
	static const struct unit units[] = { { "ms", 1 }, { "s", 1000 }, { "min", 60000 }, { "h", 3600000 } };

	return parse_with_unit(text, units, ARRAY_SIZE(units), value);
}

int parse_irq(const char *text, uint64_t *value)
{
	static const struct {
		const char *name;
		uint64_t first, count;
	} kinds[] = { { "spi ", 32, 988 }, { "ppi ", 16, 16 }, { "gsi ", 0, 1024 }, { "intid ", 0, 1024 } };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const size_t length = strlen(kinds[i].name);

		if (strncmp(text, kinds[i].name, length))
			continue;
		if (!parse_number(skip_blanks(text + length), value) || *value >= kinds[i].count)
			return 0;
		*value += kinds[i].first;
		return 1;
	}
	return 0;
}

int parse_bool(const char *text, int *value)
{
	*value = !strcmp(text, "true");
	return *value || !strcmp(text, "false");
}

int parse_cpus(const char *text, uint64_t *first, uint64_t *last)
{
	const char *rest = take_number(text, first);

	*last = *first;
	if (rest && *rest == '-')
		rest = take_number(rest + 1, last);
	return rest && !*rest && *first <= *last && *last < 1024;
}

int parse_hwid(const char *text, const char **word, uint64_t *hwid)
{
	static const char *const words[] = { "mpidr", "hart", "apic" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const size_t length = strlen(words[i]);

		if (strncmp(text, words[i], length) || text[length] != ' ')
			continue;
		*word = words[i];
		return parse_number(skip_blanks(text + length), hwid);
	}
	return 0;
}

int parse_rate(const char *text, unsigned int *count, unsigned int *period_ms)
{
	uint64_t number, time;
	const char *rest = skip_blanks(take_number(text, &number));

	if (!rest || strncmp(rest, "per ", 4) || !parse_duration(skip_blanks(rest + 4), &time))
		return 0;
	*count = (unsigned int)number;
	*period_ms = (unsigned int)time;
	return number > 0 && number <= 1000000 && time > 0 && time <= 86400000;
}

/* ---- from nodes that the schema has accepted ---- */

uint64_t node_number(const struct node *node, uint64_t otherwise)
{
	uint64_t value;

	return node && node->text && parse_number(node->text, &value) ? value : otherwise;
}

uint64_t node_size(const struct node *node, uint64_t otherwise)
{
	uint64_t value;

	return node && node->text && parse_size(node->text, &value) ? value : otherwise;
}

uint64_t node_duration(const struct node *node, uint64_t otherwise)
{
	uint64_t value;

	return node && node->text && parse_duration(node->text, &value) ? value : otherwise;
}

int node_bool(const struct node *node, int otherwise)
{
	int value;

	return node && node->text && parse_bool(node->text, &value) ? value : otherwise;
}

const char *node_text(const struct node *node, const char *otherwise)
{
	return node && node->text ? node->text : otherwise;
}

uint64_t node_irq(const struct node *node, uint64_t otherwise)
{
	static const char *const keys[] = { "spi", "ppi", "gsi", "intid" };
	char text[64];
	uint64_t value;

	if (node && node->text)
		return parse_irq(node->text, &value) ? value : otherwise;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct node *item = node_get(node, keys[i]);

		snprintf(text, sizeof(text), "%s %s", keys[i], node_text(item, ""));
		if (item && parse_irq(text, &value))
			return value;
	}
	return otherwise;
}

unsigned int node_choice(const struct node *node, const char *choices, unsigned int otherwise)
{
	unsigned int place = 0;

	for (const char *choice = choices; node && node->text; place++) {
		const size_t length = strcspn(choice, "|");

		if (strlen(node->text) == length && !strncmp(node->text, choice, length))
			return place;
		if (!choice[length])
			break;
		choice += length + 1;
	}
	return otherwise;
}

struct place node_place(const struct node *node, const char *file)
{
	return node ? node->place : (struct place){ file, 0, 0 };
}
