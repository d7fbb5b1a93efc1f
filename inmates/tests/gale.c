// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts without end, on x86-64: what its argument says, by two vCPUs until somebody ends it. With argument 0 it is
 * the next owner of CPUs and wire, and says what comes to it that it did not ask for.
 */
#include <inmate.h>

#include <regs.h>

enum kind { QUIET, COMMANDS, NMIS, STARTS, WIRE, KINDS };
#define BY_MEMORY 0x10u /* the local APICs stay in xAPIC mode */

#define NUMBER 5u
#define ICR_NMI 0x4400u
#define ICR_INIT 0x4500u
#define ICR_STARTUP 0x4600u
#define ICR_EVERYBODY (2u << 18)
#define NMI_VECTOR 2u
#define GATE_SIZE 16u

/* The second serial port, which the cell has, and its pin: it asks for a byte to send until it gets one. */
#define PORT 0x2f8u
#define PORT_ENABLE (PORT + 1)
#define PORT_CAUSE (PORT + 2)
#define PORT_MODEM (PORT + 4)
#define ENABLE_EMPTY 2u
#define MODEM_WIRE 8u
#define PIN (32u + 3)

#define APIC_REQUESTS 0x200u /* eight registers of 32 bits */

#define WAIT_US 300000u
#define BEAT 64u

extern char idt[], inmate_secondary[];
static volatile unsigned int came, pending[2];
static enum kind kind;

static void on_any(unsigned int irq)
{
	if (++came % BEAT == 0)
		comm_heartbeat();
}

static void on_wire(unsigned int irq)
{
	came++;
	port_read8(PORT_CAUSE);
}

/* Whatever vector: nothing is let in before that. */
static void look_at_requests(void)
{
	delay_us(WAIT_US);
	for (unsigned int i = 0; i < 8; i++)
		pending[cpu_self()] += apic_read(APIC_REQUESTS + i * 0x10) != 0;
}

static void set_up(void)
{
	irq_init();
	irq_enable(NUMBER);
	if (kind == QUIET)
		look_at_requests();
	irqs_unmask();
}

/* To itself, to the other, to both. */
static void command(void)
{
	for (;;) {
		irq_send(cpu_self(), NUMBER);
		irq_send(!cpu_self(), NUMBER);
		apic_command(0, ICR_EVERYBODY | (VECTOR_FIRST + NUMBER));
	}
}

static void send_nmis(void)
{
	for (;;)
		apic_command(!cpu_self(), ICR_NMI);
}

/* The other begins anew again and again, wherever it is. */
static void start(void)
{
	for (;;) {
		apic_command(1, ICR_INIT);
		apic_command(1, ICR_STARTUP | (uint32_t)((uintptr_t)inmate_secondary >> 12));
		on_any(0);
	}
}

static void wait(void)
{
	for (;;)
		cpu_relax();
}

/* Nobody gives it a byte or reads why it asks. */
static void raise_wire(void)
{
	port_write8(PORT_MODEM, MODEM_WIRE);
	port_write8(PORT_ENABLE, 0);
	irq_enable(PIN);
	port_write8(PORT_ENABLE, ENABLE_EMPTY); /* QEMU's I/O APIC does not see a wire that was up before */
	wait();
}

static const cpu_function first[KINDS] = { wait, command, send_nmis, start, raise_wire };
static const cpu_function others[KINDS] = { wait, command, send_nmis, wait, wait };

static void second(void)
{
	set_up();
	others[kind]();
}

/* An NMI goes the way of that number's interrupt: to end none that is not there does no harm. */
static void take_nmis(void)
{
	memcpy(idt + NMI_VECTOR * GATE_SIZE, idt + (VECTOR_FIRST + NUMBER) * GATE_SIZE, GATE_SIZE);
}

/* It may come at once: what was there before is counted before it can. */
static unsigned int more_than(unsigned int before)
{
	delay_us(WAIT_US);
	return came - before;
}

/* What comes by itself; by a wire whose device is silent; and when that asks. */
static void look(void)
{
	unsigned int by_itself, silent, before;

	delay_us(WAIT_US);
	by_itself = came + pending[0] + pending[1];
	irq_set_handler(PIN, on_wire);
	/* QEMU's I/O APIC remembers a level until it sees the wire fall while the pin is one for levels. */
	irq_disable(PIN);
	port_write8(PORT_MODEM, MODEM_WIRE);
	port_write8(PORT_ENABLE, ENABLE_EMPTY);
	port_write8(PORT_ENABLE, 0);
	before = came;
	irq_enable(PIN);
	silent = more_than(before);
	before = came;
	port_write8(PORT_ENABLE, ENABLE_EMPTY);
	printk("gale: %u came, %u of a silent device, %u of one that asks\n", by_itself, silent, more_than(before));
	port_write8(PORT_ENABLE, 0);
	wait();
}

void inmate_main(uint64_t boot_arg)
{
	kind = (enum kind)(boot_arg % BY_MEMORY);
	apic_by_memory = boot_arg & BY_MEMORY;
	for (unsigned int irq = 0; irq < irq_count(); irq++)
		irq_set_handler(irq, on_any);
	take_nmis();
	set_up();
	if (kind >= KINDS || cpu_start(1, second)) {
		printk("gale: no such storm, or no second vCPU\n");
		power_off();
	}
	if (kind == QUIET)
		look();
	printk("gale: blows\n");
	first[kind]();
}
