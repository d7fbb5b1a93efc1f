// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hostile cell's accomplice: it makes page tables in its memory that lead to the victim, lets in every interrupt
 * that it can, and attacks the victim all the time. What it gets from others it says, and its beat stops.
 */
#include "accomplice/accomplice.h"

#define ATTACKS_A_BEAT 200u

static volatile unsigned int strangers, stranger;

static void on_stranger(unsigned int irq)
{
	strangers++;
	stranger = irq;
}

static void open_doors(void)
{
	accomplice_make_table();
	irq_init();
	for (unsigned int irq = 0; irq < irq_count(); irq++)
		irq_set_handler(irq, on_stranger);
	for (unsigned int irq = 0; irq < 16; irq++)
		irq_enable(irq);
	irq_enable(accomplice_first_irq);
	irq_enable(accomplice_first_irq + 1);
	irqs_unmask();
}

static void attack(unsigned int round)
{
	accomplice_attack(round);
	hypercall(BH_HC_CELL_DESTROY, 1 | (round & 0xff) << 16, 0, 0);
}

void inmate_main(uint64_t boot_arg)
{
	open_doors();
	printk("accomplice: ready\n");
	for (unsigned int round = 0; !strangers; round++) {
		attack(round);
		if (round % ATTACKS_A_BEAT == 0)
			comm_heartbeat();
	}
	printk("accomplice: interrupt %u from somebody\n", stranger);
	for (;;)
		cpu_wait();
}
