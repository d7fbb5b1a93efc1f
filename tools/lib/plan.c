// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where images go in a cell's memory. Entry point and boot argument are part of the blob,
 * so they follow from the cell file and the kernel's header alone; that the images fit is
 * checked when the plan is made.
 *
 *	Linux: [kernel ...            free            initrd][device tree]
 *	       ^ 'at', 2 MiB aligned             end of the region, or 1 GiB behind 'at' ^
 */
#include "plan.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DTB_FILE_ROOM 0x200000u /* the most that Linux accepts */
#define LINUX_REACH 0x40000000u /* kernel, initrd and device tree within 1 GiB: always legal */
#define KERNEL_HEADER_SIZE 64

typedef unsigned long long ull;

/* ---- kernel header ---- */

static int read_start(const char *path, void *start, size_t size, const char **problem)
{
	FILE *file = fopen(path, "rb");
	size_t got;

	if (!file) {
		*problem = strerror(errno);
		return -1;
	}
	got = fread(start, 1, size, file);
	fclose(file);
	*problem = "is too short to be a kernel";
	return got == size ? 0 : -1;
}

int kernel_read_header(const struct isa *isa, const char *path, struct kernel_header *header,
		       const char **problem)
{
	uint8_t start[KERNEL_HEADER_SIZE];
	uint64_t words[2];
	uint32_t magic;

	if (read_start(path, start, sizeof(start), problem))
		return -1;
	memcpy(&magic, start + 56, sizeof(magic));
	memcpy(words, start + 8, sizeof(words));
	if (start[0] == 0x1f && start[1] == 0x8b)
		*problem = "is compressed with gzip: unpack it with gunzip";
	else if (le32toh(magic) != isa->kernel_magic && !memcmp(start + 4, "zimg", 4))
		*problem = "is a compressed EFI kernel: use the plain Image";
	else if (le32toh(magic) != isa->kernel_magic)
		*problem = isa->no_kernel;
	else
		*problem = NULL;
	header->text_offset = le64toh(words[0]);
	header->image_size = le64toh(words[1]);
	return *problem ? -1 : 0;
}

/* Below --images a file may lie by its path or by its name alone: '/boot/vmlinuz' is DIR/vmlinuz. */
char *cell_image_path(struct cfg_cell *cell, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *names[] = { path[0] == '/' ? path + 1 : path, slash ? slash + 1 : path };
	struct stat status;

	for (size_t i = 0; cell->images && i < ARRAY_SIZE(names); i++) {
		char *there = arena_printf(&cell->arena, "%s/%s", cell->images, names[i]);

		if (!stat(there, &status))
			return there;
	}
	return path_beside(&cell->arena, cell->file, path);
}

/* ---- entry point and boot argument ---- */

const struct node *boot_node(const struct cfg_cell *cell, const char *key)
{
	return node_get(node_get(cell->root, "boot"), key);
}

struct place boot_place(const struct cfg_cell *cell, const char *key)
{
	const struct node *node = boot_node(cell, key);

	return node ? node->place : node_place(node_get(cell->root, "boot"), cell->file);
}

/* Keys that mean nothing to a protocol are an error: else the user believes that they do. */
static void check_keys(const struct cfg_cell *cell, struct cfg_messages *messages)
{
	static const struct {
		const char *key;
		int rules[CFG_BOOT_MULTIBOOT + 1]; /* by protocol: 0 refused, 1 may, 2 must be given */
	} keys[] = { { "kernel", { 1, 0, 2, 0 } },  { "initrd", { 1, 0, 1, 0 } },
		     { "cmdline", { 1, 1, 1, 1 } }, { "image", { 1, 2, 0, 2 } },
		     { "entry", { 1, 1, 0, 1 } },   { "mode", { 1, 1, 0, 0 } },
		     { "start", { 1, 0, 0, 0 } } };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const int rule = keys[i].rules[cell->protocol];
		const char *protocol = node_text(boot_node(cell, "protocol"), "");

		if (rule == 0 && boot_node(cell, keys[i].key))
			error_add(messages, RULE_BOOT_KEY, boot_place(cell, keys[i].key), "remove it",
				  "'%s' has no meaning for protocol '%s'", keys[i].key, protocol);
		if (rule == 2 && !boot_node(cell, keys[i].key))
			error_add(messages, RULE_BOOT_NEEDS, boot_place(cell, "protocol"), "give a file name",
				  "protocol '%s' needs '%s'", protocol, keys[i].key);
	}
}

