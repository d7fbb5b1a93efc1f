/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupt files of the harts. Each has the supervisor's, which is the hypervisor's, and one for each guest: root's
 * vCPU has the first, another cell's vCPU the second. A cell's stage 2 maps its harts' files where the guest expects
 * its own, and so messages and IPIs need no exit. What root's devices still send to the supervisor's file is passed on.
 */
#ifndef ASM_IMSIC_H
#define ASM_IMSIC_H

#include <asm/imsic_send.h>
#include <bulkhead/config.h>
#include <bulkhead/errors.h>

struct cell_arch;

#define IMSIC_FILE_ROOT 1u
#define IMSIC_FILE_GUEST 2u

/** System step: map all files. Return: 0 or error code. */
int imsic_probe(void);
void imsic_unprobe(void);

/** CPU step: has this hart the files? They are empty afterwards. Return: 0 or BH_E_HARDWARE. */
int imsic_check(void);

/** Can the files be where the cell wants them? Return: 0 or error code. */
int imsic_cell_check(const struct bh_config_cell *config, struct bh_error *error);

/** Map the harts' files for root (for a cell). Return: 0 or BH_E_NO_MEMORY. */
int imsic_root_map(struct cell_arch *root);
int imsic_cell_map(struct cell_arch *cell, const struct bh_config_cell *config);

/** @adopt: the guest's file takes over what the kernel has in the supervisor's; else it is empty. */
void imsic_cpu_load(const struct cell_arch *cell, int adopt);
void imsic_cpu_unload(void);

/** The guest's file back into the supervisor's. Context: nothing sends to the guest's any more. */
void imsic_cpu_leave(void);

/** Pass on what came to the supervisor's file of this hart. */
void imsic_forward(void);

#endif
