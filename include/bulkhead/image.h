/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Header at offset 0 of the hypervisor image. The driver reads the first part, fills in
 * the second, and enters every CPU at @entry_offset. The hypervisor checks all of it.
 *
 * Memory as the driver lays it out, from hv_base up:
 *   [image and bss: core_size] [percpu_size * cpu_count] [config] [info] [page pool to the end]
 * every part page aligned.
 *
 * How a CPU comes in at hv_base + entry_offset, and back:
 *
 * AArch64: EL2 with the MMU off, by HVC_SOFT_RESTART of Linux' stub. x0 = BH_ENTER_ARG(), x1 = where to
 * return to, x2 = DAIF. Back: at x1, EL1 (a guest if x0 is BH_E_OK), x0 = enum bh_error_code; x18 to x30 and
 * all that belongs to EL1 as before.
 *
 * RISC-V: HS-mode with satp 0 and sstatus.SIE 0. The kernel writes the entry's physical address to stvec and
 * then 0 to satp: the next fetch, at the kernel's virtual address, faults and lands at the entry, with all
 * registers kept. a0 = BH_ENTER_ARG(), a1 = where to return to (virtual, 4-byte aligned), a2 = the kernel's
 * satp. Back: at a1, with the kernel's satp, HS-mode or, if a0 is BH_E_OK, VS-mode; a0 = enum bh_error_code;
 * ra, sp, gp, tp, s0 to s11, sie, sscratch and sstatus but SPP and SPIE as before. stvec holds a1: the
 * caller writes its own value again, and does an SFENCE.VMA: the hypervisor's addresses are those of
 * processes. Lost: other registers, sepc, scause, stval.
 * The hypercall DISABLE returns in the same way behind the ECALL: from HS-mode, with all registers but a0 to
 * a5 and all CSRs as a call without it leaves them, except that stvec holds the address behind the ECALL: it
 * is 4-byte aligned, and the caller writes its own value again.
 *
 * x86-64: long mode, CPL 0, interrupts off, CR4.PGE 0, CR4.LA57 as the kernel has it, CR3 bits 11:0 zero. CR3's
 * tables map: all of the hypervisor's memory at BH_X86_BASE, writable and executable, and at the kernel's addresses
 * the code that enters, a stack (RSP, with 128 bytes free below), and copies of GDT (writable, at least the kernel's
 * selectors) and IDT, with handlers, to which GDTR and IDTR point. Supervisor pages, no protection keys. The entry is
 * jumped to at BH_X86_BASE + entry_offset: RDI = BH_ENTER_ARG(), RSI = where to return to. Back: at RSI, RAX = enum
 * bh_error_code, RBX, RBP, RSP, R12 to R15, RFLAGS, control, debug and segment registers and MSRs as before (a guest
 * if RAX is BH_E_OK); other general registers are lost.
 * The hypercall DISABLE is made under the same conditions and returns in the same way behind the instruction, from
 * the hypervisor's place with all registers as a call without it leaves them. A return from there is an IRETQ, which
 * ends a blocking of NMIs.
 */
#ifndef BULKHEAD_IMAGE_H
#define BULKHEAD_IMAGE_H

#include <bulkhead/types.h>
#include <bulkhead/version.h>
#include <bulkhead/x86.h>

#define BH_IMAGE_MAGIC 0x444145484b4c5542ull /* "BULKHEAD" */

enum bh_inject { BH_INJECT_NONE = 0, BH_INJECT_ERROR = 1, BH_INJECT_TIMEOUT = 2 };

/** Flag beside the slot in the entry argument: run all of enable on this CPU alone, activate nothing. */
#define BH_ENTER_DRY_RUN (1ull << 31)
/** Entry argument: slot | flags | generation << 32. */
#define BH_ENTER_ARG(slot, generation) ((uint64_t)(slot) | (uint64_t)(generation) << 32)

struct bh_image_header {
	/* from the link */
	uint64_t magic;
	uint16_t major;
	uint16_t minor;
	uint16_t arch;
	uint16_t max_cpus;
	uint64_t core_size;
	uint64_t percpu_size;
	uint64_t entry_offset;
	uint64_t info_size;
	uint64_t reserved0[2];
	/* filled in by the driver */
	uint64_t hv_base;
	uint64_t hv_size;
	uint32_t cpu_count;    /* slots: entries of the system configuration's cpus */
	uint32_t online_count; /* CPUs that will enter now */
	uint64_t config_offset;
	uint64_t config_size;
	uint64_t info_offset;
	uint32_t generation;
	uint32_t inject_kind; /* enum bh_inject */
	int32_t inject_cpu;   /* slot, -1: any */
	uint32_t timeout_scale; /* deadlines are multiplied by it; 1 on hardware */
	char inject_step[32];
	uint64_t reserved1[8];
};
BH_ASSERT_OFFSET(struct bh_image_header, hv_base, 64);
BH_ASSERT_SIZE(struct bh_image_header, 224);

#endif
