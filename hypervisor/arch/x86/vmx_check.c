// SPDX-License-Identifier: GPL-2.0-or-later
/* Failed entries, decoded (Intel SDM volume 3, "VM entries", "VM-instruction error numbers"). */
#include "asm/vmx_check.h"

#include "asm/exceptions.h"
#include "asm/vmcs.h"

#define CR0_PE (1ull << 0)
#define CR0_PG (1ull << 31)
#define CR4_PAE (1ull << 5)
#define CR4_PCIDE (1ull << 17)
#define CR0_WP (1ull << 16)
#define CR4_CET (1ull << 23)
#define EFER_LME (1ull << 8)
#define EFER_LMA (1ull << 10)
#define RFLAGS_FIXED 2ull
#define RFLAGS_RESERVED 0xffffffffffc08028ull
#define RFLAGS_TF (1ull << 8)
#define RFLAGS_IF (1ull << 9)
#define DEBUGCTL_BTF (1ull << 1)
#define RFLAGS_VM (1ull << 17)
#define RIGHTS_TYPE 0xfu
#define RIGHTS_S (1u << 4)
#define RIGHTS_PRESENT (1u << 7)
#define RIGHTS_LONG (1u << 13)
#define RIGHTS_BIG (1u << 14)
#define RIGHTS_RESERVED 0xfffe0f00u
#define SELECTOR_TI 4u

static int is_64_bit(const struct vmx_guest *g)
{
	return (g->entry_controls & ENTRY_GUEST_64) != 0;
}

static uint64_t event_type(const struct vmx_guest *g)
{
	return (g->event & EVENT_TYPE) >> EVENT_TYPE_SHIFT;
}

static int cr0_fixed(const struct vmx_guest *g)
{
	uint64_t must = g->cr0_fixed0 & ~(CR0_PE | CR0_PG);

	return (g->cr0 & must) != must || (g->cr0 & ~g->cr0_fixed1);
}

static int cr4_fixed(const struct vmx_guest *g)
{
	return (g->cr4 & g->cr4_fixed0) != g->cr4_fixed0 || (g->cr4 & ~g->cr4_fixed1);
}

static int rip_high(const struct vmx_guest *g)
{
	int is_long = is_64_bit(g) && (g->cs & RIGHTS_LONG);

	return is_long ? (uint64_t)((int64_t)(g->rip << 7) >> 7) != g->rip : g->rip >> 32 != 0;
}

static int interruptibility(const struct vmx_guest *g)
{
	unsigned int both = BLOCKED_STI | BLOCKED_MOV_SS;
	int is_event = (g->event & EVENT_VALID) != 0;

	if ((g->interruptibility & both) == both || ((g->interruptibility & BLOCKED_STI) && !(g->rflags & RFLAGS_IF)))
		return 1;
	if (is_event && event_type(g) == EVENT_EXTERNAL)
		return (g->interruptibility & both) != 0;
	if (is_event && event_type(g) == EVENT_NMI)
		return (g->interruptibility & (BLOCKED_MOV_SS | BLOCKED_NMI)) != 0;
	return 0;
}

/* A single step that the blocking of events delays must be noted, and no other. */
static int pending_step(const struct vmx_guest *g)
{
	int is_delayed = g->activity == ACTIVITY_HALTED || (g->interruptibility & (BLOCKED_STI | BLOCKED_MOV_SS));
	int is_step = (g->rflags & RFLAGS_TF) && !(g->debugctl & DEBUGCTL_BTF);

	return is_delayed && is_step != ((g->pending_debug & PENDING_DEBUG_BS) != 0);
}

/* UC, WC, WT, WP, WB, UC-. */
static int pat(const struct vmx_guest *g)
{
	for (unsigned int i = 0; i < 64; i += 8) {
		uint64_t type = g->pat >> i & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return 1;
	}
	return 0;
}

/** struct condition - on bits @mask of a field: that they are @value, not @value, or (a type) none of set @value */
struct condition {
	uint16_t place;
	uint8_t test;
	uint64_t mask;
	uint64_t value;
};

enum { EVER, EQUAL, DIFFERS, NOT_IN };

