// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages are collected, so that the user sees all that is wrong in one run. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const severity_names[] = { "note", "warning", "error" };

static void *must(void *memory)
{
	if (!memory) {
		fputs("bulkhead: out of memory\n", stderr);
		exit(2);
	}
	return memory;
}

void message_add(struct cfg_messages *messages, enum cfg_severity severity, struct place place,
		 const char *mend, const char *format, ...)
{
	struct cfg_message *message;
	va_list args;

	messages->list = must(realloc(messages->list, (messages->count + 1) * sizeof(*messages->list)));
	message = &messages->list[messages->count++];
	*message = (struct cfg_message){
		.severity = severity,
		.file = place.file ? must(strdup(place.file)) : NULL,
		.line = place.line,
		.column = place.column,
		.mend = must(strdup(mend ? mend : "")),
	};
	va_start(args, format);
	if (vasprintf(&message->text, format, args) < 0)
		must(NULL);
	va_end(args);
	messages->error_count += severity == CFG_ERROR;
}

void cfg_messages_free(struct cfg_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++) {
		free(messages->list[i].file);
		free(messages->list[i].text);
		free(messages->list[i].mend);
	}
	free(messages->list);
	*messages = (struct cfg_messages){ 0 };
}

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
static void print_caret(const struct cfg_message *message, FILE *out)
{
	FILE *in = message->file && message->line ? fopen(message->file, "r") : NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t length = -1;

	for (unsigned int i = 0; in && i < message->line; i++)
		length = getline(&line, &size, in);
	if (length > 0 && !memchr(line, '\0', (size_t)length)) {
		print_line(line, out);
		for (unsigned int i = 1; i < message->column && line[i - 1] && line[i - 1] != '\n'; i++)
			fputc(line[i - 1] == '\t' ? '\t' : ' ', out);
		fputs("^\n", out);
	}
	free(line);
	if (in)
		fclose(in);
}

static void print_text(const struct cfg_message *message, FILE *out)
{
	if (message->file)
		fprintf(out, "%s:", message->file);
	if (message->file && message->line)
		fprintf(out, "%u:%u:", message->line, message->column);
	fprintf(out, "%s%s: %s%s%s\n", message->file ? " " : "", severity_names[message->severity],
		message->text, message->mend[0] ? "; " : "", message->mend);
	print_caret(message, out);
}

static void print_json_string(const char *text, FILE *out)
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

static void print_json(const struct cfg_message *message, FILE *out)
{
	fputs("{\"severity\": ", out);
	print_json_string(severity_names[message->severity], out);
	fputs(", \"file\": ", out);
	if (message->file)
		print_json_string(message->file, out);
	else
		fputs("null", out);
	fprintf(out, ", \"line\": %u, \"column\": %u, \"text\": ", message->line, message->column);
	print_json_string(message->text, out);
	fputs(", \"mend\": ", out);
	print_json_string(message->mend, out);
	fputc('}', out);
}

void cfg_messages_print(const struct cfg_messages *messages, FILE *out, enum cfg_format format)
{
	if (format == CFG_JSON)
		fputs("[", out);
	for (size_t i = 0; i < messages->count; i++) {
		if (format == CFG_JSON) {
			fputs(i ? ",\n " : "", out);
			print_json(&messages->list[i], out);
		} else {
			print_text(&messages->list[i], out);
		}
	}
	if (format == CFG_JSON)
		fputs("]\n", out);
}

/* ---- overlaps ---- */

void span_add(struct spans *spans, uint64_t base, uint64_t size, struct place place, const char *format, ...)
{
	struct span *span;
	char name[256];
	va_list args;

	if (!size)
		return;
	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	spans->list = arena_grow(spans->arena, spans->list, spans->count, sizeof(*spans->list));
	span = &spans->list[spans->count++];
	*span = (struct span){ base, size, arena_strdup(spans->arena, name), place };
}

/* Last byte; a range that wraps ends at the end of the address space: that it wraps is said elsewhere. */
static uint64_t span_last(const struct span *span)
{
	return span->base + (span->size - 1) < span->base ? UINT64_MAX : span->base + (span->size - 1);
}

static void report_overlap(const struct span *span, const struct span *with, const char *space,
			   struct cfg_messages *messages)
{
	char where[320] = "";

	if (with->place.line)
		snprintf(where, sizeof(where), " (%s:%u:%u)", with->place.file, with->place.line,
			 with->place.column);
	error_add(messages, span->place, "move one of them",
		  "%s (0x%llx to 0x%llx) overlaps %s (0x%llx to 0x%llx)%s in the %s", span->name,
		  (unsigned long long)span->base, (unsigned long long)span_last(span), with->name,
		  (unsigned long long)with->base, (unsigned long long)span_last(with), where, space);
}

void spans_check(const struct spans *spans, const char *space, struct cfg_messages *messages)
{
	for (size_t i = 0; i < spans->count; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct span *a = &spans->list[i], *b = &spans->list[j];

			if (a->base > span_last(b) || b->base > span_last(a))
				continue;
			/* The user looks where something is written, not at what he left to us. */
			report_overlap(a->place.line ? a : b, a->place.line ? b : a, space, messages);
		}
	}
}
