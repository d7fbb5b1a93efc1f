// SPDX-License-Identifier: GPL-2.0-or-later
/* What a vCPU may do without the hypervisor. */
#include <asm/vcpu.h>

#include <asm/csr.h>
#include <asm/features.h>
#include <asm/maintenance.h>
#include <core/stats.h>

/* Exceptions that the guest's kernel handles itself: all of user mode, and its own but for what is ours. */
#define HEDELEG_VALUE 0xb1ffull
#define HIDELEG_VALUE HVIP_ALL
/* What menvcfg does not permit stays off. cbo.inval writes back: what others left in caches is not shown. */
#define HENVCFG_VALUE \
	(HENVCFG_STCE | HENVCFG_PBMTE | HENVCFG_ADUE | HENVCFG_CBZE | HENVCFG_CBCFE | HENVCFG_CBIE_FLUSH | HENVCFG_FIOM)
/* Cycle and instruction counters are not switched between cells: guests have the time alone. */
#define HCOUNTEREN_ROOT 0xffffffffull
#define HCOUNTEREN_GUEST 2ull
/* All state that the hart has, but the guest's view of contexts for debuggers (bit 57). */
#define HSTATEEN_VALUE (~(1ull << 57))

void traps_load(struct cell_arch *cell, unsigned int vcpu)
{
	percpu()->cell = cell;
	percpu()->vcpu = vcpu;
	percpu()->stats = stats_of(percpu()->slot);
	csr_write(CSR_HEDELEG, HEDELEG_VALUE);
	csr_write(CSR_HIDELEG, HIDELEG_VALUE);
	csr_write(CSR_HGEIE, 0);
	csr_write(CSR_HENVCFG, HENVCFG_VALUE);
	if (features_has(FEATURE_SMSTATEEN))
		csr_write(CSR_HSTATEEN0, HSTATEEN_VALUE);
	csr_write(CSR_HCOUNTEREN, cell->is_root ? HCOUNTEREN_ROOT : HCOUNTEREN_GUEST);
	csr_write(CSR_HTIMEDELTA, cell->is_root ? 0 : -vtime_offset(&cell->time));
	/* Both this and the guest's own must be on; what the guest's says decides. */
	csr_set(CSR_SSTATUS, SSTATUS_FS | SSTATUS_VS);
	csr_write(CSR_HSTATUS, HSTATUS_VSXL_64 | HSTATUS_SPV | HSTATUS_SPVP);
	csr_write(CSR_HGATP, cell->hgatp);
	maintenance_new_stage2();
}

void traps_unload(void)
{
	csr_write(CSR_HGATP, 0);
	maintenance_new_stage2();
}
