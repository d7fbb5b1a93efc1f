// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions that meet an emulated device in front of the hypervisor's decoder: those that it does not know, that
 * cross pages, that change, and that the hypervisor does not find where the processor found them.
 */
#include "attacks.h"

#define PAGE 4096u
#define WINDOW (IOAPIC_AT + 0x10)
#define INDEX_VERSION 1u
#define LINEAR 0x200000000ull /* where two pages of code are mapped */
#define PAGE_TABLE 0x03u
#define LOAD_EAX 0x01u	   /* ModRM: eax, (rcx) */
#define LOAD_EDX 0x11u	   /* ModRM: edx, (rcx) */
#define INVALID ((uint64_t)-2)
#define UNMAPPED 0x7f0000000000ull

/* mov (%rcx), %eax; ret, with prefixes that mean nothing here in front. */
static const uint8_t load_code[] = { 0x8b, LOAD_EAX, 0xc3 };

static uint8_t pages[3][PAGE] __attribute__((aligned(4096)));
static uint64_t tables[3][512] __attribute__((aligned(4096)));

static void select_version(void)
{
	*(volatile uint32_t *)(uintptr_t)IOAPIC_AT = INDEX_VERSION;
}

static uint64_t run_at(uint64_t code)
{
	uint64_t value = 0;

	asm volatile("call *%1" : "+a"(value) : "r"(code), "c"(WINDOW), "d"(0ull) : "memory");
	return value;
}

static uint64_t is_version(uint64_t value)
{
	return value == own_ioapic(0);
}

/* Two pages one after the other at LINEAR; 0: there is no second one. */
static void map_code(uint64_t first, uint64_t second)
{
	uint64_t cr3, *upper;

	asm volatile("movq %%cr3, %0" : "=r"(cr3));
	upper = (uint64_t *)(uintptr_t)(*(uint64_t *)(uintptr_t)cr3 & ~0xfffull);
	upper[LINEAR >> 30] = (uint64_t)(uintptr_t)tables[0] | PAGE_TABLE;
	tables[0][0] = (uint64_t)(uintptr_t)tables[1] | PAGE_TABLE;
	tables[1][0] = first | PAGE_TABLE;
	tables[1][1] = second ? second | PAGE_TABLE : 0;
	asm volatile("movq %0, %%cr3" : : "r"(cr3) : "memory");
}

static uint64_t page(unsigned int number)
{
	return (uint64_t)(uintptr_t)pages[number];
}

/* @before: bytes of the instruction in the first of two pages that do not lie together. */
static uint64_t across_pages(uint64_t before)
{
	memcpy(&pages[0][PAGE - before], load_code, before);
	memcpy(pages[2], &load_code[before], sizeof(load_code) - before);
	map_code(page(0), page(2));
	select_version();
	return is_version(run_at(LINEAR + PAGE - before));
}

/* There is nothing behind the instruction: what follows is in another page that is reached by a return. */
static uint64_t at_the_end(uint64_t unused)
{
	/* mov (%rcx), %eax in front of a page that does not exist; the fault on what follows ends the attempt. */
	memcpy(&pages[0][PAGE - 2], load_code, 2);
	map_code(page(0), 0);
	select_version();
	return run_at(LINEAR + PAGE - 2);
}

/* 13 prefixes, 15 bytes: the longest that there is. */
static uint64_t longest(uint64_t unused)
{
	memset(pages[0], 0x3e, 13);
	memcpy(&pages[0][13], load_code, sizeof(load_code));
	select_version();
	return is_version(run_at(page(0)));
}

static uint64_t too_long(uint64_t unused)
{
	memset(pages[0], 0x3e, 14);
	memcpy(&pages[0][14], load_code, sizeof(load_code));
	return run_at(page(0));
}

/* The same place, cr3 and length, another register: what was learnt of it must not count. */
static uint64_t changed(uint64_t times)
{
	volatile uint8_t *code = pages[1];
	uint64_t right = 0;

	memcpy(pages[1], load_code, sizeof(load_code));
	for (uint64_t i = 0; i < times; i++) {
		code[1] = i & 1 ? LOAD_EDX : LOAD_EAX;
		select_version();
		right += (run_at(page(1)) != 0) == !(i & 1);
	}
	return right;
}

