// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SVM: the back end's operations (AMD64 Architecture Programmer's Manual, volume 2, chapter 15). The run loop is in
 * svm_run.S, exits are in svm_exits.c.
 */
#include <asm/svm.h>

#include <arch/mmu.h>
#include <asm/control.h>
#include <asm/cr4_policy.h>
#include <asm/exits.h>
#include <asm/features.h>
#include <asm/formats.h>
#include <asm/msr.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/space.h>
#include <lib/string.h>

#define LEAF_SVM 0x8000000au

/* percpu.nmi_step */
#define STEP_OURS 1u
#define STEP_GUESTS 2u

#define DR6_BREAKPOINTS 0xfull
#define DR6_STEP (1ull << 14)

/*
 * What always exits. External interrupts do not: they are the guest's that runs here. Debug exceptions and alignment
 * checks do: a guest can let the delivery of one cause the next, for ever, and then nothing else would get through.
 */
static const struct {
	uint8_t word;
	uint32_t bits;
} intercepts[] = {
	{ VMCB_WORD_EXCEPTION, 1u << EXCEPTION_DB | 1u << EXCEPTION_AC | 1u << EXCEPTION_MC },
	{ VMCB_WORD_MISC1, MISC1_NMI | MISC1_INIT | MISC1_CPUID | MISC1_INVD | MISC1_INVLPGA | MISC1_IO | MISC1_MSR |
				   MISC1_SHUTDOWN },
	{ VMCB_WORD_MISC2, MISC2_VMRUN | MISC2_VMMCALL | MISC2_VMLOAD | MISC2_VMSAVE | MISC2_STGI | MISC2_CLGI |
				   MISC2_SKINIT },
};

struct vmcb *svm_vmcb(void)
{
	return (struct vmcb *)(PERCPU_BASE + PERCPU_CONTROL);
}

static void intercept(unsigned int word, uint32_t bits, int on)
{
	uint32_t *intercepts_now = &svm_vmcb()->intercept[word];

	*intercepts_now = on ? *intercepts_now | bits : *intercepts_now & ~bits;
}

static int svm_exists(void)
{
	return features_has(FEATURE_SVM) && !(msr_read(MSR_VM_CR) & VM_CR_SVMDIS);
}

static int svm_probe(void)
{
	if (!svm_exists())
		return cpu_refuse("SVM is missing, or switched off by firmware", 0);
	if (!features_has(FEATURE_NPT))
		return cpu_refuse("SVM has no nested paging", 0);
	if (msr_read(MSR_EFER) & EFER_SVME)
		return cpu_refuse("another hypervisor uses SVM, EFER", msr_read(MSR_EFER));
	if (features_has(FEATURE_UINTR))
		return cpu_refuse("it has user interrupts, which SVM cannot keep from guests", 0);
	if (cr4_objection(percpu()->found.cr4))
		return cpu_refuse(cr4_objection(percpu()->found.cr4), percpu()->found.cr4);
	return BH_E_OK;
}

static void svm_unmask_nmi(void)
{
	__asm__ volatile("stgi" : : : "memory");
}

static void svm_mask_nmi(void)
{
	__asm__ volatile("clgi" : : : "memory");
}

static void svm_cpu_on(void)
{
	if (percpu()->is_on)
		return;
	percpu()->is_on = 1;
	percpu()->vmcb_physical = space_private(PERCPU_CONTROL);
	percpu()->host_physical = space_private(PERCPU_HOST);
	msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SVME);
	msr_write(MSR_VM_HSAVE_PA, space_private(PERCPU_SAVE));
	svm_mask_nmi();
	__asm__ volatile("vmsave %%rax" : : "a"(percpu()->host_physical) : "memory");
}

static void svm_cpu_off(void)
{
	if (!percpu()->is_on)
		return;
	percpu()->is_on = 0;
	svm_unmask_nmi();
	msr_write(MSR_VM_HSAVE_PA, 0);
	msr_write(MSR_EFER, msr_read(MSR_EFER) & ~EFER_SVME);
}

/* MSRs that VMRUN, VMLOAD and VMSAVE switch, and where. */
#define VMCB_MSRS(X)                         \
	X(SYSENTER_CS, sysenter_cs)          \
	X(SYSENTER_ESP, sysenter_esp)        \
	X(SYSENTER_EIP, sysenter_eip)        \
	X(PAT, pat)                          \
	X(STAR, star)                        \
	X(LSTAR, lstar)                      \
	X(CSTAR, cstar)                      \
	X(SFMASK, sfmask)                    \
	X(KERNEL_GS_BASE, kernel_gs_base)

