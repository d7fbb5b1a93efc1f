// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices of others, and accesses to the cell's own devices that are not plain loads and stores. */
#include "attacks.h"

#define RTC 0x09010000ull
#define FW_CFG_DMA 0x09020010ull /* takes an address and writes there */
#define UART1 0x09040000ull
#define VIRTIO 0x0a000000ull
#define GITS_BASER 0x08080080ull
#define GITS_TRANSLATER 0x08090040ull
#define GICH_OR_GAP 0x08030000ull
#define GICR_OF_CPU1 0x080c0000ull
#define GICV2M 0x08020000ull

static uint64_t own_uart(uint64_t unused)
{
	return load32(INMATE_UART + 0x18) | 1;
}

static uint64_t own_gicd(uint64_t unused)
{
	return load32(INMATE_GICD + 4);
}

/* Not 4 bytes: the distributor knows no such access and answers 0. */
static uint64_t typer_by_8(uint64_t unused)
{
	return load64(INMATE_GICD);
}

static uint64_t typer_by_2(uint64_t unused)
{
	return load16(INMATE_GICD + 4);
}

static uint64_t unaligned(uint64_t unused)
{
	return load32(ALIAS_DEVICES + INMATE_GICD + 6);
}

static uint64_t across_registers(uint64_t unused)
{
	return load64(ALIAS_DEVICES + INMATE_GICD + 0xffc);
}

static uint64_t all_of_distributor(uint64_t end)
{
	for (uint64_t offset = 0; offset < end; offset += 4)
		(void)load32(INMATE_GICD + offset);
	return 1;
}

/* Reading the virtual UART's register in every width and at every offset harms nobody. */
static uint64_t uart_widths(uint64_t unused)
{
	for (uint64_t offset = 0x18; offset < 0x1000; offset += 8) {
		(void)load8(INMATE_UART + offset);
		(void)load16(INMATE_UART + offset);
		(void)load64(INMATE_UART + offset);
	}
	return 1;
}

/* clang-format off */
#define FAILS(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, 0
#define FAILS_V3(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, 3
#define FAILS_V2(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, 2

static const struct row rows[] = {
	{ "mmio.rtc-read", own_uart, 0, load32, RTC, FAILS(RTC) },
	{ "mmio.uart-of-others-write", own_uart, 0, store32, UART1, FAILS(UART1) },
	{ "mmio.fw-cfg-dma", own_uart, 0, store64, FW_CFG_DMA, FAILS(FW_CFG_DMA) },
	{ "mmio.virtio-read", own_uart, 0, load32, VIRTIO, FAILS(VIRTIO) },
	{ "mmio.gits-baser", own_gicd, 0, store64, GITS_BASER, FAILS(GITS_BASER) },
	{ "mmio.gits-translater", own_gicd, 0, store32, GITS_TRANSLATER, FAILS(GITS_TRANSLATER) },
	{ "mmio.gicv2m", own_gicd, 0, store32, GICV2M + 0x40, FAILS(GICV2M + 0x40) },
	{ "mmio.redistributor-of-other", own_gicd, 0, load32, GICR_OF_CPU1, FAILS_V3(GICR_OF_CPU1) },
	{ "mmio.redistributor-of-other-write", own_gicd, 0, store32, GICR_OF_CPU1 + 0x10100,
	  FAILS_V3(GICR_OF_CPU1 + 0x10100) },
	{ "mmio.gich-read", own_gicd, 0, load32, GICH_OR_GAP, FAILS_V2(GICH_OR_GAP) },
	{ "mmio.gich-write", own_gicd, 0, store32, GICH_OR_GAP + 0x100, FAILS_V2(GICH_OR_GAP + 0x100) },
	{ "mmio.byte-of-nothing", own_uart, 0, store8, RTC + 3, FAILS(RTC + 3) },
	{ "mmio.pair-from-gicd", own_gicd, 0, load_pair, INMATE_GICD, FAILS(INMATE_GICD) },
	{ "mmio.pair-to-uart", own_uart, 0, store_pair, INMATE_UART, FAILS(INMATE_UART) },
	{ "mmio.post-index-from-gicd", own_gicd, 0, load_post_index, INMATE_GICD, FAILS(INMATE_GICD) },
	{ "mmio.pre-index-to-gicd", own_gicd, 0, store_pre_index, INMATE_GICD + 0x108,
	  FAILS(INMATE_GICD + 0x108) },
	{ "mmio.gicd-8-bytes", own_gicd, 0, typer_by_8, 0, EXPECT_VALUE, 0, 0, 0 },
	{ "mmio.gicd-2-bytes", own_gicd, 0, typer_by_2, 0, EXPECT_VALUE, 0, 0, 0 },
	{ "mmio.gicd-unaligned", own_gicd, 0, unaligned, 0, EXPECT_VALUE, 0, 0, 0 },
	{ "mmio.gicd-unaligned-8-bytes", own_gicd, 0, across_registers, 0, EXPECT_VALUE, 0, 0, 0 },
	{ "mmio.gicd-every-word", own_gicd, 0, all_of_distributor, 0x1000, EXPECT_ANY, 0, 0, 0 },
	{ "mmio.gicd-every-word-v3", own_gicd, 0, all_of_distributor, 0x10000, EXPECT_ANY, 0, 0, 3 },
	{ "mmio.uart-widths", own_uart, 0, uart_widths, 0, EXPECT_ANY, 0, 0, 0 },
};
/* clang-format on */

ROWS(mmio_rows, rows);
