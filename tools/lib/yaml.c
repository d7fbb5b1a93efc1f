// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * YAML through libyaml's events, so that every value keeps its line and column. Of YAML we take scalars,
 * lists, maps with plain keys, anchors, aliases and merges ('<<'); tags and several documents in one file are
 * refused, because no board or cell needs them.
 *
 * An alias is the node of its anchor, not a copy; what all aliases together stand for is counted, and limited:
 * ten lines of YAML can otherwise mean a billion values.
 */
#include "internal.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_LIMIT 16
#define KEY_LIMIT 256		/* in one map: what is compared for duplicates */
#define EXPANSION_LIMIT 100000u /* values that aliases stand for */

/** @node: NULL while the value is still open, which an alias inside of it must not see. */
struct anchor {
	const char *name;
	struct node *node;
};

struct parse {
	struct arena *arena;
	const char *file;
	yaml_parser_t parser;
	struct anchor *anchors;
	size_t anchor_count;
	uint64_t expanded;
	struct cfg_messages *messages;
	int failed;
};

static struct place mark_place(const struct parse *parse, const yaml_mark_t *mark)
{
	return (struct place){ parse->file, (unsigned int)mark->line + 1, (unsigned int)mark->column + 1 };
}

/* What cannot be understood ends the parsing: the rest would only be misunderstood. */
static void refuse(struct parse *parse, enum cfg_rule rule, struct place place, const char *what,
		   const char *mend)
{
	if (!parse->failed)
		error_add(parse->messages, rule, place, mend, "%s", what);
	parse->failed = 1;
}

static int next_event(struct parse *parse, yaml_event_t *event)
{
	const yaml_parser_t *parser = &parse->parser;
	const yaml_mark_t *mark;

	if (yaml_parser_parse(&parse->parser, event))
		return 1;
	mark = parser->problem_mark.line || !parser->context ? &parser->problem_mark : &parser->context_mark;
	refuse(parse, RULE_YAML_SYNTAX, mark_place(parse, mark),
	       parser->problem ? parser->problem : "cannot be read as YAML",
	       "see the YAML syntax: indent with blanks");
	return 0;
}

static struct node *new_node(struct parse *parse, enum node_kind kind, const yaml_mark_t *mark)
{
	struct node *node = arena_alloc(parse->arena, sizeof(*node));

	node->kind = kind;
	node->place = mark_place(parse, mark);
	node->weight = 1;
	return node;
}

/* ---- anchors and aliases ---- */

static struct anchor *find_anchor(const struct parse *parse, const char *name)
{
	for (size_t i = parse->anchor_count; i > 0; i--) {
		if (!strcmp(parse->anchors[i - 1].name, name))
			return &parse->anchors[i - 1];
	}
	return NULL;
}

/* @name: NULL if the value has none. Return: number of the anchor, from 1; 0 if none. */
static size_t add_anchor(struct parse *parse, const yaml_char_t *name, struct node *node)
{
	struct anchor *anchor;

	if (!name)
		return 0;
	if (parse->anchor_count == KEY_LIMIT) {
		refuse(parse, RULE_YAML_ALIAS, node->place, "too many anchors stand in this file",
		       "write the values out");
		return 0;
	}
	parse->anchors =
		arena_grow(parse->arena, parse->anchors, parse->anchor_count, sizeof(*parse->anchors));
	anchor = &parse->anchors[parse->anchor_count++];
	anchor->name = arena_strdup(parse->arena, (const char *)name);
	anchor->node = node->kind == NODE_SCALAR ? node : NULL;
	return parse->anchor_count;
}

/* Return: NULL after an error. */
static struct node *take_alias(struct parse *parse, const yaml_event_t *event)
{
	const struct place place = mark_place(parse, &event->start_mark);
	const char *name = (const char *)event->data.alias.anchor;
	const struct anchor *anchor = find_anchor(parse, name);
	char what[256];

