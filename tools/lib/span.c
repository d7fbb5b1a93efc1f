// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Overlaps: spans are sorted by their start and swept once, so that the cost is that of the overlaps that
 * are found, not that of all pairs.
 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

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
	*span = (struct span){ base, size, arena_strdup(spans->arena, name), place, 0 };
}

void span_owner(struct spans *spans, size_t owner)
{
	if (spans->count)
		spans->list[spans->count - 1].owner = owner;
}

/* Last byte; a range that wraps ends at the end of the address space: that it wraps is said elsewhere. */
static uint64_t span_last(const struct span *span)
{
	return span->base + (span->size - 1) < span->base ? UINT64_MAX : span->base + (span->size - 1);
}

static void report_overlap(const struct span *span, const struct span *with, enum cfg_rule rule,
			   const char *space, struct cfg_messages *messages)
{
	struct cfg_message *message =
		error_add(messages, rule, span->place, "move one of them",
			  "%s (0x%llx to 0x%llx) overlaps %s (0x%llx to 0x%llx) in the %s", span->name,
			  (unsigned long long)span->base, (unsigned long long)span_last(span), with->name,
			  (unsigned long long)with->base, (unsigned long long)span_last(with), space);

	if (with->place.line)
		message_also(message, with->place, "%s stands here", with->name);
}

static int compare_base(const void *a, const void *b)
{
	const struct span *const *x = a, *const *y = b;

	if ((*x)->base != (*y)->base)
		return (*x)->base < (*y)->base ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

/* A pair that overlaps: the one that was added later comes first. */
struct overlap {
	const struct span *later, *earlier;
};

static int compare_overlap(const void *a, const void *b)
{
	const struct overlap *x = a, *y = b;

	if (x->later != y->later)
		return x->later < y->later ? -1 : 1;
	return x->earlier < y->earlier ? -1 : x->earlier > y->earlier;
}

struct sweep {
	struct arena *arena;
	const struct span **open; /* start at or before the current one, and reach it */
	size_t open_count;
	struct overlap *found;
	size_t found_count;
};

static void sweep_span(struct sweep *sweep, const struct span *span)
{
	size_t kept = 0;

	for (size_t i = 0; i < sweep->open_count; i++) {
		const struct span *other = sweep->open[i];

		if (span_last(other) < span->base)
			continue;
		sweep->open[kept++] = other;
		if (span->owner && span->owner == other->owner)
			continue;
		sweep->found =
			arena_grow(sweep->arena, sweep->found, sweep->found_count, sizeof(*sweep->found));
		sweep->found[sweep->found_count++] =
			(struct overlap){ span > other ? span : other, span > other ? other : span };
	}
	sweep->open[kept++] = span;
	sweep->open_count = kept;
}

void spans_check(const struct spans *spans, enum cfg_rule rule, const char *space,
		 struct cfg_messages *messages)
{
	struct sweep sweep = { .arena = spans->arena };
	const struct span **order;

	if (spans->count < 2)
		return;
	order = arena_alloc(spans->arena, spans->count * sizeof(*order));
	sweep.open = arena_alloc(spans->arena, spans->count * sizeof(*sweep.open));
	for (size_t i = 0; i < spans->count; i++)
		order[i] = &spans->list[i];
	qsort(order, spans->count, sizeof(*order), compare_base);
	for (size_t i = 0; i < spans->count; i++)
		sweep_span(&sweep, order[i]);
	if (sweep.found_count)
		qsort(sweep.found, sweep.found_count, sizeof(*sweep.found), compare_overlap);
	for (size_t i = 0; i < sweep.found_count; i++) {
		const struct span *a = sweep.found[i].later, *b = sweep.found[i].earlier;

		/* The user looks where something is written, not at what he left to us. */
		report_overlap(a->place.line ? a : b, a->place.line ? b : a, rule, space, messages);
	}
}
