// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Onto the hypervisor's own address space and off it: core/space.c makes what all CPUs share, a table of the third
 * level, which covers the top 512 GiB. Each CPU has its own of that kind, and above it one or two levels of one entry.
 */
#include <asm/mmu.h>

#include <arch/mmu.h>
#include <asm/maintenance.h>
#include <asm/percpu.h>
#include <core/image.h>
#include <core/space.h>

extern char layout_text_end[], layout_rodata_end[];

#define INDEX3(address) ((unsigned int)((address) >> 30 & 511))
#define PRIVATE_ENTRY INDEX3(PERCPU_BASE)

/* percpu()->final_tables, if it is on them. */
enum { FIRST_CPU = 1, OTHER_CPU = 2 };

/* The walker of the shared tables counts from where they begin. */
#define SPACE_MASK ((1ull << SPACE_BITS) - 1)

const struct arch_space arch_space = {
	.hv_base = HV_BASE & SPACE_MASK,
	.hv_size_max = HV_SIZE_MAX,
	.text_size = (uintptr_t)layout_text_end - HV_BASE,
	.rodata_end = (uintptr_t)layout_rodata_end - HV_BASE,
	.device_base = DEVICE_BASE & SPACE_MASK,
	.device_size = DEVICE_SIZE,
};

void *arch_hv_ptr(hpa_t address)
{
	return (void *)(uintptr_t)(HV_BASE + (address.value - image_header.hv_base));
}

hpa_t arch_hv_hpa(const void *pointer)
{
	return hpa((uint64_t)(uintptr_t)pointer - HV_BASE + image_header.hv_base);
}

static uint64_t *private_table(uint64_t offset)
{
	return (uint64_t *)(PERCPU_BASE + offset);
}

/* In the live table: what the hypervisor runs on translates as before. */
static void copy_root(void)
{
	space_fill_root(private_table(PERCPU_LEVEL3), PRIVATE_ENTRY, hpa(space_private(PERCPU_PRIVATE_L2)));
	maintenance_own();
}

static void to_final_tables(uint32_t kind)
{
	copy_root();
	percpu()->final_tables = kind;
}

static void to_boot_tables(void)
{
	uint64_t *table = private_table(PERCPU_LEVEL3);

	percpu()->final_tables = 0;
	__atomic_store_n(&table[INDEX3(HV_BASE)], space_private(PERCPU_BOOT_LINEAR) | BOOT_TABLE,
			 __ATOMIC_RELEASE);
	__atomic_store_n(&table[INDEX3(DEVICE_BASE)], 0, __ATOMIC_RELEASE);
	maintenance_own();
}

void mmu_leave(void)
{
	if (percpu()->final_tables)
		to_boot_tables();
}

int mmu_init(void)
{
	int code = space_init();

	if (!code)
		to_final_tables(FIRST_CPU);
	return code;
}

void mmu_exit(void)
{
	mmu_leave();
	space_exit();
}

int mmu_cpu_init(void)
{
	if (!percpu()->final_tables)
		to_final_tables(OTHER_CPU);
	return 0;
}

/* The CPU of mmu_init() undoes steps after this that need device registers: it goes back in mmu_exit(). */
void mmu_cpu_exit(void)
{
	if (percpu()->final_tables == OTHER_CPU)
		to_boot_tables();
}

volatile void *arch_map_device(hpa_t base, uint64_t size)
{
	volatile void *registers = space_map_device(base, size);

	if (!registers)
		return NULL;
	copy_root();
	return (volatile void *)((uintptr_t)registers | ~SPACE_MASK);
}

static uint64_t *window_entry(void)
{
	return private_table(PERCPU_PRIVATE_L2) + (WINDOW_BASE >> 21 & 511);
}

void *arch_window_open(hpa_t address, size_t size)
{
	(void)size;
	return space_window_open(window_entry(), WINDOW_BASE, address);
}

void arch_window_close(void)
{
	__atomic_store_n(window_entry(), 0, __ATOMIC_RELEASE);
	maintenance_own();
}
