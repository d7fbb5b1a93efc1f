// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ACPI tables, ACPI specification 6.5 section 5.2, PCI firmware specification 3.3 section 4.1 (MCFG), Intel VT-d
 * specification section 8 (DMAR), AMD I/O virtualization specification section 5 (IVRS). The bytes may be
 * anything: firmware is written by many. Nothing is read beyond the table's end.
 */
#include "pc.h"

#include <lib/config.h>

#include <stdlib.h>
#include <string.h>

#define HEADER_SIZE 36u
#define USUAL_PINS 24
#define MAX_PINS CONFIG_IOAPIC_PINS
#define AMD_REGISTERS 0x4000u

const char *const acpi_signatures[ACPI_TABLES] = { "APIC", "MCFG", "HPET", "FACP", "DMAR", "IVRS" };

/** A piece of a table; what lies beyond its end reads as 0. */
struct piece {
	const uint8_t *at;
	size_t size;
};

static uint64_t number(const struct piece *piece, size_t offset, unsigned int width)
{
	uint64_t value = 0;

	if (offset > piece->size || width > piece->size - offset)
		return 0;
	for (unsigned int i = 0; i < width; i++)
		value |= (uint64_t)piece->at[offset + i] << (8 * i);
	return value;
}

static uint8_t u8(const struct piece *piece, size_t offset)
{
	return (uint8_t)number(piece, offset, 1);
}

static uint16_t u16(const struct piece *piece, size_t offset)
{
	return (uint16_t)number(piece, offset, 2);
}

static uint32_t u32(const struct piece *piece, size_t offset)
{
	return (uint32_t)number(piece, offset, 4);
}

static uint64_t u64(const struct piece *piece, size_t offset)
{
	return number(piece, offset, 8);
}

/** Bytes from @offset on, at most @size of them. */
static struct piece part(const struct piece *piece, size_t offset, size_t size)
{
	if (offset > piece->size)
		offset = piece->size;
	if (size > piece->size - offset)
		size = piece->size - offset;
	return (struct piece){ piece->at + offset, size };
}

/*
 * Entries of a list, one behind the other, whose length stands in them. Return: 1 and @entry; 0 at the end, or
 * where a length makes no sense.
 */
static int next_entry(const struct piece *list, size_t *offset, size_t length_at, unsigned int length_width,
		      size_t least, struct piece *entry)
{
	const struct piece rest = part(list, *offset, list->size);
	const size_t length = (size_t)number(&rest, length_at, length_width);

	if (rest.size < least || length < least || length > rest.size)
		return 0;
	*entry = part(&rest, 0, length);
	*offset += length;
	return 1;
}

/* ---- MADT: CPUs, I/O APICs, ISA interrupts ---- */

static void add_cpu(struct acpi *acpi, uint32_t apic_id, uint32_t flags)
{
	for (uint32_t i = 0; i < acpi->cpu_count; i++) {
		if (acpi->cpus[i].apic_id == apic_id)
			return; /* once as local APIC, once as local x2APIC */
	}
	if (!(flags & 3) || acpi->cpu_count == CONFIG_MAX_BLOB_CPUS)
		return;
	acpi->cpus = arena_grow(acpi->arena, acpi->cpus, acpi->cpu_count, sizeof(*acpi->cpus));
	acpi->cpus[acpi->cpu_count++] = (struct pc_cpu){ apic_id, flags & 1 };
}

static void read_madt_entry(struct acpi *acpi, const struct piece *entry)
{
	switch (u8(entry, 0)) {
	case 0:
		if (u8(entry, 3) != 0xff)
			add_cpu(acpi, u8(entry, 3), u32(entry, 4));
		break;
	case 1:
		if (acpi->tables.ioapics_count < CONFIG_MAX_IOAPICS)
			PC_ADD(acpi->arena, &acpi->tables, ioapics, .base = u32(entry, 4),
			       .gsi = u32(entry, 8), .id = u8(entry, 2));
		break;
	case 2:
		if (acpi->override_count == 256)
			break;
		acpi->overrides = arena_grow(acpi->arena, acpi->overrides, acpi->override_count,
					     sizeof(*acpi->overrides));
		acpi->overrides[acpi->override_count++] =
			(struct pc_override){ u8(entry, 3), u16(entry, 8), u32(entry, 4) };
		break;
	case 9:
		add_cpu(acpi, u32(entry, 4), u32(entry, 8));
		break;
	default:
		break;
	}
}

/* The table does not tell the pins: they end where the next one's begin, else there are as many as on most. */
static void count_pins(struct pc_tables *tables)
{
	for (uint32_t i = 0; i < tables->ioapics_count; i++) {
		struct bh_config_ioapic *ioapic = &tables->ioapics[i];
		uint32_t pins = USUAL_PINS;

		for (uint32_t j = 0; j < tables->ioapics_count; j++) {
			const uint32_t other = tables->ioapics[j].gsi;

			if (other > ioapic->gsi && other - ioapic->gsi < pins)
				pins = other - ioapic->gsi;
		}
		ioapic->pins = (uint16_t)pins;
	}
}

