// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Interrupts. Numbers: 0 to 15 are sent between harts, all by the one software interrupt that a hart has; 16 + n is
 * the hart's own with cause n; 32 + n is source n of the PLIC, whose context n is hart n, or of the APLIC. That is not
 * touched before the first source is enabled: a cell need not have one.
 */
#include <inmate.h>

#include "intc.h"

#include <regs.h>

#define SENT_IRQS 16u
#define WIRED_IRQS 32u
#define SOURCES 1024u
#define IRQS (WIRED_IRQS + SOURCES)
#define PRIORITY_DEFAULT 0xa0u
#define PRIORITY_OWN 0xffu

#define PLIC_PENDING 0x1000u
#define PLIC_ENABLE 0x2000u
#define PLIC_ENABLE_STEP 0x80u
#define PLIC_CONTEXT 0x200000u
#define PLIC_CONTEXT_STEP 0x1000u
#define PLIC_CLAIM 4u

static irq_handler handlers[IRQS];
static uint8_t priorities[IRQS];
static uint32_t sent[INMATE_MAX_CPUS];	  /* numbers that wait for the hart */
static uint32_t enabled[INMATE_MAX_CPUS]; /* those that it wants */
static bool is_open[INMATE_MAX_CPUS];	  /* the controller lets its interrupts through */

static volatile uint32_t *plic(uint64_t offset)
{
	return (volatile uint32_t *)(uintptr_t)(inmate_config.plic + offset);
}

static volatile uint32_t *context(uint64_t offset)
{
	return plic(PLIC_CONTEXT + (uint64_t)cpu_self() * PLIC_CONTEXT_STEP + offset);
}

static volatile uint32_t *enable_word(unsigned int irq)
{
	return plic(PLIC_ENABLE + (uint64_t)cpu_self() * PLIC_ENABLE_STEP + (irq - WIRED_IRQS) / 32 * 4);
}

static void call(unsigned int irq)
{
	if (irq < irq_count() && handlers[irq])
		handlers[irq](irq);
}

static void take_sent(void)
{
	uint32_t waiting;

	csr_clear(sip, 1u << CAUSE_SOFTWARE);
	waiting = __atomic_exchange_n(&sent[cpu_self()], 0, __ATOMIC_ACQUIRE);
	for (unsigned int irq = 0; irq < SENT_IRQS; irq++) {
		if ((waiting & enabled[cpu_self()]) >> irq & 1)
			call(irq);
	}
}

static void take_messages(void)
{
	uint32_t source;

	while ((source = aplic_take()) != 0) {
		call(WIRED_IRQS + source);
		aplic_done(source);
	}
}

static void take_wired(void)
{
	uint32_t source;

	if (intc_kind() != INTC_PLIC) {
		take_messages();
		return;
	}
	while ((source = *context(PLIC_CLAIM)) != 0) {
		call(WIRED_IRQS + source);
		*context(PLIC_CLAIM) = source;
	}
}

/* Wires come first, says the architecture; a hart without Ssaia is not always asked by emulators in that order. */
static void take_software(void)
{
	if (csr_read(sip) & csr_read(sie) & 1u << CAUSE_EXTERNAL)
		take_wired();
	take_sent();
}

void irq_dispatch(uint64_t cause)
{
	if (cause == CAUSE_SOFTWARE)
		take_software();
	else if (cause == CAUSE_EXTERNAL)
		take_wired();
	else
		call(SENT_IRQS + (unsigned int)cause);
}

void irq_init(void)
{
	enabled[cpu_self()] = 0;
	is_open[cpu_self()] = false;
	csr_write(sie, 1u << CAUSE_SOFTWARE | 1u << CAUSE_EXTERNAL);
}

void irq_set_handler(unsigned int irq, irq_handler handler)
{
	handlers[irq] = handler;
}

static void open_controller(void)
{
	if (is_open[cpu_self()])
		return;
	is_open[cpu_self()] = true;
	if (intc_kind() != INTC_PLIC)
		aplic_init();
	else
		*context(0) = 0; /* threshold */
}

static void enable_wired(unsigned int irq)
{
	open_controller();
	if (intc_kind() != INTC_PLIC) {
		aplic_enable(irq - WIRED_IRQS);
		return;
	}
	if (!priorities[irq])
		irq_set_priority(irq, PRIORITY_DEFAULT);
	*enable_word(irq) |= 1u << irq % 32;
}

void irq_enable(unsigned int irq)
{
	if (irq < SENT_IRQS) {
		enabled[cpu_self()] |= 1u << irq;
	} else if (irq < WIRED_IRQS) {
		csr_set(sie, 1ull << (irq - SENT_IRQS));
	} else if (irq > WIRED_IRQS && irq < IRQS) {
		enable_wired(irq);
	}
}

void irq_disable(unsigned int irq)
{
	if (irq < SENT_IRQS)
		enabled[cpu_self()] &= ~(1u << irq);
	else if (irq < WIRED_IRQS)
		csr_clear(sie, 1ull << (irq - SENT_IRQS));
	else if (intc_kind() != INTC_PLIC)
		aplic_disable(irq - WIRED_IRQS);
	else
		*enable_word(irq) &= ~(1u << irq % 32);
}

bool irq_is_enabled(unsigned int irq)
{
	if (irq < SENT_IRQS)
		return enabled[cpu_self()] >> irq & 1;
	if (irq < WIRED_IRQS)
		return csr_read(sie) >> (irq - SENT_IRQS) & 1;
	if (intc_kind() != INTC_PLIC)
		return aplic_is_enabled(irq - WIRED_IRQS);
	return *enable_word(irq) >> irq % 32 & 1;
}

/*
 * Of the PLIC's seven levels the highest is the most urgent, and 0 is never. The hart's own come after all wired ones,
 * and those that are sent are one interrupt.
 */
void irq_set_priority(unsigned int irq, unsigned int priority)
{
	priorities[irq] = (uint8_t)priority;
	if (irq <= WIRED_IRQS)
		priorities[irq] = PRIORITY_OWN;
	else if (intc_kind() == INTC_PLIC)
		*plic((irq - WIRED_IRQS) * 4ull) = priority >> 5 < 7 ? 7 - (priority >> 5) : 1;
	else
		priorities[irq] = (uint8_t)aplic_set_priority(irq - WIRED_IRQS, priority);
}

unsigned int irq_priority(unsigned int irq)
{
	return priorities[irq];
}

/* What a wire is like, the PLIC's gateway knows; software cannot raise it. */
void irq_set_edge(unsigned int irq, bool edge)
{
	if (irq > WIRED_IRQS && intc_kind() != INTC_PLIC)
		aplic_set_edge(irq - WIRED_IRQS, edge);
}

void irq_pend(unsigned int irq)
{
	if (irq < SENT_IRQS)
		irq_send(cpu_self(), irq);
	else if (irq > WIRED_IRQS && intc_kind() != INTC_PLIC)
		aplic_pend(irq - WIRED_IRQS);
}

unsigned int irq_count(void)
{
	return IRQS;
}

void irq_send(unsigned int cpu, unsigned int number)
{
	__atomic_fetch_or(&sent[cpu], 1u << number, __ATOMIC_RELEASE);
	sbi(SBI_IPI, 0, 1ull << cpu, 0, 0, NULL);
}
