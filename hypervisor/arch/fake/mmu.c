// SPDX-License-Identifier: GPL-2.0-or-later
/* Table formats as data, windows, and maintenance that only counts. */
#include "fake.h"

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <core/pagetable.h>
#include <string.h>

#define VALID 1ull
#define TABLE 2ull
#define ADDRESS 0x000ffffffffff000ull

/* A format of our own: bit 0 valid, bit 1 table, bits 2 to 4 read, write, execute, bits 5 and 6 the type. */
static const struct pt_format fake_format = {
	.name = "fake",
	.levels = 4,
	.root_bits = 9,
	.block_levels = 1u << 1 | 1u << 2,
	.valid_mask = VALID,
	.addr_mask = ADDRESS,
	.table_mask = TABLE,
	.table_value = TABLE,
	.table_bits = VALID | TABLE,
	.leaf_bits = { VALID, VALID, VALID, VALID },
	.prot_bits = { 0, 1 << 2, 2 << 2, 3 << 2, 4 << 2, 5 << 2, 6 << 2, 7 << 2 },
	.prot_mask = 7 << 2,
	.type_bits = { [PT_NORMAL] = 0, [PT_NONCACHED] = 1 << 5, [PT_DEVICE] = 2 << 5 },
	.type_mask = 3 << 5,
};

/* VMSAv8-64, EL2 stage 1: AttrIndx 0..2, AP[2] read-only, SH inner, AF, XN. Four levels. */
#define S1_RO (1ull << 7)
#define S1_XN (1ull << 54)
#define S1_LEAF (1ull << 10 | 1ull << 6 /* AP[1] is RES1 at EL2 */)
static const struct pt_format vmsa_stage1 = {
	.name = "VMSAv8 stage 1",
	.levels = 4,
	.root_bits = 9,
	.block_levels = 1u << 1 | 1u << 2,
	.valid_mask = 1,
	.addr_mask = 0x0000fffffffff000ull,
	.table_mask = 2,
	.table_value = 2,
	.table_bits = 3,
	.leaf_bits = { 0, S1_LEAF | 1, S1_LEAF | 1, S1_LEAF | 3 },
	.prot_bits = { S1_RO | S1_XN, S1_RO | S1_XN, S1_XN, S1_XN, S1_RO, S1_RO, 0, 0 },
	.prot_mask = S1_RO | S1_XN,
	.type_bits = { [PT_NORMAL] = 3 << 8 | 0 << 2,
		       [PT_NONCACHED] = 3 << 8 | 1 << 2,
		       [PT_DEVICE] = 2 << 2 },
	.type_mask = 3 << 8 | 7 << 2,
};

/* VMSAv8-64 stage 2, 40 bits of input: three levels, two concatenated roots. */
#define S2_LEAF (1ull << 10)
#define S2_XN (2ull << 53)
static const struct pt_format vmsa_stage2 = {
	.name = "VMSAv8 stage 2",
	.levels = 3,
	.root_bits = 10,
	.block_levels = 1u << 0 | 1u << 1,
	.valid_mask = 1,
	.addr_mask = 0x0000fffffffff000ull,
	.table_mask = 2,
	.table_value = 2,
	.table_bits = 3,
	.leaf_bits = { S2_LEAF | 1, S2_LEAF | 1, S2_LEAF | 3 },
	.prot_bits = { S2_XN, S2_XN | 1 << 6, S2_XN | 2 << 6, S2_XN | 3 << 6, 0, 1 << 6, 2 << 6, 3 << 6 },
	.prot_mask = 3ull << 53 | 3 << 6,
	.type_bits = { [PT_NORMAL] = 3 << 8 | 15 << 2,
		       [PT_NONCACHED] = 3 << 8 | 5 << 2,
		       [PT_DEVICE] = 1 << 2 },
	.type_mask = 3 << 8 | 15 << 2,
};

/* RISC-V Sv39x4, G-stage with Svpbmt: four concatenated roots, a table is what has none of R, W and X. */
#define RV_LEAF (1u << 0 | 1u << 4 | 1u << 6 | 1u << 7) /* V, U, A, D */
static const struct pt_format sv39x4 = {
	.name = "Sv39x4",
	.levels = 3,
	.root_bits = 11,
	.block_levels = 1u << 0 | 1u << 1,
	.addr_shift = 2,
	.valid_mask = 1,
	.addr_mask = 0x003ffffffffffc00ull,
	.table_mask = 7u << 1,
	.table_value = 0,
	.table_bits = 1,
	.leaf_bits = { RV_LEAF, RV_LEAF, RV_LEAF },
	.prot_bits = { 0, 1 << 1, 2 << 1, 3 << 1, 4 << 1, 5 << 1, 6 << 1, 7 << 1 },
	.prot_mask = 7 << 1,
	.type_bits = { [PT_NORMAL] = 0, [PT_NONCACHED] = 1ull << 61, [PT_DEVICE] = 2ull << 61 },
	.type_mask = 3ull << 61,
};

