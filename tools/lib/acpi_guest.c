// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ACPI tables for a guest, from the cell: RSDP, XSDT, MADT, FADT of a hardware-reduced platform, HPET if it has
 * one, MCFG and a DSDT with its serial ports and PCI functions. ACPI specification 6.5: 5.2 (tables), 6.4 (resources),
 * 20 (AML). A guest finds them from the RSDP at ACPI_AT.
 */
#include "acpi_write.h"
#include "plan.h"

#include <lib/config.h>

#include <string.h>

#define HEADER_SIZE 36u
#define IOAPIC_ID 0
#define KEYBOARD_PORT 0x64
#define KEYBOARD_RESET 0xfe

/* ---- tables ---- */

/* Bytes whose sum with all others is 0. */
static uint8_t checksum(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return (uint8_t)-sum;
}

/* Header of a table; @revision of its layout. Return: where it starts. */
static size_t table_begin(struct writer *writer, const char *signature, unsigned int revision)
{
	const size_t start = (writer->used + 15) & ~(size_t)15;

	writer->used = start;
	w_text(writer, signature);
	w32(writer, 0);
	w8(writer, revision);
	w8(writer, 0);
	w_text(writer, "BULKHDGUEST   ");
	w32(writer, 1);
	w_text(writer, "BLKH");
	w32(writer, 1);
	return start;
}

/* Length and checksum. Return: the guest-physical address. */
static uint64_t table_end(struct writer *writer, size_t start)
{
	w_patch(writer, start + 4, writer->used - start, 4);
	w_patch(writer, start + 9, checksum(writer->at + start, writer->used - start), 1);
	return ACPI_AT + start;
}

/* A generic address: a register of one byte at an I/O port; port 0: none. */
static void w_port(struct writer *writer, uint64_t port)
{
	w8(writer, port ? 1 : 0);
	w8(writer, port ? 8 : 0);
	w8(writer, 0);
	w8(writer, port ? 1 : 0);
	w64(writer, port);
}

static const struct bh_config_device *find_device(const struct cfg_cell *cell, uint32_t type)
{
	for (size_t i = 0; i < cell->device_count; i++) {
		if (cell->devices[i].blob.type == type)
			return &cell->devices[i].blob;
	}
	return NULL;
}

/* ---- DSDT ---- */

static void w_ports(struct writer *writer, const struct bh_config_device *device)
{
	w8(writer, 0x47);
	w8(writer, 1); /* all 16 bits are decoded */
	w16(writer, (uint32_t)device->gpa);
	w16(writer, (uint32_t)device->gpa);
	w8(writer, 1);
	w8(writer, (uint32_t)device->size);
}

static void w_memory(struct writer *writer, const struct bh_config_device *device)
{
	w8(writer, 0x86);
	w16(writer, 9);
	w8(writer, 1); /* writable */
	w32(writer, device->gpa);
	w32(writer, device->size);
}

static void w_interrupt(struct writer *writer, uint32_t gsi)
{
	w8(writer, 0x89);
	w16(writer, 6);
	w8(writer, 3); /* consumed, edge, active high, exclusive */
	w8(writer, 1);
	w32(writer, gsi);
}

static void aml_resources(struct writer *writer, const struct bh_config_device *device)
{
	struct aml_list list;

	aml_list_begin(writer, &list);
	if (device->type == BH_DEV_UART_16550)
		w_memory(writer, device);
	else
		w_ports(writer, device);
	if (device->irq)
		w_interrupt(writer, device->irq);
	aml_list_end(writer, &list);
}

static void aml_device(struct writer *writer, const char *name, unsigned int product, unsigned int uid,
		       const struct bh_config_device *device)
{
	const size_t package = aml_begin(writer, "\x5b\x82", 2);

	w_text(writer, name);
	aml_hid(writer, product);
	aml_byte(writer, "_UID", uid);
	aml_byte(writer, "_STA", 15);
	aml_resources(writer, device);
	aml_end(writer, package);
}

static void aml_devices(struct writer *writer, struct cfg_cell *cell)
{
	unsigned int uarts = 0;

	for (size_t i = 0; i < cell->device_count; i++) {
		const struct bh_config_device *device = &cell->devices[i].blob;

		if (device->type == BH_DEV_UART_16550_PIO || device->type == BH_DEV_UART_16550) {
			uarts++;
			aml_device(writer, arena_printf(&cell->arena, "COM%X", uarts & 15), 0x0501, uarts,
				   device);
		} else if (device->type == BH_DEV_CMOS) {
			aml_device(writer, "RTC_", 0x0b00, 0, device);
		}
	}
}

/* A package of sleep types for S5: the type is 0, as the 0x2000 of the power-off ports has it. */
static void aml_power_off(struct writer *writer)
{
	size_t package;

	aml_name(writer, "\\_S5_");
	package = aml_begin(writer, "\x12", 1);
	w8(writer, 4);
	w32(writer, 0);
	aml_end(writer, package);
}

static uint64_t write_dsdt(struct writer *writer, struct cfg_cell *cell)
{
	const size_t start = table_begin(writer, "DSDT", 2), scope = aml_begin(writer, "\x10", 1);

	w_text(writer, "\\_SB_");
	aml_devices(writer, cell);
	acpi_guest_pci(writer, cell);
	aml_end(writer, scope);
	if (find_device(cell, BH_DEV_POWER_OFF))
		aml_power_off(writer);
	return table_end(writer, start);
}

/* ---- the others ---- */

