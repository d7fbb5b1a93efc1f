// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/plic.h>

#include <arch/mmu.h>
#include <asm/plic_types.h>
#include <bulkhead/errors.h>
#include <core/image.h>
#include <core/log.h>

#define PRIORITY_MOST 7u
#define QUIESCE_TRIES 4u

static volatile uint8_t *plic;

static const struct bh_config_riscv *board(void)
{
	return &image_config()->riscv;
}

uint32_t plic_sources(void)
{
	return board()->sources;
}

uint32_t plic_context(uint64_t hwid)
{
	return board()->context_first + board()->context_step * (uint32_t)hwid;
}

volatile uint32_t *plic_register(uint64_t offset)
{
	return (volatile uint32_t *)(plic + offset);
}

uint32_t plic_read(uint64_t offset)
{
	return *plic_register(offset);
}

void plic_write(uint64_t offset, uint32_t value)
{
	*plic_register(offset) = value;
}

/* The registers of all harts' contexts must lie inside of what was mapped. */
static int check_contexts(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_cpu *cpus =
		(const struct bh_config_cpu *)((const uint8_t *)system + system->cpus.offset);

	for (uint32_t i = 0; i < system->cpus.count; i++) {
		uint64_t context = board()->context_first + board()->context_step * cpus[i].hwid;

		if (context < (PLIC_CONTEXT - PLIC_ENABLE) / PLIC_ENABLE_STRIDE &&
		    plic_context_offset((uint32_t)context + 1, 0) <= board()->domain.size)
			continue;
		log_error("enable: CPU %u has context %llu, which is not in the PLIC at 0x%llx", i,
			  (unsigned long long)context, (unsigned long long)board()->domain.base);
		return BH_E_HARDWARE;
	}
	return BH_E_OK;
}

int plic_probe(void)
{
	int code;

	if (board()->intc != BH_RISCV_PLIC) {
		log_error("enable: interrupt controller of type %u: only the PLIC (%u) is supported", board()->intc,
			  BH_RISCV_PLIC);
		return BH_E_HARDWARE;
	}
	if (!plic_sources() || plic_sources() >= PLIC_SOURCES)
		return BH_E_IRQ;
	code = check_contexts();
	if (code)
		return code;
	plic = arch_map_device(hpa(board()->domain.base), board()->domain.size);
	return plic ? BH_E_OK : BH_E_NO_MEMORY;
}

void plic_unprobe(void)
{
	plic = NULL;
}

/* A level-triggered source whose device still asserts it comes again at once: that is given up after some tries. */
static void drain(uint32_t context, uint32_t source)
{
	const uint64_t claim = plic_context_offset(context, PLIC_CLAIM);

	plic_write(claim, source); /* if it was in service */
	for (unsigned int i = 0; i < QUIESCE_TRIES && plic_read(claim) == source; i++)
		plic_write(claim, source);
}

void plic_quiesce(uint32_t context, uint32_t source)
{
	const uint64_t threshold = plic_context_offset(context, PLIC_THRESHOLD);
	const uint32_t old_threshold = plic_read(threshold), words = plic_sources() / 32 + 1;
	uint32_t old_enable[PLIC_WORDS];

	for (uint32_t word = 0; word < words; word++) {
		old_enable[word] = plic_read(plic_enable_offset(context, word));
		plic_write(plic_enable_offset(context, word), word == source / 32 ? 1u << source % 32 : 0);
	}
	plic_write(threshold, 0);
	plic_write(PLIC_PRIORITY + source * 4, PRIORITY_MOST);
	drain(context, source);
	plic_write(PLIC_PRIORITY + source * 4, 0);
	plic_write(threshold, old_threshold);
	old_enable[source / 32] &= ~(1u << source % 32);
	for (uint32_t word = 0; word < words; word++)
		plic_write(plic_enable_offset(context, word), old_enable[word]);
}
