// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration check. Input is hostile: nothing is believed before it was compared,
 * nothing is added before it is known not to wrap. What can be said about one field alone
 * stands in the tables; the functions below them compare fields with each other.
 */
#include <lib/config.h>

#include <lib/bitmap.h>
#include <lib/crc.h>
#include <lib/errors.h>

/* ---- one field ---- */

enum rule {
	ANY,     /* compared elsewhere, or free */
	ZERO,    /* reserved: all bytes zero */
	IDENT,   /* letters, digits, '-', '_'; not empty; zero behind it */
	TEXT,    /* printable; not empty; zero behind it */
	VALUE,   /* low..high */
	BITS,    /* no bit but those of high */
	ADDRESS, /* multiple of low, below the address limit */
	SPAN,    /* base and size beside it: multiples of low, not empty, no wrap */
	MAYBE,   /* SPAN, or both zero */
};

struct field {
	const char *name;
	uint16_t offset;
	uint8_t size;
	uint8_t rule;
	uint8_t object;
	uint64_t low, high;
};

#define FIELD(type, member, rule, object, low, high) \
	{ #member, offsetof(type, member), sizeof(((type *)0)->member), rule, BH_OBJ_##object, low, high }
/* A range has two entries, so that its size has a name of its own. */
#define SPAN_FIELD(type, member, rule, object, alignment) \
	{ #member ".base", offsetof(type, member.base), 8, rule, BH_OBJ_##object, alignment, 0 }, \
	{ #member ".size", offsetof(type, member.size), 8, ANY, BH_OBJ_##object, 0, 0 }
#define ARRAY_FIELD(type, member, object) \
	{ #member ".offset", offsetof(type, member.offset), 4, ANY, BH_OBJ_##object, 0, 0 }, \
	{ #member ".count", offsetof(type, member.count), 4, ANY, BH_OBJ_##object, 0, 0 }
#define END { NULL, 0, 0, ANY, 0, 0, 0 }

/* clang-format off */
#define H struct bh_config_header
static const struct field header_fields[] = {
	FIELD(H, magic,    ANY,  HEADER, 0, 0),
	FIELD(H, major,    ANY,  HEADER, 0, 0),
	FIELD(H, minor,    ANY,  HEADER, 0, 0),
	FIELD(H, arch,     ANY,  HEADER, 0, 0),
	FIELD(H, kind,     ANY,  HEADER, 0, 0),
	FIELD(H, size,     ANY,  HEADER, 0, 0),
	FIELD(H, crc,      ANY,  HEADER, 0, 0),
	FIELD(H, reserved, ZERO, HEADER, 0, 0),
	END
};

#define S struct bh_config_system
static const struct field system_fields[] = {
	FIELD(S, board,               IDENT, PLATFORM,  0, 0),
	FIELD(S, compatible,          TEXT,  PLATFORM,  0, 0),
	SPAN_FIELD(S, hv_memory,      SPAN,  HV_MEMORY, BH_RAM_ALIGN),
	FIELD(S, event_irq,           ANY,   IRQ,       0, 0),
	FIELD(S, on_reset,            VALUE, PLATFORM,  BH_ON_RESET_MACHINE, BH_ON_RESET_STOP),
	FIELD(S, log_level,           VALUE, PLATFORM,  0, 3),
	FIELD(S, timeout_ms,          VALUE, PLATFORM,  1000, 600000),
	SPAN_FIELD(S, debug_uart,     MAYBE, DEVICE,    BH_PAGE_SIZE),
	FIELD(S, debug_uart_type,     VALUE, DEVICE,    BH_DEV_NONE, BH_DEV_UART_16550),
	FIELD(S, reserved,            ZERO,  PLATFORM,  0, 0),
	FIELD(S, gic.version,         ANY,   INTC,      0, 0),
	FIELD(S, gic.maintenance_irq, ANY,   INTC,      0, 0),
	SPAN_FIELD(S, gic.gicd,       MAYBE, INTC,      BH_PAGE_SIZE),
	SPAN_FIELD(S, gic.gicr,       MAYBE, INTC,      BH_PAGE_SIZE),
	SPAN_FIELD(S, gic.gicc,       MAYBE, INTC,      BH_PAGE_SIZE),
	SPAN_FIELD(S, gic.gich,       MAYBE, INTC,      BH_PAGE_SIZE),
	SPAN_FIELD(S, gic.gicv,       MAYBE, INTC,      BH_PAGE_SIZE),
	SPAN_FIELD(S, gic.its,        MAYBE, INTC,      BH_PAGE_SIZE),
	ARRAY_FIELD(S, dram,                 DRAM),
	ARRAY_FIELD(S, pool,                 POOL),
	ARRAY_FIELD(S, cpus,                 CPU),
	END
};

#define C struct bh_config_cell
static const struct field cell_fields[] = {
	FIELD(C, name,         IDENT,   CELL, 0, 0),
	FIELD(C, flags,        BITS,    CELL, 0, BH_CELL_FLAGS_ALL),
	FIELD(C, console,      ANY,     DEVICE, 0, 0),
	FIELD(C, entry,        ADDRESS, BOOT, 1, 0),
	FIELD(C, boot_arg,     ADDRESS, BOOT, 1, 0),
	FIELD(C, comm_page,    ADDRESS, COMM, BH_PAGE_SIZE, 0),
	FIELD(C, watchdog_ms,  VALUE,   CELL, 0, 86400000),
	FIELD(C, stop_ms,      VALUE,   CELL, 0, 600000),
	FIELD(C, gic.version,  ANY,     INTC, 0, 0),
	FIELD(C, gic.reserved, ZERO,    INTC, 0, 0),
	FIELD(C, gic.gicd,     ADDRESS, INTC, BH_PAGE_SIZE, 0),
	FIELD(C, gic.gicr,     ADDRESS, INTC, BH_PAGE_SIZE, 0),
	FIELD(C, gic.gicc,     ADDRESS, INTC, BH_PAGE_SIZE, 0),
	ARRAY_FIELD(C, cpus,            CPU),
	ARRAY_FIELD(C, memory,          MEMORY),
	ARRAY_FIELD(C, irqs,            IRQ),
	ARRAY_FIELD(C, devices,         DEVICE),
	END
};

static const struct field dram_fields[] = {
	{ "dram.base", 0, 8, SPAN, BH_OBJ_DRAM, BH_PAGE_SIZE, 0 },
	{ "dram.size", 8, 8, ANY,  BH_OBJ_DRAM, 0, 0 },
	END
};

static const struct field pool_fields[] = {
	{ "pool.base", 0, 8, SPAN, BH_OBJ_POOL, BH_RAM_ALIGN, 0 },
	{ "pool.size", 8, 8, ANY,  BH_OBJ_POOL, 0, 0 },
	END
};

static const struct field cpu_fields[] = {
	{ "cpu.hwid", 0, 8, ANY, BH_OBJ_CPU, 0, 0 },
	END
};

static const struct field irq_fields[] = {
	{ "irq.intid",    0, 4, ANY,  BH_OBJ_IRQ, 0, 0 },
	{ "irq.reserved", 4, 4, ZERO, BH_OBJ_IRQ, 0, 0 },
	END
};

#define M struct bh_config_memory
static const struct field memory_fields[] = {
	{ "memory.gpa",      offsetof(M, gpa),      8,  ADDRESS, BH_OBJ_MEMORY, 1, 0 },
	{ "memory.hpa",      offsetof(M, hpa),      8,  ADDRESS, BH_OBJ_MEMORY, 1, 0 },
	{ "memory.size",     offsetof(M, size),     8,  VALUE,   BH_OBJ_MEMORY, 1, CONFIG_ADDRESS_LIMIT },
	{ "memory.flags",    offsetof(M, flags),    4,  BITS,    BH_OBJ_MEMORY, 0, BH_MEM_ALL },
	{ "memory.reserved", offsetof(M, reserved), 4,  ZERO,    BH_OBJ_MEMORY, 0, 0 },
	{ "memory.name",     offsetof(M, name),     16, TEXT,    BH_OBJ_MEMORY, 0, 0 },
	END
};

#define D struct bh_config_device
static const struct field device_fields[] = {
	{ "device.type",     offsetof(D, type),     4, VALUE,   BH_OBJ_DEVICE, BH_DEV_UART_PL011, BH_DEV_UART_16550 },
	{ "device.irq",      offsetof(D, irq),      4, ANY,     BH_OBJ_DEVICE, 0, 0 },
	{ "device.gpa",      offsetof(D, gpa),      8, ADDRESS, BH_OBJ_DEVICE, BH_PAGE_SIZE, 0 },
	{ "device.size",     offsetof(D, size),     8, VALUE,   BH_OBJ_DEVICE, CONFIG_DEVICE_SIZE, CONFIG_DEVICE_SIZE },
	{ "device.reserved", offsetof(D, reserved), 8, ZERO,    BH_OBJ_DEVICE, 0, 0 },
	END
};

/* An array of a blob: where its descriptor is, and what its elements are like. */
struct array {
	uint16_t descriptor;
	uint16_t element_size;
	uint32_t least, most;
	uint8_t object;
	const struct field *fields;
};

static const struct array system_arrays[] = {
	{ offsetof(S, dram), sizeof(struct bh_config_range), 1, CONFIG_MAX_RANGES, BH_OBJ_DRAM, dram_fields },
	{ offsetof(S, pool), sizeof(struct bh_config_range), 0, CONFIG_MAX_RANGES, BH_OBJ_POOL, pool_fields },
	{ offsetof(S, cpus), sizeof(struct bh_config_cpu),   1, CONFIG_MAX_BLOB_CPUS, BH_OBJ_CPU,  cpu_fields },
};

static const struct array cell_arrays[] = {
	{ offsetof(C, cpus),    sizeof(struct bh_config_cpu),    1, CONFIG_MAX_BLOB_CPUS, BH_OBJ_CPU,    cpu_fields },
	{ offsetof(C, memory),  sizeof(struct bh_config_memory), 1, CONFIG_MAX_RANGES,  BH_OBJ_MEMORY, memory_fields },
	{ offsetof(C, irqs),    sizeof(struct bh_config_irq),    0, CONFIG_MAX_IRQS,    BH_OBJ_IRQ,    irq_fields },
	{ offsetof(C, devices), sizeof(struct bh_config_device), 0, CONFIG_MAX_DEVICES, BH_OBJ_DEVICE, device_fields },
};

/* What a blob of one kind is made of. */
struct layout {
	uint16_t kind;
	uint16_t body_size;
	const struct field *fields;
	const struct array *arrays;
	unsigned int array_count;
};

static const struct layout system_layout = { BH_CONFIG_SYSTEM, sizeof(S), system_fields, system_arrays, 3 };
static const struct layout cell_layout = { BH_CONFIG_CELL, sizeof(C), cell_fields, cell_arrays, 4 };
/* clang-format on */

/* ---- helpers ---- */

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

static int fail(const struct check *check, unsigned int code, struct where where, uint64_t low, uint64_t high)
{
	error_set(check->error, code, where.object, where.index, low, high);
	if (check->error)
		check->error->field = where.field;
	return (int)code;
}

#define AT(object, index, field) ((struct where){ BH_OBJ_##object, (uint32_t)(index), (uint32_t)(field) })
/* The same for a member of an element of an array; @element points into the blob. */
#define IN(object, index, element, member) \
	AT(object, index, (const uint8_t *)&(element)->member - check->blob)

static uint64_t load(const uint8_t *at, unsigned int size)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < size; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

static uint64_t last(uint64_t base, uint64_t size)
{
	return base + size - 1;
}

/* Both ranges are known not to be empty and not to wrap. */
static int overlaps(const struct bh_config_range *a, const struct bh_config_range *b)
{
	return a->base <= last(b->base, b->size) && b->base <= last(a->base, a->size);
}

static int contains(const struct bh_config_range *outer, uint64_t base, uint64_t size)
{
	return size <= outer->size && base >= outer->base && base - outer->base <= outer->size - size;
}

static int in_array(const struct bh_config_range *array, uint32_t count, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < count; i++) {
		if (contains(&array[i], base, size))
			return 1;
	}
	return 0;
}

/* ---- fields by their rule ---- */

static int is_ident(unsigned int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static int check_text(const struct check *check, const uint8_t *at, unsigned int size, int ident,
		      struct where where)
{
	unsigned int length = 0;

	while (length < size && at[length]) {
		if (ident ? !is_ident(at[length]) : (at[length] <= ' ' || at[length] > '~'))
			return fail(check, BH_E_NAME, where, at[length], length);
		length++;
	}
	if (length == 0 || length == size)
		return fail(check, BH_E_NAME, where, length, size - 1);
	for (unsigned int i = length; i < size; i++) {
		if (at[i])
			return fail(check, BH_E_NAME, where, at[i], i);
	}
	return BH_E_OK;
}

/* Also for two numbers that are no bh_config_range: base and size of a memory region. */
static int check_span(const struct check *check, uint64_t base, uint64_t size, uint64_t alignment,
		      struct where where)
{
	if (size == 0)
		return fail(check, BH_E_RANGE, where, size, CONFIG_ADDRESS_LIMIT);
	if ((base | size) & (alignment - 1))
		return fail(check, BH_E_ALIGN, where, base & (alignment - 1) ? base : size, alignment);
	if (last(base, size) < base)
		return fail(check, BH_E_WRAP, where, base, last(base, size));
	if (last(base, size) >= CONFIG_ADDRESS_LIMIT)
		return fail(check, BH_E_RANGE, where, last(base, size), CONFIG_ADDRESS_LIMIT - 1);
	return BH_E_OK;
}

static int check_number(const struct check *check, const struct field *field, uint64_t value, struct where where)
{
	switch (field->rule) {
	case ZERO:
		return value ? fail(check, BH_E_RESERVED, where, value, 0) : BH_E_OK;
	case VALUE:
		if (value < field->low)
			return fail(check, BH_E_RANGE, where, value, field->low);
		return value > field->high ? fail(check, BH_E_RANGE, where, value, field->high) : BH_E_OK;
	case BITS:
		return value & ~field->high ? fail(check, BH_E_RANGE, where, value, field->high) : BH_E_OK;
	case ADDRESS:
		if (value & (field->low - 1))
			return fail(check, BH_E_ALIGN, where, value, field->low);
		return value >= CONFIG_ADDRESS_LIMIT ?
			       fail(check, BH_E_RANGE, where, value, CONFIG_ADDRESS_LIMIT - 1) :
			       BH_E_OK;
	default:
		return BH_E_OK;
	}
}

static int check_field(const struct check *check, const struct field *field, const uint8_t *element,
		       uint32_t index)
{
	const uint8_t *at = element + field->offset;
	const struct where where = { field->object, index, (uint32_t)(at - check->blob) };
	uint64_t base, size;

	switch (field->rule) {
	case IDENT:
	case TEXT:
		return check_text(check, at, field->size, field->rule == IDENT, where);
	case SPAN:
	case MAYBE:
		base = load(at, 8);
		size = load(at + 8, 8);
		if (field->rule == MAYBE && base == 0 && size == 0)
			return BH_E_OK;
		return check_span(check, base, size, field->low, where);
	default:
		return check_number(check, field, load(at, field->size), where);
	}
}

static int check_fields(const struct check *check, const struct field *fields, const uint8_t *element,
			uint32_t index)
{
	int code;

	for (const struct field *field = fields; field->name; field++) {
		code = check_field(check, field, element, index);
		if (code)
			return code;
	}
	return BH_E_OK;
}

/* ---- header, layout and every field alone ---- */

uint32_t config_crc(const void *blob, uint32_t size)
{
	static const uint8_t zero[4];
	const uint32_t before = offsetof(struct bh_config_header, crc);
	const uint32_t after = before + sizeof(zero);
	uint32_t crc = crc_update(0, blob, before);

	crc = crc_update(crc, zero, sizeof(zero));
	return crc_update(crc, (const uint8_t *)blob + after, size - after);
}

#define HEADER_AT(member) AT(HEADER, 0, offsetof(struct bh_config_header, member))

static int check_header(const struct check *check, uint32_t size, const struct layout *layout)
{
	const struct bh_config_header *header = check->header;
	uint32_t crc;

	if (size < sizeof(*header))
		return fail(check, BH_E_SIZE, HEADER_AT(size), size, sizeof(*header));
	if (header->magic != BH_CONFIG_MAGIC)
		return fail(check, BH_E_MAGIC, HEADER_AT(magic), header->magic, BH_CONFIG_MAGIC);
	if (header->major != BH_ABI_MAJOR)
		return fail(check, BH_E_VERSION, HEADER_AT(major), header->major, BH_ABI_MAJOR);
	if (header->minor > BH_ABI_MINOR)
		return fail(check, BH_E_VERSION, HEADER_AT(minor), header->minor, BH_ABI_MINOR);
	if (header->size > size || header->size > BH_CONFIG_MAX_SIZE)
		return fail(check, BH_E_SIZE, HEADER_AT(size), header->size,
			    size < BH_CONFIG_MAX_SIZE ? size : BH_CONFIG_MAX_SIZE);
	if (header->size < sizeof(*header))
		return fail(check, BH_E_SIZE, HEADER_AT(size), header->size, sizeof(*header));
	crc = config_crc(header, header->size);
	if (header->crc != crc)
		return fail(check, BH_E_CHECKSUM, HEADER_AT(crc), header->crc, crc);
	if (header->kind != layout->kind)
		return fail(check, BH_E_RANGE, HEADER_AT(kind), header->kind, layout->kind);
	if (header->size < layout->body_size)
		return fail(check, BH_E_SIZE, HEADER_AT(size), header->size, layout->body_size);
	return BH_E_OK;
}

/* The offset of an array follows from the counts before it: any other is refused. */
static int check_array(const struct check *check, const struct array *array, uint32_t *offset)
{
	const struct bh_config_array *descriptor = (const void *)(check->blob + array->descriptor);
	const struct where at_offset = { array->object, 0, array->descriptor };
	const struct where at_count = { array->object, 0, array->descriptor + 4u };

	if (descriptor->offset != *offset)
		return fail(check, BH_E_RANGE, at_offset, descriptor->offset, *offset);
	if (descriptor->count > array->most)
		return fail(check, BH_E_TOO_MANY, at_count, descriptor->count, array->most);
	if (descriptor->count < array->least)
		return fail(check, BH_E_RANGE, at_count, descriptor->count, array->least);
	if (descriptor->count > (check->header->size - *offset) / array->element_size)
		return fail(check, BH_E_SIZE, at_count, descriptor->count,
			    (check->header->size - *offset) / array->element_size);
	*offset += descriptor->count * array->element_size;
	return BH_E_OK;
}

static int check_arrays(const struct check *check, const struct layout *layout)
{
	uint32_t offset = layout->body_size;
	int code;

	for (unsigned int i = 0; i < layout->array_count; i++) {
		code = check_array(check, &layout->arrays[i], &offset);
		if (code)
			return code;
	}
	if (offset != check->header->size)
		return fail(check, BH_E_SIZE, HEADER_AT(size), check->header->size, offset);
	return BH_E_OK;
}

static int check_elements(const struct check *check, const struct array *array)
{
	const struct bh_config_array *descriptor = (const void *)(check->blob + array->descriptor);
	const uint8_t *element = check->blob + descriptor->offset;
	int code;

	for (uint32_t i = 0; i < descriptor->count; i++, element += array->element_size) {
		code = check_fields(check, array->fields, element, i);
		if (code)
			return code;
	}
	return BH_E_OK;
}

_Static_assert(sizeof(S) % 8 == 0 && sizeof(C) % 8 == 0, "arrays start 8-byte aligned without padding");
_Static_assert(sizeof(struct bh_config_cpu) == 8 && sizeof(struct bh_config_irq) == 8, "elements keep alignment");

#define ANY_ARCH 0xffffu

static int check_layout(const struct check *check, uint32_t size, uint16_t arch, const struct layout *layout)
{
	int code;

	code = check_header(check, size, layout);
	if (code)
		return code;
	if (arch != ANY_ARCH && check->header->arch != arch)
		return fail(check, BH_E_ARCH, HEADER_AT(arch), check->header->arch, arch);
	code = check_fields(check, header_fields, check->blob, 0);
	if (!code)
		code = check_arrays(check, layout);
	if (!code)
		code = check_fields(check, layout->fields, check->blob, 0);
	for (unsigned int i = 0; i < layout->array_count && !code; i++)
		code = check_elements(check, &layout->arrays[i]);
	return code;
}

int config_check_layout(const void *blob, uint32_t size, enum bh_config_kind kind, struct bh_error *error)
{
	const struct check check = { blob, blob, error };

	return check_layout(&check, size, ANY_ARCH, kind == BH_CONFIG_SYSTEM ? &system_layout : &cell_layout);
}

/* ---- interrupts and CPUs ---- */

#define INTID_LIMIT 1020u

/* Interrupts that a cell or an event may use: on AArch64 SPIs, because SGIs and PPIs belong to a CPU. */
static int irq_valid(uint16_t arch, uint32_t irq)
{
	return irq >= (arch == BH_ARCH_AARCH64 ? 32 : 1) && irq < INTID_LIMIT;
}

/* MPIDR_EL1: only the affinity fields name a CPU. */
static int hwid_valid(uint16_t arch, uint64_t hwid)
{
	return arch != BH_ARCH_AARCH64 || !(hwid & ~0xff00ffffffull);
}

static uint32_t find_slot(const struct bh_config_cpu *cpus, uint32_t count, uint64_t hwid)
{
	uint32_t slot = 0;

	while (slot < count && cpus[slot].hwid != hwid)
		slot++;
	return slot;
}

/* ---- the board ---- */

struct system_check {
	const struct bh_config_system *system;
	const struct bh_config_range *dram;
	const struct bh_config_range *pool;
	const struct bh_config_cpu *cpus;
};

static void open_system(struct system_check *open, const struct bh_config_system *system)
{
	open->system = system;
	open->dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	open->pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	open->cpus = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);
}

/* A window of the GIC: whether the version has it, and what it must be like at least. */
struct gic_window {
	uint16_t range;
	uint8_t v2, v3;
	uint8_t optional;
	uint32_t v2_size, v3_size;
};

static const struct gic_window gic_windows[] = {
	{ offsetof(S, gic.gicd), 1, 1, 0, CONFIG_GICD_V2_SIZE, CONFIG_GICD_V3_SIZE },
	{ offsetof(S, gic.gicr), 0, 1, 0, 0, CONFIG_GICR_STRIDE },
	{ offsetof(S, gic.gicc), 1, 0, 0, CONFIG_GICC_SIZE, 0 },
	{ offsetof(S, gic.gich), 1, 0, 0, BH_PAGE_SIZE, 0 },
	{ offsetof(S, gic.gicv), 1, 0, 0, CONFIG_GICC_SIZE, 0 },
	{ offsetof(S, gic.its), 0, 1, 1, 0, 0x20000 },
};

#define GIC_WINDOWS (sizeof(gic_windows) / sizeof(gic_windows[0]))

static const struct bh_config_range *window_range(const struct bh_config_system *system, unsigned int window)
{
	return (const void *)((const uint8_t *)system + gic_windows[window].range);
}

static int check_gic_window(const struct check *check, const struct bh_config_system *system, unsigned int i)
{
	const struct gic_window *window = &gic_windows[i];
	const struct bh_config_range *range = window_range(system, i);
	const int v3 = system->gic.version == BH_GIC_V3;
	uint64_t least = v3 ? window->v3_size : window->v2_size;

	if (!(v3 ? window->v3 : window->v2))
		return range->size ? fail(check, BH_E_RESERVED, AT(INTC, 0, window->range), range->base, 0) : BH_E_OK;
	if (window->optional && !range->size)
		return BH_E_OK;
	if (window->range == offsetof(S, gic.gicr))
		least *= system->cpus.count;
	if (range->size < least)
		return fail(check, BH_E_SIZE, AT(INTC, 0, window->range + 8), range->size, least);
	if (v3 && (range->base & (CONFIG_GICD_V3_SIZE - 1)))
		return fail(check, BH_E_ALIGN, AT(INTC, 0, window->range), range->base, CONFIG_GICD_V3_SIZE);
	return BH_E_OK;
}

static int check_no_gic(const struct check *check, const struct bh_config_system *system)
{
	for (uint32_t i = offsetof(S, gic); i < offsetof(S, gic) + sizeof(system->gic); i++) {
		if (check->blob[i])
			return fail(check, BH_E_RESERVED, AT(INTC, 0, i), check->blob[i], 0);
	}
	return BH_E_OK;
}

static int check_gic(const struct check *check, const struct bh_config_system *system)
{
	int code;

	if (system->header.arch != BH_ARCH_AARCH64)
		return check_no_gic(check, system);
	if (system->gic.version != BH_GIC_V2 && system->gic.version != BH_GIC_V3)
		return fail(check, BH_E_RANGE, AT(INTC, 0, offsetof(S, gic.version)), system->gic.version, BH_GIC_V3);
	if (system->gic.maintenance_irq < 16 || system->gic.maintenance_irq > 31)
		return fail(check, BH_E_IRQ, AT(INTC, 0, offsetof(S, gic.maintenance_irq)),
			    system->gic.maintenance_irq, 31);
	for (unsigned int i = 0; i < GIC_WINDOWS; i++) {
		code = check_gic_window(check, system, i);
		if (code)
			return code;
	}
	return BH_E_OK;
}

/*
 * Host-physical ranges that no two things may share, by number: DRAM banks, GIC windows,
 * debug UART. The hypervisor's memory and the pool lie in DRAM and are compared apart.
 */
static uint32_t board_spans(const struct system_check *open)
{
	return open->system->dram.count + (uint32_t)GIC_WINDOWS + 1;
}

static const struct bh_config_range *board_span(const struct system_check *open, uint32_t i, struct where *where)
{
	const struct bh_config_system *system = open->system;

	if (i < system->dram.count) {
		*where = AT(DRAM, i, system->dram.offset + i * sizeof(struct bh_config_range));
		return &open->dram[i];
	}
	i -= system->dram.count;
	if (i < GIC_WINDOWS) {
		*where = AT(INTC, 0, gic_windows[i].range);
		return window_range(system, i);
	}
	*where = AT(DEVICE, 0, offsetof(S, debug_uart));
	return &system->debug_uart;
}

static int check_board_disjoint(const struct check *check, const struct system_check *open)
{
	struct where where, other;

	for (uint32_t i = 1; i < board_spans(open); i++) {
		const struct bh_config_range *a = board_span(open, i, &where);

		for (uint32_t j = 0; a->size && j < i; j++) {
			const struct bh_config_range *b = board_span(open, j, &other);

			if (b->size && overlaps(a, b))
				return fail(check, BH_E_OVERLAP, where, a->base, last(a->base, a->size));
		}
	}
	return BH_E_OK;
}

static int check_pool(const struct check *check, const struct system_check *open)
{
	const struct bh_config_system *system = open->system;

	for (uint32_t i = 0; i < system->pool.count; i++) {
		const struct bh_config_range *range = &open->pool[i];
		const struct where where = IN(POOL, i, range, base);
		const uint64_t end = last(range->base, range->size);

		if (!in_array(open->dram, system->dram.count, range->base, range->size))
			return fail(check, BH_E_RANGE, where, range->base, end);
		if (overlaps(range, &system->hv_memory))
			return fail(check, BH_E_OVERLAP, where, range->base, end);
		for (uint32_t j = 0; j < i; j++) {
			if (overlaps(range, &open->pool[j]))
				return fail(check, BH_E_OVERLAP, where, range->base, end);
		}
	}
	return BH_E_OK;
}

/* At most 1024 CPUs and only at enable, so the simple comparison does. */
static int check_board_cpus(const struct check *check, const struct system_check *open)
{
	for (uint32_t i = 0; i < open->system->cpus.count; i++) {
		const struct where where = IN(CPU, i, &open->cpus[i], hwid);
		const uint64_t hwid = open->cpus[i].hwid;

		if (!hwid_valid(open->system->header.arch, hwid))
			return fail(check, BH_E_RANGE, where, hwid, 0xff00ffffffull);
		if (find_slot(open->cpus, i, hwid) < i)
			return fail(check, BH_E_DUPLICATE, where, hwid, find_slot(open->cpus, i, hwid));
	}
	return BH_E_OK;
}

static int check_board_scalars(const struct check *check, const struct system_check *open)
{
	const struct bh_config_system *system = open->system;
	const struct bh_config_range *hv = &system->hv_memory;

	if (!in_array(open->dram, system->dram.count, hv->base, hv->size))
		return fail(check, BH_E_RANGE, AT(HV_MEMORY, 0, offsetof(S, hv_memory)), hv->base,
			    last(hv->base, hv->size));
	if (system->event_irq && !irq_valid(system->header.arch, system->event_irq))
		return fail(check, BH_E_IRQ, AT(IRQ, 0, offsetof(S, event_irq)), system->event_irq, INTID_LIMIT - 1);
	if (!system->debug_uart.size != !system->debug_uart_type)
		return fail(check, BH_E_RANGE, AT(DEVICE, 0, offsetof(S, debug_uart_type)), system->debug_uart_type,
			    system->debug_uart.size);
	return BH_E_OK;
}

int config_check_system(const void *blob, uint32_t size, uint16_t arch, struct bh_error *error)
{
	const struct check context = { blob, blob, error }, *check = &context;
	struct system_check open;
	int code;

	code = check_layout(check, size, arch, &system_layout);
	if (code)
		return code;
	open_system(&open, blob);
	code = check_board_scalars(check, &open);
	if (!code)
		code = check_gic(check, blob);
	if (!code)
		code = check_board_disjoint(check, &open);
	if (!code)
		code = check_pool(check, &open);
	if (!code)
		code = check_board_cpus(check, &open);
	if (!code)
		error_set(error, BH_E_OK, BH_OBJ_NONE, 0, 0, 0);
	return code;
}

/* ---- a cell ---- */

struct cell_check {
	const struct bh_config_cell *cell;
	const struct bh_config_cpu *cpus;
	const struct bh_config_memory *memory;
	const struct bh_config_irq *irqs;
	const struct bh_config_device *devices;
	struct system_check board;
};

static int is_ram(const struct bh_config_memory *region)
{
	return !(region->flags & BH_MEM_DEVICE);
}

static int check_ram(const struct check *check, const struct cell_check *open, uint32_t i)
{
	const struct bh_config_memory *region = &open->memory[i];
	const uint32_t pools = open->board.system->pool.count;
	int code = check_span(check, region->gpa, region->size, BH_RAM_ALIGN, IN(MEMORY, i, region, gpa));

	if (code)
		return code;
	if (region->flags & BH_MEM_AUTO)
		return region->hpa ? fail(check, BH_E_RESERVED, IN(MEMORY, i, region, hpa), region->hpa, 0) : BH_E_OK;
	code = check_span(check, region->hpa, region->size, BH_RAM_ALIGN, IN(MEMORY, i, region, hpa));
	if (code)
		return code;
	if (!in_array(open->board.pool, pools, region->hpa, region->size))
		return fail(check, BH_E_NOT_OWNED, IN(MEMORY, i, region, hpa), region->hpa,
			    last(region->hpa, region->size));
	return BH_E_OK;
}

#define DEVICE_FLAGS (BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE)

static int check_mmio(const struct check *check, const struct cell_check *open, uint32_t i)
{
	const struct bh_config_memory *region = &open->memory[i];
	const struct bh_config_range range = { region->hpa, region->size };
	struct where unused;
	int code;

	if (region->flags & ~DEVICE_FLAGS)
		return fail(check, BH_E_RANGE, IN(MEMORY, i, region, flags), region->flags, DEVICE_FLAGS);
	code = check_span(check, region->gpa, region->size, BH_PAGE_SIZE, IN(MEMORY, i, region, gpa));
	if (!code)
		code = check_span(check, region->hpa, region->size, BH_PAGE_SIZE, IN(MEMORY, i, region, hpa));
	if (code)
		return code;
	for (uint32_t j = 0; j < board_spans(&open->board); j++) {
		const struct bh_config_range *taken = board_span(&open->board, j, &unused);

		if (taken->size && overlaps(&range, taken))
			return fail(check, BH_E_NOT_OWNED, IN(MEMORY, i, region, hpa), range.base,
				    last(range.base, range.size));
	}
	return BH_E_OK;
}

static int check_host_disjoint(const struct check *check, const struct cell_check *open, uint32_t i)
{
	const struct bh_config_memory *region = &open->memory[i];
	const struct bh_config_range range = { region->hpa, region->size };

	for (uint32_t j = 0; j < i && !(region->flags & BH_MEM_AUTO); j++) {
		const struct bh_config_range other = { open->memory[j].hpa, open->memory[j].size };

		if (!(open->memory[j].flags & BH_MEM_AUTO) && overlaps(&range, &other))
			return fail(check, BH_E_OVERLAP, IN(MEMORY, i, region, hpa), range.base,
				    last(range.base, range.size));
	}
	return BH_E_OK;
}

static int check_memory(const struct check *check, const struct cell_check *open)
{
	int code = BH_E_OK;

	for (uint32_t i = 0; i < open->cell->memory.count && !code; i++) {
		const struct bh_config_memory *region = &open->memory[i];

		if (!(region->flags & BH_MEM_READ)) /* stage 2 has no write-only or execute-only memory on most CPUs */
			return fail(check, BH_E_RANGE, IN(MEMORY, i, region, flags), region->flags, BH_MEM_READ);
		code = is_ram(region) ? check_ram(check, open, i) : check_mmio(check, open, i);
		if (!code)
			code = check_host_disjoint(check, open, i);
	}
	return code;
}

/*
 * Guest-physical ranges that no two things may share, by number: memory regions, virtual
 * devices, communication page, distributor, redistributors, CPU interface. Size 0: not there.
 */
static uint32_t guest_spans(const struct cell_check *open)
{
	return open->cell->memory.count + open->cell->devices.count + 4;
}

static struct bh_config_range intc_span(const struct bh_config_cell *cell, uint32_t window, struct where *where)
{
	const int v3 = cell->gic.version == BH_GIC_V3;

	switch (window) {
	case 0:
		*where = AT(INTC, 0, offsetof(C, gic.gicd));
		return (struct bh_config_range){ cell->gic.gicd, !cell->gic.version ? 0 :
								 v3 ? CONFIG_GICD_V3_SIZE : CONFIG_GICD_V2_SIZE };
	case 1:
		*where = AT(INTC, 0, offsetof(C, gic.gicr));
		return (struct bh_config_range){ cell->gic.gicr, v3 ? (uint64_t)cell->cpus.count * CONFIG_GICR_STRIDE : 0 };
	default:
		*where = AT(INTC, 0, offsetof(C, gic.gicc));
		return (struct bh_config_range){ cell->gic.gicc, cell->gic.version == BH_GIC_V2 ? CONFIG_GICC_SIZE : 0 };
	}
}

static struct bh_config_range guest_span(const struct check *check, const struct cell_check *open, uint32_t i,
					 struct where *where)
{
	const struct bh_config_cell *cell = open->cell;

	if (i < cell->memory.count) {
		*where = IN(MEMORY, i, &open->memory[i], gpa);
		return (struct bh_config_range){ open->memory[i].gpa, open->memory[i].size };
	}
	i -= cell->memory.count;
	if (i < cell->devices.count) {
		*where = IN(DEVICE, i, &open->devices[i], gpa);
		return (struct bh_config_range){ open->devices[i].gpa, open->devices[i].size };
	}
	i -= cell->devices.count;
	if (i == 0) {
		*where = AT(COMM, 0, offsetof(C, comm_page));
		return (struct bh_config_range){ cell->comm_page, cell->comm_page ? BH_PAGE_SIZE : 0 };
	}
	return intc_span(cell, i - 1, where);
}

static int check_guest_disjoint(const struct check *check, const struct cell_check *open)
{
	struct where where, other;

	for (uint32_t i = 1; i < guest_spans(open); i++) {
		const struct bh_config_range a = guest_span(check, open, i, &where);

		for (uint32_t j = 0; a.size && j < i; j++) {
			const struct bh_config_range b = guest_span(check, open, j, &other);

			if (b.size && overlaps(&a, &b))
				return fail(check, BH_E_OVERLAP, where, a.base, last(a.base, a.size));
		}
	}
	return BH_E_OK;
}

static int check_cell_intc(const struct check *check, const struct cell_check *open)
{
	const struct bh_config_cell_gic *gic = &open->cell->gic;
	const uint32_t version = open->board.system->gic.version;

	if (gic->version != version)
		return fail(check, BH_E_RANGE, AT(INTC, 0, offsetof(C, gic.version)), gic->version, version);
	if (version != BH_GIC_V3 && gic->gicr)
		return fail(check, BH_E_RESERVED, AT(INTC, 0, offsetof(C, gic.gicr)), gic->gicr, 0);
	if (version != BH_GIC_V2 && gic->gicc)
		return fail(check, BH_E_RESERVED, AT(INTC, 0, offsetof(C, gic.gicc)), gic->gicc, 0);
	if (!version && gic->gicd)
		return fail(check, BH_E_RESERVED, AT(INTC, 0, offsetof(C, gic.gicd)), gic->gicd, 0);
	if (version == BH_GIC_V3 && (gic->gicd & (CONFIG_GICD_V3_SIZE - 1)))
		return fail(check, BH_E_ALIGN, AT(INTC, 0, offsetof(C, gic.gicd)), gic->gicd, CONFIG_GICD_V3_SIZE);
	if (version == BH_GIC_V3 && (gic->gicr & (CONFIG_GICD_V3_SIZE - 1)))
		return fail(check, BH_E_ALIGN, AT(INTC, 0, offsetof(C, gic.gicr)), gic->gicr, CONFIG_GICD_V3_SIZE);
	if (version == BH_GIC_V3 && gic->gicr > CONFIG_ADDRESS_LIMIT - (uint64_t)open->cell->cpus.count * CONFIG_GICR_STRIDE)
		return fail(check, BH_E_RANGE, AT(INTC, 0, offsetof(C, gic.gicr)), gic->gicr, CONFIG_ADDRESS_LIMIT - 1);
	return BH_E_OK;
}

static int check_cell_cpus(const struct check *check, const struct cell_check *open)
{
	uint64_t seen[BITMAP_WORDS(CONFIG_MAX_BLOB_CPUS)] = { 0 };
	const uint32_t slots = open->board.system->cpus.count;

	for (uint32_t i = 0; i < open->cell->cpus.count; i++) {
		const struct where where = IN(CPU, i, &open->cpus[i], hwid);
		const uint32_t slot = find_slot(open->board.cpus, slots, open->cpus[i].hwid);

		if (slot == slots)
			return fail(check, BH_E_CPU_UNKNOWN, where, open->cpus[i].hwid, slots);
		if (bit_test(seen, slot))
			return fail(check, BH_E_DUPLICATE, where, open->cpus[i].hwid, slot);
		bit_set(seen, slot);
	}
	return BH_E_OK;
}

/* Passed-through interrupts keep their number, virtual devices take one: no number twice. */
static int check_cell_irqs(const struct check *check, const struct cell_check *open)
{
	uint64_t seen[BITMAP_WORDS(1024)] = { 0 };
	const uint16_t arch = open->cell->header.arch;

	for (uint32_t i = 0; i < open->cell->irqs.count; i++) {
		const uint32_t intid = open->irqs[i].intid;
		const struct where where = IN(IRQ, i, &open->irqs[i], intid);

		if (!irq_valid(arch, intid))
			return fail(check, BH_E_IRQ, where, intid, INTID_LIMIT - 1);
		if (intid == open->board.system->event_irq)
			return fail(check, BH_E_IRQ, where, intid, intid);
		if (bit_test(seen, intid))
			return fail(check, BH_E_DUPLICATE, where, intid, i);
		bit_set(seen, intid);
	}
	for (uint32_t i = 0; i < open->cell->devices.count; i++) {
		const uint32_t irq = open->devices[i].irq;
		const struct where where = IN(DEVICE, i, &open->devices[i], irq);

		if (!irq)
			continue;
		if (!irq_valid(arch, irq))
			return fail(check, BH_E_IRQ, where, irq, INTID_LIMIT - 1);
		if (bit_test(seen, irq))
			return fail(check, BH_E_DUPLICATE, where, irq, i);
		bit_set(seen, irq);
	}
	return BH_E_OK;
}

static const struct bh_config_memory *find_ram(const struct cell_check *open, uint64_t gpa)
{
	for (uint32_t i = 0; i < open->cell->memory.count; i++) {
		const struct bh_config_range range = { open->memory[i].gpa, open->memory[i].size };

		if (is_ram(&open->memory[i]) && contains(&range, gpa, 1))
			return &open->memory[i];
	}
	return NULL;
}

static int check_cell_boot(const struct check *check, const struct cell_check *open)
{
	const struct bh_config_cell *cell = open->cell;
	const struct bh_config_memory *code = find_ram(open, cell->entry);

	if (!code || !(code->flags & BH_MEM_EXEC))
		return fail(check, BH_E_NO_ENTRY, AT(BOOT, 0, offsetof(C, entry)), cell->entry, 0);
	if (cell->header.arch == BH_ARCH_AARCH64 && cell->entry & 3)
		return fail(check, BH_E_ALIGN, AT(BOOT, 0, offsetof(C, entry)), cell->entry, 4);
	if (cell->boot_arg && !find_ram(open, cell->boot_arg))
		return fail(check, BH_E_RANGE, AT(BOOT, 0, offsetof(C, boot_arg)), cell->boot_arg, 0);
	if (cell->watchdog_ms && !cell->comm_page) /* the heartbeat stands in the communication page */
		return fail(check, BH_E_RANGE, AT(COMM, 0, offsetof(C, watchdog_ms)), cell->watchdog_ms, 0);
	if (cell->console != BH_NO_CONSOLE && cell->console >= cell->devices.count)
		return fail(check, BH_E_RANGE, AT(DEVICE, 0, offsetof(C, console)), cell->console, cell->devices.count);
	return BH_E_OK;
}

/* The root cell has a name too. */
static int check_cell_name(const struct check *check, const struct bh_config_cell *cell)
{
	const char *name = cell->name;

	if (name[0] == 'r' && name[1] == 'o' && name[2] == 'o' && name[3] == 't' && !name[4])
		return fail(check, BH_E_EXISTS, AT(CELL, 0, offsetof(C, name)), 0, 0);
	return BH_E_OK;
}

int config_check_cell(const void *blob, uint32_t size, const struct bh_config_system *system,
		      struct bh_error *error)
{
	static int (*const steps[])(const struct check *check, const struct cell_check *open) = {
		check_cell_intc, check_memory,	  check_guest_disjoint,
		check_cell_cpus, check_cell_irqs, check_cell_boot,
	};
	const struct check context = { blob, blob, error }, *check = &context;
	struct cell_check open = { .cell = blob };
	int code;

	code = check_layout(check, size, system->header.arch, &cell_layout);
	if (code)
		return code;
	open.cpus = CONFIG_ARRAY(struct bh_config_cpu, open.cell, cpus);
	open.memory = CONFIG_ARRAY(struct bh_config_memory, open.cell, memory);
	open.irqs = CONFIG_ARRAY(struct bh_config_irq, open.cell, irqs);
	open.devices = CONFIG_ARRAY(struct bh_config_device, open.cell, devices);
	open_system(&open.board, system);
	code = check_cell_name(check, open.cell);
	for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]) && !code; i++)
		code = steps[i](check, &open);
	if (!code)
		error_set(error, BH_E_OK, BH_OBJ_NONE, 0, 0, 0);
	return code;
}

/* ---- names for messages ---- */

static const char *find_name(const struct field *fields, uint32_t offset)
{
	for (const struct field *field = fields; field->name; field++) {
		if (offset >= field->offset && offset - field->offset < field->size)
			return field->name;
	}
	return "";
}

static const struct layout *find_layout(unsigned int kind)
{
	return kind == BH_CONFIG_SYSTEM ? &system_layout : kind == BH_CONFIG_CELL ? &cell_layout : NULL;
}

const char *config_field_name(unsigned int kind, uint32_t field)
{
	const struct layout *layout = find_layout(kind);

	if (field < sizeof(struct bh_config_header))
		return find_name(header_fields, field);
	return layout ? find_name(layout->fields, field) : "";
}

const char *config_blob_field_name(const void *blob, uint32_t size, uint32_t field)
{
	const struct bh_config_header *header = blob;
	const struct layout *layout = size < sizeof(*header) ? NULL : find_layout(header->kind);

	if (!layout || size < layout->body_size || field < layout->body_size)
		return layout ? config_field_name(layout->kind, field) : find_name(header_fields, field);
	for (unsigned int i = 0; i < layout->array_count; i++) {
		const struct array *array = &layout->arrays[i];
		const struct bh_config_array *at = (const void *)((const uint8_t *)blob + array->descriptor);

		if (field >= at->offset && (field - at->offset) / array->element_size < at->count)
			return find_name(array->fields, (field - at->offset) % array->element_size);
	}
	return "";
}
