// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts of a vCPU that wait for a list register, by priority. Every operation is constant time. */
#include <asm/gic_inject.h>
#include <core/log.h>

/* Priority of LPIs: their property table is not read; Linux gives all of them this one. */
#define LPI_PRIORITY 0xa0u

/* Root's devices can make this happen as often as they like. */
void vgic_lpi_lost(uint32_t intid, const char *why)
{
	static struct log_limit limit;

	log_limited(&limit, LOG_WARNING, "LPI %u is lost: %s", intid, why);
}

/**
 * vgic_queue() - let an interrupt wait
 * @lr: as it would have been written. An SGI that waits already is merged, as a pending bit would be.
 */
void vgic_queue(struct vgic_cpu *cpu, uint64_t lr)
{
	uint32_t intid = lr_intid(lr);
	unsigned int level = lr_priority(lr) >> 3;

	if (intid >= GIC_INTIDS) {
		if (cpu->lpi_count < VGIC_LPI_QUEUE)
			cpu->lpi[cpu->lpi_count++] = intid;
		else
			vgic_lpi_lost(intid, "too many wait for a list register");
		return;
	}
	if (intid < GIC_SGIS)
		cpu->sgi_wait[intid] |= (uint8_t)(1u << (lr >> LR_SOURCE_SHIFT & 7));
	bit_set(cpu->level[level].map, intid);
	cpu->level[level].words |= 1u << (intid / 64);
	cpu->waiting |= 1u << (31 - level);
}

static uint64_t take_lpi(struct vgic_cpu *cpu)
{
	uint32_t intid = cpu->lpi[0];

	cpu->lpi_count--;
	for (unsigned int index = 0; index < cpu->lpi_count; index++)
		cpu->lpi[index] = cpu->lpi[index + 1];
	return LR_PENDING | LR_GROUP1 | (uint64_t)LPI_PRIORITY << LR_PRIORITY_SHIFT | intid;
}

static uint64_t compose(struct vgic_cpu *cpu, const struct vgic_dist *dist, uint32_t intid)
{
	uint64_t lr = LR_PENDING | LR_GROUP1 | intid |
		      (uint64_t)guest_priority(cpu, dist, intid) << LR_PRIORITY_SHIFT;

	/* No sender is left if the guest changed the SGI's priority while it waited at two levels. */
	if (intid < GIC_SGIS)
		return lr | (uint64_t)__builtin_ctz(cpu->sgi_wait[intid] | 0x80u) << LR_SOURCE_SHIFT;
	if (intid >= GIC_PRIVATE && bit_test(dist->virt, intid))
		return lr | LR_EOI;
	return lr | LR_HW | (uint64_t)intid << LR_PHYS_SHIFT;
}

/**
 * vgic_dequeue() - take the most urgent interrupt that waits
 * There must be one. An SGI that more than one sender waits with stays queued for the others.
 */
uint64_t vgic_dequeue(struct vgic_cpu *cpu, struct vgic_dist *dist)
{
	unsigned int urgent = cpu->waiting ? (unsigned int)__builtin_clz(cpu->waiting) : VGIC_LEVELS;
	struct vgic_level *level;
	unsigned int word;
	uint32_t intid;
	uint64_t lr;

	if (cpu->lpi_count && (urgent == VGIC_LEVELS || urgent > LPI_PRIORITY >> 3))
		return take_lpi(cpu);
	level = &cpu->level[urgent];
	word = (unsigned int)__builtin_ctz(level->words);
	intid = word * 64 + (unsigned int)__builtin_ctzll(level->map[word]);
	lr = compose(cpu, dist, intid);
	if (intid < GIC_SGIS) {
		cpu->sgi_wait[intid] &= (uint8_t)(cpu->sgi_wait[intid] - 1);
		if (cpu->sgi_wait[intid])
			return lr;
	}
	bit_clear(level->map, intid);
	if (!level->map[word])
		level->words &= ~(1u << word);
	if (!level->words)
		cpu->waiting &= ~(1u << (31 - urgent));
	return lr;
}
