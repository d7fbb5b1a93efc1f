/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of libbulkheadcfg share. The way of a file:
 *
 *	yaml.c    events -> tree of nodes, each with its place
 *	schema.c  the language as one table; schema_check.c: types, unknown and missing keys
 *	board.c   board file and device tree -> system blob
 *	cell.c    cell file and board -> cell blob
 *	plan.c    images -> places in the cell's memory; guest_dt.c: the guest's device tree
 *	cross.c   all files against each other
 *
 * What must hold of all that is the table of rules.h; message.c collects what is broken, report.c prints it.
 */
#ifndef CFG_INTERNAL_H
#define CFG_INTERNAL_H

#include "cfg.h"
#include "rules.h"

#include <stdarg.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* ---- memory: freed all at once with the board or cell that it belongs to ---- */

struct arena {
	struct arena_block *blocks;
};

/** Zeroed. Does not return without memory: the tool then ends with a message. */
void *arena_alloc(struct arena *arena, size_t size);
/** Room for one element more: moves @list when @count is a power of two or 0. */
void *arena_grow(struct arena *arena, void *list, size_t count, size_t element_size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *arena);

/* ---- messages ---- */

struct place {
	const char *file;
	unsigned int line;
	unsigned int column;
};

/** Return: the message, until the next one is added; NULL if it is not kept. */
struct cfg_message *message_add(struct cfg_messages *messages, enum cfg_rule rule, enum cfg_severity severity,
				struct place place, const char *mend, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
#define error_add(messages, rule, place, mend, ...) \
	message_add(messages, rule, CFG_ERROR, place, mend, __VA_ARGS__)
#define warning_add(messages, rule, place, mend, ...) \
	message_add(messages, rule, CFG_WARNING, place, mend, __VA_ARGS__)

/** A second place of @message, which may be NULL: message_also(error_add(...), place, "CPU 1 of '%s'", x). */
void message_also(struct cfg_message *message, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- YAML ---- */

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/**
 * struct node - a value of a YAML file
 * @text: of a scalar.  @items, @count: of a list; of a map together with @keys.
 * @weight: values that it stands for, aliases counted each time.
 * @checked: the entry of the schema that it was last held against: an alias is not reported twice.
 */
struct node {
	enum node_kind kind;
	struct place place;
	const char *text;
	struct node **keys;
	struct node **items;
	size_t count;
	uint64_t weight;
	const void *checked;
};

/** Return: the document's top node, NULL after an error. @file is the name for messages. */
struct node *yaml_parse(struct arena *arena, const char *file, const char *text, size_t size,
			struct cfg_messages *messages);

/** Value of @key, NULL if @map is NULL or has none. */
const struct node *node_get(const struct node *map, const char *key);
/** The same along a path: "hypervisor.memory.at". */
const struct node *node_find(const struct node *map, const char *path);

/** A scalar counts as a list of one, NULL as an empty one. */
size_t node_count(const struct node *node);
const struct node *node_item(const struct node *node, size_t index);

/* ---- values ---- */

int parse_number(const char *text, uint64_t *value);   /* 12, 0x4000_0000 */
int parse_size(const char *text, uint64_t *value);     /* number with K, M, G, T */
int parse_duration(const char *text, uint64_t *value); /* 500ms, 10s, 2min -> ms */
int parse_irq(const char *text, uint64_t *value);      /* spi N, ppi N, intid N -> INTID */
int parse_bool(const char *text, int *value);
/** 'mpidr 0x100', 'hart 2', 'apic 4': @word is which of them. */
int parse_hwid(const char *text, const char **word, uint64_t *hwid);
int parse_cpus(const char *text, uint64_t *first, uint64_t *last);		/* 2 or 2-3 */
int parse_rate(const char *text, unsigned int *count, unsigned int *period_ms); /* 3 per 1min */

/* After the schema has accepted a file, the texts are known to be right: no errors here. */
uint64_t node_number(const struct node *node, uint64_t otherwise);
uint64_t node_size(const struct node *node, uint64_t otherwise);
uint64_t node_duration(const struct node *node, uint64_t otherwise);
int node_bool(const struct node *node, int otherwise);
const char *node_text(const struct node *node, const char *otherwise);
/** A scalar 'spi 3', or a map with spi, ppi or intid. */
uint64_t node_irq(const struct node *node, uint64_t otherwise);
/** Place of the text in "a|b|c", @otherwise if NULL. */
unsigned int node_choice(const struct node *node, const char *choices, unsigned int otherwise);
struct place node_place(const struct node *node, const char *file);

/* ---- schema ---- */

/** Check types, unknown and missing keys of a board (BH_CONFIG_SYSTEM) or cell file; all errors are added. */
void schema_check(const struct node *top, enum bh_config_kind kind, struct cfg_messages *messages);
/** The language of a board or cell file as text. */
void schema_print(FILE *out, enum bh_config_kind kind);
/** The same as JSON Schema. */
void schema_print_json(FILE *out, enum bh_config_kind kind);
/** The reference of both files and of the rules: Markdown, and the manual page of section 5. */
void reference_print(FILE *out);
void reference_print_man(FILE *out);
/** The nearest of @count names, NULL if none is near. */
const char *schema_nearest(const char *name, const char *const *names, size_t count);

#define CHOICES_ARCH "aarch64|riscv64|x86_64"
#define CHOICES_LOG "error|warning|info|debug"
#define CHOICES_ON_RESET "machine|stop"
#define CHOICES_UART "none|pl011|16550"
#define CHOICES_VUART "pl011|16550"
#define CHOICES_RISCV_INTC "plic|aplic|imsic"
#define CHOICES_PROTOCOL "none|flat|linux|bare-metal|multiboot"
#define CHOICES_MODE "real|protected|long"
#define CHOICES_TABLES "generate|none"
#define CHOICES_IOMMU "vtd|amd"
#define CHOICES_SCOPE "pci|ioapic|hpet"
#define CHOICES_INTC "auto|gicv2|gicv3|ioapic|none"
#define CHOICES_FLAGS "read|write|execute"
#define CHOICES_DMA "none|unprotected"
#define CHOICES_BARS "machine|listed"
#define CHOICES_WAIVE "shared-clock|shared-core"
#define WAIVE_CLOCK 0
#define WAIVE_CORE 1
#define CHOICES_RESTART "never|failed|always"

/* ---- device tree of the board ---- */

struct devtree;

#define LIVE_DEVICETREE "/sys/firmware/fdt"

struct devtree *devtree_load(struct arena *arena, const char *path, struct place place,
			     struct cfg_messages *messages);
const void *devtree_blob(const struct devtree *tree);
const char *devtree_path(const struct devtree *tree);
/** Return: 1 if the machine is @compatible. */
int devtree_compatible(const struct devtree *tree, const char *compatible);
const char *devtree_machine(const struct devtree *tree);
/** Path of @node. Return: in @arena. */
const char *devtree_node_path(struct arena *arena, const struct devtree *tree, int node);

/** The @index-th reg of @node as a physical address. Return: 1, 0 no more, < 0 not translatable. */
int devtree_reg(const struct devtree *tree, int node, unsigned int index, struct bh_config_range *range);
/** The @index-th interrupt of @node at the GIC. Return: 1, 0 no more, < 0 not the GIC's. */
int devtree_irq(const struct devtree *tree, int node, unsigned int index, uint32_t *intid, uint32_t *flags);

struct ranges {
	struct bh_config_range *list;
	uint32_t count;
};

void devtree_memory(struct arena *arena, const struct devtree *tree, struct ranges *ranges);
/** @nodes: offset of each CPU's node, may be NULL. Return: count. */
uint32_t devtree_cpus(struct arena *arena, const struct devtree *tree, struct bh_config_cpu **cpus);
/** Return: 1, 0 if the tree has no GICv2 or v3. */
int devtree_gic(const struct devtree *tree, struct bh_config_gic *gic);
/** First node other than those of @own whose registers lie in @range, -1 if none. */
int devtree_sharer(const struct devtree *tree, const struct bh_config_range *range, const int *own,
		   size_t own_count);

/* ---- blobs ---- */

struct blob_array {
	uint32_t descriptor; /* offset in the body */
	const void *elements;
	uint32_t count;
	uint32_t element_size;
};

/** Body and arrays as one blob with checksum. @body starts with a header, which is filled in. */
void *blob_build(struct arena *arena, const void *body, uint32_t body_size, uint16_t arch, unsigned int kind,
		 const struct blob_array *arrays, unsigned int array_count, size_t *size);

/** The whole of a regular file, NULL and errno. Free with free(). */
void *file_read(const char *path, size_t most, size_t *size);
/** @path beside @file, or as it is if absolute. */
char *path_beside(struct arena *arena, const char *file, const char *path);

/* ---- overlaps ---- */

/** A range with the words by which the user knows it. @owner: spans of one owner are not compared; 0: none. */
struct span {
	uint64_t base;
	uint64_t size;
	const char *name;
	struct place place;
	size_t owner;
};

struct spans {
	struct arena *arena;
	struct span *list;
	size_t count;
};

void span_add(struct spans *spans, uint64_t base, uint64_t size, struct place place, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/** The same for the span that was added last. */
void span_owner(struct spans *spans, size_t owner);
/** One error for each pair that overlaps, in the order of adding. @space: "guest's memory". */
void spans_check(const struct spans *spans, enum cfg_rule rule, const char *space,
		 struct cfg_messages *messages);

/* ---- board and cell ---- */

struct isa; /* isa.h */
struct pc;  /* pc.h */

/**
 * struct board_alias - RAM that is seen at a second address
 * @at, @size, @of: a window onto it.  @every: or what lies behind it is that RAM again; 0 of the other kind.
 */
struct board_alias {
	uint64_t at, size, of;
	uint64_t every;
	struct place place;
};

/**
 * struct cfg_board - a board file or a system blob
 * @cores, @clocks: for each CPU the number of its core and clock domain, 0: its own; NULL: not known.
 */
struct cfg_board {
	struct arena arena;
	const struct isa *isa;
	const char *file;
	const struct node *root; /* NULL if made of a blob */
	struct bh_config_system *blob;
	size_t blob_size;
	const char *devicetree; /* path, loaded when needed */
	struct place devicetree_place;
	struct devtree *tree;
	const char *acpi; /* folder that has the machine's /sys and /proc, read when needed; NULL: none */
	struct pc *pc;
	struct board_alias *aliases;
	size_t alias_count;
	uint32_t *cores, *clocks;
};

/** The alias that @range lies in, and in @real what is seen there; NULL if it lies in none. */
const struct board_alias *board_find_alias(const struct cfg_board *board, const struct bh_config_range *range,
					   struct bh_config_range *real);

/** The board's device tree, loaded at the first call. Return: NULL after an error. */
const struct devtree *board_devtree(struct cfg_board *board, struct cfg_messages *messages);

/** A region, an interrupt or a device of the cell: blob entry and where it comes from. */
struct cell_memory {
	struct bh_config_memory blob;
	const char *name;
	struct place place;
	int node; /* of the board's device tree, -1 if not passed through */
};

struct cell_irq {
	uint32_t intid;
	struct place place;
	const char *name;
	int node; /* of the board's tree, < 0: given by number */
};

struct cell_device {
	struct bh_config_device blob;
	const char *name;
	struct place place;
};

/** I/O ports of the machine. */
struct cell_ports {
	struct bh_config_ports blob;
	const char *name;
	struct place place;
};

struct pci_function; /* pc.h */

struct cell_pci {
	struct bh_config_pci blob;
	const char *name;
	const struct pci_function *function; /* NULL: its registers are listed apart */
	const struct node *dma;		     /* as the file has it, may be NULL */
	struct place place;
};

struct cell_cpu {
	uint64_t hwid;
	uint32_t slot;
	struct place place;
};

/**
 * struct passthrough - a node of the board's tree
 * @name: its path.  @guest: its name in the guest's tree.  @dma: 0 not said, 1 none, 2 unprotected.
 * @source: the entry of 'devices'.
 */
struct passthrough {
	int node;
	const char *name;
	const char *guest;
	unsigned int dma;
	const struct node *source;
	struct place place;
};

struct cfg_cell {
	struct arena arena;
	struct cfg_board *board;
	const char *file;
	const char *images;
	const struct node *root;
	struct bh_config_cell body;
	struct bh_config_cell *blob;
	size_t blob_size;
	struct cell_cpu *cpus;
	struct cell_memory *memory;
	struct cell_irq *irqs;
	struct cell_device *devices;
	struct passthrough *passed;
	struct cell_ports *ports;
	struct cell_pci *pci;
	size_t cpu_count, memory_count, irq_count, device_count, passed_count, port_count, pci_count;
	/* boot */
	enum cfg_protocol protocol;
	const struct cell_memory *boot_region;
	uint64_t image_gpa, dtb_gpa, top;
	int has_dtb;
	int body_has_acpi; /* x86-64 */
	struct cfg_restart restart;
	struct cfg_boot_plan plan;
	int planned;
};

/** Header of a Linux kernel image, as far as placing it needs. */
struct kernel_header {
	uint64_t text_offset;
	uint64_t image_size;
};

/** Return: 0, -1 and @problem (a sentence's end) if @path is no kernel image of @isa. */
int kernel_read_header(const struct isa *isa, const char *path, struct kernel_header *header,
		       const char **problem);
/** Where a path of the cell file leads: --images, or beside the file. */
char *cell_image_path(struct cfg_cell *cell, const char *path);
/** Decide entry point, boot argument and place of images; fills body. */
void cell_place_boot(struct cfg_cell *cell, struct cfg_messages *messages);
/** The plan; @missing: severity of a file that is not there. */
const struct cfg_boot_plan *cell_make_plan(struct cfg_cell *cell, enum cfg_severity missing,
					   struct cfg_messages *messages);
#define DTB_ROOM 0x10000u /* kept free for a generated device tree */

/** The device tree of @cell. Return: bytes in its arena, NULL after an error. */
void *guest_dt_build(struct cfg_cell *cell, uint64_t initrd, uint64_t initrd_size, size_t *size,
		     struct cfg_messages *messages);

/**
 * cfg_cell_load() that gives the cell although it has errors, as long as its language is right: to hold it
 * against others. It has no blob then.
 */
struct cfg_cell *cell_load_any(const char *path, const struct cfg_board *board,
			       const struct cfg_options *options, struct cfg_messages *messages);

/** The user's device tree @path with the CPUs, memory and boot arguments of @cell. Return: as above. */
void *guest_dt_correct(struct cfg_cell *cell, const char *path, struct place place, uint64_t initrd,
		       uint64_t initrd_size, size_t *size, struct cfg_messages *messages);

/** All that has a place in the guest's memory. */
void cell_guest_spans(const struct cfg_cell *cell, struct spans *spans);
/** Where an x86-64 cell that has PCI functions sees their configuration space; base 0: by ports only. */
struct bh_config_mmconfig cell_pci_config(const struct cfg_cell *cell);

/** Names, CPUs, memory and interrupts of all cells against each other. */
void cross_check(const struct cfg_board *board, struct cfg_cell *const *cells, size_t count,
		 struct cfg_messages *messages);

/** 'config dump' of a blob, which need not be right. Return: 0 if it is. */
int dump_blob(FILE *out, const void *blob, size_t size);

#endif
