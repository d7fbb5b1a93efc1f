/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor's address space (Sv39, lower half) and the private area of a CPU. Also read by the assembler
 * and by the linker script: plain numbers only.
 */
#ifndef ASM_LAYOUT_H
#define ASM_LAYOUT_H

/* The hypervisor's own memory, linear: HV_BASE + (physical - hv_base). At most 1 GiB. */
#define HV_BASE 0x1000000000
#define HV_BASE_SHIFT 36
#define HV_SIZE_MAX 0x40000000

/* One GiB that is different on every CPU: its private area, and its window into cells' memory. */
#define PERCPU_BASE 0x2000000000
#define WINDOW_BASE 0x2000200000

/* Device registers, the same on all CPUs. */
#define DEVICE_BASE 0x3000000000
#define DEVICE_SIZE 0x40000000

/*
 * A CPU's private area, the same offsets in physical and virtual space. Guard pages are never mapped.
 * The tables are those that are private, too: for booting (linear map in 2 MiB blocks), the private GiB, and
 * the root that this CPU uses afterwards. No identity map: both ways over a change of satp go by a fetch that
 * faults.
 */
#define PERCPU_DATA_SIZE 0x4000
#define PERCPU_GUARD1 0x4000
#define PERCPU_STACK 0x5000
#define PERCPU_STACK_END 0x9000
#define PERCPU_GUARD2 0x9000
#define PERCPU_EMERGENCY_END 0xb000
#define PERCPU_BOOT_ROOT 0xb000
#define PERCPU_BOOT_LINEAR 0xc000
#define PERCPU_PRIVATE_L2 0xd000
#define PERCPU_PRIVATE_L3 0xe000
#define PERCPU_ROOT 0xf000
#define PERCPU_AREA_SIZE 0x10000

/* A guest's general registers while the hypervisor runs: top of the stack. */
#define PERCPU_FRAME_SIZE 0x100
#define PERCPU_EMERGENCY_FRAME (PERCPU_EMERGENCY_END - PERCPU_FRAME_SIZE)
#define PERCPU_FRAME (PERCPU_STACK_END - PERCPU_FRAME_SIZE)

/* Entries of boot tables: V, A and D; R and W; X. A table has V alone. */
#define BOOT_TABLE 0x01
#define BOOT_DATA 0xc7
#define BOOT_ALL 0xcf

#define SATP_SV39_SHIFT 63 /* mode 8 in bits 63:60 */

#endif
