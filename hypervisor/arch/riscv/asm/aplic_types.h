/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The APLIC that a cell sees. */
#ifndef ASM_APLIC_TYPES_H
#define ASM_APLIC_TYPES_H

#include <bulkhead/types.h>

#define APLIC_SOURCES 1024u
#define APLIC_WORDS (APLIC_SOURCES / 32)

#ifndef CONFIG_MAX_CPUS
#define CONFIG_MAX_CPUS 64
#endif

/**
 * struct vaplic_output - what one vCPU takes
 * @index: hart index, as the guest names it.
 * @is_loaded: the vCPU runs, on the CPU in @slot, whose hart index is @real.
 * @delivery, @threshold: of its IDC, as the guest wrote it (direct mode).
 */
struct vaplic_output {
	uint32_t index;
	uint32_t is_loaded;
	uint32_t slot;
	uint32_t real;
	uint32_t delivery;
	uint32_t threshold;
};

/**
 * struct vaplic - a cell's domain of the APLIC
 * @sources: highest source; 0: the cell has none.  @vcpu_count: outputs.
 * @is_msi: interrupts are sent as messages.  @file: to which of the harts' guest files.
 * @priority_mask: bits that a priority has, as the hardware (direct mode).
 * @is_lender: what is programmed for a source that it released is kept, unseen, until that is its own again.
 * @is_on: domaincfg.IE, as the guest wrote it.
 * @any_pending: is a bit of @pending set? May be read without a lock.
 * @owned: sources with hardware behind them: what the guest programs is programmed there.
 * @line: sources that are lines of virtual devices.  @level: their levels.  @pending: likewise.
 * @look: slots of CPUs that shall look for lines, since the caller took this last (direct mode).
 * @enabled, @config (source mode), @target: of all sources, as the guest wrote them.
 */
struct vaplic {
	uint32_t sources;
	uint32_t vcpu_count;
	uint32_t is_msi;
	uint32_t file;
	uint32_t priority_mask;
	uint32_t is_lender;
	uint32_t is_on;
	uint32_t any_pending;
	uint32_t owned[APLIC_WORDS];
	uint32_t line[APLIC_WORDS];
	uint32_t level[APLIC_WORDS];
	uint32_t pending[APLIC_WORDS];
	uint32_t look[(CONFIG_MAX_CPUS + 31) / 32];
	uint32_t enabled[APLIC_WORDS];
	uint8_t config[APLIC_SOURCES];
	uint32_t target[APLIC_SOURCES];
	struct vaplic_output output[CONFIG_MAX_CPUS];
};

#endif
