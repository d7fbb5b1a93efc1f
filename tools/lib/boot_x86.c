// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Boot data of x86-64 guests. RAM of a cell that needs any starts at guest address 0:
 *
 *	0x9000    multiboot information                    Multiboot specification 0.6.96, section 3
 *	0x10000   Linux: zero page; 0x11000 command line   Documentation/arch/x86/boot.rst, protocol 2.12 and later
 *	0x9fc00   end of low RAM, as on a PC
 *	0xe0000   ACPI tables, the RSDP first
 *	0xffff0   where a PC begins: resets the cell
 *	0x1000000 Linux: kernel                            the initial RAM disk ends at the end of the region
 *
 * A guest that begins in long mode gets page tables for the first 4 GiB at the end of its region.
 */
#include "plan.h"

#include <lib/config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MULTIBOOT_AT 0x9000u
#define ZERO_PAGE_AT 0x10000u
#define CMDLINE_AT 0x11000u
#define CMDLINE_ROOM 0x1000u
#define LOW_END 0x9fc00u
#define RESET_AT 0xffff0u
#define HIGH_START 0x100000u
#define LINUX_AT 0x1000000u
#define MULTIBOOT_IMAGE_AT 0x200000u
#define IMAGE_LIMIT (256u << 20)
#define MULTIBOOT_MAGIC 0x2badb002u

typedef unsigned long long ull;

