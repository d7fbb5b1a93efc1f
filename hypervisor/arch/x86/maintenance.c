// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All TLB maintenance by rule (AMD64 Architecture Programmer's Manual, volume 2, 5.5 and 15.16; Intel SDM, volume 3,
 * 4.10 and 29.4). No emulator shows an omission, so it is in one file, and whoever changes a table calls one of these.
 *
 * Translations of guests are tagged, and no instruction reaches those of other CPUs: a CPU is told by its counter
 * @flush to forget before it next enters its guest. Who is in the guest is kicked out of it. A CPU says that it is in
 * before it looks at the counter, and the counter moves before this looks who is in: one of both sees the other.
 */
#include <asm/maintenance.h>

#include <arch/mmu.h>
#include <asm/control.h>
#include <asm/iommu.h>
#include <asm/percpu.h>
#include <asm/virt.h>
#include <core/cpu.h>
#include <core/deadline.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <lib/string.h>

/* Tables are in coherent memory, and stores are seen in their order. */
void arch_pt_publish(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* No page is global (CR4.PGE is 0). */
void maintenance_own(void)
{
	control_write_cr3(control_read_cr3());
}

static int has_forgotten(const struct cpu_arch *cpu, uint32_t wanted)
{
	return !__atomic_load_n(&cpu->in_guest, __ATOMIC_SEQ_CST) ||
	       (int32_t)(__atomic_load_n(&cpu->flushed, __ATOMIC_SEQ_CST) - wanted) >= 0;
}

static void wait_for(unsigned int slot, uint32_t wanted)
{
	const struct cpu_arch *cpu = &cpu_get(slot)->arch;
	uint64_t deadline = deadline_default();

	if (has_forgotten(cpu, wanted))
		return;
	arch_cpu_kick(slot);
	while (!has_forgotten(cpu, wanted)) {
		if (deadline_passed(deadline)) {
			log_error("CPU %u does not leave its guest: what was taken from it may still be seen",
				  slot);
			return;
		}
		arch_cpu_relax();
	}
}

/* All CPUs that ever run a guest: which one they run may change meanwhile, and one flush more does no harm. */
static void forget_everywhere(void)
{
	arch_pt_publish();
	for (unsigned int slot = 0; slot < cpu_count(); slot++)
		__atomic_add_fetch(&cpu_get(slot)->arch.flush, 1, __ATOMIC_SEQ_CST);
	for (unsigned int slot = 0; slot < cpu_count(); slot++)
		wait_for(slot, __atomic_load_n(&cpu_get(slot)->arch.flush, __ATOMIC_SEQ_CST));
}

/* The hypervisor's own shared tables change while one CPU is alone with them: the others take them up later. */
void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size)
{
	(void)in;
	(void)size;
	if (table->format == arch_pt_hypervisor())
		maintenance_own();
	else if (table->format == iommu_format())
		iommu_forget(table->tag);
	else
		forget_everywhere();
}

void arch_tlb_invalidate_vmid(uint32_t vmid)
{
	(void)vmid;
	forget_everywhere();
}

void maintenance_before_entry(void)
{
	struct cpu_arch *self = percpu()->self;
	uint32_t wanted = __atomic_load_n(&self->flush, __ATOMIC_SEQ_CST);

	virt()->flush();
	__atomic_store_n(&self->flushed, wanted, __ATOMIC_SEQ_CST);
}

/* Caches are coherent, whatever their owner's paging and CR0.CD say. */
void arch_cache_flush(const void *start, size_t size)
{
	(void)start;
	(void)size;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void arch_cache_zero(void *start, size_t size)
{
	memset(start, 0, size);
	arch_cache_flush(start, size);
}

/* Instruction fetches see stores of other CPUs; an entry into a guest serialises. */
void arch_icache_invalidate_all(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
