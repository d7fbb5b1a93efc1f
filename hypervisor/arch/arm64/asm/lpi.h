/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LPIs are root's alone. Redistributors and the ITS read and write their tables by physical address, beside
 * stage 2: root may only name memory that is its own for as long as the hypervisor is there.
 */
#ifndef ASM_LPI_H
#define ASM_LPI_H

#include <asm/types.h>
#include <bulkhead/types.h>

struct mmio_access;

/**
 * lpi_root_keeps() - may the interrupt controller write to [@address, @address + @size) for root?
 * RAM inside one bank, outside of the pool (it may be a cell's tomorrow), and every page is mapped to itself
 * and writable for root, which the hypervisor's memory and the ITS's own tables are not.
 */
int lpi_root_keeps(const struct cell_arch *root, uint64_t address, uint64_t size);

/**
 * lpi_redist_access() - root accesses GICR_CTLR, GICR_PROPBASER or GICR_PENDBASER (@offset) of @redist
 * Tables are checked in their whole length when they are named and again when LPIs are switched on; while LPIs
 * are on, the tables stay (IHI 0069, 12.11.30 and .31: changing them is UNPREDICTABLE). What is refused is ignored.
 */
void lpi_redist_access(const struct cell_arch *root, volatile uint8_t *redist, uint32_t offset,
		       struct mmio_access *access);

/** Are the tables that @redist has now, if LPIs are on, in memory that root keeps? */
int lpi_tables_good(const struct cell_arch *root, const volatile uint8_t *redist);

/**
 * lpi_cpu_owner() - this CPU changes to @cell
 * Guests have no LPIs: they are switched off while a guest cell has the CPU, and on again for root, where they were
 * on. An ITS drops what would come meanwhile.
 */
void lpi_cpu_owner(const struct cell_arch *cell);

#endif
