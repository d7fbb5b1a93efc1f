/* SPDX-License-Identifier: GPL-2.0-or-later */
/* I/O ports of cells: which of them are the machine's, and what root does to the machine's power by them. */
#ifndef ASM_PORTIO_H
#define ASM_PORTIO_H

#include <arch/types.h>
#include <bulkhead/config.h>

/**
 * portio_fill_bitmap() - which ports exit: a set bit for each that does
 * @config: NULL: root, which has all but those by which it would switch off or reset the machine under guests.
 * @bitmap: of 65536 bits and, behind it, what back ends look at for wide accesses to the last port (all ones).
 */
void portio_fill_bitmap(const struct bh_config_cell *config, uint64_t *bitmap, size_t size);

/** What root last wrote to switch the machine off is done now. Nothing happens if there is none. */
void portio_machine_off(void);

/** The machine's reset: by the port that its tables name, then by those that PCs have. */
void portio_machine_reset(void);

#endif
