// SPDX-License-Identifier: GPL-2.0-or-later
/* A node by the name that the user has for it. */
#include "devtree.h"

#include <ctype.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#define NO_NODE (-FDT_ERR_NOTFOUND)
#define NAMES_MOST 4096

/* Length of the name before its unit address. */
static size_t base_length(const char *name, size_t length)
{
	const char *at = memchr(name, '@', length);

	return at ? (size_t)(at - name) : length;
}

/* Unit addresses are numbers to people: '@0x50900000', '@050900000' and '@50900000' are one. */
static int same_unit(const char *a, size_t a_length, const char *b, size_t b_length)
{
	if (a_length > 2 && a[0] == '0' && tolower((unsigned char)a[1]) == 'x')
		a += 2, a_length -= 2;
	if (b_length > 2 && b[0] == '0' && tolower((unsigned char)b[1]) == 'x')
		b += 2, b_length -= 2;
	while (a_length > 1 && *a == '0')
		a++, a_length--;
	while (b_length > 1 && *b == '0')
		b++, b_length--;
	return a_length == b_length && !strncasecmp(a, b, a_length);
}

/* Is @name (of @length) a way to write the node name @real? Without unit address it fits any. */
static int spells(const char *name, size_t length, const char *real)
{
	const size_t base = base_length(name, length), real_length = strlen(real);
	const size_t real_base = base_length(real, real_length);

	if (base != real_base || strncmp(name, real, base))
		return 0;
	if (base == length)
		return 1;
	return real_base < real_length && same_unit(name + base + 1, length - base - 1, real + real_base + 1,
						    real_length - real_base - 1);
}

/* The one child of @parent that is spelled so; as it is written comes first. */
static int find_child(const void *fdt, int parent, const char *name, size_t length)
{
	int node, found = NO_NODE;

	fdt_for_each_subnode(node, fdt, parent)
	{
		const char *real = fdt_get_name(fdt, node, NULL);

		if (real && strlen(real) == length && !strncmp(real, name, length))
			return node;
		if (real && spells(name, length, real))
			found = found == NO_NODE ? node : DT_AMBIGUOUS;
	}
	return found;
}

static int walk(const void *fdt, int node, const char *path)
{
	while (node >= 0 && *path) {
		const size_t length = strcspn(path, "/");

		if (length)
			node = find_child(fdt, node, path, length);
		path += length + (path[length] == '/');
	}
	return node;
}

/* What /aliases or /__symbols__ says of the first part of @name. */
static int by_property(const void *fdt, const char *place, const char *name)
{
	const size_t length = strcspn(name, "/");
	const int list = fdt_path_offset(fdt, place);
	const char *path = list < 0 ? NULL : fdt_getprop_namelen(fdt, list, name, (int)length, NULL);
	const int node = path && *path == '/' ? fdt_path_offset(fdt, path) : NO_NODE;

	return node < 0 ? node : walk(fdt, node, name + length);
}

/* The last part of a path alone, if there is one such node in the whole tree. */
static int by_last_part(const void *fdt, const char *name)
{
	const size_t length = strlen(name);
	int found = NO_NODE;

	if (strchr(name, '/'))
		return NO_NODE;
	for (int node = fdt_next_node(fdt, 0, NULL); node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		const char *real = fdt_get_name(fdt, node, NULL);

		if (real && spells(name, length, real))
			found = found == NO_NODE ? node : DT_AMBIGUOUS;
	}
	return found;
}

int devtree_node(const struct devtree *tree, const char *name)
{
	const void *fdt = tree->fdt;
	int node;

	if (*name == '/')
		return walk(fdt, 0, name);
	node = by_property(fdt, "/aliases", name);
	if (node < 0)
		node = by_property(fdt, "/__symbols__", name);
	return node < 0 ? by_last_part(fdt, name) : node;
}

/* ---- what the user may have meant ---- */

struct names {
	struct arena *arena;
	const char **list;
	size_t count;
};

static void add_name(struct names *names, const char *name)
{
	if (names->count == NAMES_MOST)
		return;
	names->list = arena_grow(names->arena, names->list, names->count, sizeof(*names->list));
	names->list[names->count++] = name;
}

static void add_properties(struct names *names, const void *fdt, const char *place)
{
	const int list = fdt_path_offset(fdt, place);
	int property;
	const char *name;

	if (list < 0)
		return;
	fdt_for_each_property_offset(property, fdt, list)
	{
		if (fdt_getprop_by_offset(fdt, property, &name, NULL))
			add_name(names, name);
	}
}

const char *devtree_nearest(struct arena *arena, const struct devtree *tree, const char *name)
{
	struct names names = { .arena = arena };
	const char *last = strrchr(name, '/');
	const void *fdt = tree->fdt;

	if (!last) {
		add_properties(&names, fdt, "/aliases");
		add_properties(&names, fdt, "/__symbols__");
	}
	for (int node = fdt_next_node(fdt, 0, NULL); node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		if (!last)
			add_name(&names, fdt_get_name(fdt, node, NULL));
		else if (spells(last + 1, strlen(last + 1), fdt_get_name(fdt, node, NULL)))
			return devtree_node_path(arena, tree, node); /* right node, wrong way to it */
		else
			add_name(&names, devtree_node_path(arena, tree, node));
	}
	return schema_nearest(name, names.list, names.count);
}

int devtree_next_device(const struct devtree *tree, int node)
{
	const void *fdt = tree->fdt;

	for (node = fdt_next_node(fdt, node, NULL); node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		if (fdt_getprop(fdt, node, "compatible", NULL) && fdt_getprop(fdt, node, "reg", NULL))
			return node;
	}
	return -1;
}
