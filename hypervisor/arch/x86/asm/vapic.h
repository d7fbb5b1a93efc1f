/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local APICs of guests. Interrupts, timer and end of interrupt are the CPU's own; commands to others, mode, and all
 * that could reach another cell are looked at.
 */
#ifndef ASM_VAPIC_H
#define ASM_VAPIC_H

#include <arch/types.h>
#include <arch/upcall.h>
#include "apic_types.h"
#include "icr.h"

/** cell->hwid[] is filled in: root has the machine's ids, guests count from 0. */
void vapic_cell_init(struct cell_arch *cell);
void vapic_cell_reset(struct cell_arch *cell);

/** There is x2APIC mode for cells: not where root's kernel was told to do without. */
int vapic_has_x2(void);

/** Whose vCPU the CPU in @slot is, NULL: nobody's. Any CPU. */
const struct cell_arch *vapic_cell_on(unsigned int slot);

/** The first vCPU of @cell that @target means and that runs, or -1. Any CPU, any cell. */
int vapic_first(const struct cell_arch *cell, struct icr_target target);

/**
 * vapic_send() - a fixed interrupt to vCPU @vcpu of @cell
 * Any CPU, any cell. Nothing happens if the vCPU is off.
 */
void vapic_send(const struct cell_arch *cell, unsigned int vcpu, uint8_t vector);

/**
 * vapic_command() - the guest wrote its interrupt command register
 * @icr: all of it, by the mode that the vCPU is in.  Return: as lapic_write_msr().
 */
int vapic_command(uint64_t icr);

/**
 * vapic_command_short() - what most commands are: a fixed interrupt from an x2APIC to one vCPU
 * Touches no memory of guests, waits for nobody. Return: 1: sent; 0: it is another one, and nothing has happened.
 */
int vapic_command_short(uint64_t icr);

enum vapic_result { VAPIC_NOT_THERE = 0, VAPIC_DONE = 1, VAPIC_REFUSED = 2 };

/** An access to the page at 0xfee00000. */
enum vapic_result vapic_mmio(struct mmio_access *access);

#endif