static const struct cell_memory *find_region(const struct cfg_cell *cell, const struct node *at)
{
	const uint64_t gpa = node_number(at, 0);

	for (size_t i = 0; i < cell->memory_count; i++) {
		const struct bh_config_memory *blob = &cell->memory[i].blob;

		if (!(blob->flags & BH_MEM_EXEC) ||
		    (at && (gpa < blob->gpa || gpa - blob->gpa >= blob->size)))
			continue;
		return &cell->memory[i];
	}
	return NULL;
}

/* Without the kernel at hand its text offset counts as 0, which is true since Linux 5.8. */
static uint64_t text_offset(struct cfg_cell *cell)
{
	const struct node *kernel = boot_node(cell, "kernel");
	struct kernel_header header;
	const char *problem;

	if (!kernel ||
	    kernel_read_header(cell->board->isa, cell_image_path(cell, kernel->text), &header, &problem))
		return 0;
	return header.text_offset;
}

/* What only other architectures know. */
static void check_own_keys(const struct cfg_cell *cell, struct cfg_messages *messages)
{
	static const char *const keys[] = { "mode", "start", "acpi" };

	if (cell->board->isa->place_boot)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (boot_node(cell, keys[i]))
			error_add(messages, RULE_BOOT_KEY, boot_place(cell, keys[i]), "remove it",
				  "'%s' has no meaning on %s", keys[i], cell->board->isa->name);
	}
	if (cell->protocol == CFG_BOOT_MULTIBOOT)
		error_add(messages, RULE_BOOT_KEY, boot_place(cell, "protocol"), "choose 'flat' or 'linux'",
			  "'multiboot' has no meaning on %s", cell->board->isa->name);
}

static void place_dtb(struct cfg_cell *cell, struct cfg_messages *messages)
{
	const struct node *node = boot_node(cell, "devicetree");
	const char *usual = cell->protocol == CFG_BOOT_LINUX && !cell->board->isa->place_boot ? "generate" :
												"none";
	const char *text = node_text(node, usual);
	const uint64_t room = !strcmp(text, "generate") ? DTB_ROOM : DTB_FILE_ROOM;

	cell->has_dtb = cell->protocol != CFG_BOOT_NONE && strcmp(text, "none") != 0;
	if (cell->has_dtb && cell->board->isa->place_boot) {
		error_add(messages, RULE_BOOT_KEY, node->place, "remove it",
			  "'devicetree' has no meaning on %s", cell->board->isa->name);
		cell->has_dtb = 0;
	}
	if (!cell->has_dtb)
		return;
	if (cell->top - cell->image_gpa < room) {
		error_add(messages, RULE_BOOT_TREE_ROOM, boot_place(cell, "devicetree"),
			  "enlarge the region, or leave out the device tree",
			  "memory region '%s' has no room for a device tree of 0x%llx bytes",
			  cell->boot_region->name, (ull)room);
		return;
	}
	cell->dtb_gpa = cell->top - room;
	cell->body.boot_arg = cell->dtb_gpa;
}

void cell_place_boot(struct cfg_cell *cell, struct cfg_messages *messages)
{
	static const enum cfg_protocol protocols[] = { CFG_BOOT_NONE, CFG_BOOT_FLAT, CFG_BOOT_LINUX,
						       CFG_BOOT_FLAT, CFG_BOOT_MULTIBOOT };
	const struct node *at = boot_node(cell, "at");
	const struct cell_memory *region = find_region(cell, at);

	cell->protocol = protocols[node_choice(boot_node(cell, "protocol"), CHOICES_PROTOCOL, 0)];
	check_keys(cell, messages);
	check_own_keys(cell, messages);
	if (!cell->memory_count)
		return; /* which was said before */
	if (!region) {
		error_add(messages, RULE_BOOT_PLACE, boot_place(cell, "at"),
			  "give an address in an executable memory region",
			  at ? "'at' is not in executable memory of the cell" :
			       "the cell has no executable memory");
		return;
	}
	if (cell->protocol != CFG_BOOT_NONE && !(region->blob.flags & BH_MEM_LOADABLE))
		error_add(messages, RULE_BOOT_LOADABLE, boot_place(cell, "at"), "set 'loadable: true'",
			  "memory region '%s' is not loadable, so no image can be put there", region->name);
	cell->boot_region = region;
	cell->image_gpa = node_number(at, region->blob.gpa);
	cell->top = region->blob.gpa + region->blob.size;
	if (cell->top - cell->image_gpa > LINUX_REACH)
		cell->top = cell->image_gpa + LINUX_REACH;
	cell->body.entry = node_number(boot_node(cell, "entry"), cell->image_gpa);
	if (cell->protocol == CFG_BOOT_LINUX)
		cell->body.entry += text_offset(cell);
	if (cell->protocol == CFG_BOOT_LINUX && cell->image_gpa & (BH_RAM_ALIGN - 1))
		error_add(messages, RULE_BOOT_ALIGNED, boot_place(cell, "at"), "align it to 2M",
			  "a kernel cannot lie at 0x%llx, which is not aligned to 2 MiB",
			  (ull)cell->image_gpa);
	place_dtb(cell, messages);
	if (cell->has_dtb && boot_node(cell, "argument"))
		error_add(messages, RULE_BOOT_KEY, boot_place(cell, "argument"),
			  "remove it, or write 'devicetree: none'",
			  "'argument' is the address of the device tree");
	else if (!cell->has_dtb)
		cell->body.boot_arg = node_number(boot_node(cell, "argument"), 0);
	if (cell->board->isa->place_boot)
		cell->board->isa->place_boot(cell, messages);
}

