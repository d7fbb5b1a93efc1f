/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real PLIC. A hart's context of the supervisor belongs to the cell whose vCPU runs there, and a source to one
 * cell; so both are programmed as that guest's, and the controller itself does what the guest programmed.
 */
#ifndef ASM_PLIC_H
#define ASM_PLIC_H

#include <bulkhead/types.h>

#define PLIC_PRIORITY 0x0u
#define PLIC_PENDING 0x1000u
#define PLIC_ENABLE 0x2000u
#define PLIC_ENABLE_STRIDE 0x80u
#define PLIC_CONTEXT 0x200000u
#define PLIC_CONTEXT_STRIDE 0x1000u
#define PLIC_THRESHOLD 0u
#define PLIC_CLAIM 4u
#define PLIC_THRESHOLD_ALL_OFF 7u

/** System step: map it. Return: 0 or error code. */
int plic_probe(void);
void plic_unprobe(void);

/** Highest source. */
uint32_t plic_sources(void);

/** Context of the hart with @hwid in supervisor mode. */
uint32_t plic_context(uint64_t hwid);

uint32_t plic_read(uint64_t offset);
void plic_write(uint64_t offset, uint32_t value);
volatile uint32_t *plic_register(uint64_t offset);

static inline uint64_t plic_enable_offset(uint32_t context, uint32_t word)
{
	return PLIC_ENABLE + (uint64_t)context * PLIC_ENABLE_STRIDE + word * 4u;
}

static inline uint64_t plic_context_offset(uint32_t context, uint32_t reg)
{
	return PLIC_CONTEXT + (uint64_t)context * PLIC_CONTEXT_STRIDE + reg;
}

/**
 * plic_quiesce() - @source is neither pending nor in service afterwards, unless its line is asserted
 * It is claimed and completed by @context, whose other enables are off meanwhile. Nobody else uses @context's
 * registers, and nobody else has @source enabled.
 */
void plic_quiesce(uint32_t context, uint32_t source);

#endif
