// SPDX-License-Identifier: GPL-2.0-or-later
/* VMX: what an exit was, and who answers it; entries that fail. */
#include <asm/vmx.h>

#include <arch/upcall.h>
#include <asm/control.h>
#include <asm/cr4_policy.h>
#include <asm/exits.h>
#include <asm/maintenance.h>
#include <asm/percpu.h>
#include <asm/vcpu.h>
#include <asm/vmx_check.h>
#include <core/crash.h>
#include <core/info.h>
#include <core/log.h>
#include <core/violation.h>
#include <lib/string.h>

/* Exceptions and NMIs -------------------------------------------------------------------------------- */

/* INT1 changes no debug register. Others: what the processor would have noted in DR6, DR7 and DEBUGCTL. */
static void reflect_debug(uint32_t event)
{
	uint64_t causes = vmx_cpu()->qualification & 0xe00f;

	if (vmx_event_type(event) == EVENT_PRIVILEGED) {
		vmx_repeat(event);
		return;
	}
	control_write_dr6((control_read_dr6() & ~0xfull) | causes);
	vmx_change(VMCS_GUEST_DR7, 1u << 13, 0);
	vmx_change(VMCS_GUEST_DEBUGCTL, DEBUGCTL_LBR | DEBUGCTL_BTF, 0);
	vmx_inject(EXCEPTION_DB, NO_ERROR_CODE);
}

static void exit_exception(struct frame *frame)
{
	uint32_t event = (uint32_t)vmx_read(VMCS_EXIT_EVENT);
	uint32_t vector = event & EVENT_VECTOR;

	if (vmx_event_type(event) == EVENT_NMI) {
		__atomic_fetch_add(&percpu()->nmis, 1, __ATOMIC_RELAXED);
		vmx_unmask_nmi();
		return;
	}
	switch (vector) {
	case EXCEPTION_DB:
		reflect_debug(event);
		break;
	case EXCEPTION_AC:
		vmx_inject(EXCEPTION_AC, (uint32_t)vmx_read(VMCS_EXIT_ERROR_CODE));
		break;
	case EXCEPTION_MC:
		exit_machine_check(frame);
		break;
	default:
		exit_unknown(frame, EXIT_EXCEPTION_NMI | vector << 8);
		break;
	}
}

/* Control registers ---------------------------------------------------------------------------------- */

#define CR_NUMBER 0xfu
#define CR_KIND(qualification) ((qualification) >> 4 & 3)
#define CR_KIND_WRITE 0u
#define CR_REGISTER(qualification) ((qualification) >> 8 & 15)

static uint64_t source_of(const struct frame *frame)
{
	unsigned int reg = CR_REGISTER(vmx_cpu()->qualification);

	return reg == REG_RSP ? vmx_get(VCPU_RSP) : frame->reg[reg];
}

/*
 * A bit that is ours changes as the guest sees it. With the shadow changed the instruction exits no more: the
 * processor runs it again and does all the rest, faults included.
 */
static void write_cr0(uint64_t value)
{
	uint64_t mask = vmx_cpu()->cr0_mask;

	if (value >> 32 || ((value & CR0_NW) && !(value & CR0_CD))) {
		vmx_inject(EXCEPTION_GP, 0);
		return;
	}
	vmx_write(VMCS_CR0_SHADOW, (vmx_read(VMCS_CR0_SHADOW) & ~mask) | (value & mask));
}

static void write_cr4(uint64_t value)
{
	uint64_t shown = vmx_read(VMCS_CR4_SHADOW);

	if (cr4_written(vmx_cpu()->cr4_mask, value, &shown) == CR4_INJECT)
		vmx_inject(EXCEPTION_GP, 0);
	else
		vmx_write(VMCS_CR4_SHADOW, shown);
}

static void exit_cr(struct frame *frame)
{
	uint64_t qualification = vmx_cpu()->qualification;
	unsigned int number = qualification & CR_NUMBER;

	percpu_count(BH_STAT_SYSREG);
	if (CR_KIND(qualification) != CR_KIND_WRITE)
		exit_unknown(frame, EXIT_CR);
	else if (number == 0)
		write_cr0(source_of(frame));
	else if (number == 4)
		write_cr4(source_of(frame));
	else
		exit_unknown(frame, EXIT_CR);
}

/* Everything else ------------------------------------------------------------------------------------ */

static void exit_io(struct frame *frame)
{
	uint64_t qualification = vmx_cpu()->qualification;
	struct port_access access = {
		.port = (uint16_t)(qualification >> 16),
		.size = (uint8_t)((qualification & 7) + 1),
		.is_in = qualification >> 3 & 1,
		.is_string = qualification >> 4 & 1,
		.is_repeated = qualification >> 5 & 1,
		.next = vmx_get(VCPU_RIP) + vmx_read(VMCS_EXIT_LENGTH),
	};

	portio_exit(frame, &access);
}

#define EPT_WAS_WRITE (1u << 1)
#define EPT_WAS_FETCH (1u << 2)
#define EPT_LINEAR_VALID (1u << 7)
#define EPT_FINAL (1u << 8)

