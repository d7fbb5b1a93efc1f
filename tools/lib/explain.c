// SPDX-License-Identifier: GPL-2.0-or-later
/* Error records, which know only indices, in the user's words. */
#include "internal.h"

#include <lib/config.h>

#include <string.h>

struct phrase {
	const char *what;
	const char *mend;
};

static const struct phrase errors[] = {
#define ERROR_PHRASE(name, number, what, mend) [number] = { what, mend },
	BH_ERRORS(ERROR_PHRASE)
#undef ERROR_PHRASE
};

static const char *const objects[] = {
#define OBJECT_NAME(name, number, text) [number] = text,
	BH_OBJECTS(OBJECT_NAME)
#undef OBJECT_NAME
};

static const char *object_name(unsigned int object)
{
	return object < BH_OBJ_COUNT ? objects[object] : "";
}

/* Objects of which there is one need no number. */
static int is_counted(unsigned int object)
{
	return object == BH_OBJ_POOL || object == BH_OBJ_DRAM || object == BH_OBJ_CPU ||
	       object == BH_OBJ_FIRMWARE || object == BH_OBJ_ALIAS || object == BH_OBJ_MEMORY ||
	       object == BH_OBJ_IRQ || object == BH_OBJ_DEVICE;
}

/* What low and high mean depends on the code. */
static void append_evidence(const struct bh_error *error, char *text, size_t size)
{
	const unsigned long long low = error->low, high = error->high;
	const size_t used = strlen(text);

	text += used;
	size -= used;
	switch (error->code) {
	case BH_E_OVERLAP:
	case BH_E_NOT_OWNED:
	case BH_E_WRAP:
		snprintf(text, size, " (0x%llx to 0x%llx)", low, high);
		break;
	case BH_E_RANGE:
	case BH_E_SIZE:
	case BH_E_TOO_MANY:
	case BH_E_VERSION:
	case BH_E_ARCH:
	case BH_E_ALIGN:
		snprintf(text, size, " (0x%llx, limit 0x%llx)", low, high);
		break;
	case BH_E_IRQ:
		snprintf(text, size, " (%llu)", low);
		break;
	default:
		if (low)
			snprintf(text, size, " (0x%llx)", low);
		break;
	}
}

/* @name: the user's, or NULL; @member: of the blob, or "". */
static void sentence(const struct bh_error *error, const char *name, const char *member, char *text,
		     size_t size)
{
	const char *object = object_name(error->object);
	const char *quote = name && *name && *name != '\'' ? "'" : ""; /* "'interrupts'" brings its own */
	char index[16] = "";

	if (!name && is_counted(error->object))
		snprintf(index, sizeof(index), " %u", error->index);
	snprintf(text, size, "%s%s%s%s%s%s%s%s%s%s", object, name && *name ? " " : index, quote,
		 name ? name : "", quote, *member ? " (" : "", member, *member ? ")" : "",
		 *object ? ": " : "", error->code < BH_E_COUNT ? errors[error->code].what : "unknown error");
	append_evidence(error, text, size);
}

const char *cfg_error_text(const struct bh_error *error, char *text, size_t size)
{
	sentence(error, NULL, "", text, size);
	return text;
}

const char *cfg_error_mend(unsigned int code)
{
	return code < BH_E_COUNT ? errors[code].mend : "";
}

static void explain(const struct cfg_origin *origin, const char *file, const void *blob, size_t blob_size,
		    const struct bh_error *error, struct cfg_messages *messages)
{
	struct place place = { file, 0, 0 };
	const char *member = "";
	char text[512];

	if (origin)
		place = (struct place){ origin->file, origin->line, origin->column };
	if (error->field && blob)
		member = config_blob_field_name(blob, (uint32_t)blob_size, error->field);
	sentence(error, origin ? origin->name : NULL, member, text, sizeof(text));
	error_add(messages, RULE_BLOB, place, cfg_error_mend(error->code), "%s", text);
}

/* ---- where things come from ---- */

static const struct cfg_origin *make_origin(struct arena *arena, const char *name, struct place place)
{
	struct cfg_origin *origin = arena_alloc(arena, sizeof(*origin));

	*origin = (struct cfg_origin){ name, place.file, place.line, place.column };
	return origin;
}

/* Paths of the board file by object. */
static const char *board_path(unsigned int object)
{
	switch (object) {
	case BH_OBJ_HV_MEMORY:
		return "hypervisor.memory";
	case BH_OBJ_POOL:
		return "pool";
	case BH_OBJ_DRAM:
		return "dram";
	case BH_OBJ_FIRMWARE:
		return "reserved";
	case BH_OBJ_ALIAS:
		return "aliases";
	case BH_OBJ_CPU:
		return "cpus";
	case BH_OBJ_IRQ:
		return "event-interrupt";
	case BH_OBJ_INTC:
		return "gic";
	case BH_OBJ_DEVICE:
		return "hypervisor.debug-uart";
	default:
		return NULL;
	}
}

const struct cfg_origin *cfg_board_origin(const struct cfg_board *board, unsigned int object, uint32_t index)
{
	struct arena *arena = &((struct cfg_board *)board)->arena; /* a cache, not visible outside */
	const char *path = board_path(object);
	const struct node *node = path && board->root ? node_find(board->root, path) : NULL;

	if (!node)
		return NULL;
	return make_origin(arena, "",
			   node->kind == NODE_LIST && index < node->count ? node->items[index]->place :
									    node->place);
}

void cfg_board_explain(const struct cfg_board *board, const struct bh_error *error,
		       struct cfg_messages *messages)
{
	explain(cfg_board_origin(board, error->object, error->index), board->file, board->blob,
		board->blob_size, error, messages);
}

static const char *cell_path(unsigned int object)
{
	switch (object) {
	case BH_OBJ_CELL:
		return "cell";
	case BH_OBJ_INTC:
		return "interrupts";
	case BH_OBJ_COMM:
		return "comm-page";
	case BH_OBJ_BOOT:
		return "boot";
	default:
		return NULL;
	}
}

const struct cfg_origin *cfg_cell_origin(const struct cfg_cell *cell, unsigned int object, uint32_t index)
{
	struct arena *arena = &((struct cfg_cell *)cell)->arena; /* a cache, not visible outside */
	const char *path = cell_path(object);
	const struct node *node;

	if (object == BH_OBJ_CPU && index < cell->cpu_count)
		return make_origin(arena, arena_printf(arena, "%u", cell->cpus[index].slot),
				   cell->cpus[index].place);
	if (object == BH_OBJ_MEMORY && index < cell->memory_count)
		return make_origin(arena, cell->memory[index].name, cell->memory[index].place);
	if (object == BH_OBJ_IRQ && index < cell->irq_count)
		return make_origin(arena, cell->irqs[index].name, cell->irqs[index].place);
	if (object == BH_OBJ_DEVICE && index < cell->device_count)
		return make_origin(arena, cell->devices[index].name, cell->devices[index].place);
	node = path ? node_get(cell->root, path) : NULL;
	return node ? make_origin(arena, object == BH_OBJ_CELL ? cell->body.name : "", node->place) : NULL;
}

void cfg_cell_explain(const struct cfg_cell *cell, const struct bh_error *error,
		      struct cfg_messages *messages)
{
	explain(cfg_cell_origin(cell, error->object, error->index), cell->file, cell->blob, cell->blob_size,
		error, messages);
}
