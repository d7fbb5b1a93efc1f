// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts: who owns which, and lines of virtual devices. */
#include "fake.h"

#include <arch/cpu.h>
#include <arch/irq.h>
#include <pthread.h>

#define FIRST_SPI 32
#define NOBODY (-1)

static int owners[FAKE_IRQS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void fake_reset_irqs(void)
{
	for (unsigned int irq = 0; irq < FAKE_IRQS; irq++)
		owners[irq] = NOBODY;
}

static void check_number(uint32_t irq)
{
	if (!arch_irq_valid(irq))
		fake_fatal("interrupt %u cannot be given to a cell", irq);
}

int arch_irq_valid(uint32_t irq)
{
	return irq >= FIRST_SPI && irq < FAKE_IRQS;
}

int fake_irq_owner(uint32_t irq)
{
	int owner;

	check_number(irq);
	pthread_mutex_lock(&lock);
	owner = owners[irq];
	pthread_mutex_unlock(&lock);
	return owner;
}

/* Change an owner, if it is whom the caller takes for it. */
static void change_owner(uint32_t irq, int from, int to)
{
	check_number(irq);
	pthread_mutex_lock(&lock);
	if (owners[irq] != from)
		fake_fatal("interrupt %u goes from cell %d to %d, but it belongs to %d", irq, from, to,
			   owners[irq]);
	owners[irq] = to;
	pthread_mutex_unlock(&lock);
}

void arch_irq_assign(struct cell_arch *cell, uint32_t irq)
{
	change_owner(irq, NOBODY, (int)cell->id);
}

void arch_irq_release(struct cell_arch *cell, uint32_t irq)
{
	change_owner(irq, (int)cell->id, NOBODY);
}

/* For a guest any number will do; hardware's own must not come in on it as well. */
void arch_irq_add_virtual(struct cell_arch *cell, uint32_t irq)
{
	check_number(irq);
	pthread_mutex_lock(&lock);
	if (owners[irq] == (int)cell->id)
		owners[irq] = NOBODY;
	pthread_mutex_unlock(&lock);
	bit_set(cell->virtual_irqs, irq);
}

void arch_irq_set(struct cell_arch *cell, uint32_t irq, int level)
{
	if (irq >= FAKE_IRQS || !bit_test(cell->virtual_irqs, irq))
		fake_fatal("interrupt %u of cell %u is no line of a virtual device", irq, cell->id);
	if (__atomic_exchange_n(&cell->level[irq], !!level, __ATOMIC_RELAXED) || !level)
		return;
	__atomic_fetch_add(&cell->edges[irq], 1, __ATOMIC_RELAXED);
	if (cell->slot[0] != arch_cpu_self())
		arch_cpu_kick(cell->slot[0]);
}

int fake_irq_level(const struct cell_arch *cell, uint32_t irq)
{
	return __atomic_load_n(&cell->level[irq], __ATOMIC_RELAXED);
}

uint32_t fake_irq_edges(const struct cell_arch *cell, uint32_t irq)
{
	return __atomic_load_n(&cell->edges[irq], __ATOMIC_RELAXED);
}