/* ---- the plan ---- */

struct cfg_load *add_load(struct planner *planner, const char *what, uint64_t gpa, uint64_t size)
{
	struct cfg_load *load;

	planner->loads =
		arena_grow(&planner->cell->arena, planner->loads, planner->count, sizeof(*planner->loads));
	load = &planner->loads[planner->count++];
	*load = (struct cfg_load){ .what = what, .gpa = gpa, .size = size };
	return load;
}

/* Size of an image file that @node names. Return: its path, NULL if it is missing. */
static const char *find_file_at(struct planner *planner, const struct node *node, const char *key,
				uint64_t *size)
{
	const char *path = cell_image_path(planner->cell, node->text);
	struct stat status = { 0 };

	if (stat(path, &status) || !S_ISREG(status.st_mode)) {
		message_add(planner->messages, RULE_IMAGE_FILE, planner->missing, node->place,
			    "put it there, or say where it is with --images DIR", "%s '%s' is not there: %s",
			    key, path, S_ISDIR(status.st_mode) ? "it is a directory" : strerror(errno));
		return NULL;
	}
	*size = (uint64_t)status.st_size;
	return path;
}

const char *find_file(struct planner *planner, const char *key, uint64_t *size)
{
	return find_file_at(planner, boot_node(planner->cell, key), key, size);
}

int does_not_fit(struct planner *planner, const char *key, const char *path, uint64_t need, uint64_t from,
		 uint64_t to)
{
	const struct cell_memory *region = planner->cell->boot_region;

	if (from <= to && need <= to - from)
		return 0;
	error_add(planner->messages, RULE_IMAGE_FITS, boot_place(planner->cell, key),
		  "give the cell more memory",
		  "%s '%s' needs %llu KiB, but only %llu KiB are free from 0x%llx on in memory region '%s'",
		  key, path, (ull)((need + 1023) >> 10), from <= to ? (ull)((to - from) >> 10) : 0ull,
		  (ull)from, region->name);
	return 1;
}

/* End of what is before the device tree. */
static uint64_t image_top(const struct cfg_cell *cell)
{
	return cell->has_dtb ? cell->dtb_gpa : cell->top;
}

/* Return: end of the kernel in memory, with its bss; 0 after an error. */
static uint64_t plan_kernel(struct planner *planner)
{
	struct cfg_cell *cell = planner->cell;
	struct kernel_header header;
	const char *problem;
	uint64_t size = 0;
	const char *path = find_file(planner, "kernel", &size);

	if (!path)
		return 0;
	if (kernel_read_header(cell->board->isa, path, &header, &problem)) {
		error_add(planner->messages, RULE_IMAGE_FORMAT, boot_place(cell, "kernel"),
			  arena_printf(&cell->arena, "give an uncompressed %s", cell->board->isa->kernel),
			  "'%s' %s", path, problem);
		return 0;
	}
	if (header.image_size < size)
		header.image_size = size; /* kernels before 3.17 say 0 */
	if (does_not_fit(planner, "kernel", path, header.image_size, cell->body.entry, image_top(cell)))
		return 0;
	add_load(planner, "kernel", cell->body.entry, size)->path = path;
	cell->plan.kernel = path;
	return cell->body.entry + header.image_size;
}

void plan_initrd(struct planner *planner, uint64_t kernel_end, uint64_t *gpa, uint64_t *size)
{
	struct cfg_cell *cell = planner->cell;
	const char *path = find_file(planner, "initrd", size);
	uint64_t room;

	if (!path)
		return;
	room = (*size + BH_PAGE_SIZE - 1) & ~(uint64_t)(BH_PAGE_SIZE - 1);
	if (does_not_fit(planner, "initrd", path, room, kernel_end, image_top(cell)))
		return;
	*gpa = image_top(cell) - room;
	add_load(planner, "initrd", *gpa, *size)->path = path;
	cell->plan.initrd = path;
}