#define IS(member, bits, what) { offsetof(struct vmx_guest, member), EQUAL, bits, what }
#define ON(member, bits) IS(member, bits, bits)
#define OFF(member, bits) IS(member, bits, 0)
#define NOT(member, what) { offsetof(struct vmx_guest, member), DIFFERS, ~0ull, what }
#define ANY(member, bits) { offsetof(struct vmx_guest, member), DIFFERS, bits, 0 }
#define ABOVE(member, most) { offsetof(struct vmx_guest, member), NOT_IN, ~0ull, (2ull << (most)) - 1 }
#define TYPE_NOT(member, types) { offsetof(struct vmx_guest, member), NOT_IN, RIGHTS_TYPE, types }
#define LONG_MODE ON(entry_controls, ENTRY_GUEST_64)
#define NOT_LONG_MODE OFF(entry_controls, ENTRY_GUEST_64)
/* Accessed code of any kind, and data, which only unrestricted guests may have in CS. */
#define CODE_TYPES (1u << 3 | 1u << 9 | 1u << 11 | 1u << 13 | 1u << 15)
#define STACK_TYPES (1u << 3 | 1u << 7)
#define TASK_TYPES (1u << 3 | 1u << 11)
#define TASK_TYPES_LONG (1u << 11)
#define TABLE_TYPES (1u << 2)
#define EVENT_IS(type) IS(event, EVENT_VALID | EVENT_TYPE, EVENT_VALID | (type) << EVENT_TYPE_SHIFT)

