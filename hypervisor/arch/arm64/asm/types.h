/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AArch64 parts of struct cell and struct cpu. */
#ifndef ASM_TYPES_H
#define ASM_TYPES_H

#include <asm/vgic_types.h>
#include <bulkhead/types.h>
#include <core/lock.h>
#include <core/pagetable.h>
#include <core/vtime.h>

#define ARM64_MAX_VCPUS CONFIG_MAX_CPUS

/**
 * struct cell_arch - what a cell has of AArch64
 * @stage2: its table; tag is the VMID.  @vttbr: value of VTTBR_EL2.
 * @vcpu_count: vCPUs (root: slots).  @is_root: root sees the real MPIDRs.
 * @slot: by vCPU.  @hwid: virtual MPIDR affinity by vCPU.
 * @time: of guests, by CNTVOFF_EL2: stands still while the cell is suspended.
 * @gicd_typer: GICD_TYPER; @gicd_ctlr: bits of GICD_CTLR that never change: what the exit path reads.
 * @gic: its distributor.
 */
struct cell_arch {
	struct page_table stage2;
	uint64_t vttbr;
	uint32_t id;
	uint32_t vcpu_count;
	uint32_t is_root;
	uint16_t slot[ARM64_MAX_VCPUS];
	uint64_t hwid[ARM64_MAX_VCPUS];
	struct vtime time;
	uint32_t gicd_typer;
	uint32_t gicd_ctlr;
	struct vgic_dist gic;
};

/** struct cpu_arch - what other CPUs may see of a CPU. */
struct cpu_arch {
	struct vgic_shared gic;
	uint64_t virtual_mpidr;
};

#endif
