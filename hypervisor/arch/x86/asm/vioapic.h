/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOAPICs that guests see, on top of the real ones. */
#ifndef ASM_VIOAPIC_H
#define ASM_VIOAPIC_H

#include <arch/types.h>
#include <arch/upcall.h>
#include <bulkhead/config.h>

/** @config NULL: root, which sees the real ones as the kernel has programmed them. */
void vioapic_cell_init(struct cell_arch *cell, const struct bh_config_cell *config);

/** All entries masked, lines low, nothing in service. */
void vioapic_cell_reset(struct cell_arch *cell);

/** The machine's entries as the guest wrote them: before the hypervisor leaves. Root only. */
void vioapic_restore(struct cell_arch *cell);

/** Which of its vCPUs are there has changed: entries are routed anew. */
void vioapic_route(struct cell_arch *cell);

/** An access of the running vCPU. Return: 1 done, 0 not there. */
int vioapic_mmio(struct mmio_access *access);

#endif
