// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language as text: 'config keys', the reference in Markdown, and the manual page bulkhead.yaml(5), all from
 * the tables of schema.c and rules.h.
 */
#include "schema.h"

#include <stdlib.h>
#include <string.h>

/* ---- config keys ---- */

static void print_keys(FILE *out, const struct schema *schema, unsigned int depth)
{
	for (; schema->key; schema++) {
		char what[160] = "";

		if (schema->scalar != S_NONE)
			snprintf(what, sizeof(what), "%s", schema_expectation(schema));
		fprintf(out, "%*s%s:%*s%s%s%s%s%s%s\n", (int)(2 * depth), "", schema->key,
			(int)(22 - 2 * depth - strlen(schema->key)), "", schema->doc, *what ? "; " : "", what,
			schema->list == MANY ? "; a list" :
			schema->list == SOME ? "; one or a list" :
					       "",
			schema->required  ? " (needed)" :
			schema->otherwise ? "; if not given: " :
					    "",
			schema->otherwise ? schema->otherwise : "");
		if (schema->map)
			print_keys(out, schema->map, depth + 1);
	}
}

void schema_print(FILE *out, enum bh_config_kind kind)
{
	print_keys(out, schema_top(kind), 0);
}

/* ---- both documents: a section for each map, each map once ---- */

#define SECTION_LIMIT 64

/** @path: "hypervisor.debug-uart", "" for the top. */
struct section {
	const struct schema *map;
	char path[96];
};

struct sections {
	struct section list[SECTION_LIMIT];
	size_t count;
};

static const struct section *find_section(const struct sections *sections, const struct schema *map)
{
	for (size_t i = 0; i < sections->count; i++) {
		if (sections->list[i].map == map)
			return &sections->list[i];
	}
	return NULL;
}

/* Maps below @map, nearest first: @sections grows while it is walked. */
static void collect_sections(struct sections *sections, const struct schema *top)
{
	sections->list[0] = (struct section){ .map = top };
	sections->count = 1;
	for (size_t i = 0; i < sections->count; i++) {
		const struct section *section = &sections->list[i];

		for (const struct schema *key = section->map; key->key; key++) {
			if (!key->map || find_section(sections, key->map) || sections->count == SECTION_LIMIT)
				continue;
			sections->list[sections->count].map = key->map;
			snprintf(sections->list[sections->count].path, sizeof(section->path), "%.60s%s%.30s",
				 section->path, i ? "." : "", key->key);
			sections->count++;
		}
	}
}

/* What a key takes, in words. */
static void describe_value(FILE *out, const struct sections *sections, const struct schema *key)
{
	const char *choice = key->choices;

	if (key->scalar == S_CHOICE) {
		for (; *choice; choice += strcspn(choice, "|"), choice += *choice == '|')
			fprintf(out, "%s`%.*s`", choice == key->choices ? "" : ", ",
				(int)strcspn(choice, "|"), choice);
	} else if (key->scalar != S_NONE) {
		fputs(scalar_forms[key->scalar].words, out);
	}
	if (key->most)
		fprintf(out, ", %llu to %llu", (unsigned long long)key->least, (unsigned long long)key->most);
	if (key->map)
		fprintf(out, "%sa map as `%s`", key->scalar != S_NONE ? ", or " : "",
			find_section(sections, key->map)->path);
	if (key->list != ONE)
		fputs(key->list == SOME ? "; one, or a list" : "; a list", out);
}

/* ---- Markdown ---- */

/* In a table '|' would end the cell. */
static void print_cell(FILE *out, const char *text)
{
	for (; *text; text++)
		fputs(*text == '|' ? "\\|" : (char[]){ *text, '\0' }, out);
}

static void print_table(FILE *out, const struct sections *sections, const struct schema *map)
{
	fputs("| key | value | if not given | |\n|---|---|---|---|\n", out);
	for (const struct schema *key = map; key->key; key++) {
		fprintf(out, "| `%s` | ", key->key);
		describe_value(out, sections, key);
		fprintf(out, " | %s | ", key->required ? "**needed**" : key->otherwise ? key->otherwise : "");
		print_cell(out, key->doc);
		fputs(" |\n", out);
	}
}

