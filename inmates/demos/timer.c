// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Takes a timer interrupt each millisecond and measures how late it comes. */
#include <inmate.h>

#define PERIOD_US 1000
#define PRINT_EACH 1000

static struct {
	uint64_t count, missed, sum, least, most;
} jitter = { .least = UINT64_MAX };

static uint64_t due;

static void on_timer(unsigned int irq)
{
	uint64_t late = timer_ticks() - due, period = timer_from_us(PERIOD_US);

	jitter.count++;
	jitter.sum += late;
	if (late < jitter.least)
		jitter.least = late;
	if (late > jitter.most)
		jitter.most = late;
	jitter.missed += late / period;
	due += (late / period + 1) * period;
	timer_set(due);
}

static void print(void)
{
	printk("timer: %llu interrupts, %llu missed, late by %llu..%llu ns, mean %llu ns\n",
	       (unsigned long long)jitter.count, (unsigned long long)jitter.missed,
	       (unsigned long long)timer_ns(jitter.least), (unsigned long long)timer_ns(jitter.most),
	       (unsigned long long)timer_ns(jitter.sum / jitter.count));
}

void inmate_main(uint64_t boot_arg)
{
	uint64_t next = PRINT_EACH;

	printk("timer: one interrupt each %u us, %llu ticks a second\n", PERIOD_US,
	       (unsigned long long)timer_frequency());
	irq_init();
	irq_set_handler(timer_irq(), on_timer);
	irq_enable(timer_irq());
	due = timer_ticks() + timer_from_us(PERIOD_US);
	timer_set(due);
	for (;;) {
		cpu_wait();
		irqs_unmask();
		irqs_mask();
		if (jitter.count >= next) {
			next += PRINT_EACH;
			print();
		}
		comm_heartbeat();
		comm_poll_shutdown();
	}
}
