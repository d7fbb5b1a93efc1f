/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interrupt controller as the rest of arch/arm64 sees it. GICv2 and GICv3 each have their own interrupt
 * path; which one runs is decided by the vector table, not by a pointer.
 */
#ifndef ASM_GIC_H
#define ASM_GIC_H

#include <arch/types.h>
#include <arch/upcall.h>
#include <bulkhead/config.h>
#include <bulkhead/types.h>

/** 2 or 3, from the system configuration. */
unsigned int gic_version(void);

/**
 * System step: check the GIC against the configuration, map its frames (arch_map_device()). Return: 0 or error
 * code.
 */
int gic_probe(void);
void gic_unprobe(void);

/**
 * CPU step: find this CPU's redistributor, learn list register count. Nothing visible. Return: 0 or error
 * code.
 */
int gic_cpu_probe(void);

/**
 * Root's distributor state becomes the live state of the hardware. After gic_probe(), before any CPU is
 * activated.
 */
void gic_adopt_root(struct cell_arch *root);

/**
 * Part of arch_cpu_activate(): from the physical to the virtual CPU interface; active SGIs are completed.
 * Caller sets HCR_EL2.IMO/FMO.
 */
void gic_cpu_activate(void);
/** Part of arch_cpu_leave(): the opposite; what is pending in list registers goes back to hardware. */
void gic_cpu_leave(void);
/** Same for a CPU that goes off. */
void gic_cpu_leave_off(void);

/**
 * Part of arch_vcpu_start() / _park(): power-on state of the virtual CPU interface and private interrupts for
 * @cell.
 */
void gic_cpu_reset(struct cell_arch *cell);
void gic_cpu_park(void);

/** Kick @slot (physical SGI); wait for an interrupt with the kick consumed. */
void gic_kick(unsigned int slot);

/**
 * gic_v3_irq(), gic_v2_irq() - a physical interrupt while a guest runs; called from the vector with
 * caller-saved registers saved Takes all that is pending, fills list registers, serves virtual SGIs.
 * Return: 0: back to the guest; 1: this CPU was kicked: save the full frame and call upcall_service().
 */
uint64_t gic_v3_irq(void);
uint64_t gic_v2_irq(void);

/**
 * gic_park_irq() - acknowledge what is pending while no guest runs (arch_cpu_wait()'s second half)
 * Return: 1 if a kick was among it.
 */
int gic_park_irq(void);

/** Guest wrote ICC_SGI1R_EL1 (or SGI0R/ASGI1R: ignored by the caller). */
void gic_v3_send_sgi(uint64_t value);

/**
 * gic_mmio() - an access that may be to the distributor or a redistributor of the running cell
 * Return: 1 handled, 0 not ours (go on with upcall_mmio()).
 */
int gic_mmio(struct mmio_access *access);

/** Cell part of arch_cell_init() etc. @config NULL: root. Return: 0 or error code. */
int vgic_cell_init(struct cell_arch *cell, const struct bh_config_cell *config);
void vgic_cell_exit(struct cell_arch *cell);
void vgic_cell_reset(struct cell_arch *cell);

/**
 * vgic_leave_slot() - @cell loses the CPU in @slot: its interrupts that are routed there go to the executing CPU
 * Otherwise they would be taken for the next owner's. Context: control call of @cell, on another CPU of it.
 */
void vgic_leave_slot(struct cell_arch *cell, unsigned int slot);

#endif
