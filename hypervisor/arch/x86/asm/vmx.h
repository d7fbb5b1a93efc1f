/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the VMX back end: its instructions, and what its files have in common. */
#ifndef ASM_VMX_H
#define ASM_VMX_H

#include <asm/frame.h>
#include <asm/layout.h>
#include <asm/state.h>
#include <asm/vmcs.h>
#include <asm/vmx_caps.h>
#include <asm/virt.h>
#include <bulkhead/types.h>

#define MSR_FEATURE_CONTROL 0x3au
#define MSR_DEBUGCTL 0x1d9u
#define MSR_VMX_BASIC 0x480u
#define DEBUGCTL_LBR (1u << 0)
#define DEBUGCTL_BTF (1u << 1) /* single steps are by branches */

/**
 * struct vmx_cpu - what a CPU has of VMX, in its private area
 * @is_launched: the VMCS was entered since it was loaded: VMRESUME goes on. The assembler reads it first.
 * @nmi_waits: an NMI is to be injected as soon as the guest takes one.
 * @reason, @qualification: of the current exit.
 * @debugctl: what the kernel had, for the first guest; what the guest had, for the kernel.
 */
struct vmx_cpu {
	uint32_t is_launched;
	uint32_t nmi_waits;
	uint32_t reason;
	uint32_t is_on;
	uint64_t qualification;
	uint64_t debugctl;
	uint64_t cr0_mask;
	uint64_t cr4_mask;
	struct vmx_msrs msrs;
};

_Static_assert(offsetof(struct vmx_cpu, is_launched) == 0, "vmx_run.S finds it at the start");

static inline struct vmx_cpu *vmx_cpu(void)
{
	return (struct vmx_cpu *)(PERCPU_BASE + PERCPU_HOST);
}

/** What all CPUs have in common. */
extern struct vmx_caps vmx_caps;

static inline uint64_t vmx_read(uint64_t field)
{
	uint64_t value;

	__asm__ volatile("vmread %1, %0" : "=r"(value) : "r"(field) : "cc", "memory");
	return value;
}

static inline void vmx_write(uint64_t field, uint64_t value)
{
	__asm__ volatile("vmwrite %1, %0" : : "r"(field), "r"(value) : "cc", "memory");
}

static inline void vmx_change(uint64_t field, uint64_t clear, uint64_t set)
{
	vmx_write(field, (vmx_read(field) & ~clear) | set);
}

/** EVENT_EXTERNAL to EVENT_SOFTWARE_EXCEPTION. */
static inline unsigned int vmx_event_type(uint32_t event)
{
	return (event & EVENT_TYPE) >> EVENT_TYPE_SHIFT;
}

/* vmx.c */
/** The VMCS as it is, to be launched anew: an entry that failed may have left it launched or not. */
void vmx_reload(void);

/* vmx_state.c */
/** Controls, host state, and a guest state that vmx_load() completes. */
void vmx_init_vmcs(void);
void vmx_load(const struct x86_state *state);
void vmx_save(struct x86_state *state);
void vmx_intercept_halt(int on);
uint64_t vmx_get(enum vcpu_register reg);
void vmx_set(enum vcpu_register reg, uint64_t value);
void vmx_segment(enum x86_segment_name name, struct x86_segment *segment);

/* vmx_event.c */
void vmx_skip(unsigned int length);
void vmx_inject(unsigned int vector, uint32_t error);
/** A software exception that ended the guest takes place at the next entry. */
void vmx_repeat(uint32_t event);
void vmx_inject_nmi(void);
void vmx_cancel(void);
/** What the exit interrupted is delivered at the next entry, unless something else is. */
void vmx_take_up_event(void);
/** The guest takes NMIs again. */
void vmx_nmi_window(struct frame *frame);
/** Let NMIs in again after an exit because of one. */
void vmx_unmask_nmi(void);

/* vmx_exits.c; called by vmx_run.S. Return: 1: this CPU leaves the hypervisor. */
uint64_t vmx_exit(struct frame *frame);
/** An NMI came between the last look and the entry, which did not take place. */
uint64_t vmx_not_entered(struct frame *frame);
/** VMLAUNCH or VMRESUME itself refused. */
uint64_t vmx_entry_refused(struct frame *frame);
/** Just before an entry: what others asked this CPU to forget is forgotten. */
void vmx_before_entry(void);

/* vmx_run.S */
void vmx_run(void) __attribute__((noreturn));
extern const char vmx_exit_entry[];
/** Where an NMI must not go back to, see vmx_run.S. */
extern const char vmx_window_start[], vmx_window_end[], vmx_window_abort[];

#endif
