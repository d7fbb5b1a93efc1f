/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor's address space (39 bits) and the private area of a CPU. Also read by the assembler and by
 * the linker script: plain numbers only.
 */
#ifndef ASM_LAYOUT_H
#define ASM_LAYOUT_H

/* The hypervisor's own memory, linear: HV_BASE + (physical - hv_base). At most 1 GiB. */
#define HV_BASE 0x4000000000
#define HV_SIZE_MAX 0x40000000

/* One GiB that is different on every CPU: its private area, and its window into cells' memory. */
#define PERCPU_BASE 0x5000000000
#define WINDOW_BASE 0x5000200000

/* Device registers, the same on all CPUs. */
#define DEVICE_BASE 0x6000000000
#define DEVICE_SIZE 0x40000000

/*
 * A CPU's private area, the same offsets in physical and virtual space. Guard pages are never mapped.
 * The tables are those that are private, too: for booting (identity and linear map in 2 MiB blocks), the
 * private GiB, and the root that this CPU uses afterwards.
 */
#define PERCPU_DATA_SIZE 0x4000
#define PERCPU_GUARD1 0x4000
#define PERCPU_STACK 0x5000
#define PERCPU_STACK_END 0x9000
#define PERCPU_GUARD2 0x9000
#define PERCPU_EMERGENCY_END 0xb000
#define PERCPU_BOOT_ROOT 0xb000
#define PERCPU_BOOT_IDENTITY 0xc000
#define PERCPU_BOOT_LINEAR 0xd000
#define PERCPU_PRIVATE_L2 0xe000
#define PERCPU_PRIVATE_L3 0xf000
#define PERCPU_ROOT 0x10000
#define PERCPU_AREA_SIZE 0x11000

/*
 * A guest's general registers while the hypervisor runs: top of the stack, so that SP_EL2 needs no
 * arithmetic.
 */
#define PERCPU_FRAME_SIZE 0x100
#define PERCPU_EMERGENCY_FRAME (PERCPU_EMERGENCY_END - PERCPU_FRAME_SIZE)
#define PERCPU_FRAME (PERCPU_STACK_END - PERCPU_FRAME_SIZE)

/* Entries of boot tables: access flag, inner shareable, AP[1] (RES1), attribute 0 (normal write-back). */
#define BOOT_BLOCK 0x741
#define BOOT_PAGE 0x743
#define BOOT_TABLE 0x3

/* MAIR_EL2: 0 normal write-back, 1 normal non-cacheable, 2 Device-nGnRE. */
#define MAIR_VALUE 0x0444ff

/* SCTLR_EL2: bits that are RES1, and what we switch on: M, C, SA, I; WXN with the final tables. */
#define SCTLR_RES1 0x30c50830
#define SCTLR_ON 0x100d
#define SCTLR_WXN 0x80000
#define SCTLR_M 0x1
#define SCTLR_C 0x4

/* TCR_EL2 without PS: T0SZ 25, write-back inner and outer, inner shareable, 4 KiB, RES1 bits 23 and 31. */
#define TCR_VALUE 0x80803519

#endif
