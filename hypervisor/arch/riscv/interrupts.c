// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hart's interrupts all come to the hypervisor (they cannot be delegated) and become the guest's by hvip.
 *
 * External: the bit stays with the guest, and ours stays masked, until the guest claims. Timer: with Sstc the guest
 * has its own; without, ours is masked until the guest sets it anew. Software: mail says what it was for.
 */
#include <asm/interrupts.h>

#include <asm/csr.h>
#include <asm/entry.h>
#include <asm/features.h>
#include <asm/firmware.h>
#include <asm/imsic.h>
#include <asm/intc.h>
#include <core/cpu.h>

#define SIE_GUEST (SIE_SOFT | SIE_TIMER | SIE_EXTERNAL)

/*
 * With Ssaia the guest asks vstopi which interrupt it is. Without an interrupt file of its own (VGEIN 0) that
 * answers 'external' only if hvictl says so.
 */
static void show_external(int on)
{
	if (on)
		csr_set(CSR_HVIP, HVIP_EXTERNAL);
	else
		csr_clear(CSR_HVIP, HVIP_EXTERNAL);
	if (features_has(FEATURE_SSAIA))
		csr_write(CSR_HVICTL, HVICTL_IID_EXTERNAL | (on ? 1 : 0));
}

static void update_external(void)
{
	show_external(percpu()->is_masked || intc_has_pending());
}

void interrupts_claimed(void)
{
	if (percpu()->is_masked) {
		percpu()->is_masked = 0;
		csr_set(CSR_SIE, SIE_EXTERNAL);
	}
	update_external();
}

void interrupts_send(unsigned int slot, uint32_t mail)
{
	struct cpu *cpu = cpu_get(slot);
	uint32_t old = __atomic_fetch_or(&cpu->arch.mail, mail, __ATOMIC_SEQ_CST);

	/* Whoever put the same mail there before has kicked, and it is not taken yet. */
	if ((old & mail) == mail)
		return;
	if (slot == percpu()->slot)
		interrupts_take_mail();
	else
		firmware_kick(cpu->hwid);
}

void interrupts_take_mail(void)
{
	uint32_t mail = __atomic_exchange_n(&cpu_get(percpu()->slot)->arch.mail, 0, __ATOMIC_SEQ_CST);

	if (mail & CPU_MAIL_IPI)
		csr_set(CSR_HVIP, HVIP_SOFT);
	if (mail & CPU_MAIL_EXTERNAL)
		update_external();
}

static uint64_t take_soft(void)
{
	csr_clear(CSR_SIP, SIE_SOFT);
	interrupts_take_mail();
	if (!__atomic_load_n(&cpu_get(percpu()->slot)->requests, __ATOMIC_ACQUIRE))
		return 0;
	percpu_count(BH_STAT_KICK);
	return 1;
}

uint64_t interrupts_exit(uint64_t cause)
{
	percpu_count(BH_STAT_TOTAL);
	percpu_count(BH_STAT_IRQ);
	switch (cause & ~CAUSE_INTERRUPT) {
	case IRQ_EXTERNAL:
		if (percpu()->has_imsic) {
			imsic_forward();
			return 0;
		}
		csr_clear(CSR_SIE, SIE_EXTERNAL);
		percpu()->is_masked = 1;
		show_external(1);
		return 0;
	case IRQ_TIMER:
		csr_clear(CSR_SIE, SIE_TIMER);
		csr_set(CSR_HVIP, HVIP_TIMER);
		return 0;
	case IRQ_SOFT:
		return take_soft();
	default: /* nothing else is enabled */
		csr_clear(CSR_SIE, 1ull << (cause & 63));
		return 0;
	}
}

/* The guest's clock is behind the machine's by -htimedelta. A deadline that does not fit never comes. */
static uint64_t machine_time(uint64_t guest)
{
	uint64_t behind = -csr_read(CSR_HTIMEDELTA);

	return guest > CSR_NO_TIMER - behind ? CSR_NO_TIMER : guest + behind;
}

void interrupts_set_timer(uint64_t deadline)
{
	if (features_has(FEATURE_SSTC)) {
		csr_write(CSR_VSTIMECMP, deadline);
		return;
	}
	percpu()->deadline = deadline;
	csr_clear(CSR_HVIP, HVIP_TIMER);
	firmware_call(SBI_TIME, 0, machine_time(deadline), 0, 0, 0, 0);
	csr_set(CSR_SIE, SIE_TIMER);
}

/* What comes to us while a guest runs. */
static void enable_ours(void)
{
	csr_write(CSR_SIE, SIE_SOFT | SIE_EXTERNAL | (features_has(FEATURE_SSTC) ? 0 : SIE_TIMER));
}

void interrupts_activate(uint64_t sie)
{
	csr_write(CSR_HVIP, 0);
	csr_write(CSR_VSIE, sie & SIE_GUEST);
	if (features_has(FEATURE_SSTC)) {
		csr_write(CSR_VSTIMECMP, csr_read(CSR_STIMECMP));
		csr_write(CSR_STIMECMP, CSR_NO_TIMER);
	}
	if (csr_read(CSR_SIP) & SIE_SOFT) {
		csr_clear(CSR_SIP, SIE_SOFT);
		csr_set(CSR_HVIP, HVIP_SOFT);
	}
	percpu()->is_masked = 0;
	show_external(0);
	enable_ours();
}

/*
 * Return: what the kernel has enabled now; what a guest cannot have (counter overflow) is as it was. What waits for
 * the kernel in real registers waits on.
 */
uint64_t interrupts_leave(uint64_t sie_found)
{
	uint64_t sie = (csr_read(CSR_VSIE) & SIE_GUEST) | (sie_found & ~SIE_GUEST);

	csr_write(CSR_SIE, 0);
	interrupts_take_mail();
	if (features_has(FEATURE_SSTC)) {
		csr_write(CSR_STIMECMP, csr_read(CSR_VSTIMECMP));
		csr_write(CSR_VSTIMECMP, CSR_NO_TIMER);
	}
	if (csr_read(CSR_HVIP) & HVIP_SOFT)
		csr_set(CSR_SIP, SIE_SOFT);
	csr_write(CSR_HVIP, 0);
	return sie;
}

void interrupts_start(void)
{
	csr_write(CSR_HVIP, 0);
	__atomic_store_n(&cpu_get(percpu()->slot)->arch.mail, 0, __ATOMIC_SEQ_CST);
	interrupts_set_timer(CSR_NO_TIMER);
	percpu()->is_masked = 0;
	enable_ours();
	update_external();
}

/* What would wake us is off meanwhile, but for kicks. */
void interrupts_suspend(void)
{
	csr_write(CSR_SIE, SIE_SOFT);
}

void interrupts_resume(void)
{
	int timer_is_shown = (csr_read(CSR_HVIP) & HVIP_TIMER) != 0;

	enable_ours();
	if (percpu()->is_masked)
		csr_clear(CSR_SIE, SIE_EXTERNAL);
	if (!features_has(FEATURE_SSTC) && timer_is_shown)
		csr_clear(CSR_SIE, SIE_TIMER);
	else if (!features_has(FEATURE_SSTC))
		interrupts_set_timer(percpu()->deadline);
	interrupts_take_mail(); /* kicks that came meanwhile are used up */
}

void interrupts_park(void)
{
	interrupts_set_timer(CSR_NO_TIMER);
	csr_write(CSR_HVIP, 0);
	show_external(0);
	percpu()->is_masked = 0;
	csr_write(CSR_SIE, SIE_SOFT); /* kicks */
}
