// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Time is the TSC, whose rate the paravirtual clock says (KVM's, which the hypervisor offers); the interrupt comes from
 * the local APIC's timer, whose rate is measured once.
 */
#include <inmate.h>

#include <regs.h>

#define PVCLOCK_LEAF 0x40000100u
#define PVCLOCK_MSR 0x4b564d01u
#define DEFAULT_HZ 1000000000ull
#define DIVIDE_BY_1 0xbu
#define MEASURE_US 10000u

static struct {
	uint32_t version, unused;
	uint64_t tsc, ns;
	uint32_t factor;
	int8_t shift;
	uint8_t flags, padding[2];
} clock __attribute__((aligned(64)));

static uint64_t tsc_hz;
static uint64_t apic_hz;
static uint64_t due[INMATE_MAX_CPUS]; /* 0: none */

/* ns = (ticks << shift) * factor >> 32 */
static uint64_t measured_hz(void)
{
	uint32_t r[4];
	uint64_t hz;

	cpuid(PVCLOCK_LEAF, r);
	if (r[1] != 0x4b4d564b) /* "KVMK" */
		return DEFAULT_HZ;
	msr_write(PVCLOCK_MSR, (uint64_t)(uintptr_t)&clock | 1);
	if (!clock.factor)
		return DEFAULT_HZ;
	hz = (1000000000ull << 32) / clock.factor;
	return clock.shift < 0 ? hz << -clock.shift : hz >> clock.shift;
}

uint64_t timer_ticks(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

uint64_t timer_frequency(void)
{
	if (!tsc_hz)
		tsc_hz = measured_hz();
	return tsc_hz;
}

/* In two parts: a product of ticks and 10^9 is too long for 64 bits after some seconds. */
uint64_t timer_ns(uint64_t ticks)
{
	uint64_t frequency = timer_frequency();

	return ticks / frequency * 1000000000 + ticks % frequency * 1000000000 / frequency;
}

uint64_t timer_from_us(uint64_t us)
{
	uint64_t frequency = timer_frequency();

	return us / 1000000 * frequency + us % 1000000 * frequency / 1000000;
}

unsigned int timer_irq(void)
{
	return IRQ_TIMER;
}

static void measure_apic(void)
{
	uint64_t start;

	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_LVT_TIMER, APIC_MASKED | (VECTOR_FIRST + IRQ_TIMER));
	apic_write(APIC_TIMER_COUNT, UINT32_MAX);
	start = timer_ticks();
	delay_us(MEASURE_US);
	apic_hz = (uint64_t)(UINT32_MAX - apic_read(APIC_TIMER_NOW)) * timer_frequency() /
		  (timer_ticks() - start);
	apic_write(APIC_TIMER_COUNT, 0);
	if (!apic_hz)
		apic_hz = DEFAULT_HZ;
	if (irq_is_enabled(IRQ_TIMER))
		apic_write(APIC_LVT_TIMER, VECTOR_FIRST + IRQ_TIMER);
}

static void load(uint64_t ticks)
{
	const uint64_t now = timer_ticks(), hz = timer_frequency();
	const uint64_t left = (int64_t)(ticks - now) > 0 ? ticks - now : 0;
	uint64_t count = left / hz * apic_hz + left % hz * apic_hz / hz + 1;

	if (count > UINT32_MAX)
		count = UINT32_MAX;
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_TIMER_COUNT, (uint32_t)count);
}

void timer_set(uint64_t ticks)
{
	if (!apic_hz)
		measure_apic();
	due[cpu_self()] = ticks;
	load(ticks);
}

void timer_stop(void)
{
	due[cpu_self()] = 0;
	apic_write(APIC_TIMER_COUNT, 0);
}

/* The two clocks differ by what the measurement lacked, and a long time is counted in parts. */
bool timer_early(void)
{
	const uint64_t ticks = due[cpu_self()];

	if (!ticks || (int64_t)(timer_ticks() - ticks) >= 0)
		return false;
	load(ticks);
	return true;
}

void delay_us(uint64_t us)
{
	uint64_t end = timer_ticks() + timer_from_us(us);

	while ((int64_t)(timer_ticks() - end) < 0)
		cpu_relax();
}
