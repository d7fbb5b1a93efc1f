/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The interrupt controller for wires. */
#ifndef INTC_H
#define INTC_H

#include <stdbool.h>
#include <stdint.h>

enum intc { INTC_UNKNOWN, INTC_PLIC, INTC_APLIC, INTC_IMSIC };

/**
 * Which one the cell has, as its device tree says ('devicetree: generate' in its file); without a tree it is taken for
 * a PLIC.
 */
enum intc intc_kind(void);

/** What inmate_main() got, by entry.S. */
extern uint64_t inmate_boot_arg;

/** APLIC, with IMSIC or without; sources as the APLIC numbers them, identities of messages are the same. */
void aplic_init(void);
/** Most urgent source that is pending for this hart, which is taken then; 0: none. */
uint32_t aplic_take(void);
/** The handler of @source is through. */
void aplic_done(uint32_t source);
void aplic_enable(uint32_t source);
void aplic_disable(uint32_t source);
bool aplic_is_enabled(uint32_t source);
/**
 * 0, the most urgent, to 255, by as many bits as there are. Return: what it is in effect; where there are messages, the
 * number of the source.
 */
unsigned int aplic_set_priority(uint32_t source, unsigned int priority);
void aplic_set_edge(uint32_t source, bool edge);
void aplic_pend(uint32_t source);

#endif
