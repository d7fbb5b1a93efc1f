// SPDX-License-Identifier: GPL-2.0-or-later
/* A vCPU's registers in the VMCS, and what the processor loads for the hypervisor at an exit. */
#include <asm/vmx.h>

#include <asm/control.h>
#include <asm/cr4_policy.h>
#include <asm/entry.h>
#include <asm/features.h>
#include <asm/msr.h>
#include <asm/percpu.h>

/*
 * The guest reads its own CR0.CD and NW, but the processor keeps its caches on: they are everybody's. NE is what VMX
 * prescribes; with CR4.VMXE the guest never sees that there is VMX.
 */
#define CR0_OURS (CR0_CD | CR0_NW | CR0_NE)
#define CR0_UNRESTRICTED (CR0_PE | CR0_PG)
#define MSR_PAT 0x277u
#define RESET_DR7 0x400ull
#define NO_LINK (~0ull)

/* #DB and #AC can recur for ever while one is being delivered, and no NMI gets in between (CVE-2015-8104, -5307). */
#define EXCEPTIONS (1u << 1 | 1u << 17 | 1u << EXCEPTION_MC)

/* Selectors, limits, rights and bases of the segments come in the same order, and as far apart, in all of the VMCS. */
static const uint8_t vmcs_index[SEG_COUNT] = {
	[SEG_ES] = 0, [SEG_CS] = 1, [SEG_SS] = 2,   [SEG_DS] = 3,
	[SEG_FS] = 4, [SEG_GS] = 5, [SEG_LDTR] = 6, [SEG_TR] = 7,
	[SEG_GDTR] = 8, [SEG_IDTR] = 9,
};

static const uint16_t register_field[VCPU_REGISTER_COUNT] = {
	[VCPU_RIP] = VMCS_GUEST_RIP,	 [VCPU_RSP] = VMCS_GUEST_RSP,
	[VCPU_RFLAGS] = VMCS_GUEST_RFLAGS, [VCPU_CR0] = VMCS_GUEST_CR0,
	[VCPU_CR3] = VMCS_GUEST_CR3,	 [VCPU_CR4] = VMCS_GUEST_CR4,
	[VCPU_EFER] = VMCS_GUEST_EFER,	 [VCPU_DR7] = VMCS_GUEST_DR7,
	[VCPU_FS_BASE] = VMCS_GUEST_ES_BASE + 2 * 4, [VCPU_GS_BASE] = VMCS_GUEST_ES_BASE + 2 * 5,
};

/** struct vmcs_value - what a field always is */
struct vmcs_value {
	uint16_t field;
	uint64_t value;
};

/* What the processor loads at an exit, but for registers that are as they are now. */
static const struct vmcs_value host_values[] = {
	{ VMCS_HOST_CS, SELECTOR_CODE },
	{ VMCS_HOST_SS, SELECTOR_DATA },
	{ VMCS_HOST_DS, SELECTOR_DATA },
	{ VMCS_HOST_ES, SELECTOR_DATA },
	{ VMCS_HOST_FS, 0 },
	{ VMCS_HOST_GS, 0 },
	{ VMCS_HOST_TR, SELECTOR_TSS },
	{ VMCS_HOST_FS_BASE, 0 },
	{ VMCS_HOST_GS_BASE, 0 },
	{ VMCS_HOST_SYSENTER_CS, 0 },
	{ VMCS_HOST_SYSENTER_ESP, 0 },
	{ VMCS_HOST_SYSENTER_EIP, 0 },
	{ VMCS_HOST_RSP, PERCPU_BASE + PERCPU_FRAME },
};

static const struct vmcs_value control_values[] = {
	{ VMCS_EXCEPTION_BITMAP, EXCEPTIONS },
	{ VMCS_PAGE_FAULT_MASK, 0 },
	{ VMCS_PAGE_FAULT_MATCH, 0 },
	{ VMCS_CR3_TARGETS, 0 },
	{ VMCS_EXIT_MSR_STORES, 0 },
	{ VMCS_EXIT_MSR_LOADS, 0 },
	{ VMCS_ENTRY_MSR_LOADS, 0 },
	{ VMCS_ENTRY_EVENT, 0 },
	{ VMCS_LINK_POINTER, NO_LINK },
};

/* Of a vCPU that begins. */
static const struct vmcs_value start_values[] = {
	{ VMCS_GUEST_ACTIVITY, ACTIVITY_ACTIVE },
	{ VMCS_GUEST_INTERRUPTIBILITY, 0 },
	{ VMCS_GUEST_PENDING_DEBUG, 0 },
};

#define WRITE_VALUES(table) write_values(table, sizeof(table) / sizeof((table)[0]))

static void write_values(const struct vmcs_value *values, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		vmx_write(values[i].field, values[i].value);
}

