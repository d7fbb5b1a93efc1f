/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86 parts of struct cell and struct cpu. */
#ifndef ASM_TYPES_H
#define ASM_TYPES_H

#include <asm/irq_types.h>
#include <bulkhead/types.h>
#include <core/lock.h>
#include <core/pagetable.h>
#include <core/vtime.h>

#ifndef CONFIG_MAX_CPUS
#define CONFIG_MAX_CPUS 64
#endif

/**
 * struct cell_arch - what a cell has of x86
 * @stage2: its table (NPT or EPT); tag is the id that address space ids are made of.
 * @dma: the same for devices, without root if there is no IOMMU; tag is its domain.
 * @vcpu_count: vCPUs (root: slots).  @is_root: root sees the machine's own CPUID leaves and MSRs.
 * @slot: by vCPU.  @hwid: local APIC id by vCPU, as the guest sees it.
 * @mode, @start: how its first vCPU begins (enum bh_x86_mode), and EAX or CR3 then.
 * @time: of guests: stands still while the cell is suspended.
 * @has_pci: a guest with functions.  @pci_address: its own port 0xcf8.
 * @msr_bitmap, @io_bitmap: by the back end's rule, in the hypervisor's memory.
 * @irq: its interrupt controllers (asm/irq_types.h).
 */
struct cell_arch {
	struct page_table stage2;
	struct page_table dma;
	uint32_t id;
	uint32_t vcpu_count;
	uint32_t is_root;
	uint16_t mode;
	uint16_t has_pci;
	uint32_t start;
	uint32_t pci_address;
	uint16_t slot[CONFIG_MAX_CPUS];
	uint64_t hwid[CONFIG_MAX_CPUS];
	struct vtime time;
	uint64_t *msr_bitmap;
	uint64_t *io_bitmap;
	struct cell_irq irq;
};

/**
 * struct cpu_arch - what other CPUs see of a CPU; all atomic
 * @kicked: a kick is on its way: the next NMI is not the guest's.
 * @nmi: an NMI was asked for by another vCPU of cell @nmi - 1 (asm/vcpu.h: signals_nmi()); 0: none.
 * @in_guest: its translations may be in use.
 * @flush: counts what was asked to be forgotten.  @flushed: up to where it has been.
 * @running: whose vCPU it is at the moment, NULL: nobody's.
 * @is_off: waits to be given back (arch_cpu_leave_off()).
 */
struct cpu_arch {
	const struct cell_arch *running;
	uint32_t kicked;
	uint32_t nmi;
	uint32_t in_guest;
	uint32_t flush;
	uint32_t flushed;
	uint32_t is_off;
};

#endif
