// SPDX-License-Identifier: GPL-2.0-or-later
/* Failed entries, decoded (Intel SDM volume 3, "VM entries", "VM-instruction error numbers"). */
#include "asm/vmx_check.h"

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

static unsigned int event_type(const struct vmx_guest *g)
{
	return (g->event & EVENT_TYPE) >> EVENT_TYPE_SHIFT;
}

static int cr0_fixed(const struct vmx_guest *g)
{
	uint64_t must = g->cr0_fixed0 & ~(CR0_PE | CR0_PG);

	return (g->cr0 & must) != must || (g->cr0 & ~g->cr0_fixed1);
}

static int cr0_paging(const struct vmx_guest *g)
{
	return (g->cr0 & CR0_PG) && !(g->cr0 & CR0_PE);
}

static int cr4_fixed(const struct vmx_guest *g)
{
	return (g->cr4 & g->cr4_fixed0) != g->cr4_fixed0 || (g->cr4 & ~g->cr4_fixed1);
}

static int cr4_pcide(const struct vmx_guest *g)
{
	return (g->cr4 & CR4_PCIDE) && !is_64_bit(g);
}

static int cr4_cet(const struct vmx_guest *g)
{
	return (g->cr4 & CR4_CET) && !(g->cr0 & CR0_WP);
}

static int long_mode(const struct vmx_guest *g)
{
	return is_64_bit(g) && (!(g->cr0 & CR0_PG) || !(g->cr4 & CR4_PAE));
}

static int efer_lma(const struct vmx_guest *g)
{
	return ((g->efer & EFER_LMA) != 0) != is_64_bit(g);
}

static int efer_lme(const struct vmx_guest *g)
{
	return (g->cr0 & CR0_PG) && ((g->efer & EFER_LMA) != 0) != ((g->efer & EFER_LME) != 0);
}

static int dr7_high(const struct vmx_guest *g)
{
	return g->dr7 >> 32 != 0;
}

static int rflags_reserved(const struct vmx_guest *g)
{
	return (g->rflags & RFLAGS_RESERVED) || !(g->rflags & RFLAGS_FIXED);
}

static int rflags_vm(const struct vmx_guest *g)
{
	return (g->rflags & RFLAGS_VM) && (is_64_bit(g) || !(g->cr0 & CR0_PE));
}

static int rflags_if(const struct vmx_guest *g)
{
	return (g->event & EVENT_VALID) && event_type(g) == EVENT_EXTERNAL && !(g->rflags & RFLAGS_IF);
}

static int cs_rights(const struct vmx_guest *g)
{
	unsigned int type = g->cs & RIGHTS_TYPE;

	return (g->cs & (RIGHTS_RESERVED | RIGHTS_UNUSABLE)) || !(g->cs & RIGHTS_S) || !(g->cs & RIGHTS_PRESENT) ||
	       !(type == 3 || (type & 9) == 9);
}

static int cs_long(const struct vmx_guest *g)
{
	return is_64_bit(g) && (g->cs & RIGHTS_LONG) && (g->cs & RIGHTS_BIG);
}

static int ss_rights(const struct vmx_guest *g)
{
	unsigned int type = g->ss & RIGHTS_TYPE;

	if (g->ss & RIGHTS_UNUSABLE)
		return 0;
	return (g->ss & RIGHTS_RESERVED) || !(g->ss & RIGHTS_S) || !(g->ss & RIGHTS_PRESENT) ||
	       !(type == 3 || type == 7);
}

static int tr_rights(const struct vmx_guest *g)
{
	unsigned int type = g->tr & RIGHTS_TYPE;

	return (g->tr & (RIGHTS_UNUSABLE | RIGHTS_S | RIGHTS_RESERVED)) || !(g->tr & RIGHTS_PRESENT) ||
	       !(type == 11 || (type == 3 && !is_64_bit(g))) || (g->tr_selector & SELECTOR_TI);
}

static int ldtr_rights(const struct vmx_guest *g)
{
	if (g->ldtr & RIGHTS_UNUSABLE)
		return 0;
	return (g->ldtr & RIGHTS_TYPE) != 2 || (g->ldtr & (RIGHTS_S | RIGHTS_RESERVED)) || !(g->ldtr & RIGHTS_PRESENT);
}

static int rip_high(const struct vmx_guest *g)
{
	int is_long = is_64_bit(g) && (g->cs & RIGHTS_LONG);

	return is_long ? (uint64_t)((int64_t)(g->rip << 7) >> 7) != g->rip : g->rip >> 32 != 0;
}

static int activity(const struct vmx_guest *g)
{
	return g->activity > 3 || (g->activity && (g->interruptibility & (BLOCKED_STI | BLOCKED_MOV_SS)));
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

static int link_pointer(const struct vmx_guest *g)
{
	return g->link != ~0ull;
}

static const struct {
	int (*is_broken)(const struct vmx_guest *guest);
	const char *sentence;
} rules[] = {
	{ cr0_fixed, "CR0 has bits other than VMX prescribes" },
	{ cr0_paging, "CR0.PG is set without CR0.PE" },
	{ cr4_fixed, "CR4 has bits other than VMX prescribes" },
	{ cr4_pcide, "CR4.PCIDE is set outside IA-32e mode" },
	{ cr4_cet, "CR4.CET is set without CR0.WP" },
	{ long_mode, "IA-32e mode without paging or CR4.PAE" },
	{ efer_lma, "EFER.LMA is not what the entry control says" },
	{ efer_lme, "EFER.LMA and EFER.LME differ with paging on" },
	{ dr7_high, "DR7 has a bit above 31" },
	{ rflags_reserved, "RFLAGS has reserved bits" },
	{ rflags_vm, "RFLAGS.VM is set where virtual-8086 mode cannot be" },
	{ rflags_if, "an interrupt is injected with RFLAGS.IF off" },
	{ cs_rights, "CS is no code segment" },
	{ cs_long, "CS is both 64-bit and 32-bit" },
	{ ss_rights, "SS is no writable data segment" },
	{ tr_rights, "TR is no busy task state segment" },
	{ ldtr_rights, "LDTR is no local descriptor table" },
	{ rip_high, "RIP is too wide for its code segment" },
	{ activity, "the activity state is unknown, or halted with interrupts blocked" },
	{ interruptibility, "blocking does not fit to RFLAGS or to the event" },
	{ pending_step, "the pending single step does not fit to RFLAGS.TF" },
	{ pat, "PAT has a type that does not exist" },
	{ link_pointer, "the VMCS link pointer is set" },
};

const char *vmx_check_guest(const struct vmx_guest *guest)
{
	for (unsigned int i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].is_broken(guest))
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
