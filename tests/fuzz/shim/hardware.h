/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AArch64 hardware for files of arch/arm64 on the build machine: system registers by name for each CPU, frames of the
 * GIC as plain memory whose accesses a target can see and answer, one private area for each CPU.
 */
#ifndef SHIM_HARDWARE_H
#define SHIM_HARDWARE_H

#include <stddef.h>
#include <stdint.h>

#define SHIM_CPUS 6u
#define SHIM_HV_BASE 0x7f000000ull
#define SHIM_HV_SIZE 0x800000ull
#define SHIM_POOL_BASE 0x60000000ull

/**
 * struct shim_hooks - what a target wants to see; NULL: nothing
 * Each is asked first. Return: 1: it answered; 0: the plain thing is done (registers and frames are memory).
 */
struct shim_hooks {
	int (*read_register)(const char *name, uint64_t *value);
	int (*write_register)(const char *name, uint64_t value);
	int (*read)(volatile const uint8_t *address, uint32_t *value);
	int (*write)(volatile uint8_t *address, uint32_t value);
};
extern struct shim_hooks shim_hooks;

/** The CPU that executes; the target changes it at will. */
extern unsigned int shim_cpu;

/** Start of the executing CPU's private area: struct percpu, and the guest's frame near its end. */
uintptr_t shim_area(void);

uint64_t shim_register_read(const char *name);
void shim_register_write(const char *name, uint64_t value);
uint32_t shim_read(volatile const void *address);
void shim_write(volatile void *address, uint32_t value);
void shim_translate(uint64_t address);

/** A register of a CPU without hooks. */
uint64_t *shim_register(unsigned int cpu, const char *name);

/** The GIC's frames, each an allocation of its own. */
struct shim_frames {
	uint8_t *gicd, *gicr, *gicc, *gich, *its;
};
extern struct shim_frames shim_frames;

#define SHIM_GICD_BASE 0x8000000ull
#define SHIM_GICD_SIZE 0x10000u
#define SHIM_GICC_BASE 0x8010000ull
#define SHIM_GICC_SIZE 0x2000u
#define SHIM_GICH_BASE 0x8030000ull
#define SHIM_GICH_SIZE 0x1000u
#define SHIM_GICV_BASE 0x8040000ull
#define SHIM_ITS_BASE 0x8080000ull
#define SHIM_GICR_BASE 0x80a0000ull
#define SHIM_GICR_SIZE (SHIM_CPUS * 0x20000u)
#define SHIM_MAINTENANCE 25u

/** Affinity of the CPU in @slot: two clusters. */
uint64_t shim_hwid(unsigned int slot);

/**
 * shim_power_on() - a fresh machine: registers and frames zero, hypervisor's memory with a configuration in it
 * @version: of the GIC.  @intids: interrupts, a multiple of 32.  @its: 1: the board has an ITS.
 * Core is initialised (pages, CPUs); nothing of the GIC is.
 */
void shim_power_on(unsigned int version, unsigned int intids, int its);

#endif
