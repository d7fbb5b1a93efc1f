// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages are collected, so that the user sees all that is wrong in one run. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *text;
} rules[] = {
#define RULE_ENTRY(id, name, text) { name, text },
	CFG_RULES(RULE_ENTRY)
#undef RULE_ENTRY
};

const char *rule_name(enum cfg_rule rule)
{
	return rules[rule].name;
}

const char *rule_text(enum cfg_rule rule)
{
	return rules[rule].text;
}

#ifdef CFG_MUTANTS
enum cfg_rule cfg_mutant = RULE_COUNT;

static int is_noticed(enum cfg_rule rule)
{
	return rule != cfg_mutant;
}
#else
static int is_noticed(enum cfg_rule rule)
{
	return 1;
}
#endif

static void *must(void *memory)
{
	if (!memory) {
		fputs("bulkhead: out of memory\n", stderr);
		exit(2);
	}
	return memory;
}

/* Lists grow by doubling: a thousand messages must not cost a million copies. */
static void *grow(void *list, size_t count, size_t element_size)
{
	return count & (count - 1) ? list : must(realloc(list, (count ? 2 * count : 1) * element_size));
}

struct cfg_message *message_add(struct cfg_messages *messages, enum cfg_rule rule, enum cfg_severity severity,
				struct place place, const char *mend, const char *format, ...)
{
	struct cfg_message *message;
	va_list args;

	if (!is_noticed(rule))
		return NULL;
	messages->error_count += severity == CFG_ERROR;
	if (messages->count >= CFG_MESSAGE_LIMIT) {
		messages->left_out++;
		return NULL;
	}
	messages->list = grow(messages->list, messages->count, sizeof(*messages->list));
	message = &messages->list[messages->count++];
	*message = (struct cfg_message){
		.severity = severity,
		.rule = rule_name(rule),
		.file = place.file ? must(strdup(place.file)) : NULL,
		.line = place.line,
		.column = place.column,
		.mend = must(strdup(mend ? mend : "")),
	};
	va_start(args, format);
	if (vasprintf(&message->text, format, args) < 0)
		must(NULL);
	va_end(args);
	return message;
}

void message_also(struct cfg_message *message, struct place place, const char *format, ...)
{
	struct cfg_related *related;
	va_list args;

	if (!message || !place.file)
		return;
	message->related = grow(message->related, message->related_count, sizeof(*message->related));
	related = &message->related[message->related_count++];
	*related = (struct cfg_related){ must(strdup(place.file)), place.line, place.column, NULL };
	va_start(args, format);
	if (vasprintf(&related->text, format, args) < 0)
		must(NULL);
	va_end(args);
}

static void free_message(struct cfg_message *message)
{
	for (size_t i = 0; i < message->related_count; i++) {
		free(message->related[i].file);
		free(message->related[i].text);
	}
	free(message->related);
	free(message->file);
	free(message->text);
	free(message->mend);
}

void cfg_messages_free(struct cfg_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++)
		free_message(&messages->list[i]);
	free(messages->list);
	*messages = (struct cfg_messages){ 0 };
}