	snprintf(what, sizeof(what),
		 anchor ? "'*%.60s' stands inside of what '&%.60s' names" :
			  "'*%.60s' is used, but no '&%.60s' stands above",
		 name, name);
	if (!anchor || !anchor->node) {
		refuse(parse, RULE_YAML_ALIAS, place, what, "write the value out");
		return NULL;
	}
	parse->expanded += anchor->node->weight;
	if (parse->expanded > EXPANSION_LIMIT) {
		snprintf(what, sizeof(what), "the aliases of this file stand for more than %u values",
			 EXPANSION_LIMIT);
		refuse(parse, RULE_YAML_EXPANSION, place, what, "write out what is needed");
		return NULL;
	}
	return anchor->node;
}

/* ---- values ---- */

static struct node *take_scalar(struct parse *parse, const yaml_event_t *event)
{
	struct node *node = new_node(parse, NODE_SCALAR, &event->start_mark);
	const char *text = (const char *)event->data.scalar.value;

	if (strlen(text) != event->data.scalar.length)
		refuse(parse, RULE_YAML_SYNTAX, node->place, "a NUL byte stands in this value", "remove it");
	if (event->data.scalar.tag)
		refuse(parse, RULE_YAML_TAG, node->place, "tags are not part of this language",
		       "remove the tag");
	node->text = arena_strdup(parse->arena, text);
	add_anchor(parse, event->data.scalar.anchor, node);
	return node;
}

static void append(struct parse *parse, struct node *node, struct node *key, struct node *item)
{
	if (key)
		node->keys = arena_grow(parse->arena, node->keys, node->count, sizeof(struct node *));
	node->items = arena_grow(parse->arena, node->items, node->count, sizeof(struct node *));
	if (key)
		node->keys[node->count] = key;
	node->items[node->count++] = item;
}

static struct node *find_key(const struct node *map, const char *key)
{
	for (size_t i = 0; i < map->count; i++) {
		if (!strcmp(map->keys[i]->text, key))
			return map->keys[i];
	}
	return NULL;
}

static void check_key(struct parse *parse, const struct node *map, const struct node *key)
{
	const struct node *before = find_key(map, key->text);
	struct cfg_message *message;

	if (before) {
		message = error_add(parse->messages, RULE_YAML_DUPLICATE, key->place, "keep one of them",
				    "'%s' is given twice", key->text);
		message_also(message, before->place, "'%s' stands here first", key->text);
	}
	if (map->count == KEY_LIMIT)
		refuse(parse, RULE_YAML_SYNTAX, key->place, "this map has too many keys",
		       "use the documented form");
}

/* One open list or map; of a map also the key whose value comes next, and what is to be merged into it. */
struct level {
	struct node *node;
	struct node *key;
	struct node *merged;
	size_t anchor;
};

#define MERGE_KEY "<<"

static void add_value(struct parse *parse, struct level *level, struct node *value, struct place place)
{
	if (level->node->kind == NODE_LIST) {
		append(parse, level->node, NULL, value);
	} else if (level->key && !strcmp(level->key->text, MERGE_KEY)) {
		level->merged = value;
		level->key = NULL;
	} else if (level->key) {
		append(parse, level->node, level->key, value);
		level->key = NULL;
	} else if (value->kind != NODE_SCALAR) {
		refuse(parse, RULE_YAML_SYNTAX, place, "a list or map cannot be a key", "use a plain word");
	} else if (level->merged && !strcmp(value->text, MERGE_KEY)) {
		refuse(parse, RULE_YAML_MERGE, place, "'<<' is given twice", "write one: '<<: [*a, *b]'");
	} else {
		check_key(parse, level->node, value);
		level->key = value;
	}
}

/* What stands in the map itself counts, then what was merged first. */
static void merge_map(struct parse *parse, struct node *map, const struct node *source, struct place place)
{
	if (source->kind != NODE_MAP) {
		refuse(parse, RULE_YAML_MERGE, place, "'<<' takes a map, or a list of maps",
		       "name the anchor of a map: '<<: *name'");
		return;
	}
	for (size_t i = 0; i < source->count && !parse->failed; i++) {
		if (find_key(map, source->keys[i]->text))
			continue;
		if (map->count == KEY_LIMIT)
			refuse(parse, RULE_YAML_SYNTAX, place, "this map has too many keys",
			       "use the documented form");
		append(parse, map, source->keys[i], source->items[i]);
	}
}

