/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An x86-64 machine by its firmware: ACPI tables, map of memory, names. */
#ifndef CFG_PC_H
#define CFG_PC_H

#include "isa.h"

#include <stdbool.h>

/** struct pc_tables - what goes into the board's blob. */
struct pc_tables {
	struct bh_config_x86 x86; /* numbers; its arrays are these: */
	struct bh_config_ioapic *ioapics;
	struct bh_config_mmconfig *mmconfig;
	struct bh_config_iommu *iommus;
	struct bh_config_scope *scopes;
	uint32_t ioapics_count, mmconfig_count, iommus_count, scopes_count;
};

/** An element more at the end of one of the arrays. */
#define PC_ADD(arena, tables, array, ...)                                                                 \
	((tables)->array =                                                                                \
		 arena_grow((arena), (tables)->array, (tables)->array##_count, sizeof(*(tables)->array)), \
	 (tables)->array[(tables)->array##_count++] = (__typeof__(*(tables)->array)){ __VA_ARGS__ })

/** A CPU of the MADT. */
struct pc_cpu {
	uint32_t apic_id;
	bool enabled; /* else it can be added while the machine runs */
};

/** An ISA interrupt that is no pin of the same number. */
struct pc_override {
	uint8_t isa;
	uint16_t flags;
	uint32_t gsi;
};

/**
 * struct acpi - what the tables say that we read
 * @found: bits of enum acpi_table.  @unresolved: requesters of IOMMUs behind bridges, which no table numbers.
 */
struct acpi {
	struct arena *arena;
	struct pc_tables tables;
	struct pc_cpu *cpus;
	struct pc_override *overrides;
	uint32_t cpu_count, override_count;
	uint32_t found;
	uint32_t unresolved;
};

enum acpi_table { ACPI_MADT, ACPI_MCFG, ACPI_HPET, ACPI_FADT, ACPI_DMAR, ACPI_IVRS, ACPI_TABLES };

/** Signatures of these tables, which are their files' names, too. */
extern const char *const acpi_signatures[ACPI_TABLES];

/**
 * acpi_read_table() - take what is of use out of one table
 * @table: @size bytes that may be anything. Others than those of enum acpi_table are left alone.
 * Return: NULL, or what is wrong with it: the end of a sentence.
 */
const char *acpi_read_table(struct acpi *acpi, const uint8_t *table, size_t size);

#define PCI_BARS 6

struct pci_bar {
	struct bh_config_range range; /* size 0: none */
	bool is_ports;
};

/**
 * struct pci_function - one of the machine
 * @name: "0000:00:03.0".  @function: bus << 8 | device << 3 | function.  @class_code: class, subclass, interface.
 * @driver: that Linux uses for it, "" if none.  @group: of the IOMMU, "" if Linux has none.
 */
struct pci_function {
	const char *name;
	uint16_t segment, function;
	uint16_t vendor, device;
	uint32_t class_code;
	const char *driver, *group;
	struct pci_bar bars[PCI_BARS];
};

/** "0000:00:03.0" or "00:03.0". Return: 1, 0 if it is neither. */
int pci_parse(const char *text, uint16_t *segment, uint16_t *function);
const char *pci_text(struct arena *arena, uint16_t segment, uint16_t function);

/**
 * struct pc - the machine
 * @path: of the folder that has its /sys and /proc, for messages.  @name: "vendor product".
 * @dram: RAM as firmware tells it, whole pages.  @cpus: those that are enabled.  @pci: its functions, ascending.
 * @thread_bits: of an APIC id, those that number the threads of a core; 0: a thread each, or it is not known.
 */
struct pc {
	const char *path;
	char name[64];
	struct acpi acpi;
	struct pc_tables tables;
	struct ranges dram;
	struct bh_config_cpu *cpus;
	uint32_t cpu_count;
	struct pci_function *pci;
	uint32_t pci_count;
	uint64_t thread_bits;
};

/** Fill in @pc's functions. */
void pci_read(struct arena *arena, struct pc *pc);
/** Fill in @pc's thread_bits. */
void pc_read_threads(struct arena *arena, struct pc *pc);
/** Numbers from 1 for the cores of @cpus, the same for threads of one; @cores stays 0 where threads are not known. */
void pc_cores(const struct pc *pc, const struct bh_config_cpu *cpus, uint32_t count, uint32_t *cores);
/** NULL: the machine has none of that number. */
const struct pci_function *pci_find(const struct pc *pc, uint16_t segment, uint16_t function);
int pci_is_bridge(const struct pci_function *function);
/** By its class: "network". */
const char *pci_kind(const struct pci_function *function);

/** Return: NULL after an error. @root: "" for the running machine. */
struct pc *pc_load(struct arena *arena, const char *root, struct place place, struct cfg_messages *messages);

struct cfg_board;

/** The board's machine, loaded at the first call; NULL without 'acpi', or after an error. */
const struct pc *board_pc(struct cfg_board *board, struct cfg_messages *messages);
/** What ACPI supplies unless the file does. */
void board_dram_pc(struct board_load *load);
void board_cpus_pc(struct board_load *load);
const char *board_name_pc(struct cfg_board *board, struct cfg_messages *messages);

/** The board's machine, because @for_what is not in the file. Return: NULL after an error. */
const struct pc *need_pc(struct board_load *load, const char *for_what);

#endif
