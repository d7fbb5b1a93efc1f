/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interrupt translation service, which is root's alone, between root and the hardware.
 *
 * An ITS reads and writes tables by physical address. Those that the kernel gave it before we came stay where they
 * are, but root cannot write them any more; and root's command queue is a copy, of which the hypervisor hands on
 * what it has checked. So neither MSIs nor the ITS stop for a moment at enable and disable.
 */
#ifndef ASM_ITS_H
#define ASM_ITS_H

#include <asm/types.h>
#include <bulkhead/config.h>

struct mmio_access;

/** its_probe() - map the ITS of the board, if it has one. Return: 0 or error code. */
int its_probe(const struct bh_config_gic *config);

/**
 * its_adopt() - check the tables that root's kernel gave the ITS and take them from root
 * Context: first CPU, root's stage 2 is built and not yet in use. Return: 0 or error code with everything undone.
 */
int its_adopt(struct cell_arch *root);

/** Undo its_adopt(): no CPU uses root's stage 2. */
void its_release(void);

/** All CPUs of root are about to leave: hand on what root has queued. */
void its_leave(void);

/** its_mmio() - an access of root's to @offset in the ITS's frames. */
void its_mmio(uint64_t offset, struct mmio_access *access);

/** Is [@address, + size) the ITS? Return: 1 and *offset. */
int its_is_at(uint64_t address, uint64_t *offset);

#endif
