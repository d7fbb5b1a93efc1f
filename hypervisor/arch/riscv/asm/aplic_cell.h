/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The APLIC of cells: as asm/intc.h says. */
#ifndef ASM_APLIC_CELL_H
#define ASM_APLIC_CELL_H

#include <arch/types.h>
#include <arch/upcall.h>
#include <bulkhead/config.h>

uint64_t aplic_guest_size(uint32_t vcpus);
void aplic_cell_init(struct cell_arch *cell, const struct bh_config_cell *config);
void aplic_cell_reset(struct cell_arch *cell);
int aplic_cell_mmio(struct mmio_access *access);
void aplic_cpu_load(struct cell_arch *cell, unsigned int vcpu, int adopt);
void aplic_cpu_unload(void);
void aplic_system_leave(struct cell_arch *root);
void aplic_cell_assign(struct cell_arch *cell, uint32_t source);
void aplic_cell_release(struct cell_arch *cell, uint32_t source);
void aplic_cell_add_line(struct cell_arch *cell, uint32_t source);
void aplic_cell_set_line(struct cell_arch *cell, uint32_t source, int level);

/** Has a line of a virtual device something for vCPU @vcpu, that it must claim? Any CPU. */
int aplic_cell_has_pending(struct cell_arch *cell, unsigned int vcpu);

#endif
