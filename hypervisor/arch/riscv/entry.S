/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image header, and the code that runs before the hypervisor's own tables are on, and when they go off.
 *
 * Every change of satp takes the code away under itself. stvec has been set to where to go on, and so the fetch
 * of the next instruction faults there, with all general registers kept: no map holds both worlds.
 */
#include <asm/layout.h>
#include <generated/asm-offsets.h>

	.option	norelax

	/* Change to satp \value; lands at the address in stvec. */
	.macro	go_by_fault value
	csrw	satp, \value
1:	j	1b
	.endm

	.section .head, "ax"
	.balign	4
	.option	norvc
	.global	image_header
image_header:
	.quad	IMAGE_MAGIC
	.half	ABI_MAJOR, ABI_MINOR, ARCH_RISCV64, CONFIG_MAX_CPUS
	.quad	layout_core_size
	.quad	PERCPU_AREA_SIZE
	.quad	entry_kernel - image_header
	.quad	IMAGE_INFO_SIZE
	.zero	IMAGE_HEADER_SIZE - 48

/*
 * entry_kernel - in from the running kernel (bulkhead/image.h): HS-mode, satp 0, SIE 0
 * a0 = BH_ENTER_ARG, a1 = where to return, a2 = the kernel's satp. t0 to t6 and a3 to a7 may be changed.
 */
	.balign	4
	.global	entry_kernel
entry_kernel:
	lla	t0, image_header
	slli	t1, a0, 33		/* slot; the flag beside it is C's business */
	srli	t1, t1, 33
	lwu	t2, IMAGE_CPU_COUNT(t0)
	bgeu	t1, t2, refuse
	srli	t2, t0, HV_BASE_SHIFT	/* what is physical must not be a valid address of ours */
	bnez	t2, refuse
	jal	t6, boot_tables
	csrr	a3, sscratch
	csrr	a4, sstatus
	csrr	a5, sie
	csrw	sie, zero
	j	mmu_on

	.balign	4
refuse:
	li	a0, ERROR_RANGE
	csrw	stvec, a1
	go_by_fault a2

/* entry_boot - in by firmware's hart_start: a0 = hart id, a1 = slot, satp 0, SIE 0 */
	.balign	4
	.global	entry_boot
entry_boot:
	lla	t0, image_header
	mv	t1, a1
	lwu	t2, IMAGE_CPU_COUNT(t0)
	bgeu	t1, t2, 1f
	li	a1, 0			/* nowhere to return to: this is how both entries are told apart */
	csrw	sie, zero
	jal	t6, boot_tables
	j	mmu_on
1:	wfi
	j	1b

/*
 * boot_tables - t0 = image's physical address, t1 = slot; returns t2 = the CPU's private area; t6 = link
 * All of the hypervisor's memory at HV_BASE, the private area at PERCPU_BASE. Clobbers t3 to t5, a4 to a7.
 */
boot_tables:
	ld	t3, IMAGE_CORE_SIZE(t0)
	ld	t4, IMAGE_PERCPU_SIZE(t0)
	mul	t4, t4, t1
	add	t2, t0, t3
	add	t2, t2, t4
	li	t3, PERCPU_BOOT_ROOT
	add	t3, t2, t3
	li	t4, PERCPU_AREA_SIZE
	add	t4, t2, t4
	mv	t5, t3
1:	sd	zero, 0(t5)
	addi	t5, t5, 8
	bltu	t5, t4, 1b

	/* root: linear, private; an entry is the physical address shifted right by 2, and bits */
	li	a4, PERCPU_BOOT_LINEAR
	add	a4, t2, a4
	srli	a5, a4, 2
	ori	a5, a5, BOOT_TABLE
	sd	a5, (HV_BASE >> 30) * 8(t3)
	li	a6, PERCPU_PRIVATE_L2
	add	a6, t2, a6
	srli	a5, a6, 2
	ori	a5, a5, BOOT_TABLE
	sd	a5, (PERCPU_BASE >> 30) * 8(t3)

	/* linear: blocks */
	ld	a7, IMAGE_HV_SIZE(t0)
	srli	a7, a7, 21
	li	a5, 512
	bleu	a7, a5, 2f
	mv	a7, a5
2:	srli	a5, t0, 2
	ori	a5, a5, BOOT_ALL
	li	t4, 0x200000 >> 2
3:	beqz	a7, 4f
	sd	a5, 0(a4)
	addi	a4, a4, 8
	add	a5, a5, t4
	addi	a7, a7, -1
	j	3b

	/* private: pages, but for the guards */
