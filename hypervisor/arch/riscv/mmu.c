// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's own address space. All CPUs share the tables for image, pool and devices; each has a root
 * of its own that adds the GiB of its private area. A CPU's private area is mapped on no other CPU.
 */
#include <asm/mmu.h>

#include <arch/mmu.h>
#include <asm/csr.h>
#include <asm/maintenance.h>
#include <asm/percpu.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>

extern char layout_text_end[], layout_rodata_end[], layout_end[];

#define ROOT_ENTRIES 512u
#define PRIVATE_ENTRY (PERCPU_BASE >> 30)

static struct page_table tables; /* what all CPUs share */
static uint64_t device_next = DEVICE_BASE;

void *arch_hv_ptr(hpa_t address)
{
	return (void *)(uintptr_t)(HV_BASE + (address.value - image_header.hv_base));
}

hpa_t arch_hv_hpa(const void *pointer)
{
	return hpa((uint64_t)(uintptr_t)pointer - HV_BASE + image_header.hv_base);
}

hpa_t mmu_percpu_hpa(unsigned int slot)
{
	return hpa(image_header.hv_base + image_header.core_size + image_header.percpu_size * slot);
}

static uint64_t *private_table(uint64_t offset)
{
	return (uint64_t *)(PERCPU_BASE + offset);
}

static uint64_t percpu_physical(uint64_t offset)
{
	return mmu_percpu_hpa(percpu()->slot).value + offset;
}

/* Image, configuration, info area and pool at HV_BASE; between them the private areas, which are left out. */
static int map_linear(void)
{
	const uint64_t text = (uint64_t)(uintptr_t)layout_text_end - HV_BASE;
	const uint64_t rodata = (uint64_t)(uintptr_t)layout_rodata_end - HV_BASE;
	const uint64_t core = image_header.core_size;
	const uint64_t rest = core + image_header.percpu_size * image_header.cpu_count;
	const struct {
		uint64_t start, end;
		unsigned int prot;
	} parts[] = {
		{ 0, text, PT_READ | PT_EXEC },
		{ text, rodata, PT_READ },
		{ rodata, core, PT_READ | PT_WRITE },
		{ rest, image_header.hv_size, PT_READ | PT_WRITE },
	};

	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int code = pt_map(&tables, HV_BASE + parts[i].start,
				  hpa(image_header.hv_base + parts[i].start), parts[i].end - parts[i].start,
				  parts[i].prot, PT_NORMAL);

		if (code)
			return code;
	}
	return 0;
}

/* Root entries are only ever added; a hart may have noted that there was none, and forgets it. */
static void copy_root(void)
{
	uint64_t *root = private_table(PERCPU_ROOT);

	for (unsigned int i = 0; i < ROOT_ENTRIES; i++) {
		if (i == PRIVATE_ENTRY)
			root[i] = percpu_physical(PERCPU_PRIVATE_L2) >> 2 | BOOT_TABLE;
		else
			root[i] = tables.root[i];
	}
	arch_pt_publish();
	maintenance_own();
}

int mmu_init(void)
{
	int code;

	if (image_header.hv_size > HV_SIZE_MAX) {
		log_error(
			"enable: the hypervisor has 0x%llx bytes of memory, at most 0x%llx are mapped: make it smaller",
			(unsigned long long)image_header.hv_size, (unsigned long long)HV_SIZE_MAX);
		return BH_E_RANGE;
	}
	code = pt_init(&tables, arch_pt_hypervisor(), 0);
	if (code)
		return code;
	code = map_linear();
	if (code) {
		pt_exit(&tables);
		return code;
	}
	return mmu_cpu_init();
}

void mmu_exit(void)
{
	mmu_cpu_exit();
	pt_exit(&tables);
	device_next = DEVICE_BASE;
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
	change_root(percpu_physical(PERCPU_ROOT));
	percpu()->final_tables = 1;
	return 0;
}

void mmu_cpu_exit(void)
{
	if (!percpu()->final_tables)
		return;
	percpu()->final_tables = 0;
	change_root(percpu_physical(PERCPU_BOOT_ROOT));
}

volatile void *mmu_map_device(hpa_t base, uint64_t size)
{
	uint64_t offset = base.value & (PAGE_SIZE - 1);
	uint64_t bytes = align_up(offset + size, PAGE_SIZE);
	/* Same place in a 2 MiB block: large frames get block mappings. */
	uint64_t start =
		align_up(device_next, ARCH_WINDOW_SIZE) + ((base.value - offset) & (ARCH_WINDOW_SIZE - 1));

	if (bytes < size || start + bytes > DEVICE_BASE + DEVICE_SIZE)
		return NULL;
	if (pt_map(&tables, start, hpa(base.value - offset), bytes, PT_READ | PT_WRITE, PT_DEVICE))
		return NULL;
	device_next = start + bytes;
	copy_root();
	return (volatile void *)(uintptr_t)(start + offset);
}

void *arch_window_open(hpa_t address, size_t size)
{
	uint64_t block = align_down(address.value, ARCH_WINDOW_SIZE);
	uint64_t *entry = private_table(PERCPU_PRIVATE_L2) + (WINDOW_BASE >> 21 & 511);

	(void)size;
	__atomic_store_n(entry, block >> 2 | BOOT_DATA, __ATOMIC_RELEASE);
	arch_pt_publish();
	maintenance_own();
	return (void *)(uintptr_t)(WINDOW_BASE + (address.value - block));
}

void arch_window_close(void)
{
	uint64_t *entry = private_table(PERCPU_PRIVATE_L2) + (WINDOW_BASE >> 21 & 511);

	__atomic_store_n(entry, 0, __ATOMIC_RELEASE);
	maintenance_own();
}
