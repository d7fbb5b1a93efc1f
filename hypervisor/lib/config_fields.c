// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every field of a blob, with its name and with what can be said about it alone.
 */
#include "config_parts.h"

#define FIELD(type, member, rule, object, low, high) FIELD_OF(0, type, member, rule, object, low, high)
#define SPAN_FIELD(type, member, rule, object, alignment) SPAN_OF(0, type, member, rule, object, alignment)
/* The same for a part that only blobs of one architecture have. */
#define FIELD_OF(arch, type, member, rule, object, low, high)                                              \
	{                                                                                                  \
#member, offsetof(type, member), sizeof(((type *)0)->member), rule, BH_OBJ_##object, arch, \
			low, high                                                                          \
	}
/* A range has two entries, so that its size has a name of its own. */
#define SPAN_OF(arch, type, member, rule, object, alignment)                                            \
	{ #member ".base", offsetof(type, member.base), 8, rule, BH_OBJ_##object, arch, alignment, 0 }, \
	{                                                                                               \
#member ".size", offsetof(type, member.size), 8, ANY, BH_OBJ_##object, arch, 0, 0       \
	}
#define ARRAY_FIELD(type, member, object) ARRAY_OF(0, type, member, object)
#define ARRAY_OF(arch, type, member, object)                                                        \
	{ #member ".offset", offsetof(type, member.offset), 4, ANY, BH_OBJ_##object, arch, 0, 0 },  \
	{                                                                                           \
#member ".count", offsetof(type, member.count), 4, ANY, BH_OBJ_##object, arch, 0, 0 \
	}
#define END                                 \
	{                                   \
		NULL, 0, 0, ANY, 0, 0, 0, 0 \
	}

/* clang-format off */
#define ARM BH_ARCH_AARCH64
#define RISCV BH_ARCH_RISCV64
#define X86 BH_ARCH_X86_64
#define H struct bh_config_header
#define HEADER_FIELDS \
	FIELD(H, magic,    ANY,  HEADER, 0, 0), \
	FIELD(H, major,    ANY,  HEADER, 0, 0), \
	FIELD(H, minor,    ANY,  HEADER, 0, 0), \
	FIELD(H, arch,     ANY,  HEADER, 0, 0), \
	FIELD(H, kind,     ANY,  HEADER, 0, 0), \
	FIELD(H, size,     ANY,  HEADER, 0, 0), \
	FIELD(H, crc,      ANY,  HEADER, 0, 0), \
	FIELD(H, reserved, ZERO, HEADER, 0, 0)

#define S struct bh_config_system
static const struct field system_fields[] = {
	HEADER_FIELDS,
	FIELD(S, board,               IDENT, PLATFORM,  0, 0),
	FIELD(S, compatible,          LINE,  PLATFORM,  0, 0),
	SPAN_FIELD(S, hv_memory,      SPAN,  HV_MEMORY, BH_RAM_ALIGN),
	FIELD(S, event_irq,           ANY,   IRQ,       0, 0),
	FIELD(S, on_reset,            VALUE, PLATFORM,  BH_ON_RESET_MACHINE, BH_ON_RESET_STOP),
	FIELD(S, log_level,           VALUE, PLATFORM,  0, 3),
	FIELD(S, timeout_ms,          VALUE, PLATFORM,  1000, 600000),
	SPAN_FIELD(S, debug_uart,     MAYBE, DEVICE,    1),
	FIELD(S, debug_uart_type,     VALUE, DEVICE,    BH_DEV_NONE, BH_DEV_UART_16550_PIO),
	FIELD(S, reserved,            ZERO,  PLATFORM,  0, 0),
	FIELD_OF(ARM, S, gic.version,         ANY, INTC, 0, 0),
	FIELD_OF(ARM, S, gic.maintenance_irq, ANY, INTC, 0, 0),
	SPAN_OF(ARM, S, gic.gicd, MAYBE, INTC, BH_PAGE_SIZE),
	SPAN_OF(ARM, S, gic.gicr, MAYBE, INTC, BH_PAGE_SIZE),
	SPAN_OF(ARM, S, gic.gicc, MAYBE, INTC, BH_PAGE_SIZE),
	SPAN_OF(ARM, S, gic.gich, MAYBE, INTC, BH_PAGE_SIZE),
	SPAN_OF(ARM, S, gic.gicv, MAYBE, INTC, BH_PAGE_SIZE),
	SPAN_OF(ARM, S, gic.its,  MAYBE, INTC, BH_PAGE_SIZE),
	FIELD_OF(RISCV, S, riscv.intc,          ANY,   INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.sources,       ANY,   INTC, 0, 0),
	SPAN_OF(RISCV, S, riscv.domain,         MAYBE, INTC, BH_PAGE_SIZE),
	FIELD_OF(RISCV, S, riscv.context_first, ANY,   INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.context_step,  ANY,   INTC, 0, 0),
	SPAN_OF(RISCV, S, riscv.imsic,          MAYBE, INTC, BH_PAGE_SIZE),
	FIELD_OF(RISCV, S, riscv.imsic_stride,  ANY,   INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.imsic_ids,     ANY,   INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.imsic_guests,  ANY,   INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.reserved0,     ZERO,  INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.timebase_hz,   ANY,   INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.reserved1[0],  ZERO,  INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.reserved1[1],  ZERO,  INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.reserved1[2],  ZERO,  INTC, 0, 0),
	FIELD_OF(RISCV, S, riscv.reserved1[3],  ZERO,  INTC, 0, 0),
	FIELD_OF(X86, S, x86.pm1a_control,      ANY,   INTC, 0, 0),
	FIELD_OF(X86, S, x86.pm1b_control,      ANY,   INTC, 0, 0),
	FIELD_OF(X86, S, x86.pm_timer,          ANY,   INTC, 0, 0),
	FIELD_OF(X86, S, x86.smi_command,       ANY,   INTC, 0, 0),
	FIELD_OF(X86, S, x86.reset_port,        ANY,   INTC, 0, 0),
	FIELD_OF(X86, S, x86.reset_value,       ANY,   INTC, 0, 0),
	FIELD_OF(X86, S, x86.flags,             BITS,  INTC, 0, BH_X86_FLAGS_ALL),
	FIELD_OF(X86, S, x86.tsc_khz,           ANY,   INTC, 0, 0),
	SPAN_OF(X86, S, x86.hpet,               MAYBE, INTC, 1024),
	ARRAY_OF(X86, S, x86.ioapics,           INTC),
	ARRAY_OF(X86, S, x86.mmconfig,          INTC),
	ARRAY_OF(X86, S, x86.iommus,            INTC),
	ARRAY_OF(X86, S, x86.scopes,            INTC),
	FIELD_OF(X86, S, x86.reserved1[0],      ZERO,  INTC, 0, 0),
	FIELD_OF(X86, S, x86.reserved1[1],      ZERO,  INTC, 0, 0),
	FIELD_OF(X86, S, x86.reserved1[2],      ZERO,  INTC, 0, 0),
	FIELD_OF(X86, S, x86.reserved1[3],      ZERO,  INTC, 0, 0),
	FIELD_OF(X86, S, x86.reserved1[4],      ZERO,  INTC, 0, 0),
	ARRAY_FIELD(S, dram,                 DRAM),
	ARRAY_FIELD(S, pool,                 POOL),
	ARRAY_FIELD(S, cpus,                 CPU),
	ARRAY_FIELD(S, firmware,             FIRMWARE),
	ARRAY_FIELD(S, aliases,              ALIAS),
	END
};

#define C struct bh_config_cell
static const struct field cell_fields[] = {
	HEADER_FIELDS,
	FIELD(C, name,         IDENT,   CELL, 0, 0),
	FIELD(C, flags,        BITS,    CELL, 0, BH_CELL_FLAGS_ALL),
	FIELD(C, console,      ANY,     DEVICE, 0, 0),
	FIELD(C, entry,        ADDRESS, BOOT, 1, 0),
	FIELD(C, boot_arg,     ADDRESS, BOOT, 1, 0),
	FIELD(C, comm_page,    ADDRESS, COMM, BH_PAGE_SIZE, 0),
	FIELD(C, watchdog_ms,  VALUE,   CELL, 0, 86400000),
	FIELD(C, stop_ms,      VALUE,   CELL, 0, 600000),
	FIELD_OF(ARM, C, gic.version,    ANY,     INTC, 0, 0),
	FIELD_OF(ARM, C, gic.reserved,   ZERO,    INTC, 0, 0),
	FIELD_OF(ARM, C, gic.gicd,       ADDRESS, INTC, BH_PAGE_SIZE, 0),
	FIELD_OF(ARM, C, gic.gicr,       ADDRESS, INTC, BH_PAGE_SIZE, 0),
	FIELD_OF(ARM, C, gic.gicc,       ADDRESS, INTC, BH_PAGE_SIZE, 0),
	FIELD_OF(RISCV, C, riscv.intc,     ANY,     INTC, 0, 0),
	FIELD_OF(RISCV, C, riscv.sources,  ANY,     INTC, 0, 0),
	FIELD_OF(RISCV, C, riscv.domain,   ADDRESS, INTC, BH_PAGE_SIZE, 0),
	FIELD_OF(RISCV, C, riscv.imsic,    ADDRESS, INTC, BH_PAGE_SIZE, 0),
	FIELD_OF(RISCV, C, riscv.reserved, ZERO,    INTC, 0, 0),
	FIELD_OF(X86, C, x86.mode,       VALUE,   BOOT, BH_X86_REAL, BH_X86_LONG),
	FIELD_OF(X86, C, x86.pins,       VALUE,   INTC, 0, 240),
	FIELD_OF(X86, C, x86.ioapic,     ADDRESS, INTC, BH_PAGE_SIZE, 0),
	FIELD_OF(X86, C, x86.start,      ANY,     BOOT, 0, 0),
	FIELD_OF(X86, C, x86.mmconfig,   ADDRESS, INTC, CONFIG_BUS_SIZE, 0),
	ARRAY_OF(X86, C, x86.ports,      DEVICE),
	ARRAY_OF(X86, C, x86.pci,        DEVICE),
	ARRAY_FIELD(C, cpus,            CPU),
	ARRAY_FIELD(C, memory,          MEMORY),
	ARRAY_FIELD(C, irqs,            IRQ),
	ARRAY_FIELD(C, devices,         DEVICE),
	END
};

static const struct field dram_fields[] = {
	{ "dram.base", 0, 8, SPAN, BH_OBJ_DRAM, 0, BH_PAGE_SIZE, 0 },
	{ "dram.size", 8, 8, ANY,  BH_OBJ_DRAM, 0, 0, 0 },
	END
};

static const struct field pool_fields[] = {
	{ "pool.base", 0, 8, SPAN, BH_OBJ_POOL, 0, BH_RAM_ALIGN, 0 },
	{ "pool.size", 8, 8, ANY,  BH_OBJ_POOL, 0, 0, 0 },
	END
};

static const struct field firmware_fields[] = {
	{ "firmware.base", 0, 8, SPAN, BH_OBJ_FIRMWARE, 0, 1, 0 },
	{ "firmware.size", 8, 8, ANY,  BH_OBJ_FIRMWARE, 0, 0, 0 },
	END
};

#define A struct bh_config_alias
static const struct field alias_fields[] = {
	{ "alias.at",    offsetof(A, at),    8, ADDRESS, BH_OBJ_ALIAS, 0, BH_PAGE_SIZE, 0 },
	{ "alias.size",  offsetof(A, size),  8, ADDRESS, BH_OBJ_ALIAS, 0, BH_PAGE_SIZE, 0 },
	{ "alias.of",    offsetof(A, of),    8, ADDRESS, BH_OBJ_ALIAS, 0, BH_PAGE_SIZE, 0 },
	{ "alias.every", offsetof(A, every), 8, ADDRESS, BH_OBJ_ALIAS, 0, BH_PAGE_SIZE, 0 },
	END
};

static const struct field cpu_fields[] = {
	{ "cpu.hwid", 0, 8, ANY, BH_OBJ_CPU, 0, 0, 0 },
	END
};

static const struct field irq_fields[] = {
	{ "irq.intid",    0, 4, ANY,  BH_OBJ_IRQ, 0, 0, 0 },
	{ "irq.reserved", 4, 4, ZERO, BH_OBJ_IRQ, 0, 0, 0 },
	END
};

#define M struct bh_config_memory
static const struct field memory_fields[] = {
	{ "memory.gpa",      offsetof(M, gpa),      8,  ADDRESS, BH_OBJ_MEMORY, 0, 1, 0 },
	{ "memory.hpa",      offsetof(M, hpa),      8,  ADDRESS, BH_OBJ_MEMORY, 0, 1, 0 },
	{ "memory.size",     offsetof(M, size),     8,  VALUE,   BH_OBJ_MEMORY, 0, 1, CONFIG_ADDRESS_LIMIT },
	{ "memory.flags",    offsetof(M, flags),    4,  BITS,    BH_OBJ_MEMORY, 0, 0, BH_MEM_ALL },
	{ "memory.reserved", offsetof(M, reserved), 4,  ZERO,    BH_OBJ_MEMORY, 0, 0, 0 },
	{ "memory.name",     offsetof(M, name),     16, TEXT,    BH_OBJ_MEMORY, 0, 0, 0 },
	END
};

#define D struct bh_config_device
static const struct field device_fields[] = {
	{ "device.type", offsetof(D, type), 4, VALUE,   BH_OBJ_DEVICE, 0, BH_DEV_UART_PL011, BH_DEV_LAST },
	{ "device.irq", offsetof(D, irq), 4, ANY,     BH_OBJ_DEVICE, 0, 0, 0 },
	{ "device.gpa", offsetof(D, gpa), 8, ADDRESS, BH_OBJ_DEVICE, 0, 1, 0 },
	{ "device.size", offsetof(D, size), 8, VALUE,   BH_OBJ_DEVICE, 0, 1, CONFIG_DEVICE_SIZE },
	{ "device.reserved", offsetof(D, reserved), 8, ZERO,    BH_OBJ_DEVICE, 0, 0, 0 },
	END
};

#define PART(type, member, rule, low, high) \
	{ #type "." #member, offsetof(struct bh_config_##type, member), \
	  sizeof(((struct bh_config_##type *)0)->member), rule, BH_OBJ_INTC, 0, low, high }

static const struct field ioapic_fields[] = {
	PART(ioapic, base, ADDRESS, BH_PAGE_SIZE, 0),
	PART(ioapic, gsi,  VALUE,   0, CONFIG_X86_GSIS - 1),
	PART(ioapic, pins, VALUE,   1, CONFIG_IOAPIC_PINS),
	PART(ioapic, id,   VALUE,   0, 255),
	END
};

static const struct field mmconfig_fields[] = {
	PART(mmconfig, base,      ADDRESS, CONFIG_BUS_SIZE, 0),
	PART(mmconfig, segment,   ANY,     0, 0),
	PART(mmconfig, first_bus, ANY,     0, 0),
	PART(mmconfig, last_bus,  ANY,     0, 0),
	PART(mmconfig, reserved,  ZERO,    0, 0),
	END
};

static const struct field iommu_fields[] = {
	PART(iommu, base,      ADDRESS, BH_PAGE_SIZE, 0),
	PART(iommu, size,      VALUE,   BH_PAGE_SIZE, 0x100000),
	PART(iommu, type,      VALUE,   BH_IOMMU_VTD, BH_IOMMU_AMD),
	PART(iommu, flags,     BITS,    0, BH_IOMMU_FLAGS_ALL),
	PART(iommu, segment,   ANY,     0, 0),
	PART(iommu, function,  ANY,     0, 0),
	PART(iommu, reserved0, ZERO,    0, 0),
	PART(iommu, reserved1, ZERO,    0, 0),
	END
};

static const struct field scope_fields[] = {
	PART(scope, unit,     ANY,   0, 0),
	PART(scope, kind,     VALUE, BH_SCOPE_PCI, BH_SCOPE_HPET),
	PART(scope, first,    ANY,   0, 0),
	PART(scope, last,     ANY,   0, 0),
	PART(scope, id,       ANY,   0, 0),
	PART(scope, reserved, ZERO,  0, 0),
	END
};

static const struct field ports_fields[] = {
	PART(ports, first, VALUE, 0, CONFIG_PORTS - 1),
	PART(ports, count, VALUE, 1, CONFIG_PORTS),
	END
};

static const struct field pci_fields[] = {
	PART(pci, segment,  ANY,  0, 0),
	PART(pci, function, ANY,  0, 0),
	PART(pci, flags,    BITS, 0, BH_PCI_FLAGS_ALL),
	END
};

#define ARRAY(type, member, element, arch, least, most, object, fields) \
	{ offsetof(type, member), sizeof(struct bh_config_##element), least, most, BH_OBJ_##object, arch, fields }

static const struct array system_arrays[] = {
	ARRAY(S, x86.ioapics,  ioapic,   X86, 1, CONFIG_MAX_IOAPICS, INTC, ioapic_fields),
	ARRAY(S, x86.mmconfig, mmconfig, X86, 0, CONFIG_MAX_IOAPICS, INTC, mmconfig_fields),
	ARRAY(S, x86.iommus,   iommu,    X86, 0, CONFIG_MAX_RANGES,  INTC, iommu_fields),
	ARRAY(S, x86.scopes,   scope,    X86, 0, CONFIG_MAX_SCOPES,  INTC, scope_fields),
	ARRAY(S, dram, range, 0, 1, CONFIG_MAX_RANGES,    DRAM, dram_fields),
	ARRAY(S, pool, range, 0, 0, CONFIG_MAX_RANGES,    POOL, pool_fields),
	ARRAY(S, cpus, cpu,   0, 1, CONFIG_MAX_BLOB_CPUS, CPU,  cpu_fields),
	ARRAY(S, firmware, range, 0, 0, CONFIG_MAX_RANGES,  FIRMWARE, firmware_fields),
	ARRAY(S, aliases,  alias, 0, 0, CONFIG_MAX_ALIASES, ALIAS,    alias_fields),
};

static const struct array cell_arrays[] = {
	ARRAY(C, x86.ports, ports, X86, 0, CONFIG_MAX_RANGES, DEVICE, ports_fields),
	ARRAY(C, x86.pci,   pci,   X86, 0, CONFIG_MAX_PCI,    DEVICE, pci_fields),
	ARRAY(C, cpus,    cpu,    0, 1, CONFIG_MAX_BLOB_CPUS, CPU,    cpu_fields),
	ARRAY(C, memory,  memory, 0, 1, CONFIG_MAX_RANGES,    MEMORY, memory_fields),
	ARRAY(C, irqs,    irq,    0, 0, CONFIG_MAX_IRQS,      IRQ,    irq_fields),
	ARRAY(C, devices, device, 0, 0, CONFIG_MAX_DEVICES,   DEVICE, device_fields),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
static const struct layout system_layout = {
	BH_CONFIG_SYSTEM, sizeof(S), system_fields, system_arrays, COUNT(system_arrays)
};
static const struct layout cell_layout = {
	BH_CONFIG_CELL, sizeof(C), cell_fields, cell_arrays, COUNT(cell_arrays)
};
/* clang-format on */

_Static_assert(sizeof(S) % 8 == 0 && sizeof(C) % 8 == 0, "arrays start 8-byte aligned without padding");
_Static_assert(sizeof(struct bh_config_cpu) == 8 && sizeof(struct bh_config_irq) == 8,
	       "elements keep alignment");
_Static_assert(sizeof(struct bh_config_ports) == 8 && sizeof(struct bh_config_pci) == 8,
	       "elements keep alignment");

/* ---- names for messages ---- */

/* By the fields of @arch; of a blob whose architecture has none there, the first ones. */
static const char *find_name(const struct field *fields, uint16_t arch, uint32_t offset)
{
	const char *other = "";

	for (const struct field *field = fields; field->name; field++) {
		if (offset < field->offset || offset - field->offset >= field->size)
			continue;
		if (arch_has(field->arch, arch))
			return field->name;
		if (!*other)
			other = field->name;
	}
	return other;
}

const struct layout *config_layout(unsigned int kind)
{
	return kind == BH_CONFIG_SYSTEM ? &system_layout : kind == BH_CONFIG_CELL ? &cell_layout : NULL;
}

const char *config_field_name(unsigned int kind, uint32_t field)
{
	const struct layout *layout = config_layout(kind);

	if (!layout)
		return field < sizeof(struct bh_config_header) ? find_name(cell_fields, 0, field) : "";
	return find_name(layout->fields, 0, field);
}

const char *config_blob_field_name(const void *blob, uint32_t size, uint32_t field)
{
	const struct bh_config_header *header = blob;
	const unsigned int kind = size < sizeof(*header) ? 0 : header->kind;
	const struct layout *layout = config_layout(kind);

	if (!layout || size < layout->body_size)
		return config_field_name(kind, field);
	if (field < layout->body_size)
		return find_name(layout->fields, header->arch, field);
	for (unsigned int i = 0; i < layout->array_count; i++) {
		const struct array *array = &layout->arrays[i];
		const struct bh_config_array *at = (const void *)((const uint8_t *)blob + array->descriptor);

		if (!arch_has(array->arch, header->arch))
			continue;
		if (field >= at->offset && (field - at->offset) / array->element_size < at->count)
			return find_name(array->fields, header->arch,
					 (field - at->offset) % array->element_size);
	}
	return "";
}
