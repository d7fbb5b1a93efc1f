// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/lapic.h>

#include <arch/mmu.h>
#include <asm/interrupts.h>
#include <asm/msr.h>
#include <asm/percpu.h>
#include <asm/virt.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/log.h>
#include <lib/addr.h>

#define READY_TRIES 100000u
#define CLEAR_TRIES 1024u
#define VECTOR_WORDS 8u
#define SVR_ENABLE (1u << 8)
#define SVR_RESET 0xffu
#define LVT_COUNT_SHIFT 16

/* Of the CPU that looks: the same address on all of them. */
static volatile uint8_t *page;

int lapic_probe(void)
{
	page = arch_map_device(hpa(APIC_BASE_ADDRESS), APIC_PAGE_SIZE);
	return page ? BH_E_OK : BH_E_NO_MEMORY;
}

void lapic_unprobe(void)
{
	page = NULL;
}

enum apic_mode lapic_mode(void)
{
	const uint64_t base = msr_read(MSR_APIC_BASE);

	if (!(base & APIC_BASE_ENABLE))
		return APIC_OFF;
	return base & APIC_BASE_X2 ? APIC_X2 : APIC_X;
}

uint32_t lapic_read(uint32_t offset)
{
	if (lapic_mode() == APIC_X2)
		return (uint32_t)msr_read(APIC_MSR(offset));
	return *(volatile uint32_t *)(page + offset);
}

void lapic_write(uint32_t offset, uint32_t value)
{
	if (lapic_mode() == APIC_X2)
		msr_write(APIC_MSR(offset), value);
	else
		*(volatile uint32_t *)(page + offset) = value;
}

/* Sending ------------------------------------------------------------------------------------------- */

static int is_ready(void)
{
	for (unsigned int i = 0; i < READY_TRIES; i++) {
		if (!(*(volatile uint32_t *)(page + APIC_ICR) & ICR_PENDING))
			return 1;
		arch_cpu_relax();
	}
	return 0;
}

/* The high half first: the write of the low half sends. */
static int send_by_page(uint32_t id, uint32_t command)
{
	if (id >= 0xff || !is_ready())
		return 0;
	*(volatile uint32_t *)(page + APIC_ICR_HIGH) = id << 24;
	*(volatile uint32_t *)(page + APIC_ICR) = command;
	return 1;
}

int lapic_send(uint32_t id, uint32_t command)
{
	switch (lapic_mode()) {
	case APIC_X2:
		lapic_send_x2(id, command);
		return 1;
	case APIC_X:
		return send_by_page(id, command);
	default:
		return 0;
	}
}

void lapic_send_nmi(uint32_t id)
{
	lapic_send(id, DELIVER_NMI << ICR_MODE_SHIFT | ICR_ASSERT);
}

void lapic_send_init(uint32_t id)
{
	lapic_send(id, DELIVER_INIT << ICR_MODE_SHIFT | ICR_ASSERT);
}

/* Hand-over ----------------------------------------------------------------------------------------- */

static void mask_sources(void)
{
	static const uint16_t registers[] = { APIC_LVT_TIMER, APIC_LVT_LINT0,	APIC_LVT_LINT1, APIC_LVT_ERROR,
					      APIC_LVT_PERF,  APIC_LVT_THERMAL, APIC_LVT_CMCI };
	const unsigned int count = (lapic_read(APIC_VERSION) >> LVT_COUNT_SHIFT & 0xff) + 1;

	for (unsigned int i = 0; i < count && i < sizeof(registers) / sizeof(registers[0]); i++)
		lapic_write(registers[i], LVT_MASKED);
	lapic_write(APIC_TIMER_INITIAL, 0);
}

static int has_any(uint32_t offset)
{
	uint32_t any = 0;

	for (unsigned int word = 0; word < VECTOR_WORDS; word++)
		any |= lapic_read(offset + word * 16);
	return any != 0;
}

/* The handler of each vector does nothing: what was pending is in service then. */
static void take_pending(void)
{
	virt()->unmask_nmi(); /* on SVM they are held back together */
	__asm__ volatile("sti; nop; nop; cli" ::: "memory");
	virt()->mask_nmi();
}

static void drain(void)
{
	lapic_write(APIC_TPR, 0);
	for (unsigned int i = 0; i < CLEAR_TRIES; i++) {
		if (has_any(APIC_ISR))
			lapic_eoi();
		else if (has_any(APIC_IRR))
			take_pending();
		else
			return;
	}
}

/*
 * From x2APIC mode there is no way back but through off; and from there none at all on processors whose local APICs are
 * on a bus of their own (Intel SDM, volume 3, "Enabling or Disabling the Local APIC"), one of which Bochs emulates.
 */
static void to_xapic(void)
{
	const uint64_t base = msr_read(MSR_APIC_BASE);

	if (!(base & APIC_BASE_X2))
		return;
	msr_write(MSR_APIC_BASE, base & ~(APIC_BASE_X2 | APIC_BASE_ENABLE));
	msr_write(MSR_APIC_BASE, (base & ~APIC_BASE_X2) | APIC_BASE_ENABLE);
	if (lapic_mode() != APIC_X)
		log_error("CPU %u: its local APIC does not come back from x2APIC mode, and the CPU is lost: "
			  "start root's kernel with nox2apic, and guests do without",
			  percpu()->slot);
}

__attribute__((cold)) void lapic_clear(void)
{
	mask_sources();
	lapic_write(APIC_SVR, SVR_ENABLE | SVR_RESET); /* nothing is drained from one that is off */
	drain();
	to_xapic();
	lapic_write(APIC_SVR, SVR_RESET);
	lapic_write(APIC_LDR, 0);
	lapic_write(APIC_DFR, ~0u);
	lapic_write(APIC_TPR, 0);
	lapic_write(APIC_TIMER_DIVIDE, 0);
}
