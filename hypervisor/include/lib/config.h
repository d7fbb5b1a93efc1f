/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration check: pure functions over a blob, no allocation, no recursion.
 * The same source refuses a bad blob in the tool, in the driver and in the hypervisor.
 */
#ifndef LIB_CONFIG_H
#define LIB_CONFIG_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <bulkhead/types.h>

/**
 * CRC-32 as zlib's of a blob whose header.crc counts as 0: what header.crc must be. @size: at least the
 * header.
 */
uint32_t config_crc(const void *blob, uint32_t size);

/**
 * config_check_system() - check a system blob completely
 * @blob: 8-byte aligned copy that nobody else can change.  @size: bytes available.
 * @arch: BH_ARCH_* of the caller's machine.
 * @error: filled on failure: code, object, index, field offset, low and high.
 * Return: 0 or the error code (enum bh_error_code).
 */
int config_check_system(const void *blob, uint32_t size, uint16_t arch, struct bh_error *error);

/**
 * config_check_cell() - check a cell blob by itself and against its board
 * @system: a system blob that config_check_system() accepted.
 * Checks everything that does not depend on which cells exist at the moment: layout, names,
 * alignment, wrap-around, overlaps inside the guest (RAM, devices, communication page,
 * interrupt controller windows), pinned RAM inside the pool, MMIO outside DRAM, hypervisor,
 * reserved memory, aliases, interrupt controller and debug UART, CPUs on the board and listed once, interrupts.
 */
int config_check_cell(const void *blob, uint32_t size, const struct bh_config_system *system,
		      struct bh_error *error);

/** Header, arrays and each field alone: what can be said of a blob of @kind without its board and machine. */
int config_check_layout(const void *blob, uint32_t size, enum bh_config_kind kind, struct bh_error *error);

/**
 * Name of the structure member at byte @field of header and body of a blob of @kind, "" if none: for
 * messages.
 */
const char *config_field_name(unsigned int kind, uint32_t field);

/**
 * The same for any byte of @blob, array elements included; arrays that lie outside of the blob are left out.
 */
const char *config_blob_field_name(const void *blob, uint32_t size, uint32_t field);

static inline const void *config_array(const void *blob, struct bh_config_array array)
{
	return (const uint8_t *)blob + array.offset;
}

#define CONFIG_ARRAY(type, blob, member) ((const type *)config_array((blob), (blob)->member))

/** Most elements of each array, whatever the machine has. */
#define CONFIG_MAX_BLOB_CPUS 1024u
#define CONFIG_MAX_RANGES 64u /* DRAM banks; pool ranges; reserved memory; memory regions of a cell */
#define CONFIG_MAX_ALIASES 8u
#define CONFIG_MAX_IRQS 1024u
#define CONFIG_MAX_DEVICES 16u
#define CONFIG_MAX_IOAPICS 16u /* x86-64; windows of PCI configuration space, too */
#define CONFIG_MAX_PCI 32u     /* functions of a cell */
#define CONFIG_MAX_SCOPES 256u /* requesters of all IOMMUs */
#define CONFIG_GICV2_CPUS 8u /* one bit each in GICD_ITARGETSR */

/** config_range_holds() - are all @size bytes at @address in @range? They may wrap; @size: not 0. */
static inline int config_range_holds(const struct bh_config_range *range, uint64_t address, uint64_t size)
{
	return address >= range->base && address - range->base < range->size &&
	       size <= range->size - (address - range->base);
}

/**
 * config_alias_part() - where @alias shows some of @range
 * @range: not empty.  Return: 0 if it does not; else 1 and the addresses in @part, within the window.
 * Repeated RAM (@every) has no window: always 0.
 */
int config_alias_part(const struct bh_config_alias *alias, const struct bh_config_range *range,
		      struct bh_config_range *part);

/** Does an IOMMU of the board (x86-64, a system blob that was accepted) hold the function? */
int config_x86_is_held(const struct bh_config_system *system, const struct bh_config_pci *pci);

/**
 * config_x86_cell_mmconfig() - where an x86-64 cell sees PCI configuration space in memory
 * @window: filled, with the buses on which the cell has functions and those between.  Return: 0: it does not.
 */
int config_x86_cell_mmconfig(const struct bh_config_cell *cell, struct bh_config_mmconfig *window);

/** Make @window hold the bus of @function, too. One without a bus has 255 as the first and 0 as the last. */
void config_x86_mmconfig_take(struct bh_config_mmconfig *window, uint16_t function);

/** Its addresses. */
struct bh_config_range config_x86_mmconfig_range(const struct bh_config_mmconfig *window);

/** Addresses end below this, guest-physical and host-physical; an image may support less. */
#define CONFIG_ADDRESS_LIMIT (1ull << 48)

/** Bytes of guest-physical space of a virtual device. */
#define CONFIG_DEVICE_SIZE 0x1000u

/** Bytes of guest-physical space of the interrupt controller windows. */
#define CONFIG_GICD_V2_SIZE 0x1000u
#define CONFIG_GICD_V3_SIZE 0x10000u
#define CONFIG_GICC_SIZE 0x2000u
#define CONFIG_GICR_STRIDE 0x20000u
#define CONFIG_PLIC_CONTEXTS 0x200000u /* offset of context 0; each has a page */
#define CONFIG_APLIC_DOMAIN 0x4000u    /* without the IDCs, of which each has 32 bytes */
#define CONFIG_APLIC_IDC 32u
#define CONFIG_IMSIC_FILE 0x1000u

/** x86-64. */
#define CONFIG_LAPIC 0xfee00000u /* addresses of messages, too: 1 MiB */
#define CONFIG_LAPIC_SIZE 0x100000u
#define CONFIG_IOAPIC_PINS 240u
#define CONFIG_X86_GSIS 1024u
#define CONFIG_PORTS 0x10000u
#define CONFIG_BUS_SIZE 0x100000u /* PCI configuration space of a bus, in memory */

/** Wired sources of a PLIC or an APLIC, at most; interrupt identities of an IMSIC. */
#define CONFIG_RISCV_SOURCES 1023u
#define CONFIG_IMSIC_IDS 2047u

/** Bytes of the guest-physical window of a PLIC, or of an APLIC, for @cpus harts. */
static inline uint64_t config_plic_size(uint32_t cpus)
{
	return CONFIG_PLIC_CONTEXTS + (uint64_t)cpus * BH_PAGE_SIZE;
}

static inline uint64_t config_aplic_size(uint32_t cpus)
{
	return CONFIG_APLIC_DOMAIN +
	       (((uint64_t)cpus * CONFIG_APLIC_IDC + BH_PAGE_SIZE - 1) & ~(uint64_t)(BH_PAGE_SIZE - 1));
}

#endif
