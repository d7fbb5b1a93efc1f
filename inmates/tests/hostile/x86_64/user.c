// SPDX-License-Identifier: GPL-2.0-or-later
/* A step down to CPL 3: segments for it, a stack for the way back, and pages that it may use. */
#include "attacks.h"

#define PAGE_USER 4u
#define DATA3 0x23u
#define CODE3 0x2bu
#define TASK 0x30u
#define TASK_BYTES 104u
#define PORTS_AT 102u
#define ROOM 4096u /* below us, for the exception */

struct pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

/* The library's three, then ours. */
static uint64_t gdt[8] __attribute__((aligned(16))) = {
	0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cf9b000000ffff, 0x00cff3000000ffff, 0x00affb000000ffff,
};
static uint8_t task[TASK_BYTES] __attribute__((aligned(16)));
static uint64_t stack3[64] __attribute__((aligned(16)));

void user_begin(void)
{
	uint64_t cr3, *table;

	asm volatile("movq %%cr3, %0" : "=r"(cr3));
	table = (uint64_t *)(uintptr_t)cr3;
	for (unsigned int level = 0; level < 3; level++) {
		table[0] |= PAGE_USER;
		table = (uint64_t *)(uintptr_t)(table[0] & ~0xfffull);
	}
	asm volatile("movq %0, %%cr3" : : "r"(cr3) : "memory");
}

uint64_t at_user(uint64_t code)
{
	const struct pointer pointer = { sizeof(gdt) - 1, (uint64_t)(uintptr_t)gdt };
	const uint16_t no_ports = TASK_BYTES; /* their bitmap lies behind the limit */
	const uint64_t base = (uint64_t)(uintptr_t)task;
	const uint64_t stack0 = ((uint64_t)(uintptr_t)__builtin_frame_address(0) - ROOM) & ~15ull;

	memcpy(task + 4, &stack0, sizeof(stack0));
	memcpy(task + PORTS_AT, &no_ports, sizeof(no_ports));
	gdt[TASK / 8] = (TASK_BYTES - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
	gdt[TASK / 8 + 1] = base >> 32;
	asm volatile("lgdt %0; ltr %w1; pushq %2; pushq %3; pushq $2; pushq %4; pushq %5; iretq"
		     :
		     : "m"(pointer), "r"(TASK), "r"((uint64_t)DATA3), "r"((uint64_t)(uintptr_t)&stack3[64]),
		       "r"((uint64_t)CODE3), "r"(code)
		     : "memory");
	return 0;
}
