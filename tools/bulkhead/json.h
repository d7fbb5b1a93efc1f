/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing JSON. Addresses are strings ("0x40000000"): many readers know no 64-bit integers. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	int depth;
	bool filled; /* the open object or array has a member */
};

/** @key: NULL inside an array and at the top. @bracket: '{' or '['. */
void json_begin(struct json *json, const char *key, char bracket);
void json_end(struct json *json, char bracket);
void json_text(struct json *json, const char *key, const char *value);
void json_text_sized(struct json *json, const char *key, const char *value, size_t length);
void json_number(struct json *json, const char *key, uint64_t value);
void json_address(struct json *json, const char *key, uint64_t value);
void json_flag(struct json *json, const char *key, bool value);

#endif
