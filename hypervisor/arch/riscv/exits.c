// SPDX-License-Identifier: GPL-2.0-or-later
/* Exits that need all of the frame: what happened, and who answers it. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/csr.h>
#include <asm/interrupts.h>
#include <asm/sbi.h>
#include <asm/vcpu.h>
#include <core/emulate.h>

#define ECALL_BYTES 4u

static uint64_t leaving(void)
{
	return percpu()->phase == PERCPU_LEAVING;
}

/* DISABLE returns by the address behind the ECALL in stvec, which has to be aligned for that. */
static int may_leave(void)
{
	return !(csr_read(CSR_SEPC) & 3);
}

static const struct emulate_abi abi = {
	.number = REG_A6,
	.argument = { REG_A0, REG_A0 + 1, REG_A0 + 2, REG_A0 + 3, REG_A0 + 4 },
	.result = REG_A0,
	.value = { REG_A0 + 1, REG_A0 + 2, REG_A0 + 3, REG_A0 + 4, REG_A0 + 5 },
	.may_leave = may_leave,
};

static void hypercall(struct frame *frame)
{
	percpu_count(BH_STAT_HYPERCALL);
	emulate_hypercall(frame->x, &abi);
}

static void environment_call(struct frame *frame)
{
	inject_skip(ECALL_BYTES); /* before the call: afterwards sepc may be that of another context */
	if (frame->x[REG_A7] == BH_SBI_EXTENSION)
		hypercall(frame);
	else
		sbi_call(frame);
}

/* Traps in the hypervisor overwrite these; with them here, fault.c can go back to the guest all the same. */
static void remember_exit(uint64_t cause)
{
	struct exit *exit = &percpu()->exit;

	exit->cause = cause;
	exit->value = csr_read(CSR_STVAL);
	exit->pc = csr_read(CSR_SEPC);
	exit->sstatus = csr_read(CSR_SSTATUS);
	exit->hstatus = csr_read(CSR_HSTATUS);
	exit->is_valid = 1;
}

static void dispatch(struct frame *frame, uint64_t cause)
{
	switch (cause) {
	case CAUSE_ECALL_VS:
		environment_call(frame);
		break;
	case CAUSE_LOAD_GUEST_PAGE:
	case CAUSE_STORE_GUEST_PAGE:
	case CAUSE_FETCH_GUEST_PAGE:
		mmio_page_fault(frame, cause);
		break;
	case CAUSE_VIRTUAL_INSTRUCTION:
		instructions_trap(frame);
		break;
	default:
		violation_report(BH_REASON_BAD_TRAP, 0, cause, 0, "exception that no guest can raise");
		break;
	}
}

uint64_t exit_sync(struct frame *frame, uint64_t cause)
{
	percpu_count(BH_STAT_TOTAL);
	remember_exit(cause);
	dispatch(frame, cause);
	percpu()->exit.is_valid = 0;
	return leaving();
}

void exit_set_timer(uint64_t deadline)
{
	percpu_count(BH_STAT_TOTAL);
	percpu_count(BH_STAT_FIRMWARE);
	inject_skip(ECALL_BYTES);
	interrupts_set_timer(deadline);
}

int64_t exit_send_ipi(uint64_t mask, uint64_t base)
{
	percpu_count(BH_STAT_TOTAL);
	percpu_count(BH_STAT_FIRMWARE);
	inject_skip(ECALL_BYTES);
	return sbi_send_ipi((struct sbi_harts){ mask, base });
}

uint64_t exit_kick(void)
{
	remember_exit(CAUSE_INTERRUPT);
	upcall_service();
	percpu()->exit.is_valid = 0;
	return leaving();
}