4:	li	a4, PERCPU_PRIVATE_L3
	add	a4, t2, a4
	srli	a5, a4, 2
	ori	a5, a5, BOOT_TABLE
	sd	a5, 0(a6)
	mv	t5, a4
	srli	a5, t2, 2
	ori	a5, a5, BOOT_DATA
	li	t4, 0x1000 >> 2
	li	a7, PERCPU_AREA_SIZE >> 12
5:	sd	a5, 0(a4)
	addi	a4, a4, 8
	add	a5, a5, t4
	addi	a7, a7, -1
	bnez	a7, 5b
	sd	zero, (PERCPU_GUARD1 >> 12) * 8(t5)
	sd	zero, (PERCPU_GUARD2 >> 12) * 8(t5)
	jr	t6

/* Boot tables on, private area cleared, then C. t0 = image, t1 = slot, t2 = private area. */
	.balign	4
mmu_on:
	li	t3, PERCPU_BOOT_ROOT
	add	t3, t2, t3
	srli	t3, t3, 12
	li	t4, 1
	slli	t4, t4, SATP_SV39_SHIFT
	or	t3, t3, t4
	lla	t4, mapped
	sub	t4, t4, t0
	li	t5, HV_BASE
	add	t4, t4, t5
	csrw	stvec, t4
	sfence.vma			/* the kernel used our addresses for its processes */
	go_by_fault t3

	.balign	4
mapped:
	sfence.vma
	li	t3, PERCPU_BASE
	li	t4, PERCPU_BASE + PERCPU_DATA_SIZE
1:	sd	zero, 0(t3)
	addi	t3, t3, 8
	bltu	t3, t4, 1b
	li	t5, PERCPU_BASE + PERCPU_FRAME
	mv	t3, t5
	li	t4, PERCPU_BASE + PERCPU_FRAME + PERCPU_FRAME_SIZE
1:	sd	zero, 0(t3)
	addi	t3, t3, 8
	bltu	t3, t4, 1b
	lla	t3, vectors_trap
	csrw	stvec, t3
	csrw	sscratch, zero
	beqz	a1, 2f

	sd	ra, 8(t5)
	sd	sp, 16(t5)
	sd	gp, 24(t5)
	sd	tp, 32(t5)
	sd	s0, 64(t5)
	sd	s1, 72(t5)
	sd	s2, 144(t5)
	sd	s3, 152(t5)
	sd	s4, 160(t5)
	sd	s5, 168(t5)
	sd	s6, 176(t5)
	sd	s7, 184(t5)
	sd	s8, 192(t5)
	sd	s9, 200(t5)
	sd	s10, 208(t5)
	sd	s11, 216(t5)
	mv	sp, t5
	li	t3, PERCPU_BASE + PERCPU_FOUND
	sd	a2, 0(t3)
	sd	a1, 8(t3)
	sd	a3, 16(t3)
	sd	a4, 24(t3)
	sd	a5, 32(t3)
	li	s0, 0
	call	enter_found
	bnez	a0, entry_leave
	j	vectors_return

2:	mv	sp, t5
	mv	a0, t1
	li	s0, 0
	call	enter_arrived
	j	vectors_return

/*
 * entry_leave - give HS-mode back: to found.resume with the registers of the frame; C has restored all CSRs but
 * these. a4 and a5 are lost.
 */
	.balign	4
	.global	entry_leave
entry_leave:
	li	a5, PERCPU_BASE + PERCPU_FOUND
	ld	a4, 16(a5)
	csrw	sscratch, a4
	ld	a4, 8(a5)
	csrw	stvec, a4
	ld	a4, 0(a5)
	li	a5, PERCPU_BASE + PERCPU_FRAME
	ld	ra, 8(a5)
	ld	sp, 16(a5)
	ld	gp, 24(a5)
	ld	tp, 32(a5)
	ld	t0, 40(a5)
	ld	t1, 48(a5)
	ld	t2, 56(a5)
	ld	s0, 64(a5)
	ld	s1, 72(a5)
	ld	a0, 80(a5)
	ld	a1, 88(a5)
	ld	a2, 96(a5)
	ld	a3, 104(a5)
	ld	a6, 128(a5)
	ld	a7, 136(a5)
	ld	s2, 144(a5)
	ld	s3, 152(a5)
	ld	s4, 160(a5)
	ld	s5, 168(a5)
	ld	s6, 176(a5)
	ld	s7, 184(a5)
	ld	s8, 192(a5)
	ld	s9, 200(a5)
	ld	s10, 208(a5)
	ld	s11, 216(a5)
	ld	t3, 224(a5)
	ld	t4, 232(a5)
	ld	t5, 240(a5)
	ld	t6, 248(a5)
	go_by_fault a4