static fake_tlb_hook_t *tlb_hook;

const struct pt_format *fake_format_vmsa_stage1(void)
{
	return &vmsa_stage1;
}

const struct pt_format *fake_format_vmsa_stage2(void)
{
	return &vmsa_stage2;
}

const struct pt_format *fake_format_sv39x4(void)
{
	return &sv39x4;
}

const struct pt_format *arch_pt_hypervisor(void)
{
	return &fake_format;
}

const struct pt_format *arch_pt_stage2(void)
{
	return &fake_format;
}

const struct arch_space arch_space = {
	.hv_base = FAKE_SPACE_HV,
	.hv_size_max = FAKE_HV_SIZE,
	.text_size = FAKE_TEXT_SIZE,
	.rodata_end = FAKE_RODATA_END,
	.device_base = FAKE_SPACE_DEVICES,
	.device_size = FAKE_SPACE_DEVICES_SIZE,
};

unsigned int arch_phys_bits(void)
{
	return FAKE_PHYS_BITS;
}

void fake_set_tlb_hook(fake_tlb_hook_t *hook)
{
	tlb_hook = hook;
}

void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size)
{
	fake_count(tlb_invalidate);
	if (tlb_hook)
		tlb_hook(table, in, size);
}

void arch_tlb_invalidate_vmid(uint32_t vmid)
{
	fake_count(tlb_invalidate_vmid);
}

void arch_pt_publish(void)
{
	fake_count(pt_publish);
}

void *arch_hv_ptr(hpa_t address)
{
	if (!fake_in_hv(address.value, 1))
		fake_fatal("0x%llx is no memory of the hypervisor", (unsigned long long)address.value);
	return fake_ram_at(address.value);
}

hpa_t arch_hv_hpa(const void *pointer)
{
	uint64_t offset = (uint64_t)((const uint8_t *)pointer - (const uint8_t *)fake_ram_at(FAKE_RAM_BASE));

	if (!fake_in_hv(FAKE_RAM_BASE + offset, 1))
		fake_fatal("%p does not point to memory of the hypervisor", pointer);
	return hpa(FAKE_RAM_BASE + offset);
}

/* Windows: one a CPU, cells' RAM only. */
static uint8_t window_is_open[CONFIG_MAX_CPUS];

static void check_window(uint64_t address, uint64_t size)
{
	if (window_is_open[arch_cpu_self()])
		fake_fatal("CPU %u opens a second window", arch_cpu_self());
	if (!size || size > ARCH_WINDOW_SIZE ||
	    align_down(address, ARCH_WINDOW_SIZE) != align_down(address + size - 1, ARCH_WINDOW_SIZE))
		fake_fatal("a window at 0x%llx, 0x%llx bytes, crosses 2 MiB", (unsigned long long)address,
			   (unsigned long long)size);
	if (!fake_in_ram(address, size) || address + size > FAKE_HV_BASE)
		fake_fatal("a window at 0x%llx, 0x%llx bytes: that is not RAM of a cell",
			   (unsigned long long)address, (unsigned long long)size);
}

uint8_t fake_registers[0x1000];
uint64_t fake_registers_base;

volatile void *arch_map_device(hpa_t base, uint64_t size)
{
	if (size > sizeof(fake_registers))
		return NULL;
	fake_registers_base = base.value;
	return fake_registers;
}

void *arch_window_open(hpa_t address, size_t size)
{
	check_window(address.value, size);
	fake_count(window_open);
	window_is_open[arch_cpu_self()] = 1;
	return fake_ram_at(address.value);
}

void arch_window_close(void)
{
	if (!window_is_open[arch_cpu_self()])
		fake_fatal("CPU %u closes a window that is not open", arch_cpu_self());
	window_is_open[arch_cpu_self()] = 0;
}

void arch_cache_flush(const void *start, size_t size)
{
	fake_count(cache_flush);
	fake_count_add(cache_flush_bytes, size);
}

void arch_cache_zero(void *start, size_t size)
{
	memset(start, 0, size);
	fake_count(cache_zero);
	fake_count_add(cache_zero_bytes, size);
}

void arch_icache_invalidate_all(void)
{
	fake_count(icache);
}
