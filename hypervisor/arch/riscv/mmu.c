// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Onto the hypervisor's own address space and off it: core/space.c makes what all CPUs share; each has a root of
 * its own that adds the GiB of its private area. A CPU's private area is mapped on no other CPU.
 */
#include <asm/mmu.h>

#include <arch/mmu.h>
#include <asm/csr.h>
#include <asm/maintenance.h>
#include <asm/percpu.h>
#include <core/image.h>
#include <core/space.h>

extern char layout_text_end[], layout_rodata_end[];

#define PRIVATE_ENTRY (PERCPU_BASE >> 30)

const struct arch_space arch_space = {
	.hv_base = HV_BASE,
	.hv_size_max = HV_SIZE_MAX,
	.text_size = (uintptr_t)layout_text_end - HV_BASE,
	.rodata_end = (uintptr_t)layout_rodata_end - HV_BASE,
	.device_base = DEVICE_BASE,
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

/* Root entries are only ever added; a hart may have noted that there was none, and forgets it. */
static void copy_root(void)
{
	space_fill_root(private_table(PERCPU_ROOT), PRIVATE_ENTRY, hpa(space_private(PERCPU_PRIVATE_L2)));
	maintenance_own();
}

int mmu_init(void)
{
	int code = space_init();

	return code ? code : mmu_cpu_init();
}

void mmu_exit(void)
{
	mmu_cpu_exit();
	space_exit();
}

/* Both roots map the code that runs here at the same place. */
static void change_root(uint64_t physical)
{
	csr_write(CSR_SATP, 1ull << SATP_SV39_SHIFT | physical >> 12);
	maintenance_own();
}

int mmu_cpu_init(void)
{
	if (percpu()->final_tables) /* the first CPU is there already */
		return 0;
	copy_root();
	change_root(space_private(PERCPU_ROOT));
	percpu()->final_tables = 1;
	return 0;
}

void mmu_cpu_exit(void)
{
	if (!percpu()->final_tables)
		return;
	percpu()->final_tables = 0;
	change_root(space_private(PERCPU_BOOT_ROOT));
}

volatile void *arch_map_device(hpa_t base, uint64_t size)
{
	volatile void *registers = space_map_device(base, size);

	if (registers)
		copy_root();
	return registers;
}

static uint64_t *window_entry(void)
{
	return private_table(PERCPU_PRIVATE_L2) + (WINDOW_BASE >> 21 & 511);
}

void *arch_window_open(hpa_t address, size_t size)
{
	void *window = space_window_open(window_entry(), WINDOW_BASE, address);

	(void)size;
	arch_pt_publish();
	maintenance_own();
	return window;
}

void arch_window_close(void)
{
	__atomic_store_n(window_entry(), 0, __ATOMIC_RELEASE);
	maintenance_own();
}
