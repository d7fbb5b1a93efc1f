// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * More interrupts at once than the hardware has list registers for. Each round makes a set of interrupts
 * pending while they are masked, with shuffled priorities and in shuffled order, lets them in, and checks
 * that each came exactly once and that none came before a more urgent one. A small set (16: the SGIs) and
 * a large one (up to 40, with PPIs and SPIs) take turns; shared ones are level and edge in turn.
 * Ends with "storm: 50 of 50 in order".
 */
#include <inmate.h>

#define ROUNDS 50u
#define SMALL 16u
#define LARGE 40u
#define FIRST_SPI 32u
#define PRIORITY_STEP 8u /* a virtual CPU interface has at least 32 priorities */

static unsigned int candidates[LARGE], candidate_count;
static unsigned int order[2 * LARGE];
static volatile unsigned int taken;

static void on_irq(unsigned int irq)
{
	if (taken < 2 * LARGE)
		order[taken] = irq;
	taken++;
}

static uint32_t random_below(uint32_t limit)
{
	static uint32_t state = 2463534242u;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

/* A controller ignores what the cell does not own: only what can be enabled takes part. */
static void try_candidate(unsigned int irq)
{
	if (candidate_count == LARGE || irq == timer_irq() || irq == inmate_config.uart_irq)
		return;
	irq_enable(irq);
	if (!irq_is_enabled(irq))
		return;
	irq_set_handler(irq, on_irq);
	candidates[candidate_count++] = irq;
}

static void find_candidates(void)
{
	for (unsigned int irq = 0; irq < 16; irq++)
		try_candidate(irq);
	for (unsigned int irq = FIRST_SPI; irq < irq_count(); irq++)
		try_candidate(irq);
	for (unsigned int irq = 16; irq < FIRST_SPI; irq++)
		try_candidate(irq);
}

static void shuffle(unsigned int *list, unsigned int count)
{
	for (unsigned int i = count; i > 1; i--) {
		unsigned int j = random_below(i), swapped = list[j];

		list[j] = list[i - 1];
		list[i - 1] = swapped;
	}
}

static void raise(const unsigned int *set, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (set[i] < 16)
			irq_send(0, set[i]);
		else
			irq_pend(set[i]);
	}
}

static bool came_once(unsigned int irq)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < taken; i++)
		count += order[i] == irq;
	if (count != 1)
		printk("storm: interrupt %u came %u times\n", irq, count);
	return count == 1;
}

static bool in_order(const unsigned int *set, unsigned int count)
{
	bool good = taken == count;

	if (!good)
		printk("storm: %u interrupts raised, %u taken\n", count, taken);
	for (unsigned int i = 0; i < count && taken <= 2 * LARGE; i++)
		good &= came_once(set[i]);
	for (unsigned int i = 1; i < taken && i < 2 * LARGE; i++) {
		if (irq_priority(order[i - 1]) <= irq_priority(order[i]))
			continue;
		printk("storm: interrupt %u (priority %x) came before %u (priority %x)\n", order[i - 1],
		       irq_priority(order[i - 1]), order[i], irq_priority(order[i]));
		good = false;
	}
	return good;
}

static bool round_of(unsigned int number, unsigned int count)
{
	unsigned int set[LARGE];

	for (unsigned int i = 0; i < count; i++) {
		set[i] = candidates[i];
		irq_set_priority(set[i], random_below(28) * PRIORITY_STEP);
		if (set[i] >= FIRST_SPI)
			irq_set_edge(set[i], (number + i) & 1);
	}
	shuffle(set, count);
	taken = 0;
	raise(set, count);
	irqs_unmask();
	for (uint64_t end = timer_ticks() + timer_frequency(); taken < count;)
		if ((int64_t)(timer_ticks() - end) > 0)
			break;
	delay_us(100); /* a duplicate would come now */
	irqs_mask();
	return in_order(set, count);
}

void inmate_main(uint64_t boot_arg)
{
	unsigned int good = 0, large;

	irq_init();
	find_candidates();
	large = candidate_count;
	printk("storm: %u and %u interrupts at once, %u rounds\n", SMALL, large, ROUNDS);
	for (unsigned int number = 0; number < ROUNDS; number++)
		good += round_of(number, number & 1 ? large : SMALL);
	printk("storm: %u of %u in order\n", good, ROUNDS);
	comm_set_status(good);
	power_off();
}
