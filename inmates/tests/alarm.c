// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The alarm of QEMU's clock, passed through, is a wire that rings until it is told to stop: also while its cell ends,
 * and when the next owner comes. What the console says:
 *	r	ring now
 *	o	ring now, while the source is disabled here, and switch off
 *	l	the same in ten seconds, and go on
 * Prints "alarm: N" with the number of interrupts that it took when nothing happened for a while, and at its start.
 */
#include <inmate.h>

#define CLOCK 0x00101000ull
#define CLOCK_IRQ 43u /* source 11 */
#define TIME_LOW 0x00u
#define TIME_HIGH 0x04u
#define ALARM_LOW 0x08u
#define ALARM_HIGH 0x0cu
#define IRQ_ENABLED 0x10u
#define CLEAR_INTERRUPT 0x1cu
#define LATER_NS 10000000000ull
#define WHILE_US 300000u

static volatile unsigned int taken;

static volatile uint32_t *reg(uint32_t offset)
{
	return (volatile uint32_t *)(uintptr_t)(CLOCK + offset);
}

static void on_alarm(unsigned int irq)
{
	*reg(CLEAR_INTERRUPT) = 1;
	taken++;
}

/* An alarm that is over already rings at once. */
static void ring_after(uint64_t ns)
{
	uint64_t at = *reg(TIME_LOW);

	at |= (uint64_t)*reg(TIME_HIGH) << 32;
	at = ns ? at + ns : 1;
	*reg(IRQ_ENABLED) = 1;
	*reg(ALARM_HIGH) = (uint32_t)(at >> 32);
	*reg(ALARM_LOW) = (uint32_t)at;
}

static void obey(int command)
{
	if (command == 'o' || command == 'l')
		irq_disable(CLOCK_IRQ);
	if (command == 'r')
		*reg(CLEAR_INTERRUPT) = 1;
	if (command == 'r' || command == 'o')
		ring_after(0);
	if (command == 'l')
		ring_after(LATER_NS);
	if (command == 'o')
		power_off();
}

void inmate_main(uint64_t boot_arg)
{
	unsigned int said = ~0u;

	irq_init();
	irq_set_handler(CLOCK_IRQ, on_alarm);
	irq_enable(CLOCK_IRQ);
	irqs_unmask();
	for (;;) {
		delay_us(WHILE_US);
		if (taken != said)
			printk("alarm: %u\n", said = taken);
		obey(uart_getc());
		comm_heartbeat();
	}
}
