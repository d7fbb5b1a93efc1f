// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ACPI tables: an input is some, one behind the other, each as long as its header says; length and checksum of the last
 * one are put right, so that what is behind them is read. What comes out must be within the limits of the blob.
 */
#include "fuzz.h"
#include "pc.h"

#include <lib/config.h>

#define HEADER_SIZE 36u

static void check_tables(const struct acpi *acpi)
{
	const struct pc_tables *tables = &acpi->tables;

	fuzz_check(acpi->cpu_count <= CONFIG_MAX_BLOB_CPUS, "%u CPUs", acpi->cpu_count);
	fuzz_check(tables->ioapics_count <= CONFIG_MAX_IOAPICS, "%u I/O APICs", tables->ioapics_count);
	fuzz_check(tables->mmconfig_count <= CONFIG_MAX_IOAPICS, "%u windows", tables->mmconfig_count);
	fuzz_check(tables->iommus_count <= CONFIG_MAX_RANGES, "%u IOMMUs", tables->iommus_count);
	fuzz_check(tables->scopes_count <= CONFIG_MAX_SCOPES, "%u requesters", tables->scopes_count);
	for (uint32_t i = 0; i < tables->ioapics_count; i++)
		fuzz_check(tables->ioapics[i].pins && tables->ioapics[i].pins <= CONFIG_IOAPIC_PINS,
			   "%u pins", tables->ioapics[i].pins);
	for (uint32_t i = 0; i < tables->scopes_count; i++) {
		const struct bh_config_scope *scope = &tables->scopes[i];

		fuzz_check(scope->unit < tables->iommus_count, "unit %u of %u", scope->unit,
			   tables->iommus_count);
		fuzz_check(scope->first <= scope->last, "0x%x to 0x%x", scope->first, scope->last);
		fuzz_check(scope->kind >= BH_SCOPE_PCI && scope->kind <= BH_SCOPE_HPET, "kind %u",
			   scope->kind);
	}
	for (uint32_t i = 0; i < acpi->cpu_count; i++) {
		for (uint32_t j = 0; j < i; j++)
			fuzz_check(acpi->cpus[i].apic_id != acpi->cpus[j].apic_id, "APIC id %u twice",
				   acpi->cpus[i].apic_id);
	}
	fuzz_planted(acpi->cpu_count > 1 && tables->scopes_count);
}

static uint32_t length_of(const uint8_t *table)
{
	return (uint32_t)table[4] | (uint32_t)table[5] << 8 | (uint32_t)table[6] << 16 |
	       (uint32_t)table[7] << 24;
}

/* Length and checksum as they must be. */
static void mend(uint8_t *table, uint32_t size)
{
	uint8_t sum = 0;

	for (unsigned int i = 0; i < 4; i++)
		table[4 + i] = (uint8_t)(size >> (8 * i));
	table[9] = 0;
	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + table[i]);
	table[9] = (uint8_t)-sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct acpi acpi = { .arena = &arena };

	while (size) {
		const uint32_t said = size < HEADER_SIZE ? 0 : length_of(data);
		const size_t length = said < HEADER_SIZE || said > size ? size : said;
		uint8_t *table = malloc(length); /* so that the sanitizer sees its end */

		memcpy(table, data, length);
		if (length >= HEADER_SIZE && length <= UINT32_MAX)
			mend(table, (uint32_t)length);
		acpi_read_table(&acpi, table, length);
		free(table);
		data += length;
		size -= length;
	}
	check_tables(&acpi);
	arena_free(&arena);
	return 0;
}
