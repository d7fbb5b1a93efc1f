// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hostile cell's accomplice: it makes page tables in its memory that lead to the victim, lets in every interrupt
 * that it can, and attacks the victim all the time. What it gets from others it says, and its beat stops.
 */
#include <inmate.h>

#include <regs.h>

#define TABLE 0x40100000ull
#define BLOCK_NORMAL 0x705u
#define FIRST_SPI 42u
#define VICTIM_SPI 46u
#define ATTACKS_A_BEAT 200u

static volatile unsigned int strangers, stranger;

static void on_stranger(unsigned int irq)
{
	strangers++;
	stranger = irq;
}

static void open_doors(void)
{
	volatile uint64_t *table = (volatile uint64_t *)(uintptr_t)TABLE;

	for (uint64_t i = 0; i < 512; i++)
		table[i] = i << 30 | BLOCK_NORMAL;
	irq_init();
	for (unsigned int irq = 0; irq < irq_count(); irq++)
		irq_set_handler(irq, on_stranger);
	for (unsigned int irq = 0; irq < 16; irq++)
		irq_enable(irq);
	irq_enable(FIRST_SPI);
	irq_enable(FIRST_SPI + 1);
	irqs_unmask();
}

static void attack(unsigned int round)
{
	static const uint32_t offsets[] = { 0x100, 0x180, 0x200, 0x280, 0x300, 0x380 };
	uint64_t reg = inmate_config.gicd + offsets[round % 6] + VICTIM_SPI / 32 * 4;

	*(volatile uint32_t *)(uintptr_t)reg = 3u << VICTIM_SPI % 32;
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
