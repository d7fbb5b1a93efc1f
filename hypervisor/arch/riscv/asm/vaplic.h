/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The APLIC that a guest sees: a model of one domain on top of the real one. It knows neither CPUs nor cells, and
 * takes no lock: the caller holds the cell's, and makes the CPUs in @look look when it has given that back.
 */
#ifndef ASM_VAPLIC_H
#define ASM_VAPLIC_H

#include "aplic_types.h"

/** A register of the guest's window, aligned, 4 bytes; claimi only reads as 0: see vaplic_claim(). */
uint32_t vaplic_read(struct vaplic *aplic, uint32_t offset);
void vaplic_write(struct vaplic *aplic, uint32_t offset, uint32_t value);

/**
 * vaplic_claim() - vCPU @vcpu takes the most urgent line of a virtual device that is pending for it
 * Return: as claimi reads; 0: there is none.
 */
uint32_t vaplic_claim(struct vaplic *aplic, unsigned int vcpu);

/** Is there one? The same without taking it. */
uint32_t vaplic_top(const struct vaplic *aplic, unsigned int vcpu);

/** The line of a virtual device. */
void vaplic_set_line(struct vaplic *aplic, uint32_t source, int level);

/**
 * @source becomes the cell's (nobody's), a line of a virtual device; 1..@sources. It is inactive then; a lender's is
 * as it was when it was released.
 */
void vaplic_assign(struct vaplic *aplic, uint32_t source);
void vaplic_release(struct vaplic *aplic, uint32_t source);
void vaplic_add_line(struct vaplic *aplic, uint32_t source);

/** Power-on values. */
void vaplic_reset(struct vaplic *aplic);

/** Take over what is programmed; @sources, outputs and @is_msi are set. Nothing is written. */
void vaplic_adopt(struct vaplic *aplic);

/**
 * vCPU @vcpu runs, on the CPU in @slot, whose hart index is @real (no longer runs).
 * @adopt: the hart is programmed as the model says, and all sources look whether that is theirs.
 */
void vaplic_load(struct vaplic *aplic, unsigned int vcpu, unsigned int slot, uint32_t real, int adopt);
void vaplic_unload(struct vaplic *aplic, unsigned int vcpu);

/** Give the real one back to who programmed this one: outputs are those of the hardware again. */
void vaplic_give_back(const struct vaplic *aplic);

#endif
