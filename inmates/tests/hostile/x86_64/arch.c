// SPDX-License-Identifier: GPL-2.0-or-later
/* x86-64's part of the frame. */
#include "attacks.h"

#include <regs.h>

#define EXCEPTION_UD 6u
#define CPUID_X2APIC (1u << 21) /* leaf 1, ECX */
#define PAGE_TABLE 0x03u
#define PAGE_LARGE 0x83u
#define LARGE 0x200000ull

const struct rows *const classes[] = {
	&memory_rows, &mmio_rows,    &decode_rows,    &sysreg_rows,   &port_rows,
	&irq_rows,    &virtual_rows, &hypercall_rows, &unmarked_rows, &collude_rows,
	&dma_rows,    &window_rows,  &endless_rows,
};
const unsigned int class_count = sizeof(classes) / sizeof(classes[0]);

/* Interrupt controllers are all the same to a cell; what differs is whose instructions the processor knows. */
unsigned int intc_version(void)
{
	static const uint32_t intel[] = { 0x756e6547, 0x6c65746e, 0x49656e69 }; /* "Genu", "ntel", "ineI" */
	uint32_t r[4];

	cpuid(0, r);
	return r[1] == intel[0] && r[2] == intel[1] && r[3] == intel[2] ? ONLY_VMX : ONLY_SVM;
}

bool intc_is(unsigned int version)
{
	uint32_t r[4];

	if (version == ONLY_DMA)
		return dma_device_is_there();
	if (version == ONLY_MSI)
		return dma_message_comes();
	if (version != ONLY_X2APIC)
		return version == intc_version();
	cpuid(1, r);
	return r[2] & CPUID_X2APIC;
}

bool is_undefined(const struct exception *exception)
{
	return exception->syndrome >> 32 == EXCEPTION_UD;
}

static void map_gib(uint64_t linear, uint64_t physical, uint64_t *table)
{
	uint64_t cr3, *upper;

	asm volatile("movq %%cr3, %0" : "=r"(cr3));
	upper = (uint64_t *)(uintptr_t)(*(uint64_t *)(uintptr_t)cr3 & ~0xfffull);
	for (unsigned int i = 0; i < 512; i++)
		table[i] = (physical + i * LARGE) | PAGE_LARGE;
	upper[linear >> 30] = (uint64_t)(uintptr_t)table | PAGE_TABLE;
	asm volatile("movq %0, %%cr3" : : "r"(cr3) : "memory");
}

void hostile_begin(void)
{
	static uint64_t tables[2][512] __attribute__((aligned(4096)));

	map_gib(ALIAS_ABOVE_4G, 0x100000000ull, tables[0]);
	map_gib(ALIAS_LAST_OF_40, 0xffc0000000ull, tables[1]);
	user_begin();
}
