/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language as data: what schema.c says of each key, for those that check, explain and complete it. */
#ifndef CFG_SCHEMA_H
#define CFG_SCHEMA_H

#include "internal.h"

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
	S_COUNT,
};

/** How many values a key takes: one; one or a list; always a list. */
enum list { ONE, SOME, MANY };

/**
 * struct schema - one key of a map; a table ends with key NULL
 * @scalar: what a scalar value must be.  @choices: "a|b" for S_CHOICE.
 * @map: keys of a map value, NULL: no map.
 * @doc: for the reference, no capital, no full stop.  @otherwise: what counts if it is not given, NULL: nothing.
 * @least, @most: of a number, if @most is not 0.
 */
struct schema {
	const char *key;
	enum scalar scalar;
	enum list list;
	int required;
	const char *choices;
	const struct schema *map;
	const char *doc;
	const char *otherwise;
	uint64_t least, most;
};

/** The keys at the top of a board or cell file. */
const struct schema *schema_top(enum bh_config_kind kind);

/** What a scalar of each kind looks like, in words and as a regular expression (NULL: any text). */
struct scalar_form {
	const char *words;
	const char *pattern;
};

extern const struct scalar_form scalar_forms[S_COUNT];

/** What @schema takes, for a mend. */
const char *schema_expectation(const struct schema *schema);

/** Keys that start so may stand at the top of a file and mean nothing: a place for anchors. */
#define SCHEMA_FREE_KEY "x-"

#endif
