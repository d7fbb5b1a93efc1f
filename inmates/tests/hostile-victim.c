// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The neighbour of the hostile cell. Every millisecond its timer ticks; then it looks whether its memory, its
 * interrupts' settings and the interrupts it got are its own doing, and beats. What is wrong is said once, and
 * the beat stops.
 */
#include <inmate.h>

#include <regs.h>

#define FIRST_SPI 46u
#define SPIS 2u
#define PRIORITY 0x70u
#define SENTINEL 0x5afe5afe5afe5afeull
#define SENTINELS 0x40100000ull
#define SENTINEL_COUNT 512u
#define SENTINEL_STRIDE 256u /* in words: a word of every half page */
#define TICK_US 1000u

static volatile uint64_t *const sentinels = (volatile uint64_t *)SENTINELS;
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

static uint32_t word_of(unsigned int offset, unsigned int irq, unsigned int bits)
{
	uint64_t at = inmate_config.gicd + offset + irq * bits / 32 * 4;

	return *(volatile uint32_t *)(uintptr_t)at;
}

/* Enabled, priority, edge or level, and all that is pending or active in its word: nothing is our doing. */
static uint64_t settings(unsigned int irq)
{
	uint64_t value = irq_is_enabled(irq) | irq_priority(irq) << 8;

	value |= (uint64_t)(word_of(0xc00, irq, 2) >> irq % 16 * 2 & 3) << 16;
	value |= (uint64_t)(word_of(0x200, irq, 1) | word_of(0x300, irq, 1)) << 32;
	return value;
}

static uint64_t before[SPIS];

static void set_up(void)
{
	irq_init();
	for (unsigned int irq = 0; irq < irq_count(); irq++)
		irq_set_handler(irq, on_stranger);
	for (unsigned int irq = 0; irq < 16; irq++)
		irq_enable(irq);
	for (unsigned int i = 0; i < SPIS; i++) {
		irq_set_priority(FIRST_SPI + i, PRIORITY);
		irq_set_edge(FIRST_SPI + i, i);
		irq_enable(FIRST_SPI + i);
		before[i] = settings(FIRST_SPI + i);
	}
	for (unsigned int i = 0; i < SENTINEL_COUNT; i++)
		sentinels[i * SENTINEL_STRIDE] = SENTINEL + i;
	irq_set_handler(timer_irq(), on_tick);
	irq_enable(timer_irq());
	timer_set(timer_ticks() + timer_from_us(TICK_US));
	irqs_unmask();
}

static bool is_well(void)
{
	for (unsigned int i = 0; i < SENTINEL_COUNT; i++) {
		if (sentinels[i * SENTINEL_STRIDE] == SENTINEL + i)
			continue;
		printk("victim: memory %p changed\n", (const void *)&sentinels[i * SENTINEL_STRIDE]);
		return false;
	}
	for (unsigned int i = 0; i < SPIS; i++) {
		if (settings(FIRST_SPI + i) == before[i])
			continue;
		printk("victim: interrupt %u was %llx and is %llx\n", FIRST_SPI + i,
		       (unsigned long long)before[i], (unsigned long long)settings(FIRST_SPI + i));
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
