// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Starts all vCPUs, which then pass a token round by inter-processor interrupts; then all send to all.
 * Ends with "smp: N vCPUs, all interrupts arrived", or with what is missing.
 */
#include <inmate.h>

#define SGI_TOKEN 1u
#define SGI_ALL 2u
#define LAPS 100u
#define BURSTS 20u

static unsigned int cpu_count = 1;
static unsigned int online;
static unsigned int token_seen[INMATE_MAX_CPUS];
static unsigned int all_seen[INMATE_MAX_CPUS];

static unsigned int load(const unsigned int *value)
{
	return __atomic_load_n(value, __ATOMIC_ACQUIRE);
}

/* True as soon as *@value is @wanted; false after ten seconds in which it stood still: slow is not lost. */
static bool reaches(const unsigned int *value, unsigned int wanted)
{
	uint64_t since = timer_ticks();
	unsigned int seen = load(value), now;

	while ((now = load(value)) < wanted) {
		if (now != seen)
			since = timer_ticks();
		else if (timer_ticks() - since > 10 * timer_frequency())
			return false;
		seen = now;
	}
	return true;
}

static void on_token(unsigned int irq)
{
	unsigned int self = cpu_self();
	unsigned int lap = __atomic_add_fetch(&token_seen[self], 1, __ATOMIC_RELEASE);

	if (self || lap < LAPS)
		irq_send((self + 1) % cpu_count, SGI_TOKEN);
}

static void on_all(unsigned int irq)
{
	__atomic_add_fetch(&all_seen[cpu_self()], 1, __ATOMIC_RELEASE);
}

static void set_up(void)
{
	irq_init();
	irq_enable(SGI_TOKEN);
	irq_enable(SGI_ALL);
	irqs_unmask();
	__atomic_add_fetch(&online, 1, __ATOMIC_RELEASE);
}

static void secondary(void)
{
	set_up();
	for (;;)
		cpu_wait();
}

static bool start_all(void)
{
	irq_set_handler(SGI_TOKEN, on_token);
	irq_set_handler(SGI_ALL, on_all);
	set_up();
	while (cpu_count < INMATE_MAX_CPUS && cpu_start(cpu_count, secondary) == 0) {
		cpu_count++;
		if (!reaches(&online, cpu_count)) {
			printk("smp: vCPU %u was started but did not arrive\n", cpu_count - 1);
			return false;
		}
	}
	return true;
}

static bool pass_token(void)
{
	irq_send(1 % cpu_count, SGI_TOKEN);
	if (reaches(&token_seen[0], LAPS))
		return true;
	for (unsigned int cpu = 0; cpu < cpu_count; cpu++)
		printk("smp: vCPU %u saw the token %u times of %u\n", cpu, load(&token_seen[cpu]), LAPS);
	return false;
}

/* One interrupt of a number can be pending at a time: each burst waits for the one before. */
static bool send_to_all(void)
{
	for (unsigned int burst = 1; burst <= BURSTS; burst++) {
		for (unsigned int cpu = 0; cpu < cpu_count; cpu++)
			irq_send(cpu, SGI_ALL);
		for (unsigned int cpu = 0; cpu < cpu_count; cpu++) {
			if (reaches(&all_seen[cpu], burst))
				continue;
			printk("smp: burst %u did not reach vCPU %u\n", burst, cpu);
			return false;
		}
	}
	return true;
}

void inmate_main(uint64_t boot_arg)
{
	struct bh_comm_page *page = comm_page();
	bool good = start_all() && pass_token() && send_to_all();

	if (page && page->vcpu_count != cpu_count) {
		printk("smp: the cell has %u vCPUs, but only %u started\n", page->vcpu_count, cpu_count);
		good = false;
	}
	printk("smp: %u vCPUs, %s\n", cpu_count, good ? "all interrupts arrived" : "FAILED");
	for (;;) {
		comm_heartbeat();
		comm_poll_shutdown();
		delay_us(10000);
	}
}
