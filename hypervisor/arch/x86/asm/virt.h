/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two back ends, SVM and VMX: one is chosen when the first CPU enters. Ops are for what is not hot; each back end
 * has its own run loop, counts its exits and hands them to the common handlers of asm/exits.h by a table.
 */
#ifndef ASM_VIRT_H
#define ASM_VIRT_H

#include <asm/exceptions.h>
#include <asm/frame.h>
#include <asm/state.h>
#include <asm/types.h>
#include <bulkhead/types.h>
#include <asm/msr_policy.h>

#define VIRT_MSR_BITMAP_PAGES 2u /* VMX needs one */
#define VIRT_IO_BITMAP_PAGES 3u  /* a bit for each port; SVM looks at a third page for wide accesses */

/** The start of every instruction that exits: its length, where the processor does not say where the next one is. */
enum instruction_length {
	LENGTH_HLT = 1,
	LENGTH_CPUID = 2,
	LENGTH_RDMSR = 2,
	LENGTH_WRMSR = 2,
	LENGTH_INVD = 2,
	LENGTH_HYPERCALL = 3,
	LENGTH_XSETBV = 3,
	LENGTH_MWAIT = 3
};

#define VIRT_MSR_RANGE 0x2000u

/**
 * struct virt_msr_range - VIRT_MSR_RANGE registers from @first on
 * @read, @write: bits of the bitmap for @first.  @step: to the next register's.
 */
struct virt_msr_range {
	uint32_t first;
	uint32_t read, write;
	uint32_t step;
};

/**
 * struct virt_ops - a back end
 * All but @exists and @probe: on the CPU concerned, after @cpu_on there.
 *
 * @exists: has this CPU the feature at all? Pure; chooses the back end.
 * @probe: CPU step: can this CPU run it, and like the first one? Says in the log, in a sentence, what is missing.
 *	Return: 0 or BH_E_HARDWARE. Changes nothing.
 * @cpu_on: prepare the pages of the private area (asm/layout.h), and switch virtualization on. Cannot fail.
 * @cpu_off: the opposite; registers that it needs are as found.
 * @load: the whole state of the vCPU but for the registers that @set knows, which come afterwards (virt_load()).
 *	State MSRs that the back end does not switch by itself are in the CPU: see state_load_msrs().
 * @save: DR6 and the MSRs that the back end switches (virt_save()).
 * @set_cell: stage 2, its id and bitmaps of percpu()->cell. NULL cell: none; nothing may run.
 * @set_offset: what the guest reads of the TSC is the machine's plus @offset.
 * @get, @set: one register.  @segment: one segment register (GDTR and IDTR, too).
 * @fetched: *@bytes of the instruction that met a device, as the processor read them; where FEATURE_DECODE_ASSISTS is.
 *	Return: how many, 0: it does not say.
 * @skip: go on behind the instruction that exited; @length where the processor does not say.
 *	Also ends the interrupt shadow.
 * @inject: exception @vector with @error or NO_ERROR_CODE at the next entry.
 * @inject_nmi: as soon as the guest takes NMIs.
 * @has_reinject: is an event that the exit interrupted still to be delivered?
 * @cancel: forget events that wait (a vCPU is reset).
 * @intercept_halt: from now on HLT and MWAIT exit (asm/exits.h: exit_hlt()), or no more.
 * @flush: forget the guest's translations before it runs again.
 * @msr_ranges: MSRs in the bitmap of VIRT_MSR_BITMAP_PAGES, where ones exit; those in no range always do. Ends with 0.
 * @unmask_nmi, @mask_nmi: let NMIs in that had to wait, here in the hypervisor; and no more.
 * @format: of stage 2 on this machine. Context: system steps, on the first CPU.
 * @run: into the guest with percpu_frame(); the run loop. Does not return.
 */
struct virt_ops {
	const char *name;
	int (*exists)(void);
	int (*probe)(void);
	void (*cpu_on)(void);
	void (*cpu_off)(void);
	void (*load)(const struct x86_state *state);
	void (*save)(struct x86_state *state);
	void (*set_cell)(const struct cell_arch *cell);
	void (*set_offset)(uint64_t offset);
	uint64_t (*get)(enum vcpu_register reg);
	void (*set)(enum vcpu_register reg, uint64_t value);
	void (*segment)(enum x86_segment_name name, struct x86_segment *segment);
	unsigned int (*fetched)(const uint8_t **bytes);
	void (*skip)(unsigned int length);
	void (*inject)(unsigned int vector, uint32_t error);
	void (*inject_nmi)(void);
	void (*cancel)(void);
	void (*intercept_halt)(int on);
	void (*flush)(void);
	const struct virt_msr_range *msr_ranges;
	void (*unmask_nmi)(void);
	void (*mask_nmi)(void);
	const struct pt_format *(*format)(void);
	void (*run)(void) __attribute__((noreturn));
};

extern const struct virt_ops svm_ops;
extern const struct virt_ops vmx_ops;

/** System step: take the back end that this machine has. Return: 0 or BH_E_HARDWARE with a line in the log. */
int virt_select(void);

/** The back end. Not NULL after virt_select(). */
const struct virt_ops *virt(void);

/** Load the whole state of the vCPU. */
void virt_load(const struct x86_state *state);

/** Read it back, as the guest sees it. The CPU's own registers are not touched. */
void virt_save(struct x86_state *state);

/** Exceptions by name. */
enum exception {
	EXCEPTION_DB = 1,
	EXCEPTION_NMI = 2,
	EXCEPTION_UD = 6,
	EXCEPTION_DF = 8,
	EXCEPTION_GP = 13,
	EXCEPTION_PF = 14,
	EXCEPTION_AC = 17,
	EXCEPTION_MC = 18
};

#endif