static void load_control(struct vmcb *vmcb)
{
	memset(vmcb, 0, sizeof(*vmcb));
	for (unsigned int i = 0; i < sizeof(intercepts) / sizeof(intercepts[0]); i++)
		vmcb->intercept[intercepts[i].word] |= intercepts[i].bits;
	vmcb->nested_control = VMCB_NESTED_PAGING;
	vmcb->tlb_control = TLB_FLUSH_ALL;
	percpu()->nmi_is_blocked = 0;
	percpu()->nmi_is_pending = 0;
	percpu()->nmi_step = 0;
	percpu()->halt_is_off = 0;
}

static void svm_load(const struct x86_state *state)
{
	struct vmcb *vmcb = svm_vmcb();

	load_control(vmcb);
	memcpy(vmcb->segment, state->segment, sizeof(vmcb->segment));
	vmcb->cpl = (uint8_t)(state->segment[SEG_SS].attributes >> SEGMENT_DPL_SHIFT & 3);
	vmcb->cr2 = control_read_cr2();
	vmcb->dr6 = state->dr6;
#define LOAD(name, field) vmcb->field = state->msr[STATE_##name];
	VMCB_MSRS(LOAD)
#undef LOAD
}

static void svm_save(struct x86_state *state)
{
	const struct vmcb *vmcb = svm_vmcb();

	state->dr6 = vmcb->dr6;
#define SAVE(name, field) state->msr[STATE_##name] = vmcb->field;
	VMCB_MSRS(SAVE)
#undef SAVE
}

/* Ids of address spaces begin at 1; there are more of them than cells on every processor. */
static void svm_set_cell(const struct cell_arch *cell)
{
	struct vmcb *vmcb = svm_vmcb();

	if (!cell)
		return;
	vmcb->asid = cell->id + 1;
	vmcb->nested_cr3 = arch_hv_hpa(cell->stage2.root).value;
	vmcb->msrpm = arch_hv_hpa(cell->msr_bitmap).value;
	vmcb->iopm = arch_hv_hpa(cell->io_bitmap).value;
	vmcb->tlb_control = TLB_FLUSH_ALL;
}

static void svm_set_offset(uint64_t offset)
{
	svm_vmcb()->tsc_offset = offset;
}

/* Where each register is. */
static uint64_t *place_of(enum vcpu_register reg)
{
	static const uint16_t places[VCPU_REGISTER_COUNT] = {
		[VCPU_RIP] = offsetof(struct vmcb, rip),
		[VCPU_RSP] = offsetof(struct vmcb, rsp),
		[VCPU_RFLAGS] = offsetof(struct vmcb, rflags),
		[VCPU_CR0] = offsetof(struct vmcb, cr0),
		[VCPU_CR3] = offsetof(struct vmcb, cr3),
		[VCPU_CR4] = offsetof(struct vmcb, cr4),
		[VCPU_EFER] = offsetof(struct vmcb, efer),
		[VCPU_DR7] = offsetof(struct vmcb, dr7),
		[VCPU_FS_BASE] = offsetof(struct vmcb, segment[SEG_FS].base),
		[VCPU_GS_BASE] = offsetof(struct vmcb, segment[SEG_GS].base),
	};

	return (uint64_t *)(PERCPU_BASE + PERCPU_CONTROL + places[reg]);
}

/* What the guest does not see of a register, and keeps. */
static uint64_t own_bits(enum vcpu_register reg)
{
	if (reg == VCPU_EFER)
		return EFER_SVME;
	return reg == VCPU_RFLAGS && percpu()->nmi_step == STEP_OURS ? RFLAGS_TF : 0;
}

static uint64_t svm_get(enum vcpu_register reg)
{
	return *place_of(reg) & ~own_bits(reg);
}

static void svm_set(enum vcpu_register reg, uint64_t value)
{
	*place_of(reg) = value | own_bits(reg);
}

static void svm_segment(enum x86_segment_name name, struct x86_segment *segment)
{
	*segment = svm_vmcb()->segment[name];
}

static unsigned int svm_fetched(const uint8_t **bytes)
{
	const struct vmcb *vmcb = svm_vmcb();

	*bytes = vmcb->fetched;
	return vmcb->fetched_count & VMCB_FETCHED_COUNT;
}

static void svm_skip(unsigned int length)
{
	struct vmcb *vmcb = svm_vmcb();

	if (features_has(FEATURE_NRIP) && vmcb->next_rip)
		vmcb->rip = vmcb->next_rip;
	else
		vmcb->rip += length;
	vmcb->interrupt_shadow &= ~VMCB_INTERRUPT_SHADOW;
}