static const uint16_t control_word[VMX_WORDS] = {
	[VMX_PIN] = VMCS_PIN_CONTROLS,	 [VMX_CPU] = VMCS_CPU_CONTROLS,	    [VMX_CPU2] = VMCS_CPU_CONTROLS2,
	[VMX_EXIT] = VMCS_EXIT_CONTROLS, [VMX_ENTRY] = VMCS_ENTRY_CONTROLS,
};

/* State MSRs that are in the VMCS. */
static const struct {
	uint16_t field;
	uint16_t msr;
} switched_msrs[] = {
	{ VMCS_GUEST_PAT, STATE_PAT },
	{ VMCS_GUEST_SYSENTER_CS, STATE_SYSENTER_CS },
	{ VMCS_GUEST_SYSENTER_ESP, STATE_SYSENTER_ESP },
	{ VMCS_GUEST_SYSENTER_EIP, STATE_SYSENTER_EIP },
};

#define SWITCHED_MSRS (sizeof(switched_msrs) / sizeof(switched_msrs[0]))

/* Host ----------------------------------------------------------------------------------------------- */

struct descriptor_table {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static void init_host(void)
{
	struct descriptor_table gdt, idt;

	__asm__ volatile("sgdt %0" : "=m"(gdt));
	__asm__ volatile("sidt %0" : "=m"(idt));
	vmx_write(VMCS_HOST_CR0, control_read_cr0());
	vmx_write(VMCS_HOST_CR3, control_read_cr3());
	/* XSETBV exits, and is done here for the guest. */
	vmx_write(VMCS_HOST_CR4, control_read_cr4() | (features_has(FEATURE_XSAVE) ? CR4_OSXSAVE : 0));
	vmx_write(VMCS_HOST_EFER, msr_read(MSR_EFER));
	vmx_write(VMCS_HOST_PAT, msr_read(MSR_PAT));
	vmx_write(VMCS_HOST_TR_BASE, (uint64_t)(uintptr_t)percpu()->tss);
	vmx_write(VMCS_HOST_GDTR_BASE, gdt.base);
	vmx_write(VMCS_HOST_IDTR_BASE, idt.base);
	WRITE_VALUES(host_values);
	vmx_write(VMCS_HOST_RIP, (uint64_t)(uintptr_t)vmx_exit_entry);
}

static void init_controls(void)
{
	for (unsigned int i = 0; i < VMX_WORDS; i++)
		vmx_write(control_word[i], vmx_caps.word[i]);
	WRITE_VALUES(control_values);
	if (vmx_caps.word[VMX_CPU2] & CPU2_XSAVES)
		vmx_write(VMCS_XSS_EXITING, 0);
}

void vmx_init_vmcs(void)
{
	struct vmx_cpu *cpu = vmx_cpu();

	cpu->cr0_mask = CR0_OURS | ((cpu->msrs.cr0_fixed0 | ~cpu->msrs.cr0_fixed1) & ~CR0_UNRESTRICTED);
	cpu->cr4_mask = CR4_REFUSED | CR4_KEPT | cpu->msrs.cr4_fixed0;
	init_host();
	init_controls();
	vmx_write(VMCS_CR0_MASK, cpu->cr0_mask);
	vmx_write(VMCS_CR4_MASK, cpu->cr4_mask);
}

/* Guest ---------------------------------------------------------------------------------------------- */

static uint32_t rights_of(const struct x86_segment *segment)
{
	uint32_t attributes = segment->attributes;

	if (!(attributes & SEGMENT_PRESENT))
		return RIGHTS_UNUSABLE;
	attributes &= ~SEGMENT_GRANULAR;
	if (segment->limit >> 20)
		attributes |= SEGMENT_GRANULAR;
	if (attributes & SEGMENT_S)
		attributes |= 1; /* the processor has marked it as accessed */
	return (attributes & 0xff) | (attributes & 0xf00) << 4;
}

static uint16_t attributes_of(uint32_t rights)
{
	/* In 64-bit code SS may be unusable, and is still where the privilege is. */
	return (uint16_t)(rights & RIGHTS_UNUSABLE ? rights & RIGHTS_DPL : (rights & 0xff) | (rights >> 4 & 0xf00));
}

/* GDTR and IDTR have neither selector nor rights. */
static int is_table(enum x86_segment_name name)
{
	return name == SEG_GDTR || name == SEG_IDTR;
}

static void load_segment(enum x86_segment_name name, const struct x86_segment *segment)
{
	unsigned int at = 2u * vmcs_index[name];

	vmx_write(VMCS_GUEST_ES_LIMIT + at, segment->limit);
	vmx_write(VMCS_GUEST_ES_BASE + at, segment->base);
	if (is_table(name))
		return;
	vmx_write(VMCS_GUEST_ES + at, segment->selector);
	vmx_write(VMCS_GUEST_ES_RIGHTS + at, rights_of(segment));
}

void vmx_segment(enum x86_segment_name name, struct x86_segment *segment)
{
	unsigned int at = 2u * vmcs_index[name];

	*segment = (struct x86_segment){ .limit = (uint32_t)vmx_read(VMCS_GUEST_ES_LIMIT + at),
					 .base = vmx_read(VMCS_GUEST_ES_BASE + at) };
	if (is_table(name))
		return;
	segment->selector = (uint16_t)vmx_read(VMCS_GUEST_ES + at);
	segment->attributes = attributes_of((uint32_t)vmx_read(VMCS_GUEST_ES_RIGHTS + at));
}

/* EFER.LMA and the entry control that stands for it follow from paging. */
static void set_long_mode(void)
{
	uint64_t efer = vmx_read(VMCS_GUEST_EFER) & ~EFER_LMA;
	int is_long = (efer & EFER_LME) && (vmx_read(VMCS_GUEST_CR0) & CR0_PG);

	vmx_write(VMCS_GUEST_EFER, efer | (is_long ? EFER_LMA : 0));
	vmx_change(VMCS_ENTRY_CONTROLS, ENTRY_GUEST_64, is_long ? ENTRY_GUEST_64 : 0);
}

uint64_t vmx_get(enum vcpu_register reg)
{
	uint64_t value = vmx_read(register_field[reg]);

	if (reg == VCPU_CR0)
		return (value & ~vmx_cpu()->cr0_mask) | (vmx_read(VMCS_CR0_SHADOW) & vmx_cpu()->cr0_mask);
	if (reg == VCPU_CR4)
		return (value & ~vmx_cpu()->cr4_mask) | (vmx_read(VMCS_CR4_SHADOW) & vmx_cpu()->cr4_mask);
	return value;
}

static void set_cr0(uint64_t value)
{
	const struct vmx_msrs *msrs = &vmx_cpu()->msrs;

	vmx_write(VMCS_CR0_SHADOW, value);
	vmx_write(VMCS_GUEST_CR0, vmx_fixed(value & ~(CR0_CD | CR0_NW), msrs->cr0_fixed0 & ~CR0_UNRESTRICTED,
					    msrs->cr0_fixed1));
}

void vmx_set(enum vcpu_register reg, uint64_t value)
{
	const struct vmx_msrs *msrs = &vmx_cpu()->msrs;

	switch (reg) {
	case VCPU_CR0:
		set_cr0(value);
		set_long_mode();
		break;
	case VCPU_CR4:
		vmx_write(VMCS_CR4_SHADOW, value & ~CR4_REFUSED);
		value = (value & ~CR4_KEPT) | (control_read_cr4() & CR4_KEPT);
		vmx_write(VMCS_GUEST_CR4, vmx_fixed(value, msrs->cr4_fixed0 | CR4_VMXE, msrs->cr4_fixed1));
		break;
	case VCPU_EFER:
		vmx_write(VMCS_GUEST_EFER, value);
		set_long_mode();
		break;
	case VCPU_RFLAGS:
		vmx_write(VMCS_GUEST_RFLAGS, value | RFLAGS_FIXED);
		break;
	case VCPU_DR7:
		vmx_write(VMCS_GUEST_DR7, value | RESET_DR7);
		break;
	default:
		vmx_write(register_field[reg], value);
		break;
	}
}

/* A TSS that a reset leaves: VMX wants one. */
static void load_task(const struct x86_segment *task)
{
	struct x86_segment segment = *task;

	if (!(segment.attributes & SEGMENT_PRESENT))
		segment = (struct x86_segment){ .attributes = SEGMENT_PRESENT | 11, .limit = 0xffff };
	segment.attributes |= 2; /* busy */
	load_segment(SEG_TR, &segment);
}

void vmx_intercept_halt(int on)
{
	uint32_t bits = CPU_HLT_EXITING | CPU_MWAIT_EXITING;

	percpu()->halt_is_off = (uint32_t)on;
	vmx_change(VMCS_CPU_CONTROLS, bits, on ? bits : 0);
}

void vmx_load(const struct x86_state *state)
{
	vmx_cancel();
	vmx_intercept_halt(0);
	WRITE_VALUES(start_values);
	vmx_write(VMCS_GUEST_DEBUGCTL, vmx_cpu()->debugctl);
	vmx_cpu()->debugctl = 0;
	for (unsigned int i = 0; i < SWITCHED_MSRS; i++)
		vmx_write(switched_msrs[i].field, state->msr[switched_msrs[i].msr]);
	for (unsigned int i = 0; i < SEG_COUNT; i++)
		load_segment(i, &state->segment[i]);
	load_task(&state->segment[SEG_TR]);
	control_write_dr6(state->dr6);
}

void vmx_save(struct x86_state *state)
{
	for (unsigned int i = 0; i < SWITCHED_MSRS; i++)
		state->msr[switched_msrs[i].msr] = vmx_read(switched_msrs[i].field);
	state->dr6 = control_read_dr6();
	vmx_cpu()->debugctl = vmx_read(VMCS_GUEST_DEBUGCTL);
}
