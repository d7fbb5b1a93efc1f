/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the configuration check share; nobody else includes it. */
#ifndef LIB_CONFIG_PARTS_H
#define LIB_CONFIG_PARTS_H

#include <lib/config.h>

/* ---- tables, config_fields.c ---- */

enum rule {
	ANY,	 /* compared elsewhere, or free */
	ZERO,	 /* reserved: all bytes zero */
	IDENT,	 /* letters, digits, '-', '_'; not empty; zero behind it */
	TEXT,	 /* printable, no blanks; not empty; zero behind it */
	LINE,	 /* the same with blanks */
	VALUE,	 /* low..high */
	BITS,	 /* no bit but those of high */
	ADDRESS, /* multiple of low, below the address limit */
	SPAN,	 /* base and size beside it: multiples of low, not empty, no wrap */
	MAYBE,	 /* SPAN, or both zero */
};

struct field {
	const char *name;
	uint16_t offset;
	uint8_t size;
	uint8_t rule;
	uint8_t object;
	uint8_t arch; /* only in blobs for BH_ARCH_*; 0: in all */
	uint64_t low, high;
};

/* An array of a blob: where its descriptor is, and what its elements are like. */
struct array {
	uint16_t descriptor;
	uint16_t element_size;
	uint32_t least, most;
	uint8_t object;
	uint8_t arch; /* only in blobs for BH_ARCH_*; 0: in all */
	const struct field *fields;
};

/* What a blob of one kind is made of. */
struct layout {
	uint16_t kind;
	uint16_t body_size;
	const struct field *fields;
	const struct array *arrays;
	unsigned int array_count;
};

/** Do blobs of @arch have what is marked with @of? */
static inline int arch_has(uint8_t of, uint16_t arch)
{
	return !of || of == arch;
}

/** NULL if @kind is unknown. */
const struct layout *config_layout(unsigned int kind);

/* ---- an error and where it is ---- */

struct check {
	const uint8_t *blob;
	const struct bh_config_header *header;
	struct bh_error *error;
};

/* Where a wrong value stands: object, index and byte in the blob. */
struct where {
	unsigned int object;
	uint32_t index;
	uint32_t field;
};

/** Fill in the error record. Return: @code. */
int config_fail(const struct check *check, unsigned int code, struct where where, uint64_t low,
		uint64_t high);

#define AT(object, index, field) ((struct where){ BH_OBJ_##object, (uint32_t)(index), (uint32_t)(field) })
/* The same for a member of an element of an array; @element points into the blob. */
#define IN(object, index, element, member) \
	AT(object, index, (const uint8_t *)&(element)->member - check->blob)

/* ---- ranges ---- */

static inline uint64_t last(uint64_t base, uint64_t size)
{
	return base + size - 1;
}

/* Both ranges are known not to be empty and not to wrap. */
static inline int overlaps(const struct bh_config_range *a, const struct bh_config_range *b)
{
	return a->base <= last(b->base, b->size) && b->base <= last(a->base, a->size);
}

static inline int contains(const struct bh_config_range *outer, uint64_t base, uint64_t size)
{
	return size <= outer->size && base >= outer->base && base - outer->base <= outer->size - size;
}

static inline int in_array(const struct bh_config_range *array, uint32_t count, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < count; i++) {
		if (contains(&array[i], base, size))
			return 1;
	}
	return 0;
}

/** Base and size that are multiples of @alignment, not empty, without wrap, below the address limit. */
int config_check_span(const struct check *check, uint64_t base, uint64_t size, uint64_t alignment,
		      struct where where);

/* ---- a whole blob: header, arrays, each field alone ---- */

#define ANY_ARCH 0xffffu

/** @size bytes at @offset of the body are zero: an architecture without a part of its own there. */
int config_check_zero(const struct check *check, uint32_t offset, uint32_t size);

int config_check_blob(const struct check *check, uint32_t size, uint16_t arch, const struct layout *layout);

/* ---- the board, config_system.c ---- */

#define INTID_LIMIT 1020u

/** The last GSI that an I/O APIC of the board takes. */
uint32_t config_x86_last_gsi(const struct bh_config_system *system);

/* The last interrupt that a cell or an event may use. */
static inline uint32_t irq_last(const struct bh_config_system *system)
{
	switch (system->header.arch) {
	case BH_ARCH_RISCV64:
		return system->riscv.sources;
	case BH_ARCH_X86_64:
		return config_x86_last_gsi(system);
	default:
		return INTID_LIMIT - 1;
	}
}

/* On AArch64 SPIs only, because SGIs and PPIs belong to a CPU. */
static inline int irq_valid(const struct bh_config_system *system, uint32_t irq)
{
	return irq >= (system->header.arch == BH_ARCH_AARCH64 ? 32 : 1) && irq <= irq_last(system);
}

struct board {
	const struct bh_config_system *system;
	const struct bh_config_range *dram;
	const struct bh_config_range *pool;
	const struct bh_config_cpu *cpus;
	const struct bh_config_range *firmware;
	const struct bh_config_alias *aliases;
};

void config_open_board(struct board *board, const struct bh_config_system *system);
/** Place of @hwid among @count CPUs, @count if it is not there. */
uint32_t config_find_slot(const struct bh_config_cpu *cpus, uint32_t count, uint64_t hwid);

/*
 * Host-physical ranges that no two things may share, by number: DRAM banks, windows of
 * interrupt controllers (and what else the architecture adds), debug UART, windows onto RAM. The hypervisor's
 * memory and the pool lie in DRAM and are compared apart.
 */
uint32_t config_board_spans(const struct board *board);
struct bh_config_range config_board_span(const struct board *board, uint32_t i, struct where *where);

/** Does @range (not empty) meet memory that firmware keeps, at its own address or at one that shows it? */
int config_is_firmware(const struct board *board, const struct bh_config_range *range);

/* ---- RISC-V, config_riscv.c ---- */

#define CONFIG_RISCV_WINDOWS 2u /* PLIC or APLIC; IMSIC */

int config_check_riscv(const struct check *check, const struct board *board);
int config_check_riscv_cell(const struct check *check, const struct bh_config_cell *cell,
			    const struct bh_config_system *system);
/** Windows by number; size 0: not there. */
const struct bh_config_range *config_riscv_window(const struct bh_config_system *system, unsigned int window,
						  struct where *where);
struct bh_config_range config_riscv_cell_window(const struct bh_config_cell *cell, unsigned int window,
						struct where *where);

/* ---- x86-64, config_x86.c ---- */

#define CONFIG_X86_CELL_WINDOWS 3u /* local APIC; I/O APIC; PCI configuration space */

int config_check_x86(const struct check *check, const struct board *board);
int config_check_x86_cell(const struct check *check, const struct bh_config_cell *cell,
			  const struct bh_config_system *system);
/** How the first vCPU begins. The entry is known to lie in executable memory. */
int config_check_x86_boot(const struct check *check, const struct bh_config_cell *cell);
/** A device of a cell, at its address or its ports. */
int config_check_x86_device(const struct check *check, const struct bh_config_device *device, uint32_t i);
/** Windows by number; size 0: not there. */
uint32_t config_x86_windows(const struct bh_config_system *system);
struct bh_config_range config_x86_window(const struct bh_config_system *system, uint32_t window,
					 struct where *where);
struct bh_config_range config_x86_cell_window(const struct bh_config_cell *cell, unsigned int window,
					      struct where *where);
/** Is this a device at I/O ports? */
int config_x86_at_ports(uint32_t type);

#endif