#define FADT_WBINVD (1u << 0)
#define FADT_NO_POWER_BUTTON (1u << 4)
#define FADT_NO_SLEEP_BUTTON (1u << 5)
#define FADT_RESET (1u << 10)
#define FADT_HW_REDUCED (1u << 20)
#define BOOT_NO_VGA (1u << 2)
#define BOOT_NO_RTC (1u << 5)
#define FADT_SIZE 276u

static uint64_t write_fadt(struct writer *writer, const struct cfg_cell *cell, uint64_t dsdt)
{
	const struct bh_config_device *power = find_device(cell, BH_DEV_POWER_OFF);
	const size_t start = table_begin(writer, "FACP", 6);
	struct writer there = *writer;

	writer->used = start + FADT_SIZE; /* what is not written is 0: the arena's bytes are */
	w_patch(writer, start + 40, dsdt, 4);
	w_patch(writer, start + 109, BOOT_NO_VGA | (find_device(cell, BH_DEV_CMOS) ? 0 : BOOT_NO_RTC), 2);
	w_patch(writer, start + 112,
		FADT_WBINVD | FADT_NO_POWER_BUTTON | FADT_NO_SLEEP_BUTTON | FADT_RESET | FADT_HW_REDUCED, 4);
	there.used = start + 116;
	w_port(&there, KEYBOARD_PORT);
	w_patch(writer, start + 128, KEYBOARD_RESET, 1);
	w_patch(writer, start + 131, 5, 1);
	w_patch(writer, start + 140, dsdt, 8);
	/* SLP_EN of the control register is bit 5: that of 0x2000 written to both ports at once */
	there.used = start + 244;
	w_port(&there, power ? power->gpa + 1 : 0);
	w_port(&there, power ? power->gpa : 0);
	return table_end(writer, start);
}

static uint64_t write_madt(struct writer *writer, const struct cfg_cell *cell)
{
	const size_t start = table_begin(writer, "APIC", 5);

	w32(writer, CONFIG_LAPIC);
	w32(writer, 0); /* no 8259 */
	for (uint32_t i = 0; i < cell->cpu_count; i++) {
		if (i < 255) {
			w16(writer, 8 << 8 | 0);
			w8(writer, i);
			w8(writer, i);
			w32(writer, 1);
		} else {
			w16(writer, 16 << 8 | 9);
			w16(writer, 0);
			w32(writer, i);
			w32(writer, 1);
			w32(writer, i);
		}
	}
	if (cell->body.x86.ioapic) {
		w16(writer, 12 << 8 | 1);
		w8(writer, IOAPIC_ID);
		w8(writer, 0);
		w32(writer, cell->body.x86.ioapic);
		w32(writer, 0);
	}
	return table_end(writer, start);
}

static uint64_t write_hpet(struct writer *writer, const struct bh_config_device *hpet)
{
	const size_t start = table_begin(writer, "HPET", 1);

	w32(writer, 0x8086a201); /* as the capabilities of QEMU's, whose model guests know */
	w8(writer, 0);		 /* memory */
	w8(writer, 64);
	w16(writer, 0);
	w64(writer, hpet->gpa);
	w8(writer, 0);
	w16(writer, 0x80);
	w8(writer, 0);
	return table_end(writer, start);
}

/* As on a PC: the address is that of bus 0, whether the window has that or not. */
static uint64_t write_mcfg(struct writer *writer, const struct cfg_cell *cell)
{
	const struct bh_config_mmconfig window = cell_pci_config(cell);
	const size_t start = table_begin(writer, "MCFG", 1);

	w64(writer, 0);
	w64(writer, window.base);
	w16(writer, window.segment);
	w8(writer, window.first_bus);
	w8(writer, window.last_bus);
	w32(writer, 0);
	return table_end(writer, start);
}

#define RSDP_SIZE 36u
#define RSDP_OLD_SIZE 20u

static void write_rsdp(struct writer *writer, uint64_t xsdt)
{
	struct writer there = { writer->at, 0, writer->room };

	w_text(&there, "RSD PTR ");
	w8(&there, 0);
	w_text(&there, "BULKHD");
	w8(&there, 2);
	w32(&there, 0);
	w32(&there, RSDP_SIZE);
	w64(&there, xsdt);
	w32(&there, 0);
	w_patch(writer, 8, checksum(writer->at, RSDP_OLD_SIZE), 1);
	w_patch(writer, 32, checksum(writer->at, RSDP_SIZE), 1);
}

void *acpi_guest_build(struct cfg_cell *cell, size_t *size)
{
	struct writer writer = { arena_alloc(&cell->arena, ACPI_ROOM), RSDP_SIZE, ACPI_ROOM };
	const struct bh_config_device *hpet = find_device(cell, BH_DEV_HPET);
	const uint64_t dsdt = write_dsdt(&writer, cell);
	uint64_t tables[4];
	unsigned int count = 0;
	size_t start;

	tables[count++] = write_fadt(&writer, cell, dsdt);
	tables[count++] = write_madt(&writer, cell);
	if (hpet)
		tables[count++] = write_hpet(&writer, hpet);
	if (cell->body.x86.mmconfig)
		tables[count++] = write_mcfg(&writer, cell);
	start = table_begin(&writer, "XSDT", 1);
	for (unsigned int i = 0; i < count; i++)
		w64(&writer, tables[i]);
	write_rsdp(&writer, table_end(&writer, start));
	*size = writer.used;
	return writer.at;
}