static void print_file(FILE *out, const char *title, enum bh_config_kind kind)
{
	struct sections sections;

	collect_sections(&sections, schema_top(kind));
	fprintf(out, "\n## %s\n\n", title);
	for (size_t i = 0; i < sections.count; i++) {
		if (i)
			fprintf(out, "\n### `%s`\n\n", sections.list[i].path);
		print_table(out, &sections, sections.list[i].map);
	}
}

void reference_print(FILE *out)
{
	fputs("# Reference of board and cell files\n\n"
	      "Made by `make docs` from `tools/lib/schema.c` and `tools/lib/rules.h`; do not edit. "
	      "[config.md](config.md) explains,\nthe same is in the manual page `bulkhead.yaml(5)`, and "
	      "`tools/schema/` has it for editors, as JSON Schema.\n",
	      out);
	print_file(out, "Board file", BH_CONFIG_SYSTEM);
	print_file(out, "Cell file", BH_CONFIG_CELL);
	fputs("\n## Rules\n\nWhat `bulkhead config check` demands. The name stands in the output of `--format "
	      "json`, `gcc` and `sarif`.\n\n| rule | |\n|---|---|\n",
	      out);
	for (enum cfg_rule rule = 0; rule < RULE_COUNT; rule++)
		fprintf(out, "| `%s` | %s |\n", rule_name(rule), rule_text(rule));
}

/* ---- manual page ---- */

/* '-' is a minus sign; '`' marks what is bold. */
static void print_roff(FILE *out, const char *text)
{
	int bold = 0;

	for (; *text; text++) {
		if (*text == '`')
			fputs((bold = !bold) ? "\\fB" : "\\fR", out);
		else if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\'')
			fputs("\\(aq", out);
		else
			fputc(*text, out);
	}
}

static void man_key(FILE *out, const struct sections *sections, const struct schema *key)
{
	char *value = NULL;
	size_t size;
	FILE *words = open_memstream(&value, &size);

	fputs(".TP\n\\fB", out);
	print_roff(out, key->key);
	fprintf(out, "\\fR%s\n", key->required ? " (needed)" : "");
	print_roff(out, key->doc);
	if (words) {
		describe_value(words, sections, key);
		fclose(words);
		fputs(": ", out);
		print_roff(out, value);
	}
	free(value);
	if (key->otherwise) {
		fputs(". If not given: ", out);
		print_roff(out, key->otherwise);
	}
	fputs(".\n", out);
}

static void man_file(FILE *out, const char *title, enum bh_config_kind kind)
{
	struct sections sections;

	collect_sections(&sections, schema_top(kind));
	fprintf(out, ".SH \"%s\"\n", title);
	for (size_t i = 0; i < sections.count; i++) {
		if (i) {
			fputs(".SS ", out);
			print_roff(out, sections.list[i].path);
			fputc('\n', out);
		}
		for (const struct schema *key = sections.list[i].map; key->key; key++)
			man_key(out, &sections, key);
	}
}

void reference_print_man(FILE *out)
{
	fputs(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	      ".\\\" Made by 'bulkhead config reference --man' from tools/lib/schema.c and rules.h. Do not edit.\n"
	      ".TH BULKHEAD.YAML 5 \"\" Bulkhead \"File formats\"\n"
	      ".SH NAME\nbulkhead.yaml \\- board and cell files of Bulkhead\n"
	      ".SH DESCRIPTION\n"
	      "A board file says what the machine is and what belongs to the hypervisor; a cell file says what one "
	      "guest takes and what runs in it. Both are YAML: maps, lists, anchors, aliases and merges; no tags, "
	      "one document. Numbers are decimal or hexadecimal, with \\(aq_\\(aq between digits if you like; "
	      "sizes take K, M, G or T; times need ms, s, min or h. Keys at the top that start with "
	      "\\(aqx\\-\\(aq are free for anchors. A key that is not listed here is an error.\n",
	      out);
	man_file(out, "BOARD FILE", BH_CONFIG_SYSTEM);
	man_file(out, "CELL FILE", BH_CONFIG_CELL);
	fputs(".SH RULES\nWhat \\fBbulkhead config check\\fR demands, by the name that its output gives.\n",
	      out);
	for (enum cfg_rule rule = 0; rule < RULE_COUNT; rule++) {
		fputs(".TP\n\\fB", out);
		print_roff(out, rule_name(rule));
		fputs("\\fR\n", out);
		print_roff(out, rule_text(rule));
		fputc('\n', out);
	}
	fputs(".SH \"SEE ALSO\"\n.BR bulkhead (8)\n", out);
}
