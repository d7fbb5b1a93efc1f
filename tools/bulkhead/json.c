// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <inttypes.h>
#include <string.h>

static void quoted(FILE *out, const char *text, size_t length)
{
	fputc('"', out);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(out, "\\u%04x", c); /* a guest may print any byte: each is taken as Latin-1 */
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void member(struct json *json, const char *key)
{
	if (json->depth)
		fprintf(json->out, "%s\n%*s", json->filled ? "," : "", 2 * json->depth, "");
	if (key) {
		quoted(json->out, key, strlen(key));
		fputs(": ", json->out);
	}
	json->filled = true;
}

void json_begin(struct json *json, const char *key, char bracket)
{
	member(json, key);
	fputc(bracket, json->out);
	json->depth++;
	json->filled = false;
}

void json_end(struct json *json, char bracket)
{
	json->depth--;
	if (json->filled)
		fprintf(json->out, "\n%*s", 2 * json->depth, "");
	fputc(bracket, json->out);
	if (!json->depth)
		fputc('\n', json->out);
	json->filled = true;
}

void json_text_sized(struct json *json, const char *key, const char *value, size_t length)
{
	member(json, key);
	quoted(json->out, value, length);
}

void json_text(struct json *json, const char *key, const char *value)
{
	json_text_sized(json, key, value, strlen(value));
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	member(json, key);
	fprintf(json->out, "%" PRIu64, value);
}

void json_address(struct json *json, const char *key, uint64_t value)
{
	member(json, key);
	fprintf(json->out, "\"0x%" PRIx64 "\"", value);
}

void json_flag(struct json *json, const char *key, bool value)
{
	member(json, key);
	fputs(value ? "true" : "false", json->out);
}
