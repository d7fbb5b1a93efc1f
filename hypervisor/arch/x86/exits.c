// SPDX-License-Identifier: GPL-2.0-or-later
/* Exits that both back ends have. */
#include <asm/exits.h>

#include <arch/cpu.h>
#include <arch/upcall.h>
#include <arch/vcpu.h>
#include <asm/control.h>
#include <asm/entry.h>
#include <asm/iommu.h>
#include <asm/msr.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <core/emulate.h>
#include <core/log.h>
#include <core/violation.h>

#define CR3_FLAGS 0xfffull

static unsigned int privilege(void)
{
	struct x86_segment stack;

	virt()->segment(SEG_SS, &stack);
	return stack.attributes >> SEGMENT_DPL_SHIFT & 3;
}

void exit_undefined(struct frame *frame)
{
	(void)frame;
	arch_vcpu_inject_undefined();
}

/* DISABLE goes back over the tables that the caller has on (bulkhead/image.h). */
static int may_leave(void)
{
	return virt()->get(VCPU_EFER) & EFER_LMA && !(virt()->get(VCPU_CR4) & CR4_PGE) &&
	       !(virt()->get(VCPU_CR3) & CR3_FLAGS);
}

static const struct emulate_abi abi = {
	.base = BH_HYPERCALL_BASE,
	.number = REG_RAX,
	.argument = { REG_RDI, REG_RSI, REG_RDX, REG_RCX, REG_R8 },
	.result = REG_RAX,
	.value = { REG_RDI, REG_RSI, REG_RDX, REG_RCX, REG_R8 },
	.may_leave = may_leave,
};

void exit_hypercall(struct frame *frame)
{
	if (privilege() || frame->reg[REG_RAX] - BH_HYPERCALL_BASE > 0xffff) {
		exit_undefined(frame);
		return;
	}
	percpu_count(BH_STAT_HYPERCALL);
	virt()->skip(LENGTH_HYPERCALL); /* before the call: afterwards it may be another context */
	emulate_hypercall(frame->reg, &abi);
}

/* The vCPU goes off. */
static void halt(unsigned int length)
{
	virt()->skip(length);
	if (!(virt()->get(VCPU_RFLAGS) & RFLAGS_IF))
		upcall_cpu_off();
}

void exit_hlt(struct frame *frame)
{
	(void)frame;
	halt(LENGTH_HLT);
}

void exit_mwait(struct frame *frame)
{
	(void)frame;
	halt(LENGTH_MWAIT);
}

/*
 * Intel's come to every CPU, AMD's to the one that is concerned. Root's kernel sees to those of its CPUs; the banks of
 * a guest's it finds when the CPU comes back. A guest goes on where that is possible. The status is cleared for it,
 * since while it stands a second machine check shuts the processor down.
 */
void exit_machine_check(struct frame *frame)
{
	const uint64_t status = msr_read(MSR_MCG_STATUS);

	(void)frame;
	log_error("CPU %u: machine check, status 0x%llx", percpu()->slot, (unsigned long long)status);
	if (percpu()->cell->is_root) {
		virt()->inject(EXCEPTION_MC, NO_ERROR_CODE);
		return;
	}
	msr_write(MSR_MCG_STATUS, 0);
	if (!(status & MCG_STATUS_RIPV))
		violation_report(BH_REASON_HYPERVISOR_ERROR, 0, status, 0, "machine check");
}

void exit_shutdown(struct frame *frame)
{
	(void)frame;
	upcall_system_reset();
}

void exit_xsetbv(struct frame *frame)
{
	uint64_t value = (uint32_t)frame->reg[REG_RAX] | frame->reg[REG_RDX] << 32;

	if (privilege() || access_write_xcr((uint32_t)frame->reg[REG_RCX], value))
		virt()->inject(EXCEPTION_GP, 0);
	else
		virt()->skip(LENGTH_XSETBV);
}

void exit_invd(struct frame *frame)
{
	(void)frame;
	if (privilege()) { /* not every processor looks at this first */
		virt()->inject(EXCEPTION_GP, 0);
		return;
	}
	__asm__ volatile("wbinvd" : : : "memory");
	virt()->skip(LENGTH_INVD);
}

void exit_unknown(struct frame *frame, uint64_t reason)
{
	(void)frame;
	violation_report(BH_REASON_BAD_TRAP, 0, reason, 0, "exit that no guest can cause");
}

void exit_nmi(struct frame *frame)
{
	struct cpu_arch *self = percpu()->self;
	uint32_t is_kick = __atomic_exchange_n(&self->kicked, 0, __ATOMIC_SEQ_CST);
	/* Not by a cell that was here before. */
	int is_asked = __atomic_exchange_n(&self->nmi, 0, __ATOMIC_SEQ_CST) == percpu()->cell->id + 1;
	/* Units report by NMI, which may come together with another one. */
	int is_report = iommu_poll();

	(void)frame;
	if (is_asked || !(is_report || is_kick))
		virt()->inject_nmi();
	if (!is_kick)
		return;
	percpu_count(BH_STAT_KICK);
	upcall_service();
}

int exit_is_leaving(void)
{
	return percpu()->phase == PERCPU_LEAVING;
}
