// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 'config schema': the language as JSON Schema (draft 7, which editors know), from the table of schema.c. It
 * accepts what schema_check.c accepts; what rules.h says beyond that only 'config check' can tell.
 */
#include "schema.h"

#include <string.h>

static void print_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void print_choices(FILE *out, const char *choices)
{
	fputs("{\"enum\": [", out);
	while (*choices) {
		const size_t length = strcspn(choices, "|");

		fprintf(out, "\"%.*s\"", (int)length, choices);
		if (strspn(choices, "0123456789") == length) /* '16550' is a number to YAML */
			fprintf(out, ", %.*s", (int)length, choices);
		choices += length;
		if (*choices++)
			fputs(", ", out);
		else
			break;
	}
	fputs("]}", out);
}

/* YAML makes numbers and truth values of some scalars before the schema sees them. */
static void print_scalar(FILE *out, const struct schema *schema)
{
	const struct scalar_form *form = &scalar_forms[schema->scalar];

	switch (schema->scalar) {
	case S_CHOICE:
		print_choices(out, schema->choices);
		return;
	case S_BOOL:
		fputs("{\"enum\": [true, false, \"true\", \"false\"]}", out);
		return;
	case S_NUMBER:
	case S_ADDRESS:
	case S_SIZE:
	case S_CPUS:
		fprintf(out, "{\"type\": [\"integer\", \"string\"], \"minimum\": %llu",
			(unsigned long long)schema->least);
		fprintf(out, ", \"maximum\": %llu",
			(unsigned long long)(schema->most ? schema->most : UINT64_MAX));
		break;
	case S_TEXT:
		fputs("{\"type\": [\"string\", \"number\", \"boolean\"]", out);
		break;
	case S_NAME:
		fputs("{\"type\": [\"string\", \"integer\"]", out);
		break;
	default:
		fputs("{\"type\": \"string\"", out);
		break;
	}
	if (form->pattern) {
		fputs(", \"pattern\": ", out);
		print_string(out, form->pattern);
	}
	fputc('}', out);
}

static void print_map(FILE *out, const struct schema *schema, unsigned int depth);

/* A scalar, a map, or either. */
static void print_value(FILE *out, const struct schema *schema, unsigned int depth)
{
	const int both = schema->scalar != S_NONE && schema->map;

	fputs(both ? "{\"anyOf\": [" : "", out);
	if (schema->scalar != S_NONE)
		print_scalar(out, schema);
	fputs(both ? ", " : "", out);
	if (schema->map) {
		fputc('{', out);
		print_map(out, schema->map, depth);
		fputc('}', out);
	}
	fputs(both ? "]}" : "", out);
}

static void print_doc(FILE *out, const struct schema *schema)
{
	char text[512];

	snprintf(text, sizeof(text), "%s%s%s", schema->doc, schema->otherwise ? "; if not given: " : "",
		 schema->otherwise ? schema->otherwise : "");
	print_string(out, text);
}

static void print_key(FILE *out, const struct schema *schema, unsigned int depth)
{
	fprintf(out, "%*s", (int)(2 * depth), "");
	print_string(out, schema->key);
	fputs(": {\"description\": ", out);
	print_doc(out, schema);
	fputs(",\n", out);
	fprintf(out, "%*s\"anyOf\": [", (int)(2 * depth + 2), "");
	if (schema->list != MANY)
		print_value(out, schema, depth + 2);
	if (schema->list == SOME)
		fputs(", ", out);
	if (schema->list != ONE) {
		fputs("{\"type\": \"array\", \"items\": ", out);
		print_value(out, schema, depth + 2);
		fputc('}', out);
	}
	fputs("]}", out);
}

/* The members of an object, without its brackets. */
static void print_map(FILE *out, const struct schema *schema, unsigned int depth)
{
	const char *before = "";

	fputs("\"type\": \"object\", \"additionalProperties\": false, \"required\": [", out);
	for (const struct schema *key = schema; key->key; key++) {
		if (!key->required)
			continue;
		fputs(before, out);
		print_string(out, key->key);
		before = ", ";
	}
	fputs("],\n", out);
	fprintf(out, "%*s\"properties\": {\n", (int)(2 * depth), "");
	for (const struct schema *key = schema; key->key; key++) {
		print_key(out, key, depth + 1);
		fputs(key[1].key ? ",\n" : "\n", out);
	}
	fprintf(out, "%*s}", (int)(2 * depth), "");
}

void schema_print_json(FILE *out, enum bh_config_kind kind)
{
	fputs("{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"title\": ", out);
	print_string(out, kind == BH_CONFIG_SYSTEM ? "Board file of Bulkhead" : "Cell file of Bulkhead");
	fputs(",\n  \"$comment\": \"Made by 'bulkhead config schema' from tools/lib/schema.c. Do not edit.\",\n"
	      "  \"patternProperties\": {\"^" SCHEMA_FREE_KEY "\": true},\n  ",
	      out);
	print_map(out, schema_top(kind), 1);
	fputs("\n}\n", out);
}