static void put(uint8_t *at, uint64_t value, unsigned int width)
{
	for (unsigned int i = 0; i < width; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *at, unsigned int width)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < width; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

/* ---- the map of memory, as a PC's firmware gives it ---- */

struct e820 {
	uint64_t base, size;
	uint32_t type; /* 1 RAM, 2 reserved */
};

#define E820_MOST 64

static unsigned int make_map(const struct cfg_cell *cell, struct e820 map[E820_MOST])
{
	unsigned int count = 0;

	map[count++] = (struct e820){ 0, LOW_END, 1 };
	map[count++] = (struct e820){ LOW_END, HIGH_START - LOW_END, 2 };
	for (size_t i = 0; i < cell->memory_count && count < E820_MOST; i++) {
		struct e820 range = { cell->memory[i].blob.gpa, cell->memory[i].blob.size, 1 };

		if (cell->memory[i].blob.flags & BH_MEM_DEVICE)
			continue;
		if (range.base < HIGH_START) {
			range.size -= HIGH_START - range.base;
			range.base = HIGH_START;
		}
		map[count++] = range;
	}
	return count;
}

/* ---- images ---- */

/* Whole file, in the cell's arena. NULL after an error. */
static const uint8_t *read_image(struct planner *planner, const char *key, const char *path, size_t *size)
{
	char *data = file_read(path, IMAGE_LIMIT, size);
	uint8_t *copy;

	if (!data) {
		error_add(planner->messages, RULE_IMAGE_FILE, boot_place(planner->cell, key), NULL,
			  "%s '%s' cannot be read: %s", key, path, strerror(errno));
		return NULL;
	}
	copy = arena_alloc(&planner->cell->arena, *size + 1);
	memcpy(copy, data, *size);
	free(data);
	return copy;
}

static void no_image(struct planner *planner, const char *key, const char *path, const char *problem)
{
	error_add(planner->messages, RULE_IMAGE_FORMAT, boot_place(planner->cell, key),
		  planner->cell->protocol == CFG_BOOT_LINUX ?
			  "give a bzImage such as /boot/vmlinuz" :
			  "give an ELF file, or a binary with a multiboot header that says where it lies",
		  "'%s' %s", path, problem);
}

/* ---- Linux ---- */

#define SETUP_SECTS 0x1f1
#define SETUP_START 0x1f1
#define SETUP_MAGIC 0x202
#define SETUP_VERSION 0x206
#define SETUP_LEAST 0x268

struct bzimage {
	const uint8_t *file;
	size_t size, payload;
	uint64_t need, initrd_most;
	uint32_t cmdline_most;
};

/* Return: NULL, or why it cannot be started. */
static const char *open_bzimage(struct bzimage *image)
{
	const uint8_t *file = image->file;

	if (image->size < SETUP_LEAST || get(file + 0x1fe, 2) != 0xaa55 ||
	    memcmp(file + SETUP_MAGIC, "HdrS", 4))
		return "is not a bzImage";
	if (get(file + SETUP_VERSION, 2) < 0x20c)
		return "is a kernel before 3.8, which this boot protocol does not reach";
	image->payload = ((file[SETUP_SECTS] ? file[SETUP_SECTS] : 4u) + 1u) * 512u;
	if (image->payload >= image->size)
		return "is cut off";
	if (!(file[0x211] & 1) || !file[0x234])
		return "is no relocatable kernel";
	image->need = get(file + 0x260, 4);
	if (image->need < image->size - image->payload)
		image->need = image->size - image->payload;
	image->initrd_most = get(file + 0x22c, 4);
	image->cmdline_most = (uint32_t)get(file + 0x238, 4);
	return NULL;
}

/* The kernel's own header, and what a boot loader fills in. */
static void plan_zero_page(struct planner *planner, const struct bzimage *image, uint64_t initrd,
			   uint64_t initrd_size)
{
	struct cfg_cell *cell = planner->cell;
	const char *cmdline = node_text(boot_node(cell, "cmdline"), "");
	uint8_t *page = arena_alloc(&cell->arena, CMDLINE_AT - ZERO_PAGE_AT + CMDLINE_ROOM);
	const size_t header_end = SETUP_MAGIC + image->file[0x201];
	struct e820 map[E820_MOST];
	const unsigned int count = make_map(cell, map);

	memcpy(page + SETUP_START, image->file + SETUP_START, header_end - SETUP_START);
	page[0x210] = 0xff; /* a loader without a number */
	put(page + 0x1fa, 0xffff, 2);
	put(page + 0x214, cell->body.entry, 4);
	put(page + 0x218, initrd, 4);
	put(page + 0x21c, initrd_size, 4);
	put(page + 0x228, CMDLINE_AT, 4);
	if (cell->body_has_acpi)
		put(page + 0x070, ACPI_AT, 8);
	page[0x1e8] = (uint8_t)count;
	for (unsigned int i = 0; i < count; i++) {
		put(page + 0x2d0 + 20 * i, map[i].base, 8);
		put(page + 0x2d8 + 20 * i, map[i].size, 8);
		put(page + 0x2e0 + 20 * i, map[i].type, 4);
	}
	if (strlen(cmdline) >= CMDLINE_ROOM ||
	    (image->cmdline_most && strlen(cmdline) > image->cmdline_most)) {
		error_add(planner->messages, RULE_TEXT_LENGTH, boot_place(cell, "cmdline"), "shorten it",
			  "the kernel takes no command line of %zu characters", strlen(cmdline));
		return;
	}
	strcpy((char *)page + (CMDLINE_AT - ZERO_PAGE_AT), cmdline);
	add_load(planner, "zero page", ZERO_PAGE_AT, CMDLINE_AT - ZERO_PAGE_AT + strlen(cmdline) + 1)->data =
		page;
}

static void plan_linux(struct planner *planner)
{
	struct cfg_cell *cell = planner->cell;
	uint64_t size, initrd = 0, initrd_size = 0;
	const char *path = find_file(planner, "kernel", &size), *problem;
	struct bzimage image;

	if (!path)
		return;
	image.file = read_image(planner, "kernel", path, &image.size);
	problem = image.file ? open_bzimage(&image) : NULL;
	if (problem)
		no_image(planner, "kernel", path, problem);
	if (!image.file || problem ||
	    does_not_fit(planner, "kernel", path, image.need, cell->body.entry, cell->top))
		return;
	add_load(planner, "kernel", cell->body.entry, image.size - image.payload)->data =
		image.file + image.payload;
	cell->plan.kernel = path;
	if (cell->top > image.initrd_most + 1)
		cell->top = (image.initrd_most + 1) & ~(uint64_t)(BH_PAGE_SIZE - 1);
	if (boot_node(cell, "initrd"))
		plan_initrd(planner, cell->body.entry + image.need, &initrd, &initrd_size);
	plan_zero_page(planner, &image, initrd, initrd_size);
}

/* ---- multiboot ---- */

#define MB_HEADER_MAGIC 0x1badb002u
#define MB_HEADER_REACH 8192
#define MB_HAS_ADDRESSES 0x10000u

/** What is loaded: up to 16 pieces of the file. */
struct mb_image {
	const uint8_t *file;
	size_t size;
	uint64_t entry;
	struct mb_piece {
		uint64_t gpa, offset, size, need;
	} pieces[16];
	unsigned int count;
};

static const uint8_t *find_header(const struct mb_image *image)
{
	const size_t reach = image->size < MB_HEADER_REACH ? image->size : MB_HEADER_REACH;

	for (size_t at = 0; at + 12 <= reach; at += 4) {
		const uint8_t *header = image->file + at;

		if (get(header, 4) == MB_HEADER_MAGIC &&
		    (uint32_t)(get(header, 4) + get(header + 4, 4) + get(header + 8, 4)) == 0)
			return header;
	}
	return NULL;
}

static const char *open_by_header(struct mb_image *image, const uint8_t *header)
{
	const uint64_t header_at = get(header + 12, 4), load = get(header + 16, 4), end = get(header + 20, 4),
		       bss_end = get(header + 24, 4);
	const uint64_t in_file = (uint64_t)(header - image->file);
	uint64_t offset, size;

	if (in_file + 32 > image->size || header_at < load || header_at - load > in_file)
		return "has a multiboot header that contradicts itself";
	offset = in_file - (header_at - load);
	size = end ? end - load : image->size - offset;
	if ((end && end < load) || size > image->size - offset || (bss_end && bss_end < load + size))
		return "has a multiboot header that contradicts itself";
	image->pieces[0] = (struct mb_piece){ load, offset, size, bss_end ? bss_end - load : size };
	image->count = 1;
	image->entry = get(header + 28, 4);
	return NULL;
}

/* ELF, 32 or 64 bits: segments to be loaded, at their physical addresses. */
static const char *open_elf(struct mb_image *image)
{
	const uint8_t *file = image->file;
	const int wide = file[4] == 2;
	const uint64_t table = wide ? get(file + 32, 8) : get(file + 28, 4);
	const size_t entry_size = (size_t)get(file + (wide ? 54 : 42), 2);
	const unsigned int count = (unsigned int)get(file + (wide ? 56 : 44), 2);

	if (entry_size < (wide ? 56u : 32u) || table > image->size ||
	    count > (image->size - table) / entry_size)
		return "is a damaged ELF file";
	image->entry = wide ? get(file + 24, 8) : get(file + 24, 4);
	for (unsigned int i = 0; i < count; i++) {
		const uint8_t *at = file + table + i * entry_size;
		struct mb_piece piece = {
			.offset = wide ? get(at + 8, 8) : get(at + 4, 4),
			.gpa = wide ? get(at + 24, 8) : get(at + 12, 4),
			.size = wide ? get(at + 32, 8) : get(at + 16, 4),
			.need = wide ? get(at + 40, 8) : get(at + 20, 4),
		};

		if (get(at, 4) != 1 || !piece.need)
			continue;
		if (piece.offset > image->size || piece.size > image->size - piece.offset ||
		    piece.need < piece.size || image->count == ARRAY_SIZE(image->pieces))
			return "is a damaged ELF file";
		image->pieces[image->count++] = piece;
	}
	return image->count ? NULL : "is an ELF file with nothing to load";
}

static const char *open_multiboot(struct mb_image *image)
{
	const uint8_t *header = find_header(image);

	image->count = 0;
	if (!header)
		return "has no multiboot header in its first 8 KiB";
	if (get(header + 4, 4) & MB_HAS_ADDRESSES)
		return open_by_header(image, header);
	if (image->size >= 64 && !memcmp(image->file, "\177ELF", 4))
		return open_elf(image);
	return "has a multiboot header without addresses";
}

/* Where the image says that it begins; @otherwise without it. */
static uint64_t multiboot_entry(struct cfg_cell *cell, uint64_t otherwise)
{
	const struct node *node = boot_node(cell, "image");
	struct mb_image image = { 0 };
	char *data = node ? file_read(cell_image_path(cell, node->text), IMAGE_LIMIT, &image.size) : NULL;
	uint64_t entry = otherwise;

	image.file = (const uint8_t *)data;
	if (data && !open_multiboot(&image))
		entry = image.entry;
	free(data);
	return entry;
}

#define MB_INFO_SIZE 0x1000u
#define MB_INFO_MAP 0x80u
#define MB_INFO_NAME 0x700u
#define MB_INFO_CMDLINE 0x800u

static void plan_multiboot_info(struct planner *planner)
{
	struct cfg_cell *cell = planner->cell;
	const char *cmdline = node_text(boot_node(cell, "cmdline"), "");
	uint8_t *info = arena_alloc(&cell->arena, MB_INFO_SIZE);
	struct e820 map[E820_MOST];
	const unsigned int count = make_map(cell, map);
	const struct cell_memory *region = cell->boot_region;

	if (strlen(cmdline) >= MB_INFO_SIZE - MB_INFO_CMDLINE) {
		error_add(planner->messages, RULE_TEXT_LENGTH, boot_place(cell, "cmdline"), "shorten it",
			  "a command line of %zu characters is too long", strlen(cmdline));
		return;
	}
	put(info, 1u << 0 | 1u << 2 | 1u << 6 | 1u << 9, 4);
	put(info + 4, LOW_END >> 10, 4);
	put(info + 8, (region->blob.size - HIGH_START) >> 10, 4);
	put(info + 16, MULTIBOOT_AT + MB_INFO_CMDLINE, 4);
	put(info + 44, 24 * count, 4);
	put(info + 48, MULTIBOOT_AT + MB_INFO_MAP, 4);
	put(info + 64, MULTIBOOT_AT + MB_INFO_NAME, 4);
	for (unsigned int i = 0; i < count; i++) {
		uint8_t *entry = info + MB_INFO_MAP + 24 * i;

		put(entry, 20, 4);
		put(entry + 4, map[i].base, 8);
		put(entry + 12, map[i].size, 8);
		put(entry + 20, map[i].type, 4);
	}
	strcpy((char *)info + MB_INFO_NAME, "bulkhead");
	strcpy((char *)info + MB_INFO_CMDLINE, cmdline);
	add_load(planner, "multiboot information", MULTIBOOT_AT, MB_INFO_SIZE)->data = info;
}

static void plan_multiboot(struct planner *planner)
{
	struct cfg_cell *cell = planner->cell;
	const uint64_t end = cell->boot_region->blob.gpa + cell->boot_region->blob.size;
	uint64_t size;
	const char *path = find_file(planner, "image", &size), *problem;
	struct mb_image image = { 0 };

	plan_multiboot_info(planner);
	if (!path)
		return;
	image.file = read_image(planner, "image", path, &image.size);
	problem = image.file ? open_multiboot(&image) : NULL;
	if (problem)
		no_image(planner, "image", path, problem);
	for (unsigned int i = 0; image.file && !problem && i < image.count; i++) {
		const struct mb_piece *piece = &image.pieces[i];

		if (does_not_fit(planner, "image", path, piece->need, piece->gpa, end))
			return;
		if (piece->size)
			add_load(planner, "image", piece->gpa, piece->size)->data =
				image.file + piece->offset;
	}
	cell->plan.kernel = path;
}

/* ---- flat binaries ---- */

#define TABLE_PAGES 6u /* one of 512 GiB, one of 1 GiB, four of 2 MiB */

static void plan_page_tables(struct planner *planner)
{
	struct cfg_cell *cell = planner->cell;
	const uint64_t at = cell->body.x86.start;
	uint8_t *tables = arena_alloc(&cell->arena, TABLE_PAGES * BH_PAGE_SIZE);

	put(tables, (at + BH_PAGE_SIZE) | 3, 8);
	for (unsigned int i = 0; i < 4; i++)
		put(tables + BH_PAGE_SIZE + 8 * i, (at + (2 + i) * BH_PAGE_SIZE) | 3, 8);
	for (uint64_t i = 0; i < 4 * 512; i++)
		put(tables + 2 * BH_PAGE_SIZE + 8 * i, i << 21 | 0x83, 8);
	add_load(planner, "page tables", at, TABLE_PAGES * BH_PAGE_SIZE)->data = tables;
}

static void plan_flat(struct planner *planner)
{
	struct cfg_cell *cell = planner->cell;
	uint64_t size;
	const char *path = find_file(planner, "image", &size);

	if (cell->body.x86.mode == BH_X86_LONG)
		plan_page_tables(planner);
	if (!path || does_not_fit(planner, "image", path, size, cell->image_gpa, cell->top))
		return;
	add_load(planner, "image", cell->image_gpa, size)->path = path;
	cell->plan.kernel = path;
}

/* ---- all of them ---- */

/* Boot data lies in low memory: is it there? */
static int has_low_memory(struct cfg_cell *cell, const char *what, struct cfg_messages *messages)
{
	const struct bh_config_memory *blob = &cell->boot_region->blob;

	if (!blob->gpa && blob->size >= 2 * BH_RAM_ALIGN && blob->flags & BH_MEM_LOADABLE)
		return 1;
	error_add(messages, RULE_BOOT_LOW, cell->boot_region->place,
		  "give the region 'guest: 0x0' and 4M or more",
		  "%s needs RAM from guest address 0 on, and memory region '%s' is not that", what,
		  cell->boot_region->name);
	return 0;
}

static void place_linux(struct cfg_cell *cell)
{
	if (!boot_node(cell, "at"))
		cell->image_gpa = cell->body.entry = LINUX_AT;
	cell->body.boot_arg = ZERO_PAGE_AT;
}

static void place_multiboot(struct cfg_cell *cell)
{
	if (!boot_node(cell, "at"))
		cell->image_gpa = MULTIBOOT_IMAGE_AT;
	if (!boot_node(cell, "entry"))
		cell->body.entry = multiboot_entry(cell, cell->image_gpa);
	cell->body.boot_arg = MULTIBOOT_AT;
	cell->body.x86.start = MULTIBOOT_MAGIC;
}

static void place_flat(struct cfg_cell *cell)
{
	cell->body.x86.mode = (uint16_t)(BH_X86_REAL + node_choice(boot_node(cell, "mode"), CHOICES_MODE,
								   BH_X86_PROTECTED - 1));
	if (cell->body.x86.mode != BH_X86_LONG)
		return;
	cell->top -= TABLE_PAGES * BH_PAGE_SIZE;
	cell->body.x86.start = (uint32_t)cell->top;
}

/* The file of a blob says nothing of that: 'protocol: none' has the CPU's state in numbers. */
static void place_none(struct cfg_cell *cell)
{
	place_flat(cell);
	if (cell->body.x86.mode != BH_X86_REAL)
		cell->body.x86.start = (uint32_t)node_number(boot_node(cell, "start"), cell->body.x86.start);
}

void place_boot_x86(struct cfg_cell *cell, struct cfg_messages *messages)
{
	const int wants_acpi = node_choice(boot_node(cell, "acpi"), CHOICES_TABLES,
					   cell->protocol == CFG_BOOT_LINUX ? 0 : 1) == 0;

	cell->body.x86.mode = BH_X86_PROTECTED;
	if (cell->protocol == CFG_BOOT_FLAT)
		place_flat(cell);
	else if (cell->protocol == CFG_BOOT_NONE)
		place_none(cell);
	else if (has_low_memory(cell, cell->protocol == CFG_BOOT_LINUX ? "Linux" : "multiboot", messages))
		cell->protocol == CFG_BOOT_LINUX ? place_linux(cell) : place_multiboot(cell);
	cell->body_has_acpi = wants_acpi && cell->protocol != CFG_BOOT_NONE &&
			      (cell->protocol != CFG_BOOT_FLAT || has_low_memory(cell, "ACPI", messages));
}

static void plan_acpi(struct planner *planner)
{
	size_t size;
	const void *tables = acpi_guest_build(planner->cell, &size);

	add_load(planner, "ACPI tables", ACPI_AT, size)->data = tables;
}

/*
 * A kernel that finds hardware-reduced ACPI and no UEFI asks neither ACPI nor the keyboard's controller for a reset: it
 * jumps to where a PC begins, in real mode (Linux' reboot=bios).
 */
static void plan_reset(struct planner *planner)
{
	static const uint8_t reset[] = {
		0xb0, 0xfe, /* mov $0xfe, %al */
		0xe6, 0x64, /* out %al, $0x64 */
		0xf4,	    /* hlt */
		0xeb, 0xfd, /* jmp to it */
	};

	add_load(planner, "code at the reset vector", RESET_AT, sizeof(reset))->data = reset;
}

void plan_boot_x86(struct planner *planner)
{
	switch (planner->cell->protocol) {
	case CFG_BOOT_LINUX:
		plan_linux(planner);
		break;
	case CFG_BOOT_MULTIBOOT:
		plan_multiboot(planner);
		break;
	default:
		plan_flat(planner);
	}
	if (planner->cell->body_has_acpi) {
		plan_acpi(planner);
		plan_reset(planner);
	}
}
