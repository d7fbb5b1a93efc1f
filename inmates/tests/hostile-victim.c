// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The neighbour of the hostile cell. Every millisecond its timer ticks; then it looks whether its memory, its
 * interrupts' settings and the interrupts it got are its own doing, and beats. What is wrong is said once, and
 * the beat stops.
 */
#include "hostile-victim/victim.h"

#define IRQS 2u
#define PRIORITY 0x70u
#define SENTINEL 0x5afe5afe5afe5afeull
#define SENTINEL_COUNT 512u
#define SENTINEL_STRIDE 256u /* in words: a word of every half page */
#define TICK_US 1000u

static volatile unsigned int ticks, strangers, stranger;

static void on_tick(unsigned int irq)
{
	ticks++;
	timer_set(timer_ticks() + timer_from_us(TICK_US));
}

static void on_stranger(unsigned int irq)
{
	strangers++;
	stranger = irq;
}

static volatile uint64_t *sentinel(unsigned int number)
{
	return (volatile uint64_t *)(uintptr_t)victim_sentinels + (size_t)number * SENTINEL_STRIDE;
}

/* Enabled, priority, and what else the architecture knows of it: nothing is our doing. */
static uint64_t settings(unsigned int irq)
{
	return (irq_is_enabled(irq) | irq_priority(irq) << 8) ^ victim_settings(irq);
}

static uint64_t before[IRQS];

static void set_up(void)
{
	irq_init();
	for (unsigned int irq = 0; irq < irq_count(); irq++)
		irq_set_handler(irq, on_stranger);
	for (unsigned int irq = 0; irq < 16; irq++)
		irq_enable(irq);
	for (unsigned int i = 0; i < IRQS; i++) {
		irq_set_priority(victim_first_irq + i, PRIORITY);
		irq_set_edge(victim_first_irq + i, i);
		irq_enable(victim_first_irq + i);
		before[i] = settings(victim_first_irq + i);
	}
	for (unsigned int i = 0; i < SENTINEL_COUNT; i++)
		*sentinel(i) = SENTINEL + i;
	irq_set_handler(timer_irq(), on_tick);
	irq_enable(timer_irq());
	timer_set(timer_ticks() + timer_from_us(TICK_US));
	irqs_unmask();
}

static bool is_well(void)
{
	for (unsigned int i = 0; i < SENTINEL_COUNT; i++) {
		if (*sentinel(i) == SENTINEL + i)
			continue;
		printk("victim: memory %p changed\n", (const void *)sentinel(i));
		return false;
	}
	for (unsigned int i = 0; i < IRQS; i++) {
		if (settings(victim_first_irq + i) == before[i])
			continue;
		printk("victim: interrupt %u was %llx and is %llx\n", victim_first_irq + i,
		       (unsigned long long)before[i], (unsigned long long)settings(victim_first_irq + i));
		return false;
	}
	if (strangers)
		printk("victim: interrupt %u from nobody\n", stranger);
	return !strangers;
}

void inmate_main(uint64_t boot_arg)
{
	unsigned int seen = 0;

	set_up();
	printk("victim: ready\n");
	while (is_well()) {
		comm_poll_shutdown();
		if (ticks != seen)
			comm_heartbeat();
		seen = ticks;
		cpu_wait();
	}
	for (;;) {
		comm_poll_shutdown();
		cpu_wait();
	}
}
