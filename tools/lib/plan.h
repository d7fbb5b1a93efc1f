/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is loaded into a cell: common to all architectures (plan.c), and what one of them adds. */
#ifndef CFG_PLAN_H
#define CFG_PLAN_H

#include "isa.h"

/** A plan in the making. @missing: severity of a file that is not there. */
struct planner {
	struct cfg_cell *cell;
	struct cfg_load *loads;
	size_t count;
	enum cfg_severity missing;
	struct cfg_messages *messages;
};

/** Value of @key below 'boot', and where it stands. */
const struct node *boot_node(const struct cfg_cell *cell, const char *key);
struct place boot_place(const struct cfg_cell *cell, const char *key);

/** One more; the caller sets path or data. */
struct cfg_load *add_load(struct planner *planner, const char *what, uint64_t gpa, uint64_t size);
/** Size of the image file that @key names. Return: its path, NULL if it is missing. */
const char *find_file(struct planner *planner, const char *key, uint64_t *size);
/** Says so if @need bytes do not fit from @from to @to. */
int does_not_fit(struct planner *planner, const char *key, const char *path, uint64_t need, uint64_t from,
		 uint64_t to);
/** The initial RAM disk at the end of memory, behind @kernel_end. Sets @gpa and @size. */
void plan_initrd(struct planner *planner, uint64_t kernel_end, uint64_t *gpa, uint64_t *size);

/* x86-64, boot_x86.c */
void place_boot_x86(struct cfg_cell *cell, struct cfg_messages *messages);
void plan_boot_x86(struct planner *planner);

#define ACPI_AT 0xe0000u   /* where guests look for the RSDP */
#define ACPI_ROOM 0x10000u /* up to 0xf0000 */

/** ACPI tables that describe @cell, for ACPI_AT; the RSDP comes first. Return: bytes in its arena. */
void *acpi_guest_build(struct cfg_cell *cell, size_t *size);

struct writer; /* acpi_write.h */

/** The host bridges of the cell's PCI functions, for the DSDT; nothing if it has none. */
void acpi_guest_pci(struct writer *writer, struct cfg_cell *cell);

#endif