static void close_level(struct parse *parse, const struct level *level)
{
	const struct node *merged = level->merged;
	struct node *node = level->node;

	if (merged && merged->kind == NODE_LIST) {
		for (size_t i = 0; i < merged->count && !parse->failed; i++)
			merge_map(parse, node, merged->items[i], merged->items[i]->place);
	} else if (merged) {
		merge_map(parse, node, merged, merged->place);
	}
	for (size_t i = 0; i < node->count; i++)
		node->weight += node->items[i]->weight;
	if (level->anchor)
		parse->anchors[level->anchor - 1].node = node;
}

struct tree {
	struct node *top;
	struct level levels[DEPTH_LIMIT];
	unsigned int depth;
	unsigned int documents;
};

static void place_value(struct parse *parse, struct tree *tree, struct node *value, const yaml_mark_t *mark)
{
	if (tree->depth)
		add_value(parse, &tree->levels[tree->depth - 1], value, mark_place(parse, mark));
	else
		tree->top = value;
}

static void open_collection(struct parse *parse, struct tree *tree, const yaml_event_t *event)
{
	const int map = event->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *tag = map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	struct node *node = new_node(parse, map ? NODE_MAP : NODE_LIST, &event->start_mark);
	struct level level = { .node = node };

	if (tag)
		refuse(parse, RULE_YAML_TAG, node->place, "tags are not part of this language",
		       "remove the tag");
	level.anchor = add_anchor(
		parse, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor, node);
	place_value(parse, tree, node, &event->start_mark);
	if (tree->depth == DEPTH_LIMIT)
		refuse(parse, RULE_YAML_DEPTH, node->place, "lists and maps are nested too deeply",
		       "use the documented form");
	else
		tree->levels[tree->depth++] = level;
}

static void take_event(struct parse *parse, struct tree *tree, const yaml_event_t *event)
{
	struct node *node;

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (tree->documents++)
			refuse(parse, RULE_YAML_DOCUMENT, mark_place(parse, &event->start_mark),
			       "a second document starts here", "use one file for each");
		break;
	case YAML_ALIAS_EVENT:
		node = take_alias(parse, event);
		if (node)
			place_value(parse, tree, node, &event->start_mark);
		break;
	case YAML_SCALAR_EVENT:
		place_value(parse, tree, take_scalar(parse, event), &event->start_mark);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		open_collection(parse, tree, event);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_level(parse, &tree->levels[--tree->depth]);
		break;
	default:
		break;
	}
}

struct node *yaml_parse(struct arena *arena, const char *file, const char *text, size_t size,
			struct cfg_messages *messages)
{
	struct parse parse = { .arena = arena, .file = file, .messages = messages };
	struct tree tree = { 0 };
	yaml_event_t event;
	int ended = 0;

	if (!yaml_parser_initialize(&parse.parser)) {
		error_add(messages, RULE_FILE_READ, ((struct place){ file, 0, 0 }), NULL, "out of memory");
		return NULL;
	}
	yaml_parser_set_input_string(&parse.parser, (const unsigned char *)text, size);
	while (!ended && !parse.failed && next_event(&parse, &event)) {
		ended = event.type == YAML_STREAM_END_EVENT;
		take_event(&parse, &tree, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parse.parser);
	if (!parse.failed && (!tree.top || tree.top->kind != NODE_MAP))
		refuse(&parse, RULE_YAML_SYNTAX, (struct place){ file, 1, 1 },
		       "the file is not a map of keys and values",
		       "start with 'board: NAME' or 'cell: NAME'");
	return parse.failed ? NULL : tree.top;
}

const struct node *node_get(const struct node *map, const char *key)
{
	if (!map || map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++) {
		if (!strcmp(map->keys[i]->text, key))
			return map->items[i];
	}
	return NULL;
}

const struct node *node_find(const struct node *map, const char *path)
{
	char key[64];

	while (map && *path) {
		const size_t length = strcspn(path, ".");

		snprintf(key, sizeof(key), "%.*s", (int)length, path);
		map = node_get(map, key);
		path += length + (path[length] == '.');
	}
	return map;
}

size_t node_count(const struct node *node)
{
	if (!node)
		return 0;
	return node->kind == NODE_LIST ? node->count : 1;
}

const struct node *node_item(const struct node *node, size_t index)
{
	return node->kind == NODE_LIST ? node->items[index] : node;
}