static void exit_ept_violation(struct frame *frame)
{
	uint64_t qualification = vmx_cpu()->qualification;
	unsigned int flags = 0;

	flags |= qualification & EPT_WAS_WRITE ? FAULT_WRITE : 0;
	flags |= qualification & EPT_WAS_FETCH ? FAULT_FETCH : 0;
	flags |= (qualification & EPT_LINEAR_VALID) && !(qualification & EPT_FINAL) ? FAULT_WALK : 0;
	flags |= vmx_read(VMCS_VECTORING_EVENT) & EVENT_VALID ? FAULT_DELIVERY : 0;
	mmio_fault(frame, vmx_read(VMCS_GUEST_PHYSICAL), flags);
}

/* Our own tables are at fault, not the guest. */
static void exit_ept_misconfiguration(struct frame *frame)
{
	(void)frame;
	violation_report(BH_REASON_HYPERVISOR_ERROR, vmx_read(VMCS_GUEST_PHYSICAL), EXIT_EPT_MISCONFIGURATION, 0,
			 "extended page table entry that the processor does not accept");
}

/* Only 32-bit code has it, and no system of today. */
static void exit_task_switch(struct frame *frame)
{
	(void)frame;
	violation_report(BH_REASON_BAD_TRAP, 0, EXIT_TASK_SWITCH, 0, "task switch by hardware");
}

/* INIT and SIPI of the machine reach nobody: guests' own are messages between vCPUs. */
static void exit_signal(struct frame *frame)
{
	(void)frame;
	log_error("CPU %u: the machine sent an INIT or SIPI (exit %u): nothing is done", percpu()->slot,
		  vmx_cpu()->reason);
}

/* No control asks for it. */
static void exit_unexpected(uint32_t reason)
{
	violation_report(BH_REASON_BAD_TRAP, 0, reason, 0, vmx_exit_name(reason));
}

#define EXIT_HLT 12
#define EXIT_MWAIT 36
#define EXIT_VMFUNC 59
#define EXIT_RSM 17
#define EXIT_SEAMCALL 76
#define EXIT_TDCALL 77

static void (*const handlers[EXIT_COUNT])(struct frame *frame) = {
	[EXIT_EXCEPTION_NMI] = exit_exception,
	[EXIT_TRIPLE_FAULT] = exit_shutdown,
	[EXIT_INIT] = exit_signal,
	[EXIT_SIPI] = exit_signal,
	[EXIT_NMI_WINDOW] = vmx_nmi_window,
	[EXIT_TASK_SWITCH] = exit_task_switch,
	[EXIT_CPUID] = cpuid_exit,
	[EXIT_GETSEC] = exit_undefined,
	[EXIT_HLT] = exit_hlt,
	[EXIT_INVD] = exit_invd,
	[EXIT_RSM] = exit_undefined,
	[EXIT_VMCALL] = exit_hypercall,
	[EXIT_VMX_FIRST ... EXIT_VMX_LAST] = exit_undefined,
	[EXIT_CR] = exit_cr,
	[EXIT_IO] = exit_io,
	[EXIT_RDMSR] = msr_exit_read,
	[EXIT_WRMSR] = msr_exit_write,
	[EXIT_MWAIT] = exit_mwait,
	[EXIT_EPT_VIOLATION] = exit_ept_violation,
	[EXIT_EPT_MISCONFIGURATION] = exit_ept_misconfiguration,
	[EXIT_INVEPT] = exit_undefined,
	[EXIT_INVVPID] = exit_undefined,
	[EXIT_XSETBV] = exit_xsetbv,
	[EXIT_VMFUNC] = exit_undefined,
	[EXIT_SEAMCALL] = exit_undefined,
	[EXIT_TDCALL] = exit_undefined,
};

/* Entries that fail ---------------------------------------------------------------------------------- */

#define GUEST_FIELD(member, number) { offsetof(struct vmx_guest, member), number }

static const struct {
	uint16_t place;
	uint16_t field;
} guest_fields[] = {
	GUEST_FIELD(cr0, VMCS_GUEST_CR0),
	GUEST_FIELD(cr4, VMCS_GUEST_CR4),
	GUEST_FIELD(efer, VMCS_GUEST_EFER),
	GUEST_FIELD(rflags, VMCS_GUEST_RFLAGS),
	GUEST_FIELD(rip, VMCS_GUEST_RIP),
	GUEST_FIELD(dr7, VMCS_GUEST_DR7),
	GUEST_FIELD(link, VMCS_LINK_POINTER),
	GUEST_FIELD(pat, VMCS_GUEST_PAT),
	GUEST_FIELD(debugctl, VMCS_GUEST_DEBUGCTL),
	GUEST_FIELD(pending_debug, VMCS_GUEST_PENDING_DEBUG),
	GUEST_FIELD(cs, VMCS_GUEST_ES_RIGHTS + 2 * 1),
	GUEST_FIELD(ss, VMCS_GUEST_ES_RIGHTS + 2 * 2),
	GUEST_FIELD(ldtr, VMCS_GUEST_ES_RIGHTS + 2 * 6),
	GUEST_FIELD(tr, VMCS_GUEST_ES_RIGHTS + 2 * 7),
	GUEST_FIELD(tr_selector, VMCS_GUEST_TR),
	GUEST_FIELD(activity, VMCS_GUEST_ACTIVITY),
	GUEST_FIELD(interruptibility, VMCS_GUEST_INTERRUPTIBILITY),
	GUEST_FIELD(event, VMCS_ENTRY_EVENT),
	GUEST_FIELD(entry_controls, VMCS_ENTRY_CONTROLS),
};