static const char *read_madt(struct acpi *acpi, const struct piece *table)
{
	struct piece entry;
	size_t offset = 44;

	while (next_entry(table, &offset, 1, 1, 2, &entry))
		read_madt_entry(acpi, &entry);
	count_pins(&acpi->tables);
	return offset == table->size ? NULL : "has an entry without a proper length";
}

/* ---- MCFG, HPET, FADT ---- */

static const char *read_mcfg(struct acpi *acpi, const struct piece *table)
{
	for (size_t offset = 44; offset + 16 <= table->size; offset += 16) {
		if (acpi->tables.mmconfig_count == CONFIG_MAX_IOAPICS)
			return "has too many entries";
		PC_ADD(acpi->arena, &acpi->tables, mmconfig, .base = u64(table, offset),
		       .segment = u16(table, offset + 8), .first_bus = u8(table, offset + 10),
		       .last_bus = u8(table, offset + 11));
	}
	return NULL;
}

static const char *read_hpet(struct acpi *acpi, const struct piece *table)
{
	if (table->size < 56)
		return "is too short";
	if (u8(table, 40) == 0 && u64(table, 44))
		acpi->tables.x86.hpet = (struct bh_config_range){ u64(table, 44), 1024 };
	return NULL;
}

/* A port: the old field, or the generic address of 12 bytes that came later, if that is a port. */
static uint16_t fadt_port(const struct piece *table, size_t old, size_t generic)
{
	const uint64_t port = old && u32(table, old)		 ? u32(table, old) :
			      generic && u8(table, generic) == 1 ? u64(table, generic + 4) :
								   0;

	return port < CONFIG_PORTS ? (uint16_t)port : 0;
}

#define FADT_RESET_SUPPORTED (1u << 10)

static const char *read_fadt(struct acpi *acpi, const struct piece *table)
{
	struct bh_config_x86 *x86 = &acpi->tables.x86;

	if (table->size < 116)
		return "is too short";
	x86->smi_command = fadt_port(table, 48, 0);
	x86->pm1a_control = fadt_port(table, 64, 172);
	x86->pm1b_control = fadt_port(table, 68, 184);
	x86->pm_timer = fadt_port(table, 76, 208);
	if (u32(table, 112) & FADT_RESET_SUPPORTED)
		x86->reset_port = fadt_port(table, 0, 116);
	if (x86->reset_port)
		x86->reset_value = u8(table, 128);
	return NULL;
}

/* ---- DMAR and IVRS: whom an IOMMU serves ---- */

static int unit_known(const struct acpi *acpi, uint64_t base)
{
	for (uint32_t i = 0; i < acpi->tables.iommus_count; i++) {
		if (acpi->tables.iommus[i].base == base)
			return 1;
	}
	return 0;
}

/* Ranges that lie in one that is known are left out: firmware names functions twice. */
static void add_scope(struct acpi *acpi, unsigned int kind, uint16_t first, uint16_t last, uint32_t id)
{
	struct pc_tables *tables = &acpi->tables;
	const uint16_t segment = tables->iommus[tables->iommus_count - 1].segment;

	for (uint32_t i = 0; i < tables->scopes_count; i++) {
		const struct bh_config_scope *known = &tables->scopes[i];

		if (known->kind == kind && tables->iommus[known->unit].segment == segment &&
		    (kind == BH_SCOPE_PCI ? first <= known->last && known->first <= last : id == known->id))
			return;
	}
	if (tables->scopes_count < CONFIG_MAX_SCOPES)
		PC_ADD(acpi->arena, tables, scopes, .unit = (uint16_t)(tables->iommus_count - 1),
		       .kind = (uint16_t)kind, .first = first, .last = last, .id = id);
}

/* A path of one step is a function of that bus; longer ones go through bridges, whose buses no table numbers. */
static void read_dmar_scope(struct acpi *acpi, const struct piece *scope)
{
	static const uint8_t kinds[] = { 0, BH_SCOPE_PCI, 0, BH_SCOPE_IOAPIC, BH_SCOPE_HPET };
	const unsigned int type = u8(scope, 0), kind = type < ARRAY_SIZE(kinds) ? kinds[type] : 0;
	const uint16_t id = (uint16_t)(u8(scope, 5) << 8 | (u8(scope, 6) & 31) << 3 | (u8(scope, 7) & 7));

	if (!kind || scope->size != 8)
		acpi->unresolved++;
	else
		add_scope(acpi, kind, id, id, kind == BH_SCOPE_PCI ? 0 : u8(scope, 4));
}

static void read_drhd(struct acpi *acpi, const struct piece *unit)
{
	const int rest = u8(unit, 4) & 1;
	struct piece scope;
	size_t offset = 16;

	if (unit_known(acpi, u64(unit, 8)) || acpi->tables.iommus_count == CONFIG_MAX_RANGES)
		return;
	PC_ADD(acpi->arena, &acpi->tables, iommus, .base = u64(unit, 8),
	       .size = BH_PAGE_SIZE << (u8(unit, 5) & 7), .type = BH_IOMMU_VTD,
	       .flags = rest ? BH_IOMMU_REST : 0, .segment = u16(unit, 6));
	while (next_entry(unit, &offset, 1, 1, 6, &scope))
		read_dmar_scope(acpi, &scope);
}

