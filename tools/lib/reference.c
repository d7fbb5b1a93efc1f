// SPDX-License-Identifier: GPL-2.0-or-later
/* The language as text: 'config keys' and the reference, both from the table of schema.c. */
#include "schema.h"

#include <string.h>

static void print_keys(FILE *out, const struct schema *schema, unsigned int depth)
{
	for (; schema->key; schema++) {
		char what[96] = "";

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
