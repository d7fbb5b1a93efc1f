/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PLIC that a cell sees. */
#ifndef ASM_PLIC_TYPES_H
#define ASM_PLIC_TYPES_H

#include <bulkhead/types.h>
#include <core/lock.h>

#define PLIC_SOURCES 1024u
#define PLIC_WORDS (PLIC_SOURCES / 32)

#ifndef CONFIG_MAX_CPUS
#define CONFIG_MAX_CPUS 64
#endif

/**
 * struct vplic_context - what one vCPU takes
 * @enable: as the guest wrote it, by source; root's of what it has lent are kept, unseen.  @threshold: likewise.
 * @best: the most urgent virtual line that is pending and enabled, 0: none. Read without the lock.
 */
struct vplic_context {
	uint32_t enable[PLIC_WORDS];
	uint32_t threshold;
	uint32_t best;
};

/**
 * struct vplic - a cell's PLIC
 * @base: guest-physical, @size: 0: the cell has none.  @sources: highest source.
 * @lock: guards all below.
 * @owned: sources with hardware behind them, which decides about pending and claim: the hart's own context of
 * the real PLIC is programmed as the guest's.  @line: sources that are lines of virtual devices.
 * @level: their levels.  @pending, @claimed: of virtual lines.
 * @pending_words: which words of @pending are not 0.
 * @priority: of virtual lines, and, unseen, of what root has lent.  @context: by vCPU.
 */
struct vplic {
	uint64_t base;
	uint64_t size;
	uint32_t sources;
	struct spinlock lock;
	uint32_t owned[PLIC_WORDS];
	uint32_t line[PLIC_WORDS];
	uint32_t level[PLIC_WORDS];
	uint32_t pending[PLIC_WORDS];
	uint32_t claimed[PLIC_WORDS];
	uint32_t pending_words;
	uint8_t priority[PLIC_SOURCES];
	struct vplic_context context[CONFIG_MAX_CPUS];
};

#endif
