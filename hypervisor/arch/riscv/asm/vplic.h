/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PLIC that guests see, on top of the real one. */
#ifndef ASM_VPLIC_H
#define ASM_VPLIC_H

#include <arch/types.h>
#include <arch/upcall.h>
#include <asm/percpu.h>
#include <bulkhead/config.h>

/** Bytes of the guest's PLIC with contexts for @vcpus vCPUs, context of vCPU v being v. */
#define VPLIC_SIZE(vcpus) (0x200000ull + 0x1000ull * (vcpus))

/** @config NULL: root, which sees the real one's place, contexts, and what the kernel has programmed. */
void vplic_cell_init(struct cell_arch *cell, const struct bh_config_cell *config);
void vplic_cell_reset(struct cell_arch *cell);

/** An access of the running vCPU. Return: 1 handled, 0 not ours. */
int vplic_mmio(struct mmio_access *access);

/**
 * The running vCPU's claim register is read, written: by vectors.S, and by vplic_mmio(). After a claim,
 * interrupts_claimed() brings the guest's external interrupt up to date.
 */
uint32_t vplic_claim(void);
void vplic_complete(uint32_t source);

/** Has a line of a virtual device something for the vCPU that runs here? */
static inline int vplic_has_pending(void)
{
	return __atomic_load_n(percpu()->line, __ATOMIC_RELAXED) != 0;
}

/**
 * The executing CPU becomes (no longer is) vCPU @vcpu of @cell: its context of the real PLIC is programmed (all off).
 * @adopt: it is programmed by the kernel that runs here, and stays as it is.
 */
void vplic_cpu_load(struct cell_arch *cell, unsigned int vcpu, int adopt);
void vplic_cpu_unload(void);

/** As arch/irq.h says. */
void vplic_assign(struct cell_arch *cell, uint32_t source);
void vplic_release(struct cell_arch *cell, uint32_t source);
void vplic_add_line(struct cell_arch *cell, uint32_t source);
void vplic_set_line(struct cell_arch *cell, uint32_t source, int level);

#endif
