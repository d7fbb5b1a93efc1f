// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices of others: registers in memory, the machine's messages, the cell's own devices in wrong ways. */
#include "attacks.h"

#define ECAM 0xb0000000ull
#define HPET 0xfed00000ull
#define HPET_FSB 0xfed00118ull /* address and data of the first timer's message */
#define DMA_REMAPPING 0xfed90000ull
#define AMD_REMAPPING 0xfed80000ull
#define TPM 0xfed40000ull
#define BAR 0xfeb80000ull
#define FLASH 0xfffffff0ull
#define IOAPIC_WINDOW (IOAPIC_AT + 0x10)
#define XAPIC_PAGE_END (XAPIC_AT + 0x1000)
#define MESSAGE_TO_VICTIM (XAPIC_AT | (uint64_t)VICTIM_APIC_ID << 12)

uint64_t own_ioapic(uint64_t unused)
{
	*(volatile uint32_t *)(uintptr_t)IOAPIC_AT = 1;
	return load32(IOAPIC_WINDOW);
}

/* Every register that an index can name, in every width. */
static uint64_t ioapic_registers(uint64_t unused)
{
	for (uint32_t index = 0; index < 0x100; index++) {
		*(volatile uint32_t *)(uintptr_t)IOAPIC_AT = index;
		(void)load8(IOAPIC_WINDOW);
		(void)load16(IOAPIC_WINDOW + 2);
		(void)load64(IOAPIC_WINDOW);
	}
	return own_ioapic(0) != 0;
}

static uint64_t ioapic_random(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		*(volatile uint32_t *)(uintptr_t)IOAPIC_AT = (uint32_t)random64();
		*(volatile uint32_t *)(uintptr_t)IOAPIC_WINDOW = (uint32_t)random64() | 1u << 16;
	}
	return own_ioapic(0) != 0;
}

/* Not aligned, across the window's end, between registers: no register, no effect. */
static uint64_t ioapic_odd(uint64_t unused)
{
	for (uint64_t offset = 1; offset < 0x100; offset += 3) {
		(void)load32(IOAPIC_AT + offset);
		(void)load64(IOAPIC_AT + offset);
	}
	return own_ioapic(0) != 0;
}

/* clang-format off */
#define FAILS(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, 0
#define TOUCH(name, operation, address) { "mmio." name, own_ioapic, 0, operation, address, FAILS(address) }

static const struct row rows[] = {
	TOUCH("hpet-read", load32, HPET),
	TOUCH("hpet-message", store64, HPET_FSB),
	TOUCH("configuration-read", load32, ECAM),
	TOUCH("configuration-write", store32, ECAM + 0x8004),
	TOUCH("bar-of-others", store32, BAR),
	TOUCH("dma-remapping-write", store32, DMA_REMAPPING + 0x18),
	TOUCH("dma-remapping-amd", store64, AMD_REMAPPING),
	TOUCH("tpm-read", load8, TPM),
	TOUCH("flash-read", load64, FLASH),
	TOUCH("flash-write", store8, FLASH),
	TOUCH("message-to-other", store32, MESSAGE_TO_VICTIM),
	TOUCH("message-broadcast", store32, XAPIC_AT | 0xff000),
	TOUCH("message-logical", store32, XAPIC_AT | 0xff00c),
	TOUCH("message-remapped", store32, XAPIC_AT | 0x1010),
	TOUCH("behind-xapic", store32, XAPIC_PAGE_END),
	TOUCH("before-xapic", store32, XAPIC_AT - 4),
	TOUCH("behind-ioapic", load32, IOAPIC_AT + 0x1000),
	{ "mmio.ioapic-registers", own_ioapic, 0, ioapic_registers, 0, EXPECT_VALUE, 0, 1, 0 },
	{ "mmio.ioapic-random", own_ioapic, 0, ioapic_random, 2000, EXPECT_VALUE, 0, 1, 0 },
	{ "mmio.ioapic-odd", own_ioapic, 0, ioapic_odd, 0, EXPECT_VALUE, 0, 1, 0 },
};
/* clang-format on */

ROWS(mmio_rows, rows);
