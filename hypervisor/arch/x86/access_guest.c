// SPDX-License-Identifier: GPL-2.0-or-later
/* Guests' memory through their own page tables (SDM 3 chapter 4). */
#include <asm/access.h>

#include <asm/percpu.h>
#include <asm/types.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <core/pagetable.h>

#define CR0_PG (1ull << 31)
#define CR4_PSE (1ull << 4)
#define CR4_PAE (1ull << 5)
#define CR4_LA57 (1ull << 12)
#define EFER_LMA_BIT (1ull << 10)

#define ENTRY_PRESENT 1u
#define ENTRY_LARGE (1u << 7)
#define PAGE_BITS 12u

/* struct paging - how a linear address is cut. @root_bits: of the first level's index; others have @bits. */
struct paging {
	unsigned int levels, bits, root_bits, entry_size;
	uint64_t root_mask, address_mask;
	int has_large; /* above the last level */
};

static const struct paging paging_long4 = { 4, 9, 9, 8, 0x000ffffffffff000ull, 0x000ffffffffff000ull, 1 };
static const struct paging paging_long5 = { 5, 9, 9, 8, 0x000ffffffffff000ull, 0x000ffffffffff000ull, 1 };
static const struct paging paging_pae = { 3, 9, 2, 8, 0xffffffe0ull, 0x000ffffffffff000ull, 1 };
static const struct paging paging_32 = { 2, 10, 10, 4, 0xfffff000ull, 0xfffff000ull, 0 };
static const struct paging paging_32_large = { 2, 10, 10, 4, 0xfffff000ull, 0xfffff000ull, 1 };

/* NULL: addresses are not translated. */
static const struct paging *paging(void)
{
	const uint64_t cr4 = virt()->get(VCPU_CR4);

	if (!(virt()->get(VCPU_CR0) & CR0_PG))
		return NULL;
	if (virt()->get(VCPU_EFER) & EFER_LMA_BIT)
		return cr4 & CR4_LA57 ? &paging_long5 : &paging_long4;
	if (cr4 & CR4_PAE)
		return &paging_pae;
	return cr4 & CR4_PSE ? &paging_32_large : &paging_32;
}

static unsigned int index_shift(const struct paging *format, unsigned int level)
{
	return PAGE_BITS + (format->levels - 1 - level) * format->bits;
}

/* A large page of 4 MiB has address bits 39:32 in its bits 20:13 (PSE-36). */
static uint64_t large_base(const struct paging *format, uint64_t entry, unsigned int shift)
{
	if (format->entry_size == 4)
		return (entry & 0xffc00000) | (entry >> 13 & 0xff) << 32;
	return entry & format->address_mask & ~((1ull << shift) - 1);
}

static int is_leaf(const struct paging *format, unsigned int level, uint64_t entry)
{
	if (level + 1 == format->levels)
		return 1;
	/* The first level of PAE and of 4 and 5 levels holds tables only. */
	return format->has_large && level + 3 >= format->levels && (level || format->levels == 2) &&
	       (entry & ENTRY_LARGE);
}

static enum stage2_result walk(const struct paging *format, uint64_t linear, uint64_t *physical)
{
	uint64_t table = virt()->get(VCPU_CR3) & format->root_mask;

	for (unsigned int level = 0; level < format->levels; level++) {
		const unsigned int shift = index_shift(format, level);
		const unsigned int bits = level ? format->bits : format->root_bits;
		const uint64_t index = linear >> shift & ((1u << bits) - 1);
		enum stage2_result result;
		uint64_t entry = 0;

		result = stage2_read(&percpu()->cell->stage2, table + index * format->entry_size, &entry,
				     format->entry_size);
		if (result != STAGE2_OK)
			return result;
		if (!(entry & ENTRY_PRESENT))
			return STAGE2_NONE;
		if (is_leaf(format, level, entry)) {
			*physical = (level + 1 == format->levels ? entry & format->address_mask :
								   large_base(format, entry, shift)) |
				    (linear & ((1ull << shift) - 1));
			return STAGE2_OK;
		}
		table = entry & format->address_mask;
	}
	return STAGE2_NONE;
}

enum stage2_result access_translate(uint64_t linear, uint64_t *physical)
{
	const struct paging *format = paging();

	*physical = linear;
	return format ? walk(format, linear, physical) : STAGE2_OK;
}
