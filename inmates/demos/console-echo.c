// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Receives by interrupt, echoes, and answers each line with its length and CRC-32, so that the other
 * side can tell whether every byte arrived. The line "quit" switches off.
 */
#include <inmate.h>

#define QUEUE_SIZE 4096u /* power of two */
#define LINE_SIZE 1024u

static unsigned char queue[QUEUE_SIZE];
static unsigned int head, tail, lost;

static void on_uart(unsigned int irq)
{
	int c;

	while ((c = uart_getc()) >= 0) {
		if (head - tail == QUEUE_SIZE)
			lost++;
		else
			queue[head++ % QUEUE_SIZE] = (unsigned char)c;
	}
}

/* Next byte, -1 if there is none; interrupts are masked. */
static int take(void)
{
	return head == tail ? -1 : queue[tail++ % QUEUE_SIZE];
}

static void answer(const char *line, unsigned int length)
{
	printk("\necho: %u bytes, crc32 %08x, %u lost\n", length, crc32(0, line, length), lost);
	if (length == 4 && !memcmp(line, "quit", 4))
		power_off();
}

static void handle(char c)
{
	static char line[LINE_SIZE];
	static unsigned int length;

	if (c == '\r' || c == '\n') {
		answer(line, length);
		length = 0;
		return;
	}
	if (length < LINE_SIZE)
		line[length++] = c;
	uart_putc(c);
}

void inmate_main(uint64_t boot_arg)
{
	irq_init();
	irq_set_handler(inmate_config.uart_irq, on_uart);
	irq_enable(inmate_config.uart_irq);
	uart_irq_enable();
	printk("echo: ready\n");
	for (;;) {
		int c;

		irqs_mask();
		c = take();
		if (c < 0)
			cpu_wait();
		irqs_unmask();
		if (c >= 0)
			handle((char)c);
		comm_heartbeat();
		comm_poll_shutdown();
	}
}
