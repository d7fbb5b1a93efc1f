// SPDX-License-Identifier: GPL-2.0-or-later
/* I/O ports of the machine: a cell that has none reads ones, and what it writes goes nowhere. */
#include "attacks.h"

#include <regs.h>

#define UART 0x3f8u
#define UART_SCRATCH (UART + 7)
#define UARTS 8u
#define POWER 0x604u
#define POWERS 2u
#define KEYBOARD 0x64u
#define FAST 0x92u
#define RESET 0xcf9u
#define PCI_ADDRESS 0xcf8u
#define PCI_DATA 0xcfcu
#define PCI_ENABLE (1u << 31)
#define DIRECT_DMA 0x514u /* takes an address and writes there */
#define ACPI_COMMAND 0xb2u
#define ALL_ONES 0xffffffffu

static inline uint32_t in32(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static inline void out32(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "d"(port));
}

static inline uint16_t in16(uint16_t port)
{
	uint16_t value;

	asm volatile("inw %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static uint64_t own_uart(uint64_t unused)
{
	port_write8(UART_SCRATCH, 0x5a);
	return port_read8(UART_SCRATCH) == 0x5a;
}

static bool is_own(uint32_t port, uint32_t size)
{
	return (port + size > UART && port < UART + UARTS) || (port + size > POWER && port < POWER + POWERS);
}

/* All where a PC has something, some of the others. */
static uint32_t next(uint32_t port)
{
	return port < 0x1000 ? port + 1 : port + 61;
}

/* How many give anything but ones. */
static uint64_t ports_read(uint64_t unused)
{
	uint64_t found = 0;

	for (uint32_t port = 0; port < 0x10000; port = next(port)) {
		found += !is_own(port, 1) && port_read8((uint16_t)port) != 0xff;
		found += !is_own(port, 2) && in16((uint16_t)port) != 0xffff;
		found += !is_own(port, 4) && in32((uint16_t)port) != ALL_ONES;
	}
	return found;
}

/* But those that reset the cell, as they do a PC. */
static uint64_t ports_write(uint64_t unused)
{
	for (uint32_t port = 0; port < 0x10000; port = next(port)) {
		if (!is_own(port, 1) && port != KEYBOARD && port != FAST && port != RESET)
			port_write8((uint16_t)port, (uint8_t)random64());
		if (port > FAST && !is_own(port, 4) && (port > RESET || port + 4 <= RESET))
			out32((uint16_t)port, (uint32_t)random64());
	}
	return own_uart(0);
}

/* Command register of the host bridge, through the old mechanism. */
static uint64_t configuration(uint64_t unused)
{
	out32(PCI_ADDRESS, PCI_ENABLE);
	return in32(PCI_DATA);
}

/* A BAR of the first function of device 31, moved over root's memory. */
static uint64_t move_bar(uint64_t unused)
{
	out32(PCI_ADDRESS, PCI_ENABLE | 31u << 11 | 2u << 8 | 0x24);
	out32(PCI_DATA, ROOT_SENTINELS);
	return in32(PCI_DATA);
}

/* "Write to root's sentinels": the address, in two halves that are big-endian. */
static uint64_t firmware_dma(uint64_t unused)
{
	static const uint32_t command[4] __attribute__((aligned(16))) = { 0x02000000, 0x00100000, 0, 0 };

	out32(DIRECT_DMA, 0);
	out32(DIRECT_DMA + 4, __builtin_bswap32((uint32_t)(uintptr_t)command));
	return in32(DIRECT_DMA);
}

static uint64_t management(uint64_t command)
{
	port_write8(ACPI_COMMAND, (uint8_t)command);
	return port_read8(ACPI_COMMAND);
}

static uint64_t string_in(uint64_t port)
{
	static uint8_t to[16];
	uint64_t target = (uint64_t)(uintptr_t)to, count = sizeof(to);

	asm volatile("rep insb" : "+D"(target), "+c"(count) : "d"((uint16_t)port) : "memory");
	return 1;
}

/* From memory of others: the processor reads it before anybody is asked. */
static uint64_t string_out(uint64_t address)
{
	uint64_t source = address, count = 4;

	asm volatile("rep outsb" : "+S"(source), "+c"(count) : "d"((uint16_t)UART_SCRATCH) : "memory");
	return 1;
}

/* clang-format off */
#define STRING(port) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, port, 0

static const struct row rows[] = {
	{ "port.read", own_uart, 0, ports_read, 0, EXPECT_VALUE, 0, 0, 0 },
	{ "port.write", own_uart, 0, ports_write, 0, EXPECT_VALUE, 0, 1, 0 },
	{ "port.configuration", own_uart, 0, configuration, 0, EXPECT_VALUE, 0, ALL_ONES, 0 },
	{ "port.bar-moved", own_uart, 0, move_bar, 0, EXPECT_VALUE, 0, ALL_ONES, 0 },
	{ "port.firmware-dma", own_uart, 0, firmware_dma, 0, EXPECT_VALUE, 0, ALL_ONES, 0 },
	{ "port.management-interrupt", own_uart, 0, management, 0x5a, EXPECT_VALUE, 0, 0xff, 0 },
	{ "port.string-in", own_uart, 0, string_in, PCI_DATA, STRING(PCI_DATA) },
	{ "port.string-in-own", own_uart, 0, string_in, UART_SCRATCH, STRING(UART_SCRATCH) },
	{ "port.string-out-of-others", own_uart, 0, string_out, VICTIM_MEMORY, STRING(UART_SCRATCH) },
};
/* clang-format on */

ROWS(port_rows, rows);
