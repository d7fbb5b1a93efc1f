// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Makes events for `make bench`, ROUNDS of each kind on two vCPUs, and counts that all of them happened. What
 * an event costs is counted outside, by ci/bench/exits.c; PHASE() tells it what comes.
 * What an architecture's events are made of is in bench/. Ends with "bench: all done", or with what is missing.
 */
#include "bench/bench.h"

#define ROUNDS BENCH_ROUNDS
#define SGI 1u

static unsigned int seen, online, finished;
static bool good = true;

/* True as soon as *@value is @wanted; false after two seconds. */
static bool reaches(const unsigned int *value, unsigned int wanted)
{
	uint64_t end = timer_ticks() + 2 * timer_frequency();

	while (__atomic_load_n(value, __ATOMIC_ACQUIRE) != wanted)
		if ((int64_t)(timer_ticks() - end) > 0)
			return false;
	return true;
}

static void verdict(const char *what, unsigned int count)
{
	printk("bench: %s: %u of %u\n", what, count, ROUNDS);
	good &= count == ROUNDS;
}

static void on_timer(unsigned int irq)
{
	timer_stop();
	__atomic_add_fetch(&seen, 1, __ATOMIC_RELEASE);
}

static void on_wired(unsigned int irq)
{
	bench_wired_quiet();
	__atomic_add_fetch(&seen, 1, __ATOMIC_RELEASE);
}

static void on_event(unsigned int irq)
{
	__atomic_add_fetch(&seen, 1, __ATOMIC_RELEASE);
}

static unsigned int calls(unsigned int number)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ROUNDS; i++)
		count += hypercall(number, 0, 0, 0).code == 0;
	return count;
}

/* One event at a time: the next is made when the one before was seen. */
static unsigned int events(void (*make)(void))
{
	unsigned int count = 0;

	__atomic_store_n(&seen, 0, __ATOMIC_RELEASE);
	while (count < ROUNDS) {
		make();
		if (!reaches(&seen, count + 1))
			break;
		count++;
	}
	return count;
}

static void make_timer(void)
{
	timer_set(timer_ticks() + 1);
}

static void make_ipi(void)
{
	irq_send(1, SGI);
}

static void receiver(void)
{
	irq_init();
	irq_set_handler(SGI, on_event);
	irq_enable(SGI);
	PHASE(6);
	irqs_unmask();
	__atomic_store_n(&online, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&finished, __ATOMIC_ACQUIRE))
		cpu_wait();
	PHASE(0); /* what this CPU does for others later is not our event */
	__atomic_store_n(&online, 0, __ATOMIC_RELEASE);
	cpu_off();
}

static void stop_receiver(void)
{
	__atomic_store_n(&finished, 1, __ATOMIC_RELEASE);
	irq_send(1, SGI);
	if (reaches(&online, 0))
		return;
	printk("bench: vCPU 1 did not end\n");
	good = false;
}

static bool start_receiver(void)
{
	if (cpu_start(1, receiver) == 0 && reaches(&online, 1))
		return true;
	printk("bench: vCPU 1 did not start\n");
	good = false;
	return false;
}

/* What is printed between the phases is none. */
static void run(void)
{
	unsigned int count;

	PHASE(1);
	count = calls(BH_HC_PING);
	PHASE(0);
	verdict("hypercalls", count);

	PHASE(2);
	count = bench_reads_controller();
	PHASE(0);
	verdict("reads of the interrupt controller", count);

	PHASE(3);
	count = bench_writes();
	PHASE(0);
	verdict("writes of 32 interrupts' enable bits", count);

	PHASE(4);
	count = events(make_timer);
	PHASE(0);
	verdict("timer interrupts", count);

	bench_wired_enable(true);
	PHASE(5);
	count = events(bench_wired_make);
	PHASE(0);
	bench_wired_enable(false);
	verdict("wired interrupts", count);

	if (start_receiver()) {
		PHASE(6);
		count = events(make_ipi);
		PHASE(0);
		stop_receiver();
		verdict("interrupts to the other vCPU", count);
	}

	PHASE(7);
	count = calls(BH_HC_INFO);
	PHASE(0);
	verdict("hypercalls that leave the fast path", count);

	PHASE(8);
	count = bench_reads_uart();
	PHASE(0);
	verdict("reads of the virtual UART", count);

	bench_more(verdict);
}

void inmate_main(uint64_t boot_arg)
{
	irq_init();
	irq_set_handler(timer_irq(), on_timer);
	bench_wired_set_up(on_wired);
	irq_enable(timer_irq());
	irqs_unmask();
	run();
	printk("bench: %s\n", good ? "all done" : "FAILED");
	power_off();
}
