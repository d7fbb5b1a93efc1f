// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Finds QEMU's "edu" device among its PCI functions and drives its DMA. Lines from the console: "own" copies a buffer
 * of the cell to another one through the device; "read ADDRESS" and "write ADDRESS" (hex) let it reach for that
 * address, "peek ADDRESS" also shows what came of it; "move" tries to put its registers elsewhere.
 */
#include <inmate.h>

#include <regs.h>

#define PCI_ADDRESS 0xcf8u
#define PCI_DATA 0xcfcu
#define PCI_ENABLE 0x80000000u
#define PCI_COMMAND 0x04u
#define PCI_BAR 0x10u
#define PCI_MEMORY_AND_MASTER 0x6u
#define PCI_NOTHING 0xffffffffu
#define EDU_FUNCTION 0x11e81234u

#define EDU_ID 0x00u
#define EDU_SOURCE 0x80u
#define EDU_TARGET 0x88u
#define EDU_COUNT 0x90u
#define EDU_COMMAND 0x98u
#define EDU_RUN 1u
#define EDU_TO_MEMORY 2u
#define EDU_BUFFER 0x40000u
#define EDU_ID_MASK 0xffu
#define EDU_ID_LOW 0xedu

#define BYTES 256u
#define LINE 40u

static uint8_t from[BYTES], to[BYTES];
static uint64_t device;
static uint32_t where;

static void put64(uint32_t reg, uint64_t value)
{
	*(volatile uint64_t *)(uintptr_t)(device + reg) = value;
}

static uint32_t get32(uint32_t reg)
{
	return *(volatile uint32_t *)(uintptr_t)(device + reg);
}

static bool run(uint64_t source, uint64_t target, uint32_t command)
{
	put64(EDU_SOURCE, source);
	put64(EDU_TARGET, target);
	put64(EDU_COUNT, BYTES);
	put64(EDU_COMMAND, command | EDU_RUN);
	for (unsigned int i = 0; i < 3000; i++) {
		if (!(get32(EDU_COMMAND) & EDU_RUN))
			return true;
		delay_us(1000);
	}
	return false;
}

static void copy_own(void)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < BYTES; i++) {
		from[i] = (uint8_t)(i * 7 + 1);
		to[i] = 0;
	}
	if (!run((uintptr_t)from, EDU_BUFFER, 0) || !run(EDU_BUFFER, (uintptr_t)to, EDU_TO_MEMORY)) {
		printk("edu: does not come to an end\n");
		return;
	}
	for (unsigned int i = 0; i < BYTES; i++)
		wrong += ((volatile uint8_t *)to)[i] != from[i];
	printk("edu: own memory, %u bytes, %u wrong\n", BYTES, wrong);
}

static void reach(uint64_t address, uint32_t command)
{
	bool is_over;

	printk("edu: reaching for %llx\n", (unsigned long long)address);
	is_over = command ? run(EDU_BUFFER, address, command) : run(address, EDU_BUFFER, command);
	printk("edu: %s %llx\n", is_over ? "survived" : "stuck at", (unsigned long long)address);
}

static void peek(uint64_t address)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < BYTES; i++)
		to[i] = 0;
	if (!run(address, EDU_BUFFER, 0) || !run(EDU_BUFFER, (uintptr_t)to, EDU_TO_MEMORY)) {
		printk("edu: does not come to an end\n");
		return;
	}
	for (unsigned int i = 0; i < 8; i++)
		value = value << 8 | ((volatile uint8_t *)to)[i];
	printk("edu: peek %llx: %016llx\n", (unsigned long long)address, (unsigned long long)value);
}

static uint32_t config_read(uint32_t function, uint32_t offset)
{
	port_write32(PCI_ADDRESS, PCI_ENABLE | function << 8 | offset);
	return port_read32(PCI_DATA);
}

static void config_write(uint32_t function, uint32_t offset, uint32_t value)
{
	port_write32(PCI_ADDRESS, PCI_ENABLE | function << 8 | offset);
	port_write32(PCI_DATA, value);
}

/* All that bus 0 shows. */
static void find(void)
{
	for (uint32_t function = 0; function < 256; function++) {
		const uint32_t id = config_read(function, 0);

		if (id == PCI_NOTHING)
			continue;
		printk("edu: PCI 00:%02x.%u is %08x\n", function >> 3, function & 7, id);
		if (id != EDU_FUNCTION)
			continue;
		where = function;
		device = config_read(function, PCI_BAR) & ~0xfu;
		config_write(function, PCI_COMMAND, PCI_MEMORY_AND_MASTER);
	}
	if (device && (get32(EDU_ID) & EDU_ID_MASK) == EDU_ID_LOW)
		printk("edu: registers at %llx\n", (unsigned long long)device);
	else
		device = 0;
}

static void move(void)
{
	config_write(where, PCI_BAR, 0x80000000u);
	printk("edu: base address %s\n", (config_read(where, PCI_BAR) & ~0xfu) == device ? "stays" : "moved");
	config_write(where, PCI_BAR, PCI_NOTHING);
	printk("edu: size %x\n", ~(config_read(where, PCI_BAR) & ~0xfu) + 1);
}

static void read_line(char *line)
{
	unsigned int length = 0;
	int c;

	while ((c = uart_getc()) != '\r' && c != '\n') {
		if (c >= 0 && length < LINE - 1)
			line[length++] = (char)c;
		else
			cpu_relax();
	}
	line[length] = 0;
}

/* Behind the blank. */
static uint64_t number(const char *line)
{
	uint64_t value = 0;

	while (*line && *line++ != ' ')
		;
	for (; *line; line++)
		value = value * 16 + (uint64_t)(*line <= '9' ? *line - '0' : *line - 'a' + 10);
	return value;
}

void inmate_main(uint64_t boot_arg)
{
	char line[LINE];

	find();
	printk("edu: %s\n", device ? "ready" : "no device");
	while (device) {
		read_line(line);
		if (line[0] == 'm')
			move();
		else if (line[0] == 'o')
			copy_own();
		else if (line[0] == 'p')
			peek(number(line));
		else if (line[0] == 'r')
			reach(number(line), 0);
		else if (line[0] == 'w')
			reach(number(line), EDU_TO_MEMORY);
	}
}
