// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * YAML through libyaml's events, so that every value keeps its line and column. Of YAML we
 * take scalars, lists and maps with plain keys; anchors, aliases, tags and several
 * documents in one file are refused, because no board or cell needs them.
 */
#include "internal.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_LIMIT 16

struct parse {
	struct arena *arena;
	const char *file;
	yaml_parser_t parser;
	struct cfg_messages *messages;
	int failed;
};

static struct place mark_place(const struct parse *parse, const yaml_mark_t *mark)
{
	return (struct place){ parse->file, (unsigned int)mark->line + 1, (unsigned int)mark->column + 1 };
}

static void refuse(struct parse *parse, const yaml_mark_t *mark, const char *what, const char *mend)
{
	if (!parse->failed)
		error_add(parse->messages, RULE_YAML_SYNTAX, mark_place(parse, mark), mend, "%s", what);
	parse->failed = 1;
}

static int next_event(struct parse *parse, yaml_event_t *event)
{
	const yaml_parser_t *parser = &parse->parser;

	if (yaml_parser_parse(&parse->parser, event))
		return 1;
	refuse(parse,
	       parser->problem_mark.line || !parser->context ? &parser->problem_mark : &parser->context_mark,
	       parser->problem ? parser->problem : "cannot be read as YAML",
	       "see the YAML syntax: indent with blanks");
	return 0;
}

static struct node *new_node(struct parse *parse, enum node_kind kind, const yaml_mark_t *mark)
{
	struct node *node = arena_alloc(parse->arena, sizeof(*node));

	node->kind = kind;
	node->place = mark_place(parse, mark);
	return node;
}

static struct node *take_scalar(struct parse *parse, const yaml_event_t *event)
{
	struct node *node = new_node(parse, NODE_SCALAR, &event->start_mark);
	const char *text = (const char *)event->data.scalar.value;

	if (strlen(text) != event->data.scalar.length)
		refuse(parse, &event->start_mark, "a NUL byte stands in this value", "remove it");
	if (event->data.scalar.anchor || event->data.scalar.tag)
		refuse(parse, &event->start_mark, "anchors and tags are not part of this language",
		       "write the value out");
	node->text = arena_strdup(parse->arena, text);
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

static void check_duplicate(struct parse *parse, const struct node *map, const struct node *key)
{
	for (size_t i = 0; i < map->count; i++) {
		if (!strcmp(map->keys[i]->text, key->text))
			error_add(parse->messages, RULE_YAML_DUPLICATE, key->place, "keep one of them",
				  "'%s' is given twice, first in line %u", key->text,
				  map->keys[i]->place.line);
	}
}

/* One open list or map; of a map also the key whose value comes next. */
struct level {
	struct node *node;
	struct node *key;
};

static void add_value(struct parse *parse, struct level *level, struct node *value, const yaml_mark_t *mark)
{
	if (level->node->kind == NODE_LIST) {
		append(parse, level->node, NULL, value);
	} else if (level->key) {
		append(parse, level->node, level->key, value);
		level->key = NULL;
	} else if (value->kind == NODE_SCALAR) {
		check_duplicate(parse, level->node, value);
		level->key = value;
	} else {
		refuse(parse, mark, "a list or map cannot be a key", "use a plain word");
	}
}

static struct node *open_collection(struct parse *parse, const yaml_event_t *event)
{
	const int map = event->type == YAML_MAPPING_START_EVENT;

	if (map ? event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL :
		  event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL)
		refuse(parse, &event->start_mark, "anchors and tags are not part of this language",
		       "write the value out");
	return new_node(parse, map ? NODE_MAP : NODE_LIST, &event->start_mark);
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
		add_value(parse, &tree->levels[tree->depth - 1], value, mark);
	else
		tree->top = value;
	if (value->kind == NODE_SCALAR)
		return;
	if (tree->depth == DEPTH_LIMIT)
		refuse(parse, mark, "lists and maps are nested too deeply", "use the documented form");
	else
		tree->levels[tree->depth++] = (struct level){ value, NULL };
}

static void take_event(struct parse *parse, struct tree *tree, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (tree->documents++)
			refuse(parse, &event->start_mark, "a second document starts here",
			       "use one file for each");
		break;
	case YAML_ALIAS_EVENT:
		refuse(parse, &event->start_mark, "aliases are not part of this language",
		       "write the value out");
		break;
	case YAML_SCALAR_EVENT:
		place_value(parse, tree, take_scalar(parse, event), &event->start_mark);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		place_value(parse, tree, open_collection(parse, event), &event->start_mark);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		tree->depth--;
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
		error_add(messages, RULE_YAML_SYNTAX, ((struct place){ file, 0, 0 }), NULL, "out of memory");
		return NULL;
	}
	yaml_parser_set_input_string(&parse.parser, (const unsigned char *)text, size);
	while (!ended && !parse.failed && next_event(&parse, &event)) {
		ended = event.type == YAML_STREAM_END_EVENT;
		take_event(&parse, &tree, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parse.parser);
	if (!parse.failed && (!tree.top || tree.top->kind != NODE_MAP)) {
		error_add(messages, RULE_YAML_SYNTAX, ((struct place){ file, 1, 1 }),
			  "start with 'board: NAME' or 'cell: NAME'",
			  "the file is not a map of keys and values");
		parse.failed = 1;
	}
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
