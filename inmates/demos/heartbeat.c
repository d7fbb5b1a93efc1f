// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Beats ten times a second, for the watchdog and for whoever looks; answers a shutdown request. */
#include <inmate.h>

#define BEAT_US 100000
#define PRINT_EACH 10

static volatile bool due;
static uint64_t next;

static void on_timer(unsigned int irq)
{
	next += timer_from_us(BEAT_US);
	timer_set(next);
	due = true;
}

static void wait_for_beat(void)
{
	irqs_mask();
	while (!due) {
		cpu_wait(); /* wakes with interrupts masked, so that none is lost between test and wait */
		irqs_unmask();
		irqs_mask();
	}
	due = false;
	irqs_unmask();
}

void inmate_main(uint64_t boot_arg)
{
	irq_init();
	irq_set_handler(timer_irq(), on_timer);
	irq_enable(timer_irq());
	next = timer_ticks() + timer_from_us(BEAT_US);
	timer_set(next);
	printk("heartbeat: started\n");
	for (uint64_t beat = 1;; beat++) {
		wait_for_beat();
		comm_heartbeat();
		comm_set_status(beat);
		if (beat % PRINT_EACH == 0)
			printk("heartbeat %llu\n", (unsigned long long)beat);
		comm_poll_shutdown();
	}
}
