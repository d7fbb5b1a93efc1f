// SPDX-License-Identifier: GPL-2.0-or-later
/* Events for the guest: exceptions, NMIs, and what an exit interrupted while it was being delivered. */
#include <asm/vmx.h>

#include <asm/control.h>
#include <asm/exceptions.h>
#include <asm/exits.h>
#include <asm/percpu.h>

#define EVENT_OF(type, vector) (EVENT_VALID | (type) << EVENT_TYPE_SHIFT | (vector))
/* What the next event keeps of the one that an exit interrupted. */
#define EVENT_KEPT (EVENT_VECTOR | EVENT_TYPE | EVENT_ERROR_CODE | EVENT_VALID)

/* Exits that happen at an instruction, whose length the processor then says. */
static int has_length(uint32_t reason)
{
	return reason != EXIT_EPT_VIOLATION && reason != EXIT_EPT_MISCONFIGURATION && reason != EXIT_EXCEPTION_NMI;
}

/* Not in 64-bit code RIP has 32 bits. */
static uint64_t wrapped(uint64_t rip)
{
	struct x86_segment code;

	vmx_segment(SEG_CS, &code);
	if ((vmx_read(VMCS_ENTRY_CONTROLS) & ENTRY_GUEST_64) && (code.attributes & SEGMENT_LONG))
		return rip;
	return rip & 0xffffffff;
}

void vmx_skip(unsigned int length)
{
	uint64_t real = has_length(vmx_cpu()->reason) ? vmx_read(VMCS_EXIT_LENGTH) : length;

	vmx_write(VMCS_GUEST_RIP, wrapped(vmx_read(VMCS_GUEST_RIP) + real));
	vmx_change(VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_STI | BLOCKED_MOV_SS, 0);
	if (vmx_read(VMCS_GUEST_RFLAGS) & RFLAGS_TF && !(vmx_read(VMCS_GUEST_DEBUGCTL) & DEBUGCTL_BTF))
		vmx_change(VMCS_GUEST_PENDING_DEBUG, 0, PENDING_DEBUG_BS);
}

void vmx_inject(unsigned int vector, uint32_t error)
{
	const int is_protected = (vmx_read(VMCS_GUEST_CR0) & CR0_PE) != 0;
	const uint64_t event = exceptions_event(vmx_read(VMCS_ENTRY_EVENT), vector, error, is_protected);

	vmx_write(VMCS_ENTRY_EVENT, (uint32_t)event);
	vmx_write(VMCS_ENTRY_ERROR_CODE, event >> 32);
	if (event)
		vmx_change(VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_STI | BLOCKED_MOV_SS, 0);
	else
		exit_shutdown(percpu_frame());
}

void vmx_repeat(uint32_t event)
{
	vmx_write(VMCS_ENTRY_LENGTH, vmx_read(VMCS_EXIT_LENGTH));
	vmx_write(VMCS_ENTRY_EVENT, event & EVENT_KEPT);
}

static void ask_for_window(int on)
{
	vmx_change(VMCS_CPU_CONTROLS, CPU_NMI_WINDOW, on ? CPU_NMI_WINDOW : 0);
}

static void inject_unless(uint32_t blocked)
{
	if (!(vmx_read(VMCS_ENTRY_EVENT) & EVENT_VALID) &&
	    !(vmx_read(VMCS_GUEST_INTERRUPTIBILITY) & blocked)) {
		vmx_change(VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_STI, 0);
		vmx_write(VMCS_ENTRY_EVENT, EVENT_OF(EVENT_NMI, EXCEPTION_NMI));
		return;
	}
	vmx_cpu()->nmi_waits = 1;
	ask_for_window(1);
}

/* The processor remembers one NMI while another is being handled, and no more. */
void vmx_inject_nmi(void)
{
	inject_unless(BLOCKED_NMI | BLOCKED_MOV_SS | BLOCKED_STI);
}

/*
 * Where the window opens behind an STI already, the entry could still refuse the NMI, and asking for another window
 * would open the same one for ever. As on such a processor without a hypervisor, the NMI then ends STI's blocking.
 */
void vmx_nmi_window(struct frame *frame)
{
	(void)frame;
	ask_for_window(0);
	if (!vmx_cpu()->nmi_waits)
		return;
	vmx_cpu()->nmi_waits = 0;
	inject_unless(BLOCKED_NMI | BLOCKED_MOV_SS);
}

void vmx_cancel(void)
{
	vmx_cpu()->nmi_waits = 0;
	ask_for_window(0);
	vmx_write(VMCS_ENTRY_EVENT, 0);
}

static int is_software(uint32_t event)
{
	unsigned int type = vmx_event_type(event);

	return type == EVENT_SOFTWARE_INT || type == EVENT_PRIVILEGED || type == EVENT_SOFTWARE_EXCEPTION;
}

/* Both kinds of exits that say so, say it in the same bit. */
static int is_iret_unblocked(void)
{
	uint32_t reason = vmx_cpu()->reason;

	if (reason == EXIT_EPT_VIOLATION)
		return (vmx_cpu()->qualification & EVENT_IRET_UNBLOCKED) != 0;
	return reason == EXIT_EXCEPTION_NMI && (vmx_read(VMCS_EXIT_EVENT) & EVENT_IRET_UNBLOCKED);
}

void vmx_take_up_event(void)
{
	uint32_t event = (uint32_t)vmx_read(VMCS_VECTORING_EVENT);

	if (!(event & EVENT_VALID)) {
		/* An IRET that ended an NMI's handler faulted: it runs again, and NMIs are still blocked. */
		if (is_iret_unblocked())
			vmx_change(VMCS_GUEST_INTERRUPTIBILITY, 0, BLOCKED_NMI);
		return;
	}
	if (vmx_event_type(event) == EVENT_NMI)
		vmx_change(VMCS_GUEST_INTERRUPTIBILITY, BLOCKED_NMI, 0);
	if (event & EVENT_ERROR_CODE)
		vmx_write(VMCS_ENTRY_ERROR_CODE, vmx_read(VMCS_VECTORING_ERROR_CODE));
	if (is_software(event))
		vmx_write(VMCS_ENTRY_LENGTH, vmx_read(VMCS_EXIT_LENGTH));
	vmx_write(VMCS_ENTRY_EVENT, event & EVENT_KEPT);
}

/* An exit because of an NMI leaves NMIs blocked until the next IRET: make one, to the next instruction. */
void vmx_unmask_nmi(void)
{
	uint64_t scratch;

	__asm__ volatile("mov %%rsp, %0\n\t"
			 "push %[ss]\n\t"
			 "push %0\n\t"
			 "pushf\n\t"
			 "push %[cs]\n\t"
			 "push $1f\n\t"
			 "iretq\n"
			 "1:"
			 : "=&r"(scratch)
			 : [ss] "i"(SELECTOR_DATA), [cs] "i"(SELECTOR_CODE)
			 : "cc", "memory");
}
