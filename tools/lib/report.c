// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages as text with the source line, as compilers print them, as JSON and as SARIF 2.1.0. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const severity_names[] = { "note", "warning", "error" };

/* ---- text ---- */

/* What a file holds may be anything: no control character of it reaches the terminal. */
static void print_line(const char *line, FILE *out)
{
	fputs("  ", out);
	for (size_t i = 0; i < strcspn(line, "\r\n"); i++)
		fputc(((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f ? '?' : line[i],
		      out);
	fputs("\n  ", out);
}

/* The line that the message is about, and a caret below the column. Tabs stay tabs. */
static void print_caret(const char *file, unsigned int number, unsigned int column, FILE *out)
{
	FILE *in = file && number ? fopen(file, "r") : NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t length = -1;

	for (unsigned int i = 0; in && i < number; i++)
		length = getline(&line, &size, in);
	if (length > 0 && !memchr(line, '\0', (size_t)length)) {
		print_line(line, out);
		for (unsigned int i = 1; i < column && line[i - 1] && line[i - 1] != '\n'; i++)
			fputc(line[i - 1] == '\t' ? '\t' : ' ', out);
		fputs("^\n", out);
	}
	free(line);
	if (in)
		fclose(in);
}

static void print_place(const char *file, unsigned int line, unsigned int column, FILE *out)
{
	if (file)
		fprintf(out, "%s:", file);
	if (file && line)
		fprintf(out, "%u:%u:", line, column);
	fputs(file ? " " : "", out);
}

static void print_sentence(const struct cfg_message *message, FILE *out)
{
	print_place(message->file, message->line, message->column, out);
	fprintf(out, "%s: %s%s%s", severity_names[message->severity], message->text,
		message->mend[0] ? "; " : "", message->mend);
}

static void print_text(const struct cfg_message *message, FILE *out)
{
	print_sentence(message, out);
	fputc('\n', out);
	print_caret(message->file, message->line, message->column, out);
	for (size_t i = 0; i < message->related_count; i++) {
		const struct cfg_related *related = &message->related[i];

		print_place(related->file, related->line, related->column, out);
		fprintf(out, "note: %s\n", related->text);
		print_caret(related->file, related->line, related->column, out);
	}
}

static void print_gcc(const struct cfg_message *message, FILE *out)
{
	print_sentence(message, out);
	fprintf(out, " [%s]\n", message->rule);
	for (size_t i = 0; i < message->related_count; i++) {
		const struct cfg_related *related = &message->related[i];

		print_place(related->file, related->line, related->column, out);
		fprintf(out, "note: %s\n", related->text);
	}
}

/* ---- JSON ---- */

static void print_string(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ')
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/** "key": "text", before it @before. */
static void print_pair(const char *before, const char *key, const char *text, FILE *out)
{
	fprintf(out, "%s\"%s\": ", before, key);
	if (text)
		print_string(text, out);
	else
		fputs("null", out);
}

static void print_json_place(const char *file, unsigned int line, unsigned int column, FILE *out)
{
	print_pair("", "file", file, out);
	fprintf(out, ", \"line\": %u, \"column\": %u", line, column);
}

static void print_json(const struct cfg_message *message, FILE *out)
{
	print_pair("{", "severity", severity_names[message->severity], out);
	print_pair(", ", "rule", message->rule, out);
	fputs(", ", out);
	print_json_place(message->file, message->line, message->column, out);
	print_pair(", ", "text", message->text, out);
	print_pair(", ", "mend", message->mend, out);
	fputs(", \"related\": [", out);
	for (size_t i = 0; i < message->related_count; i++) {
		const struct cfg_related *related = &message->related[i];

		fputs(i ? ", {" : "{", out);
		print_json_place(related->file, related->line, related->column, out);
		print_pair(", ", "text", related->text, out);
		fputc('}', out);
	}
	fputs("]}", out);
}

static void print_json_all(const struct cfg_messages *messages, FILE *out)
{
	fputs("[", out);
	for (size_t i = 0; i < messages->count; i++) {
		fputs(i ? ",\n " : "", out);
		print_json(&messages->list[i], out);
	}
	fputs("]\n", out);
}

/* ---- SARIF ---- */

/* A path as a reference of RFC 3986. */
static void print_uri(const char *path, FILE *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

	fputs(path[0] == '/' ? "\"file://" : "\"", out);
	for (; *path; path++) {
		if (strchr(plain, *path))
			fputc(*path, out);
		else
			fprintf(out, "%%%02X", (unsigned int)(unsigned char)*path);
	}
	fputc('"', out);
}

static void print_location(const char *file, unsigned int line, unsigned int column, FILE *out)
{
	fputs("\"physicalLocation\": {\"artifactLocation\": {\"uri\": ", out);
	print_uri(file, out);
	fputc('}', out);
	if (line)
		fprintf(out, ", \"region\": {\"startLine\": %u, \"startColumn\": %u}", line, column);
	fputc('}', out);
}

static size_t rule_index(const char *name)
{
	for (enum cfg_rule rule = 0; rule < RULE_COUNT; rule++) {
		if (!strcmp(rule_name(rule), name))
			return rule;
	}
	return 0;
}

static void print_result(const struct cfg_message *message, FILE *out)
{
	char *text;

	print_pair("   {", "ruleId", message->rule, out);
	fprintf(out, ", \"ruleIndex\": %zu", rule_index(message->rule));
	print_pair(", ", "level", severity_names[message->severity], out);
	if (asprintf(&text, "%s%s%s", message->text, message->mend[0] ? "; " : "", message->mend) < 0)
		text = NULL;
	print_pair(", \"message\": {", "text", text ? text : message->text, out);
	free(text);
	fputc('}', out);
	if (message->file) {
		fputs(", \"locations\": [{", out);
		print_location(message->file, message->line, message->column, out);
		fputs("}]", out);
	}
	for (size_t i = 0; i < message->related_count; i++) {
		const struct cfg_related *related = &message->related[i];

		fprintf(out, "%s{\"id\": %zu, ", i ? ", " : ", \"relatedLocations\": [", i + 1);
		print_location(related->file, related->line, related->column, out);
		print_pair(", \"message\": {", "text", related->text, out);
		fputs(i + 1 == message->related_count ? "}}]" : "}}", out);
	}
	fputc('}', out);
}

static void print_sarif(const struct cfg_messages *messages, FILE *out)
{
	fputs("{\"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", \"version\": \"2.1.0\",\n"
	      " \"runs\": [{\"columnKind\": \"unicodeCodePoints\", \"tool\": {\"driver\": {\n"
	      "   \"name\": \"bulkhead\", \"version\": \"" BULKHEAD_VERSION "\", \"rules\": [\n",
	      out);
	for (enum cfg_rule rule = 0; rule < RULE_COUNT; rule++) {
		print_pair("   {", "id", rule_name(rule), out);
		print_pair(", \"shortDescription\": {", "text", rule_text(rule), out);
		fputs(rule + 1 < RULE_COUNT ? "}},\n" : "}}]}},\n", out);
	}
	fputs("  \"results\": [\n", out);
	for (size_t i = 0; i < messages->count; i++) {
		print_result(&messages->list[i], out);
		fputs(i + 1 < messages->count ? ",\n" : "\n", out);
	}
	fputs("  ]}]}\n", out);
}

void cfg_messages_print(const struct cfg_messages *messages, FILE *out, enum cfg_format format)
{
	if (format == CFG_JSON)
		print_json_all(messages, out);
	else if (format == CFG_SARIF)
		print_sarif(messages, out);
	for (size_t i = 0; i < messages->count && (format == CFG_TEXT || format == CFG_GCC); i++) {
		if (format == CFG_GCC)
			print_gcc(&messages->list[i], out);
		else
			print_text(&messages->list[i], out);
	}
	if (messages->left_out)
		fprintf(stderr, "%zu more messages are not listed: mend these first\n", messages->left_out);
}