static void describe_guest(struct vmx_guest *guest)
{
	const struct vmx_msrs *msrs = &vmx_cpu()->msrs;

	for (unsigned int i = 0; i < sizeof(guest_fields) / sizeof(guest_fields[0]); i++)
		*(uint64_t *)((uint8_t *)guest + guest_fields[i].place) = vmx_read(guest_fields[i].field);
	memcpy(guest->fixed, msrs->fixed, sizeof(guest->fixed));
}

/* Nothing can run here any more; the cell fails, and root loses a CPU. */
static void entry_failed(uint64_t code, const char *sentence)
{
	struct bh_record record = {
		.kind = BH_REASON_HYPERVISOR_ERROR,
		.cpu = percpu()->slot,
		.pc = vmx_read(VMCS_GUEST_RIP),
		.syndrome = code,
	};

	log_error("CPU %u: entry into the guest at 0x%llx failed (0x%llx): %s: please report this", percpu()->slot,
		  (unsigned long long)record.pc, (unsigned long long)code, sentence);
	format_text(record.what, sizeof(record.what), "VM entry failed, code 0x%x", (unsigned int)code);
	*info_crash() = record;
	vmx_reload();
	if (!percpu()->cell->is_root && upcall_violation(&record) == VIOLATION_HANDLED)
		return;
	crash_stop();
}

static void explain_entry(uint32_t reason)
{
	const char *sentence = "a machine check came in between";
	struct vmx_guest guest;

	if ((reason & EXIT_REASON_MASK) == EXIT_BAD_GUEST_STATE) {
		describe_guest(&guest);
		sentence = vmx_check_guest(&guest);
		if (!sentence)
			sentence = "the guest's state breaks a rule that has no name here";
	} else if ((reason & EXIT_REASON_MASK) == EXIT_BAD_MSR_LOAD) {
		sentence = "an MSR could not be loaded";
	}
	entry_failed(reason, sentence);
}

/* The loop ------------------------------------------------------------------------------------------- */

static void dispatch(struct frame *frame, uint32_t reason)
{
	struct exit *exit = &percpu()->exit;

	exit->reason = reason;
	exit->qualification = vmx_cpu()->qualification;
	exit->address = 0;
	exit->is_valid = 1;
	vmx_take_up_event();
	if (reason < EXIT_COUNT && handlers[reason])
		handlers[reason](frame);
	else
		exit_unexpected(reason);
}

static void set_in_guest(uint32_t in_guest)
{
	__atomic_store_n(&percpu()->self->in_guest, in_guest, __ATOMIC_SEQ_CST);
}

static int take_nmi(void)
{
	if (!__atomic_load_n(&percpu()->nmis, __ATOMIC_RELAXED))
		return 0;
	__atomic_fetch_sub(&percpu()->nmis, 1, __ATOMIC_SEQ_CST);
	return 1;
}

/*
 * NMIs that ended the guest, or came since, one by one: of two, only one may be a kick. They are looked at once more
 * just before the entry, with the guest's registers loaded (vmx_run.S).
 */
static uint64_t finish(struct frame *frame)
{
	while (!exit_is_leaving() && take_nmi())
		exit_nmi(frame);
	percpu()->exit.is_valid = 0;
	return (uint64_t)exit_is_leaving();
}

uint64_t vmx_exit(struct frame *frame)
{
	uint32_t reason = (uint32_t)vmx_read(VMCS_EXIT_REASON);

	set_in_guest(0);
	vmx_cpu()->reason = reason & EXIT_REASON_MASK;
	vmx_cpu()->qualification = vmx_read(VMCS_EXIT_QUALIFICATION);
	percpu_count(BH_STAT_TOTAL);
	if (reason & EXIT_ENTRY_FAILURE)
		explain_entry(reason);
	else
		dispatch(frame, reason & EXIT_REASON_MASK);
	return finish(frame);
}

uint64_t vmx_not_entered(struct frame *frame)
{
	set_in_guest(0);
	return finish(frame);
}

uint64_t vmx_entry_refused(struct frame *frame)
{
	uint64_t number = vmx_read(VMCS_INSTRUCTION_ERROR);

	set_in_guest(0);
	entry_failed(number, vmx_instruction_error(number));
	return finish(frame);
}

/* This CPU says that it is in before it looks: see maintenance.c. */
void vmx_before_entry(void)
{
	struct cpu_arch *self = percpu()->self;

	set_in_guest(1);
	if (__atomic_load_n(&self->flush, __ATOMIC_SEQ_CST) != __atomic_load_n(&self->flushed, __ATOMIC_SEQ_CST))
		maintenance_before_entry();
}
