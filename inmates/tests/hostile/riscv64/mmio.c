// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices of others, and accesses to the cell's own devices that are not plain loads and stores. */
#include "attacks.h"

#define TEST_DEVICE 0x00100000ull /* a word written here switches the machine off */
#define RTC 0x00101000ull
#define ACLINT 0x02000000ull /* the machine mode's timer and software interrupts */
#define VIRTIO 0x10001000ull
#define FW_CFG_DMA 0x10100010ull /* takes an address and writes there */
#define FLASH 0x20000000ull
#define IMSIC_OF_MACHINE 0x24000000ull
#define PCI_CONFIGURATION 0x30000000ull
#define UART_SCRATCH (INMATE_UART + 7)
#define UART_END (INMATE_UART + 0x1000)
#define SCRATCH 0x3cu

static uint64_t own_uart(uint64_t unused)
{
	*(volatile uint8_t *)(uintptr_t)UART_SCRATCH = SCRATCH;
	return *(volatile uint8_t *)(uintptr_t)UART_SCRATCH == SCRATCH;
}

/* The scratch register by an instruction of two bytes, which htinst gives as one of four, or not at all. */
static uint64_t compressed_load(uint64_t unused)
{
	return own_uart(0) ? load_compressed(INMATE_UART + 4) >> 32 : 1;
}

/* Reading the virtual UART in every width and at every offset harms nobody. */
static uint64_t uart_widths(uint64_t unused)
{
	for (uint64_t offset = 0; offset < 8; offset++) {
		(void)load8(INMATE_UART + offset);
		(void)load16(INMATE_UART + offset);
		(void)load32(INMATE_UART + offset);
		(void)load64(INMATE_UART + offset);
	}
	return 1;
}

/* Sign and width of what a load gives are the instruction's. */
static uint64_t signed_byte(uint64_t unused)
{
	int64_t value;

	*(volatile uint8_t *)(uintptr_t)UART_SCRATCH = 0x80;
	asm volatile("lb %0, 0(%1)" : "=r"(value) : "r"(UART_SCRATCH) : "memory");
	return (uint64_t)value;
}

static uint64_t into_x0(uint64_t address)
{
	asm volatile("lbu x0, 0(%0)" : : "r"(address) : "memory");
	return 1;
}

/* clang-format off */
#define FAILS(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, ANY

static const struct row rows[] = {
	{ "mmio.power-off-of-the-machine", own_uart, 0, store32, TEST_DEVICE, FAILS(TEST_DEVICE) },
	{ "mmio.rtc-read", own_uart, 0, load32, RTC, FAILS(RTC) },
	{ "mmio.machine-timer", own_uart, 0, store64, ACLINT + 0x4000, FAILS(ACLINT + 0x4000) },
	{ "mmio.machine-software-interrupt", own_uart, 0, store32, ACLINT, FAILS(ACLINT) },
	{ "mmio.virtio-read", own_uart, 0, load32, VIRTIO, FAILS(VIRTIO) },
	{ "mmio.fw-cfg-dma", own_uart, 0, store64, FW_CFG_DMA, FAILS(FW_CFG_DMA) },
	{ "mmio.flash-write", own_uart, 0, store32, FLASH, FAILS(FLASH) },
	{ "mmio.imsic-of-machine-mode", own_uart, 0, store32, IMSIC_OF_MACHINE, FAILS(IMSIC_OF_MACHINE) },
	{ "mmio.pci-configuration", own_uart, 0, store32, PCI_CONFIGURATION + 4, FAILS(PCI_CONFIGURATION + 4) },
	{ "mmio.byte-of-nothing", own_uart, 0, store8, RTC + 3, FAILS(RTC + 3) },
	{ "mmio.halfword-of-nothing", own_uart, 0, load16, RTC + 6, FAILS(RTC + 6) },
	{ "mmio.misaligned-of-nothing", own_uart, 0, load64, RTC + 5, FAILS(RTC + 5) },
	{ "mmio.behind-uart", own_uart, 0, load8, UART_END, FAILS(UART_END) },
	{ "mmio.atomic-on-uart", own_uart, 0, swap32, INMATE_UART + 4, FAILS(INMATE_UART + 4) },
	{ "mmio.load-reserved-of-uart", own_uart, 0, load_reserved, INMATE_UART + 4, FAILS(INMATE_UART + 4) },
	{ "mmio.float-from-uart", own_uart, 0, load_float, INMATE_UART, FAILS(INMATE_UART) },
	{ "mmio.float-to-uart", own_uart, 0, store_float, INMATE_UART, FAILS(INMATE_UART) },
	{ "mmio.across-pages", own_uart, 0, load64, RTC + 0xffc, FAILS(RTC + 0xffc) },
	{ "mmio.compressed-from-uart", own_uart, 0, compressed_load, 0, EXPECT_VALUE, 0, 0, ANY },
	{ "mmio.across-the-uarts-end", own_uart, 0, load64, UART_END - 4, EXPECT_VALUE, 0, 0, ANY },
	{ "mmio.signed-byte", own_uart, 0, signed_byte, 0, EXPECT_VALUE, 0, (uint64_t)-128, ANY },
	{ "mmio.into-x0", own_uart, 0, into_x0, UART_SCRATCH, EXPECT_VALUE, 0, 1, ANY },
	{ "mmio.uart-widths", own_uart, 0, uart_widths, 0, EXPECT_ANY, 0, 0, ANY },
};
/* clang-format on */

ROWS(mmio_rows, rows);
