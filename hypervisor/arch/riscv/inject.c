// SPDX-License-Identifier: GPL-2.0-or-later
/* Exceptions that the guest gets instead of what it wanted, as the hart itself would take them to VS-mode. */
#include <arch/vcpu.h>

#include <asm/csr.h>
#include <asm/vcpu.h>

void inject_exception(uint64_t cause, uint64_t value)
{
	uint64_t sstatus = csr_read(CSR_SSTATUS), vsstatus = csr_read(CSR_VSSTATUS);

	csr_write(CSR_VSEPC, csr_read(CSR_SEPC));
	csr_write(CSR_VSCAUSE, cause);
	csr_write(CSR_VSTVAL, value);
	vsstatus = (vsstatus & ~(SSTATUS_SPP | SSTATUS_SPIE)) | (sstatus & SSTATUS_SPP) |
		   (vsstatus & SSTATUS_SIE ? SSTATUS_SPIE : 0);
	csr_write(CSR_VSSTATUS, vsstatus & ~SSTATUS_SIE);
	csr_write(CSR_SEPC, csr_read(CSR_VSTVEC) & ~3ull);
	csr_set(CSR_SSTATUS, SSTATUS_SPP);
	if (percpu()->stats)
		percpu_count(BH_STAT_INJECT);
}

void inject_illegal(uint64_t instruction)
{
	inject_exception(CAUSE_ILLEGAL, instruction);
}

void arch_vcpu_inject_undefined(void)
{
	inject_illegal(0);
}

void arch_vcpu_explain(struct bh_record *record)
{
	record->pc = csr_read(CSR_SEPC);
	record->syndrome = percpu()->exit.cause;
}

void inject_skip(unsigned int bytes)
{
	csr_write(CSR_SEPC, csr_read(CSR_SEPC) + bytes);
}

/* The fault address is the guest's virtual one. */
void arch_vcpu_inject_fault(uint64_t address, int is_write)
{
	uint64_t cause = is_write ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS;

	(void)address;
	if (percpu()->exit.cause == CAUSE_FETCH_GUEST_PAGE)
		cause = CAUSE_FETCH_ACCESS;
	inject_exception(cause, percpu()->exit.value);
}
