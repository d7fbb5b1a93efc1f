/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interrupt path, from acknowledge to list register, as one template for GICv2 and GICv3. One vCPU a
 * core: an interrupt that is neither our kick nor maintenance is this cell's; no lock, no upcall, no indirect
 * branch.
 */
#ifndef ASM_GIC_IRQ_PATH_H
#define ASM_GIC_IRQ_PATH_H

#include <asm/gic_inject.h>
#include <core/cpu.h>

/** The struct cpu around a struct vgic_shared. */
INLINE struct cpu *cpu_of(struct vgic_shared *shared)
{
	return (struct cpu *)((uint8_t *)shared - offsetof(struct cpu, arch.gic));
}

/** Virtual SGIs that others sent; those that the vCPU has disabled are held. */
INLINE void take_sgis(unsigned int version, struct vgic_cpu *cpu, struct vgic_dist *dist)
{
	struct vgic_shared *shared = cpu->shared;
	uint32_t sgis = __atomic_exchange_n(&shared->sgi_pending, 0, __ATOMIC_ACQ_REL) | cpu->held;
	uint32_t enabled = shared->sgi_enabled;

	cpu->held = sgis & ~enabled;
	for (sgis &= enabled; sgis; sgis &= sgis - 1) {
		uint32_t intid = (uint32_t)__builtin_ctz(sgis);
		uint32_t sources =
			version == 2 ? __atomic_exchange_n(&shared->sgi_source[intid], 0, __ATOMIC_ACQ_REL) :
				       1;

		for (; sources; sources &= sources - 1)
			inject_sgi(version, cpu, dist, intid, (uint64_t)__builtin_ctz(sources));
	}
}

/** Lines of virtual devices that are due on this vCPU. */
static __attribute__((noinline, unused)) void take_lines_slow(unsigned int version, struct vgic_cpu *cpu,
						       struct cell_arch *cell)
{
	uint32_t words = __atomic_exchange_n(&cpu->shared->spi_summary, 0, __ATOMIC_ACQ_REL);

	for (; words; words &= words - 1) {
		unsigned int word = (unsigned int)__builtin_ctz(words);
		uint64_t irqs = __atomic_exchange_n(&cpu->shared->spi_pending[word], 0, __ATOMIC_ACQ_REL);

		for (; irqs; irqs &= irqs - 1) {
			uint64_t lr;

			if (vgic_take_line(cell, word * 64 + (unsigned int)__builtin_ctzll(irqs), &lr))
				inject(version, cpu, &cell->gic, lr);
		}
	}
}

/** A kick: serve the queues. Return: 1 if request bits are set, that is, work for upcall_service(). */
INLINE uint64_t serve_kick(unsigned int version, struct vgic_cpu *cpu, struct cell_arch *cell)
{
	take_sgis(version, cpu, &cell->gic);
	if (__builtin_expect(__atomic_load_n(&cpu->shared->spi_summary, __ATOMIC_ACQUIRE), 0))
		take_lines_slow(version, cpu, cell);
	return __atomic_load_n(&cpu_of(cpu->shared)->requests, __ATOMIC_ACQUIRE) != 0;
}

/** Virtual lines that the guest completed, then room for those that wait. */
static __attribute__((noinline, unused)) void serve_maintenance(unsigned int version, struct vgic_cpu *cpu,
							 struct cell_arch *cell)
{
	for (uint32_t ended = lr_ended(version) & cpu->lr_mask; ended; ended &= ended - 1) {
		unsigned int index = (unsigned int)__builtin_ctz(ended);
		uint32_t intid = lr_intid(lr_read(version, index));

		lr_write(version, index, 0);
		vgic_line_ended(cell, intid);
	}
	inject_refill(version, cpu, &cell->gic);
	percpu()->stats->count[BH_STAT_MAINTENANCE]++;
}

/** LPIs have no active state: the same one may come again while it is still pending, and is then merged. */
static __attribute__((noinline, unused)) void take_lpi_slow(unsigned int version, struct vgic_cpu *cpu,
						     struct vgic_dist *dist, uint32_t intid)
{
	for (unsigned int index = 0; index < cpu->lr_count; index++) {
		uint64_t lr = lr_read(version, index);

		if ((lr & LR_STATE) && lr_intid(lr) == intid) {
			lr_write(version, index, lr | LR_PENDING);
			return;
		}
	}
	for (unsigned int index = 0; index < cpu->lpi_count; index++)
		if (cpu->lpi[index] == intid)
			return;
	inject(version, cpu, dist, LR_PENDING | LR_GROUP1 | 0xa0ull << LR_PRIORITY_SHIFT | intid);
}

/** Return one list register's (or waiting) interrupt to the hardware: the vCPU leaves this CPU. */
void vgic_give_back(uint64_t lr, int active_too);

/** Empty all list registers and queues. @active_too: also complete what the guest is handling. */
INLINE void give_back_all(unsigned int version, struct vgic_cpu *cpu, struct vgic_dist *dist, int active_too)
{
	for (unsigned int index = 0; index < cpu->lr_count; index++) {
		uint64_t lr = lr_read(version, index);

		lr_write(version, index, 0);
		if (lr & LR_STATE)
			vgic_give_back(lr, active_too);
	}
	while (cpu->waiting || cpu->lpi_count)
		vgic_give_back(vgic_dequeue(cpu, dist), active_too);
}

#endif
