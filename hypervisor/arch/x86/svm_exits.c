// SPDX-License-Identifier: GPL-2.0-or-later
/* Exits of SVM: which of the common handlers answers. What comes often stands first. */
#include <asm/svm.h>

#include <asm/exits.h>
#include <asm/percpu.h>
#include <asm/vapic.h>
#include <asm/vcpu.h>
#include <bulkhead/errors.h>
#include <core/log.h>

static void msr(struct frame *frame)
{
	if (svm_vmcb()->exit_info1)
		msr_exit_write(frame);
	else
		msr_exit_read(frame);
}

static void nested_fault(struct frame *frame)
{
	uint64_t info = svm_vmcb()->exit_info1;
	unsigned int flags = 0;

	flags |= info & NPF_WRITE ? FAULT_WRITE : 0;
	flags |= info & NPF_FETCH ? FAULT_FETCH : 0;
	flags |= info & NPF_WALK ? FAULT_WALK : 0;
	flags |= svm_vmcb()->exit_int_info & EVENT_VALID ? FAULT_DELIVERY : 0;
	mmio_fault(frame, svm_vmcb()->exit_info2, flags);
}

static void port(struct frame *frame)
{
	uint64_t info = svm_vmcb()->exit_info1;
	struct port_access access = {
		.port = (uint16_t)(info >> 16),
		.size = (uint8_t)(info >> IO_SIZE_SHIFT & 7),
		.is_in = (info & IO_IN) != 0,
		.is_string = (info & IO_STRING) != 0,
		.is_repeated = (info & IO_REPEATED) != 0,
		.next = svm_vmcb()->exit_info2,
	};

	portio_exit(frame, &access);
}

/* What made it exit waits until the global interrupt flag lets it in. */
static void nmi(struct frame *frame)
{
	virt()->unmask_nmi();
	__asm__ volatile("nop" : : : "memory");
	virt()->mask_nmi();
	exit_nmi(frame);
}

/* DR6 and DR7 are as the processor left them. */
static void debug(struct frame *frame)
{
	(void)frame;
	if (!svm_step_end())
		virt()->inject(EXCEPTION_DB, NO_ERROR_CODE);
}

static void alignment(struct frame *frame)
{
	(void)frame;
	virt()->inject(EXCEPTION_AC, (uint32_t)svm_vmcb()->exit_info1);
}

/* Nobody sends one: interrupt commands of all cells are looked at. */
static void init(struct frame *frame)
{
	(void)frame;
}

static const struct {
	uint32_t code;
	void (*handle)(struct frame *frame);
} rows[] = {
	{ SVM_EXIT_MSR, msr },
	{ SVM_EXIT_NPF, nested_fault },
	{ SVM_EXIT_VMMCALL, exit_hypercall },
	{ SVM_EXIT_IO, port },
	{ SVM_EXIT_NMI, nmi },
	{ SVM_EXIT_CPUID, cpuid_exit },
	{ SVM_EXIT_HLT, exit_hlt },
	{ SVM_EXIT_MWAIT, exit_mwait },
	{ SVM_EXIT_IRET, svm_step_begin },
	{ SVM_EXIT_INVD, exit_invd },
	{ SVM_EXIT_SHUTDOWN, exit_shutdown },
	{ SVM_EXIT_INVLPGA, exit_undefined },
	{ SVM_EXIT_XSETBV, exit_xsetbv },
	{ SVM_EXIT_INIT, init },
	{ SVM_EXIT_EXCEPTION + EXCEPTION_DB, debug },
	{ SVM_EXIT_EXCEPTION + EXCEPTION_AC, alignment },
	{ SVM_EXIT_EXCEPTION + EXCEPTION_MC, exit_machine_check },
};

/* VMRUN, VMLOAD, VMSAVE, STGI, CLGI, SKINIT: the guest has no SVM. */
static int is_svm_instruction(uint32_t code)
{
	return code >= SVM_EXIT_VMRUN && code <= SVM_EXIT_SKINIT;
}

static void dispatch(struct frame *frame, uint32_t code)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].code == code) {
			rows[i].handle(frame);
			return;
		}
	}
	if (is_svm_instruction(code))
		exit_undefined(frame);
	else
		exit_unknown(frame, code);
}

uint64_t svm_command(uint64_t icr)
{
	struct vmcb *vmcb = svm_vmcb();

	if (!vapic_command_short(icr))
		return 0;
	vmcb->rip = vmcb->next_rip ? vmcb->next_rip : vmcb->rip + LENGTH_WRMSR;
	vmcb->interrupt_shadow &= ~VMCB_INTERRUPT_SHADOW;
	vmcb->tlb_control = TLB_NOTHING;
	vmcb->event_injection = 0;
	percpu_count(BH_STAT_TOTAL);
	percpu_count(BH_STAT_IPI);
	return 1;
}

/*
 * A PING, with nothing else on its way to the guest, changes nothing but its counters and RAX.
 * Return: 1 if it was one, and is done.
 */
static int quick_ping(struct vmcb *vmcb, struct frame *frame)
{
	if ((uint32_t)vmcb->exit_code != SVM_EXIT_VMMCALL || vmcb->cpl ||
	    frame->reg[REG_RAX] != BH_HYPERCALL(BH_HC_PING) || vmcb->exit_int_info & EVENT_VALID ||
	    percpu()->nmi_is_pending)
		return 0;
	frame->reg[REG_RAX] = BH_E_OK;
	percpu_count(BH_STAT_HYPERCALL);
	vmcb->rip = vmcb->next_rip ? vmcb->next_rip : vmcb->rip + LENGTH_HYPERCALL;
	vmcb->interrupt_shadow &= ~VMCB_INTERRUPT_SHADOW;
	vmcb->event_injection = 0;
	return 1;
}

uint64_t svm_exit(struct frame *frame)
{
	struct vmcb *vmcb = svm_vmcb();
	struct exit *exit = &percpu()->exit;

	percpu_count(BH_STAT_TOTAL);
	vmcb->tlb_control = TLB_NOTHING;
	if (quick_ping(vmcb, frame))
		return 0;
	/* An event that the exit came in the way of is delivered again, unless something else comes in its place. */
	vmcb->event_injection = svm_event_again(vmcb->exit_int_info);
	exit->reason = (uint32_t)vmcb->exit_code;
	exit->qualification = vmcb->exit_info1;
	exit->address = vmcb->exit_info2;
	exit->is_valid = 1;
	dispatch(frame, (uint32_t)vmcb->exit_code);
	svm_deliver_nmi();
	exit->is_valid = 0;
	return (uint64_t)exit_is_leaving();
}