static const char *read_dmar(struct acpi *acpi, const struct piece *table)
{
	struct piece entry;
	size_t offset = 48;

	while (next_entry(table, &offset, 2, 2, 4, &entry)) {
		if (u16(&entry, 0) == 0)
			read_drhd(acpi, &entry);
	}
	return offset == table->size ? NULL : "has an entry without a proper length";
}

#define IVHD_ALL 1
#define IVHD_SELECT 2
#define IVHD_START 3
#define IVHD_END 4
#define IVHD_ALIAS 0x42
#define IVHD_ALIAS_START 0x43
#define IVHD_EXTENDED 0x46
#define IVHD_EXTENDED_START 0x47
#define IVHD_SPECIAL 0x48
#define IVHD_NAMED 0xf0

static size_t ivhd_entry_size(const struct piece *rest)
{
	const uint8_t type = u8(rest, 0);

	if (type == IVHD_NAMED)
		return 22u + u8(rest, 21);
	return 4u << (type >> 6);
}

/* @start: where an open range began, or -1. */
static void read_ivhd_entry(struct acpi *acpi, const struct piece *entry, int *start)
{
	struct bh_config_iommu *unit = &acpi->tables.iommus[acpi->tables.iommus_count - 1];
	const uint16_t id = u16(entry, 1);

	switch (u8(entry, 0)) {
	case IVHD_ALL:
		unit->flags |= BH_IOMMU_REST;
		break;
	case IVHD_SELECT:
	case IVHD_ALIAS:
	case IVHD_EXTENDED:
		add_scope(acpi, BH_SCOPE_PCI, id, id, 0);
		break;
	case IVHD_START:
	case IVHD_ALIAS_START:
	case IVHD_EXTENDED_START:
		*start = id;
		break;
	case IVHD_END:
		if (*start >= 0 && *start <= id)
			add_scope(acpi, BH_SCOPE_PCI, (uint16_t)*start, id, 0);
		*start = -1;
		break;
	case IVHD_SPECIAL:
		if (u8(entry, 7) == 1 || u8(entry, 7) == 2)
			add_scope(acpi, u8(entry, 7) == 1 ? BH_SCOPE_IOAPIC : BH_SCOPE_HPET, u16(entry, 5),
				  u16(entry, 5), u8(entry, 4));
		break;
	default:
		break;
	}
}

/* The same unit may stand there three times, once for each form of the entry: the first one counts. */
static void read_ivhd(struct acpi *acpi, const struct piece *unit)
{
	size_t offset = u8(unit, 0) == 0x10 ? 24 : 40;
	int start = -1;

	if (unit_known(acpi, u64(unit, 8)) || acpi->tables.iommus_count == CONFIG_MAX_RANGES)
		return;
	PC_ADD(acpi->arena, &acpi->tables, iommus, .base = u64(unit, 8), .size = AMD_REGISTERS,
	       .type = BH_IOMMU_AMD, .segment = u16(unit, 16), .function = u16(unit, 4));
	while (offset < unit->size) {
		const struct piece rest = part(unit, offset, unit->size);
		const struct piece entry = part(&rest, 0, ivhd_entry_size(&rest));

		read_ivhd_entry(acpi, &entry, &start);
		offset += ivhd_entry_size(&rest);
	}
}

static const char *read_ivrs(struct acpi *acpi, const struct piece *table)
{
	struct piece entry;
	size_t offset = 48;

	while (next_entry(table, &offset, 2, 2, 4, &entry)) {
		const uint8_t type = u8(&entry, 0);

		if (type == 0x10 || type == 0x11 || type == 0x40)
			read_ivhd(acpi, &entry);
	}
	return offset == table->size ? NULL : "has an entry without a proper length";
}

/* ---- any table ---- */

static const char *(*const readers[ACPI_TABLES])(struct acpi *acpi, const struct piece *table) = {
	[ACPI_MADT] = read_madt, [ACPI_MCFG] = read_mcfg, [ACPI_HPET] = read_hpet,
	[ACPI_FADT] = read_fadt, [ACPI_DMAR] = read_dmar, [ACPI_IVRS] = read_ivrs,
};

const char *acpi_read_table(struct acpi *acpi, const uint8_t *table, size_t size)
{
	struct piece piece = { table, size };
	uint8_t sum = 0;

	if (size < HEADER_SIZE || u32(&piece, 4) < HEADER_SIZE || u32(&piece, 4) > size)
		return "is shorter than its header says";
	piece.size = u32(&piece, 4);
	for (size_t i = 0; i < piece.size; i++)
		sum = (uint8_t)(sum + table[i]);
	if (sum)
		return "has a wrong checksum";
	for (unsigned int i = 0; i < ACPI_TABLES; i++) {
		if (memcmp(table, acpi_signatures[i], 4))
			continue;
		acpi->found |= 1u << i;
		return readers[i](acpi, &piece);
	}
	return NULL;
}