static void svm_inject(unsigned int vector, uint32_t error)
{
	struct vmcb *vmcb = svm_vmcb();

	vmcb->event_injection = exceptions_event(vmcb->event_injection, vector, error, (vmcb->cr0 & CR0_PE) != 0);
	if (!vmcb->event_injection)
		exit_shutdown(percpu_frame());
}

void svm_deliver_nmi(void)
{
	struct vmcb *vmcb = svm_vmcb();

	if (percpu()->nmi_step && !(vmcb->rflags & RFLAGS_TF)) { /* the IRET raised an exception: no step is told of */
		percpu()->nmi_step = 0;
		percpu()->nmi_is_blocked = 0;
	}
	if (!percpu()->nmi_is_pending || percpu()->nmi_is_blocked || vmcb->event_injection & EVENT_VALID)
		return;
	percpu()->nmi_is_pending = 0;
	percpu()->nmi_is_blocked = 1;
	intercept(VMCB_WORD_MISC1, MISC1_IRET, 1);
	vmcb->event_injection = EXCEPTION_NMI | EVENT_TYPE_NMI | EVENT_VALID;
}

/*
 * The IRET exits before it is executed. The next NMI must not come there: its frame would overwrite the one that the
 * IRET still needs where a kernel has one stack for all NMIs, as Linux has.
 */
void svm_step_begin(struct frame *frame)
{
	struct vmcb *vmcb = svm_vmcb();

	(void)frame;
	intercept(VMCB_WORD_MISC1, MISC1_IRET, 0);
	percpu()->nmi_step = vmcb->rflags & RFLAGS_TF ? STEP_OURS | STEP_GUESTS : STEP_OURS;
	vmcb->rflags |= RFLAGS_TF;
}

int svm_step_end(void)
{
	struct vmcb *vmcb = svm_vmcb();
	const uint32_t step = percpu()->nmi_step;
	const int is_other = (step & STEP_GUESTS) || vmcb->dr6 & DR6_BREAKPOINTS || !(vmcb->dr6 & DR6_STEP);

	if (!step)
		return 0;
	percpu()->nmi_step = 0;
	percpu()->nmi_is_blocked = 0;
	if (!is_other)
		vmcb->dr6 &= ~DR6_STEP;
	return !is_other;
}

static void svm_inject_nmi(void)
{
	percpu()->nmi_is_pending = 1;
	svm_deliver_nmi();
}

static void svm_cancel(void)
{
	svm_vmcb()->event_injection = 0;
	percpu()->nmi_is_pending = 0;
}

static void svm_intercept_halt(int on)
{
	percpu()->halt_is_off = (uint32_t)on;
	intercept(VMCB_WORD_MISC1, MISC1_HLT, on);
	intercept(VMCB_WORD_MISC2, MISC2_MWAIT, on);
}

static void svm_flush(void)
{
	svm_vmcb()->tlb_control = features_has(FEATURE_FLUSH_BY_ASID) ? TLB_FLUSH_ASID : TLB_FLUSH_ALL;
}

/* Two bits for each MSR, in three ranges. */
static const struct virt_msr_range svm_msr_ranges[] = {
	{ 0, 0, 1, 2 },
	{ 0xc0000000, 0x800 * 8, 0x800 * 8 + 1, 2 },
	{ 0xc0010000, 0x1000 * 8, 0x1000 * 8 + 1, 2 },
	{ 0, 0, 0, 0 },
};

static const struct pt_format *svm_format(void)
{
	return formats_npt(control_read_cr4() & CR4_LA57 ? 5 : 4, features_has(FEATURE_1GIB));
}

const struct virt_ops svm_ops = {
	.name = "SVM with nested paging",
	.exists = svm_exists,
	.probe = svm_probe,
	.cpu_on = svm_cpu_on,
	.cpu_off = svm_cpu_off,
	.load = svm_load,
	.save = svm_save,
	.set_cell = svm_set_cell,
	.set_offset = svm_set_offset,
	.get = svm_get,
	.set = svm_set,
	.segment = svm_segment,
	.fetched = svm_fetched,
	.skip = svm_skip,
	.inject = svm_inject,
	.inject_nmi = svm_inject_nmi,
	.cancel = svm_cancel,
	.intercept_halt = svm_intercept_halt,
	.flush = svm_flush,
	.msr_ranges = svm_msr_ranges,
	.unmask_nmi = svm_unmask_nmi,
	.mask_nmi = svm_mask_nmi,
	.format = svm_format,
	.run = svm_run,
};