/* Broken where @is_broken says so, or both conditions hold. */
static const struct {
	int (*is_broken)(const struct vmx_guest *guest);
	struct condition first, second;
	const char *sentence;
} rules[] = {
#define RULE(sentence, ...) { NULL, __VA_ARGS__, sentence },
#define ONE(condition) condition, { 0 }
	{ cr0_fixed, { 0 }, { 0 }, "CR0 has bits other than VMX prescribes" },
	RULE("CR0.PG is set without CR0.PE", ONE(IS(cr0, CR0_PG | CR0_PE, CR0_PG)))
	{ cr4_fixed, { 0 }, { 0 }, "CR4 has bits other than VMX prescribes" },
	RULE("CR4.PCIDE is set outside IA-32e mode", ON(cr4, CR4_PCIDE), NOT_LONG_MODE)
	RULE("CR4.CET is set without CR0.WP", ON(cr4, CR4_CET), OFF(cr0, CR0_WP))
	RULE("IA-32e mode without paging or CR4.PAE", LONG_MODE, OFF(cr0, CR0_PG))
	RULE("IA-32e mode without paging or CR4.PAE", LONG_MODE, OFF(cr4, CR4_PAE))
	RULE("EFER.LMA is not what the entry control says", ON(efer, EFER_LMA), NOT_LONG_MODE)
	RULE("EFER.LMA is not what the entry control says", OFF(efer, EFER_LMA), LONG_MODE)
	RULE("EFER.LMA and EFER.LME differ with paging on", ON(cr0, CR0_PG), IS(efer, EFER_LMA | EFER_LME, EFER_LMA))
	RULE("EFER.LMA and EFER.LME differ with paging on", ON(cr0, CR0_PG), IS(efer, EFER_LMA | EFER_LME, EFER_LME))
	RULE("DR7 has a bit above 31", ONE(ANY(dr7, ~0ull << 32)))
	RULE("RFLAGS has reserved bits", ONE(ANY(rflags, RFLAGS_RESERVED)))
	RULE("RFLAGS has reserved bits", ONE(OFF(rflags, RFLAGS_FIXED)))
	RULE("RFLAGS.VM is set where virtual-8086 mode cannot be", ON(rflags, RFLAGS_VM), LONG_MODE)
	RULE("RFLAGS.VM is set where virtual-8086 mode cannot be", ON(rflags, RFLAGS_VM), OFF(cr0, CR0_PE))
	RULE("an interrupt is injected with RFLAGS.IF off", EVENT_IS(EVENT_EXTERNAL), OFF(rflags, RFLAGS_IF))
	RULE("CS is no code segment", ONE(ANY(cs, RIGHTS_RESERVED | RIGHTS_UNUSABLE)))
	RULE("CS is no code segment", ONE(OFF(cs, RIGHTS_S)))
	RULE("CS is no code segment", ONE(OFF(cs, RIGHTS_PRESENT)))
	RULE("CS is no code segment", ONE(TYPE_NOT(cs, CODE_TYPES)))
	RULE("CS is both 64-bit and 32-bit", LONG_MODE, ON(cs, RIGHTS_LONG | RIGHTS_BIG))
	RULE("SS is no writable data segment", OFF(ss, RIGHTS_UNUSABLE), ANY(ss, RIGHTS_RESERVED))
	RULE("SS is no writable data segment", OFF(ss, RIGHTS_UNUSABLE), OFF(ss, RIGHTS_S))
	RULE("SS is no writable data segment", OFF(ss, RIGHTS_UNUSABLE), OFF(ss, RIGHTS_PRESENT))
	RULE("SS is no writable data segment", OFF(ss, RIGHTS_UNUSABLE), TYPE_NOT(ss, STACK_TYPES))
	RULE("TR is no busy task state segment", ONE(ANY(tr, RIGHTS_UNUSABLE | RIGHTS_S | RIGHTS_RESERVED)))
	RULE("TR is no busy task state segment", ONE(OFF(tr, RIGHTS_PRESENT)))
	RULE("TR is no busy task state segment", ONE(TYPE_NOT(tr, TASK_TYPES)))
	RULE("TR is no busy task state segment", LONG_MODE, TYPE_NOT(tr, TASK_TYPES_LONG))
	RULE("TR is no busy task state segment", ONE(ON(tr_selector, SELECTOR_TI)))
	RULE("LDTR is no local descriptor table", OFF(ldtr, RIGHTS_UNUSABLE), ANY(ldtr, RIGHTS_S | RIGHTS_RESERVED))
	RULE("LDTR is no local descriptor table", OFF(ldtr, RIGHTS_UNUSABLE), OFF(ldtr, RIGHTS_PRESENT))
	RULE("LDTR is no local descriptor table", OFF(ldtr, RIGHTS_UNUSABLE), TYPE_NOT(ldtr, TABLE_TYPES))
	{ rip_high, { 0 }, { 0 }, "RIP is too wide for its code segment" },
	RULE("the activity state is unknown, or halted with interrupts blocked", ONE(ABOVE(activity, 3)))
	RULE("the activity state is unknown, or halted with interrupts blocked", ANY(activity, ~0ull),
	     ANY(interruptibility, BLOCKED_STI | BLOCKED_MOV_SS))
	{ interruptibility, { 0 }, { 0 }, "blocking does not fit to RFLAGS or to the event" },
	{ pending_step, { 0 }, { 0 }, "the pending single step does not fit to RFLAGS.TF" },
	{ pat, { 0 }, { 0 }, "PAT has a type that does not exist" },
	RULE("the VMCS link pointer is set", ONE(NOT(link, ~0ull)))
};

static int holds(const struct vmx_guest *guest, const struct condition *condition)
{
	const uint64_t bits = *(const uint64_t *)((const uint8_t *)guest + condition->place) & condition->mask;

	switch (condition->test) {
	case EQUAL:
		return bits == condition->value;
	case DIFFERS:
		return bits != condition->value;
	case NOT_IN:
		return bits > 63 || !(condition->value >> bits & 1);
	default:
		return 1;
	}
}

const char *vmx_check_guest(const struct vmx_guest *guest)
{
	for (unsigned int i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].is_broken ? rules[i].is_broken(guest) :
					 holds(guest, &rules[i].first) && holds(guest, &rules[i].second))
			return rules[i].sentence;
	}
	return NULL;
}

