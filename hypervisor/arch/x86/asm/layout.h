/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor's address space: the last two GiB and the one before, the same with 4 and 5 levels of tables.
 * Also read by the assembler and by the linker script: plain numbers only.
 */
#ifndef ASM_LAYOUT_H
#define ASM_LAYOUT_H

#include <bulkhead/x86.h>

/* The hypervisor's own memory, linear: HV_BASE + (physical - hv_base). Kernels have their modules above it. */
#define HV_BASE BH_X86_BASE
#define HV_SIZE_MAX BH_X86_SIZE_MAX

/* One GiB that is different on every CPU: its private area, and its window into cells' memory. */
#define PERCPU_BASE 0xffffffffc0000000
#define WINDOW_BASE 0xffffffffc0200000

/* Device registers, the same on all CPUs. */
#define DEVICE_BASE 0xffffffff40000000
#define DEVICE_SIZE 0x40000000

/* What one table of the third level spans, and with it all of the above: the top 512 GiB. */
#define SPACE_BITS 39

/*
 * A CPU's private area, the same offsets in physical and virtual space. Guard pages are never mapped. SAVE is
 * for the processor (host state of SVM, VMXON region), CONTROL the guest's VMCB or VMCS, HOST what
 * VMLOAD gives back.
 */
#define PERCPU_DATA_SIZE 0x4000
#define PERCPU_GUARD1 0x4000
#define PERCPU_STACK 0x5000
#define PERCPU_STACK_END 0x9000
#define PERCPU_GUARD2 0x9000
#define PERCPU_EMERGENCY_END 0xb000
#define PERCPU_SAVE 0xb000
#define PERCPU_CONTROL 0xc000
#define PERCPU_HOST 0xd000
#define PERCPU_BOOT_LINEAR 0xe000
#define PERCPU_LEVEL5 0xf000
#define PERCPU_LEVEL4 0x10000
#define PERCPU_LEVEL3 0x11000
#define PERCPU_PRIVATE_L2 0x12000
#define PERCPU_PRIVATE_L1 0x13000
#define PERCPU_AREA_SIZE 0x14000

/* A guest's general registers while the hypervisor runs: top of the stack. */
#define PERCPU_FRAME_SIZE 0x80
#define PERCPU_FRAME (PERCPU_STACK_END - PERCPU_FRAME_SIZE)

/* Entries of boot tables: present, writable, accessed, dirty; a large page besides; no execute. */
#define BOOT_TABLE 0x63
#define BOOT_LARGE 0xe3
#define BOOT_PAGE 0x63
#define BOOT_NX_BIT 63

/*
 * Selectors of the hypervisor's own GDT. Code and data are where Linux has them: between two loads of GDT and IDT
 * either gate finds its segment in either table.
 */
#define SELECTOR_CODE 0x10
#define SELECTOR_DATA 0x18
#define SELECTOR_TSS 0x20
#define GDT_SIZE 0x30
#define TSS_SIZE 0x68

/* Vectors that are the processor's own; what else comes is thrown away. */
#define VECTOR_COUNT 32
#define VECTOR_SIZE 16
#define VECTOR_IGNORED (VECTOR_OFFSET + VECTOR_COUNT * VECTOR_SIZE)
#define VECTOR_OFFSET 0x100 /* of the first one, from the start of the image */

/* How many descriptors of the GDT that was found are kept: all that Linux has. */
#define FOUND_GDT_SIZE 0x80

#endif