static void plan_linux(struct planner *planner, uint64_t *initrd, uint64_t *initrd_size)
{
	const uint64_t kernel_end = plan_kernel(planner);

	if (boot_node(planner->cell, "initrd"))
		plan_initrd(planner, kernel_end ? kernel_end : planner->cell->body.entry, initrd,
			    initrd_size);
}

static void plan_flat(struct planner *planner)
{
	struct cfg_cell *cell = planner->cell;
	uint64_t size;
	const char *path = find_file(planner, "image", &size);

	if (!path || does_not_fit(planner, "image", path, size, cell->image_gpa, image_top(cell)))
		return;
	add_load(planner, "image", cell->image_gpa, size)->path = path;
	cell->plan.kernel = path;
}

static void plan_dtb(struct planner *planner, uint64_t initrd, uint64_t initrd_size)
{
	struct cfg_cell *cell = planner->cell;
	const char *text = node_text(boot_node(cell, "devicetree"), "generate");
	const char *path = text;
	uint64_t size = 0;
	size_t built;

	if (strcmp(text, "generate")) {
		path = find_file(planner, "devicetree", &size);
		if (!path)
			return;
		cell->plan.dtb = guest_dt_correct(cell, path, boot_place(cell, "devicetree"), initrd,
						  initrd_size, &built, planner->messages);
	} else {
		cell->plan.dtb = guest_dt_build(cell, initrd, initrd_size, &built, planner->messages);
	}
	if (!cell->plan.dtb || does_not_fit(planner, "devicetree", path, built, cell->dtb_gpa, cell->top))
		return;
	cell->plan.dtb_size = built;
	add_load(planner, "device tree", cell->dtb_gpa, built)->data = cell->plan.dtb;
	cell->plan.dtb_gpa = cell->dtb_gpa;
}

/* A file of 'load' must lie in one region that root may fill. */
static int is_loadable(const struct cfg_cell *cell, uint64_t gpa, uint64_t size)
{
	for (size_t i = 0; i < cell->memory_count; i++) {
		const struct bh_config_memory *blob = &cell->memory[i].blob;

		if (blob->flags & BH_MEM_LOADABLE && gpa >= blob->gpa && size <= blob->size &&
		    gpa - blob->gpa <= blob->size - size)
			return 1;
	}
	return 0;
}

static void plan_files(struct planner *planner)
{
	const struct node *list = boot_node(planner->cell, "load");

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);
		const uint64_t gpa = node_number(node_get(node, "at"), 0);
		uint64_t size;
		const char *path = find_file_at(planner, node_get(node, "file"), "file", &size);

		if (path && !is_loadable(planner->cell, gpa, size))
			error_add(planner->messages, RULE_IMAGE_PLACE, node->place,
				  "choose another place or a larger region",
				  "'%s' (0x%llx bytes) does not fit in a loadable memory region at 0x%llx",
				  path, (ull)size, (ull)gpa);
		else if (path)
			add_load(planner, "file", gpa, size)->path = path;
	}
}

static void check_loads(struct planner *planner)
{
	struct spans spans = { .arena = &planner->cell->arena };

	for (size_t i = 0; i < planner->count; i++)
		span_add(&spans, planner->loads[i].gpa, planner->loads[i].size,
			 boot_place(planner->cell, "load"), "%s '%s'", planner->loads[i].what,
			 planner->loads[i].path ? planner->loads[i].path : "generated");
	spans_check(&spans, RULE_IMAGE_OVERLAP, "images of the cell", planner->messages);
}

const struct cfg_boot_plan *cell_make_plan(struct cfg_cell *cell, enum cfg_severity missing,
					   struct cfg_messages *messages)
{
	struct planner planner = { .cell = cell, .missing = missing, .messages = messages };
	const size_t before = messages->error_count;
	uint64_t initrd = 0, initrd_size = 0;

	cell->plan = (struct cfg_boot_plan){ .protocol = cell->protocol,
					     .cmdline = node_text(boot_node(cell, "cmdline"), NULL) };
	if (cell->board->isa->plan_boot && cell->protocol != CFG_BOOT_NONE)
		cell->board->isa->plan_boot(&planner);
	else if (cell->protocol == CFG_BOOT_LINUX)
		plan_linux(&planner, &initrd, &initrd_size);
	else if (cell->protocol == CFG_BOOT_FLAT)
		plan_flat(&planner);
	if (cell->has_dtb)
		plan_dtb(&planner, initrd, initrd_size);
	plan_files(&planner);
	check_loads(&planner);
	cell->plan.loads = planner.loads;
	cell->plan.load_count = planner.count;
	return messages->error_count == before ? &cell->plan : NULL;
}