/*
 * What the processor still knows and the tables do not say any more: the code runs from the page before, its tables
 * lead elsewhere.
 */
static uint64_t stale(uint64_t elsewhere)
{
	memcpy(pages[0], load_code, sizeof(load_code));
	map_code(page(0), 0);
	select_version();
	if (!run_at(LINEAR))
		return 0;
	/* No other access to a device in between: the hypervisor remembers few of them. */
	*(volatile uint8_t *)(uintptr_t)LINEAR; /* known to the processor again */
	tables[1][0] = elsewhere | PAGE_TABLE;
	return run_at(LINEAR);
}

/* The same for code that runs for the first time. */
static uint64_t stale_new(uint64_t elsewhere)
{
	memcpy(pages[0], load_code, sizeof(load_code));
	map_code(page(2), page(0));
	select_version();
	*(volatile uint8_t *)(uintptr_t)(LINEAR + PAGE);
	tables[1][1] = elsewhere | PAGE_TABLE;
	return run_at(LINEAR + PAGE);
}

/*
 * A store that faults, with the stack on the device: what meets the device is the exception's frame, and not the store,
 * which could be decoded.
 */
static uint64_t fault_with_stack_at(uint64_t stack)
{
	uint64_t own;

	asm volatile("movq %%rsp, %0; movq %1, %%rsp; movl %%eax, (%2); movq %0, %%rsp"
		     : "=&r"(own)
		     : "r"(stack), "r"(UNMAPPED)
		     : "memory");
	return 1;
}

/* clang-format off */
#define UNKNOWN(name, operation) \
	{ "decode." name, own_ioapic, 0, operation, WINDOW, EXPECT_FAILED, BH_REASON_MMIO_ACCESS, WINDOW, 0 }
#define RIGHT(count) EXPECT_VALUE, 0, count, 0
/* What was learnt is used, the bytes are the same; where the next instruction should be, there is none. */
#define STALE(name, elsewhere) \
	{ "decode." name, own_ioapic, 0, stale, elsewhere, EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, (elsewhere) + 2, 0 }
/* Nothing was learnt: it is not found. */
#define STALE_NEW(name, elsewhere) \
	{ "decode." name, own_ioapic, 0, stale_new, elsewhere, EXPECT_FAILED, BH_REASON_MMIO_ACCESS, WINDOW, 0 }

static const struct row rows[] = {
	UNKNOWN("compare-16-bytes", compare_16_bytes),
	UNKNOWN("string-from", move_string_from),
	UNKNOWN("string-to", move_string_to),
	UNKNOWN("vector-load", load_vector),
	UNKNOWN("vector-store", store_vector),
	UNKNOWN("push", push_to),
	{ "decode.locked-add", own_ioapic, 0, add_locked, WINDOW, EXPECT_ANY, 0, 0, 0 },
	{ "decode.exchange", own_ioapic, 0, exchange, WINDOW, EXPECT_ANY, 0, 0, 0 },
	{ "decode.across-pages", own_ioapic, 0, across_pages, 1, RIGHT(1) },
	{ "decode.at-the-end-of-a-page", own_ioapic, 0, at_the_end, 0, EXPECT_FAULT, 0, 14ull << 32, 0 },
	{ "decode.longest", own_ioapic, 0, longest, 0, RIGHT(1) },
	{ "decode.too-long", own_ioapic, 0, too_long, 0, EXPECT_FAULT, 0, FAULT_GP, 0 },
	{ "decode.changed-code", own_ioapic, 0, changed, 200, RIGHT(200) },
	{ "decode.exception-into-device", own_ioapic, 0, fault_with_stack_at, IOAPIC_AT + 0x20, EXPECT_FAILED,
	  BH_REASON_MMIO_ACCESS, IOAPIC_AT + 0x18, 0 },
	{ "decode.fetch-of-device", own_ioapic, 0, call, IOAPIC_AT, EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, IOAPIC_AT,
	  0 },
	STALE("stale-translation", HYPERVISOR_MEMORY),
	STALE("stale-translation-to-device", IOAPIC_AT),
	STALE_NEW("stale-translation-new", HYPERVISOR_MEMORY),
	STALE_NEW("stale-translation-new-to-device", IOAPIC_AT),
};
/* clang-format on */

ROWS(decode_rows, rows);