/* What fits into a record. */
const char *vmx_exit_name(uint32_t reason)
{
	static const char *const names[] = {
		[0] = "exit: exception or NMI",
		[1] = "exit: external interrupt",
		[2] = "exit: triple fault",
		[3] = "exit: INIT",
		[4] = "exit: start-up IPI",
		[5] = "exit: SMI within I/O",
		[6] = "exit: SMI",
		[7] = "exit: interrupt window",
		[8] = "exit: NMI window",
		[9] = "exit: task switch",
		[10] = "exit: CPUID",
		[11] = "exit: GETSEC",
		[12] = "exit: HLT",
		[13] = "exit: INVD",
		[14] = "exit: INVLPG",
		[15] = "exit: RDPMC",
		[16] = "exit: RDTSC",
		[17] = "exit: RSM",
		[18] = "exit: VMCALL",
		[19] = "exit: VMCLEAR",
		[20] = "exit: VMLAUNCH",
		[21] = "exit: VMPTRLD",
		[22] = "exit: VMPTRST",
		[23] = "exit: VMREAD",
		[24] = "exit: VMRESUME",
		[25] = "exit: VMWRITE",
		[26] = "exit: VMXOFF",
		[27] = "exit: VMXON",
		[28] = "exit: control register",
		[29] = "exit: debug register",
		[30] = "exit: I/O instruction",
		[31] = "exit: RDMSR",
		[32] = "exit: WRMSR",
		[33] = "entry failed: guest state",
		[34] = "entry failed: MSR loading",
		[36] = "exit: MWAIT",
		[37] = "exit: monitor trap flag",
		[39] = "exit: MONITOR",
		[40] = "exit: PAUSE",
		[41] = "entry failed: machine check",
		[43] = "exit: task priority below threshold",
		[44] = "exit: APIC access",
		[45] = "exit: virtualized EOI",
		[46] = "exit: GDTR or IDTR",
		[47] = "exit: LDTR or TR",
		[48] = "exit: EPT violation",
		[49] = "exit: EPT misconfiguration",
		[50] = "exit: INVEPT",
		[51] = "exit: RDTSCP",
		[52] = "exit: preemption timer",
		[53] = "exit: INVVPID",
		[54] = "exit: WBINVD",
		[55] = "exit: XSETBV",
		[56] = "exit: APIC write",
		[57] = "exit: RDRAND",
		[58] = "exit: INVPCID",
		[59] = "exit: VMFUNC",
		[60] = "exit: ENCLS",
		[61] = "exit: RDSEED",
		[62] = "exit: page modification log full",
		[63] = "exit: XSAVES",
		[64] = "exit: XRSTORS",
		[65] = "exit: PCONFIG",
		[66] = "exit: sub-page permissions",
		[67] = "exit: UMWAIT",
		[68] = "exit: TPAUSE",
		[69] = "exit: LOADIWKEY",
		[70] = "exit: ENCLV",
		[72] = "exit: PASID of ENQCMD",
		[73] = "exit: PASID of ENQCMDS",
		[74] = "exit: bus lock",
		[75] = "exit: notification",
		[76] = "exit: SEAMCALL",
		[77] = "exit: TDCALL",
		[78] = "exit: RDMSRLIST",
		[79] = "exit: WRMSRLIST",
	};

	if (reason < sizeof(names) / sizeof(names[0]) && names[reason])
		return names[reason];
	return "exit without a name";
}

const char *vmx_instruction_error(uint64_t number)
{
	static const char *const errors[] = {
		[1] = "VMCALL executed in VMX root operation",
		[2] = "VMCLEAR with an invalid address",
		[3] = "VMCLEAR with the VMXON pointer",
		[4] = "VMLAUNCH with a VMCS that is not clear",
		[5] = "VMRESUME with a VMCS that was not launched",
		[6] = "VMRESUME after VMXOFF",
		[7] = "VM entry with invalid control fields",
		[8] = "VM entry with invalid host state",
		[9] = "VMPTRLD with an invalid address",
		[10] = "VMPTRLD with the VMXON pointer",
		[11] = "VMPTRLD with a wrong VMCS revision",
		[12] = "VMREAD or VMWRITE of an unknown field",
		[13] = "VMWRITE to a read-only field",
		[15] = "VMXON executed in VMX root operation",
		[26] = "VM entry with events blocked by MOV SS",
		[28] = "invalid operand to INVEPT or INVVPID",
	};

	if (number < sizeof(errors) / sizeof(errors[0]) && errors[number])
		return errors[number];
	return "an error that has no name";
}
