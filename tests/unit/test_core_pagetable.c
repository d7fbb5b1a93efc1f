// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page-table walker against a checker that does not use it: translations are read from the tables' bits
 * (VMSAv8 as the manual defines them), compared page by page with a reference, and every change is watched
 * for break-before-make: what was valid and changes must have been absent when the TLB was told to forget it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arch/mmu.h>
#include <asm/fake.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define RWX (PT_READ | PT_WRITE | PT_EXEC)

/* What one page translates to. @size: of the leaf; 0: not mapped. */
struct truth {
	uint64_t out;
	uint64_t size;
	unsigned int prot;
	unsigned int type;
};

/* Reading tables without the walker ------------------------------------------------------------------ */

static uint64_t read_entry(uint64_t table, uint64_t index)
{
	return *(uint64_t *)fake_ram(hpa(table + index * 8), 8);
}

static unsigned int vmsa_s1_prot(uint64_t leaf)
{
	return PT_READ | (leaf >> 7 & 1 ? 0 : PT_WRITE) | (leaf >> 54 & 1 ? 0 : PT_EXEC);
}

static unsigned int vmsa_s2_prot(uint64_t leaf)
{
	return (leaf >> 6 & 1 ? PT_READ : 0) | (leaf >> 7 & 1 ? PT_WRITE : 0) |
	       (leaf >> 53 & 3 ? 0 : PT_EXEC);
}

static unsigned int fake_prot(uint64_t leaf)
{
	return leaf >> 2 & 7;
}

static unsigned int vmsa_s1_type(uint64_t leaf)
{
	return leaf >> 2 & 7;
}

static unsigned int vmsa_s2_type(uint64_t leaf)
{
	unsigned int attribute = leaf >> 2 & 15;

	return attribute == 15 ? PT_NORMAL : attribute == 5 ? PT_NONCACHED : PT_DEVICE;
}

static unsigned int fake_type(uint64_t leaf)
{
	return leaf >> 5 & 3;
}

static unsigned int rv_prot(uint64_t leaf)
{
	return leaf >> 1 & 7;
}

static unsigned int rv_type(uint64_t leaf)
{
	return leaf >> 61 & 3;
}

static uint64_t vmsa_address(uint64_t entry)
{
	return entry & 0xfffffffff000ull;
}

static uint64_t rv_address(uint64_t entry)
{
	return (entry >> 10 & 0xfffffffffffull) << 12;
}

static int vmsa_is_table(uint64_t entry)
{
	return (entry & 2) != 0;
}

static int rv_is_table(uint64_t entry)
{
	return (entry & 0xe) == 0;
}

/* A stage 2 whose root is only part of a page: 32 bits of input. */
static const struct pt_format *narrow_format(void)
{
	static struct pt_format narrow;

	narrow = *fake_format_vmsa_stage2();
	narrow.root_bits = 2;
	return &narrow;
}

/*
 * A format as the checker knows it. @levels, @root_bits: geometry.  @largest: size of the largest leaf.
 * @out_bits: of output addresses.
 */
struct kind {
	const struct pt_format *(*format)(void);
	unsigned int levels;
	unsigned int root_bits;
	unsigned int out_bits;
	uint64_t largest;
	unsigned int (*prot)(uint64_t leaf);
	unsigned int (*type)(uint64_t leaf);
	uint64_t (*address)(uint64_t entry);
	int (*is_table)(uint64_t entry);
	int page_has_bit_1; /* VMSAv8: bits 1:0 are 11 for pages and tables, 01 for blocks */
	int needs_a_right;  /* no leaf without one of read, write, execute */
};

static const struct kind kinds[] = {
	{ arch_pt_stage2, 4, 9, 52, GIB, fake_prot, fake_type, vmsa_address, vmsa_is_table, 0, 0 },
	{ fake_format_vmsa_stage1, 4, 9, 48, GIB, vmsa_s1_prot, vmsa_s1_type, vmsa_address, vmsa_is_table, 1,
	  0 },
	{ fake_format_vmsa_stage2, 3, 10, 48, GIB, vmsa_s2_prot, vmsa_s2_type, vmsa_address, vmsa_is_table, 1,
	  0 },
	{ narrow_format, 3, 2, 48, GIB, vmsa_s2_prot, vmsa_s2_type, vmsa_address, vmsa_is_table, 1, 0 },
	{ fake_format_sv39x4, 3, 11, 56, GIB, rv_prot, rv_type, rv_address, rv_is_table, 0, 1 },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct kind *kind;
static struct page_table table;

static struct truth read_truth(uint64_t in)
{
	uint64_t node = arch_hv_hpa(table.root).value;
	struct truth truth = { 0 };

	for (unsigned int level = 0; level < kind->levels; level++) {
		unsigned int shift = 12 + 9 * (kind->levels - 1 - level), bits = level ? 9 : kind->root_bits;
		uint64_t entry = read_entry(node, in >> shift & ((1u << bits) - 1));
		int last = level == kind->levels - 1;

		if (!(entry & 1)) {
			assert_true(entry == 0);
			return truth;
		}
		if (!last && kind->is_table(entry)) {
			node = kind->address(entry);
			continue;
		}
		if (last && kind->page_has_bit_1)
			assert_true(entry & 2);
		truth.size = 1ull << shift;
		assert_true(truth.size <= kind->largest);
		assert_int_equal(kind->address(entry) % truth.size, 0);
		truth.out = kind->address(entry) + (in & (truth.size - 1) & ~0xfffull);
		truth.prot = kind->prot(entry);
		truth.type = kind->type(entry);
		return truth;
	}
	return truth;
}

/* Pages of tables in use, by counting them. */
static unsigned int count_tables(uint64_t node, unsigned int level)
{
	unsigned int entries = 1u << (level ? 9 : kind->root_bits), count = level ? 1 : (entries + 511) / 512;

	for (unsigned int i = 0; i < entries && level < kind->levels - 1; i++) {
		uint64_t entry = read_entry(node, i);

		if ((entry & 1) && kind->is_table(entry))
			count += count_tables(kind->address(entry), level + 1);
	}
	return count;
}

/* The watched window of input addresses: pages of it are compared one by one. ------------------------- */

#define WINDOW (16 * MIB)
#define WINDOW_START (GIB - WINDOW / 2)
#define PAGES ((unsigned int)(WINDOW / PAGE_SIZE))

static struct truth before[PAGES];    /* the tables at the start of the operation */
static struct truth reference[PAGES]; /* what should be mapped; size only says "mapped" */
static uint8_t forgotten[PAGES];      /* 1: inside an invalidation, 2: and absent then */
static unsigned int invalidations;

static uint64_t page_in(unsigned int page)
{
	return WINDOW_START + page * (uint64_t)PAGE_SIZE;
}

static void watch_tlb(const struct page_table *changed, uint64_t in, uint64_t size)
{
	invalidations++;
	assert_ptr_equal(changed, &table);
	assert_int_equal(in % PAGE_SIZE, 0);
	for (unsigned int page = 0; page < PAGES; page++) {
		if (page_in(page) >= in && page_in(page) - in < size && forgotten[page] != 2)
			forgotten[page] = read_truth(page_in(page)).size ? 1 : 2;
	}
}

static void begin_watch(void)
{
	for (unsigned int page = 0; page < PAGES; page++)
		before[page] = read_truth(page_in(page));
	memset(forgotten, 0, sizeof(forgotten));
	invalidations = 0;
	fake_set_tlb_hook(watch_tlb);
}

/* Did this page change in a way that CPUs must never see half of? */
static void check_maintenance(unsigned int page, const struct truth *now)
{
	const struct truth *old = &before[page];

	if (!old->size || memcmp(old, now, sizeof(*now)) == 0)
		return; /* nothing was there, or it is as it was */
	if (now->size == old->size && now->out == old->out && now->type == old->type)
		assert_int_not_equal(forgotten[page], 0); /* only protection: in place, then forgotten */
	else
		assert_int_equal(forgotten[page], 2);
}

static void end_watch(void)
{
	fake_set_tlb_hook(NULL);
	for (unsigned int page = 0; page < PAGES; page++) {
		struct truth now = read_truth(page_in(page));
		unsigned int prot;
		hpa_t out;

		check_maintenance(page, &now);
		assert_int_equal(now.size != 0, reference[page].size != 0);
		assert_int_equal(pt_lookup(&table, page_in(page) + 123, &out, &prot), now.size != 0);
		if (!now.size)
			continue;
		if (now.out != reference[page].out || now.prot != reference[page].prot ||
		    now.type != reference[page].type)
			fail_msg("%s: 0x%llx goes to 0x%llx prot %u type %u, not 0x%llx prot %u type %u",
				 table.format->name, (unsigned long long)page_in(page),
				 (unsigned long long)now.out, now.prot, now.type,
				 (unsigned long long)reference[page].out, reference[page].prot,
				 reference[page].type);
		assert_int_equal(out.value, now.out + 123);
		assert_int_equal(prot, now.prot);
	}
	assert_int_equal(table.pages, count_tables(arch_hv_hpa(table.root).value, 0));
}

/* What a format makes of a protection: stage 1 cannot say "not readable". */
static unsigned int effective(unsigned int prot)
{
	return kind->prot == vmsa_s1_prot ? prot | PT_READ : prot;
}

static void expect(uint64_t in, uint64_t size, uint64_t out, unsigned int prot, unsigned int type)
{
	for (unsigned int page = 0; page < PAGES; page++) {
		if (page_in(page) >= in && page_in(page) - in < size)
			reference[page] =
				(struct truth){ out + (page_in(page) - in), 1, effective(prot), type };
	}
}

static void expect_nothing(uint64_t in, uint64_t size)
{
	for (unsigned int page = 0; page < PAGES; page++) {
		if (page_in(page) >= in && page_in(page) - in < size)
			reference[page].size = 0;
	}
}

/* Set-up ------------------------------------------------------------------------------------------- */

static uint64_t free_at_start;

static void start(const struct kind *of)
{
	kind = of;
	memset(reference, 0, sizeof(reference));
	free_at_start = pool_free_pages();
	assert_int_equal(pt_init(&table, kind->format(), 7), BH_E_OK);
	assert_int_equal(arch_hv_hpa(table.root).value % (8ull << kind->root_bits), 0);
}

static unsigned int root_pages(void)
{
	return kind->root_bits > 9 ? 1u << (kind->root_bits - 9) : 1;
}

static void finish(void)
{
	pt_exit(&table);
	assert_null(table.root);
	assert_int_equal(pool_free_pages(), free_at_start);
}

/* Leave @pages in the pool; give the rest back afterwards. */
static void *hostages[8192];
static unsigned int hostage_count;

static void starve(unsigned int pages)
{
	while (pool_free_pages() > pages)
		hostages[hostage_count++] = pool_alloc(1, 1);
}

static void feed(void)
{
	while (hostage_count)
		pool_free(hostages[--hostage_count], 1);
}

static int setup(void **state)
{
	fake_power_on(1, NULL, 0);
	fake_init_core();
	log_set_level(LOG_ERROR);
	return 0;
}

static int teardown(void **state)
{
	fake_set_tlb_hook(NULL);
	fake_power_off();
	hostage_count = 0;
	return 0;
}

/* Mapping and unmapping ------------------------------------------------------------------------------ */

/* Places where something begins or ends, around block boundaries. */
static const uint64_t places[] = {
	GIB - 6 * MIB, GIB - 4 * MIB, GIB - 2 * MIB - 4 * KIB, GIB - 2 * MIB, GIB - 4 * KIB, GIB,
	GIB + 4 * KIB, GIB + 2 * MIB, GIB + 2 * MIB + 4 * KIB, GIB + 4 * MIB, GIB + 6 * MIB,
};
#define PLACES (sizeof(places) / sizeof(places[0]))
/* By how much input and output differ: which leaves fit depends on it. */
static const uint64_t shifts[] = { 0, 4 * KIB, 2 * MIB, 2 * MIB + 8 * KIB, 3 * GIB };
#define SHIFTS (sizeof(shifts) / sizeof(shifts[0]))

/* The largest leaf that may hold @at, by the definition and not by a walk. */
static uint64_t expected_leaf(uint64_t at, uint64_t in, uint64_t size, uint64_t out)
{
	for (uint64_t leaf = kind->largest; leaf > PAGE_SIZE; leaf /= 512) {
		uint64_t first = at / leaf * leaf;

		if ((out - in) % leaf == 0 && first >= in && first + leaf <= in + size)
			return leaf;
	}
	return PAGE_SIZE;
}

static void map_and_unmap(uint64_t in, uint64_t size, uint64_t shift)
{
	begin_watch();
	assert_int_equal(pt_map(&table, in, hpa(in + shift), size, RWX, PT_NORMAL), BH_E_OK);
	expect(in, size, in + shift, RWX, PT_NORMAL);
	end_watch();
	assert_int_equal(invalidations, 0); /* nothing was taken away */
	for (unsigned int page = 0; page < PAGES; page++) {
		if (reference[page].size)
			assert_int_equal(read_truth(page_in(page)).size,
					 expected_leaf(page_in(page), in, size, in + shift));
	}
	begin_watch();
	pt_unmap(&table, in, size);
	expect_nothing(in, size);
	end_watch();
	assert_int_equal(invalidations, 1);
	begin_watch();
	pt_unmap(&table, in, size); /* a hole */
	end_watch();
	assert_int_equal(invalidations, 0);
}

static void test_all_small_ranges(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		for (unsigned int from = 0; from < PLACES; from++) {
			for (unsigned int to = from + 1; to < PLACES; to++) {
				start(&kinds[k]);
				map_and_unmap(places[from], places[to] - places[from],
					      shifts[(from + to) % SHIFTS]);
				finish();
			}
		}
	}
}

static void test_gigabyte_leaves(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		start(&kinds[k]);
		assert_int_equal(
			pt_map(&table, GIB - 2 * MIB, hpa(7 * GIB - 2 * MIB), 2 * GIB, RWX, PT_NORMAL), 0);
		assert_int_equal(read_truth(GIB - PAGE_SIZE).size, 2 * MIB);
		assert_int_equal(read_truth(GIB).size, GIB);
		assert_int_equal(read_truth(2 * GIB).size, 2 * MIB);
		assert_int_equal(read_truth(2 * GIB + GIB / 2).size, 2 * MIB);
		assert_int_equal(read_truth(3 * GIB - 4 * MIB).size, 2 * MIB);
		assert_int_equal(read_truth(3 * GIB - 2 * MIB).size, 0);
		finish();
	}
	/* There are no leaves of 512 GiB. */
	start(&kinds[1]);
	assert_int_equal(pt_map(&table, 512 * GIB, hpa(512 * GIB), 512 * GIB, RWX, PT_NORMAL), 0);
	assert_int_equal(read_truth(1000 * GIB).size, GIB);
	finish();
}

/* All protections and types, read back from the bits. */
static void test_attributes(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		start(&kinds[k]);
		for (unsigned int prot = kind->needs_a_right; prot < 8; prot++) {
			for (unsigned int type = 0; type < PT_TYPE_COUNT; type++) {
				begin_watch();
				assert_int_equal(pt_map(&table, GIB, hpa(5 * GIB), 2 * MIB + PAGE_SIZE, prot,
							type),
						 0);
				expect(GIB, 2 * MIB + PAGE_SIZE, 5 * GIB, prot, type);
				end_watch();
				assert_true(invalidations <= 1);
			}
		}
		finish();
	}
}

static void test_wrong_arguments_change_nothing(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		uint64_t space;

		start(&kinds[k]);
		space = 1ull << (12 + 9 * (kind->levels - 1) + kind->root_bits);
		assert_int_equal(pt_map(&table, 1, hpa(0), PAGE_SIZE, RWX, PT_NORMAL), BH_E_ALIGN);
		assert_int_equal(pt_map(&table, 0, hpa(1), PAGE_SIZE, RWX, PT_NORMAL), BH_E_ALIGN);
		assert_int_equal(pt_map(&table, 0, hpa(0), PAGE_SIZE + 1, RWX, PT_NORMAL), BH_E_ALIGN);
		assert_int_equal(pt_map(&table, space, hpa(0), PAGE_SIZE, RWX, PT_NORMAL), BH_E_RANGE);
		assert_int_equal(pt_map(&table, space - PAGE_SIZE, hpa(0), 2 * PAGE_SIZE, RWX, PT_NORMAL),
				 BH_E_RANGE);
		assert_int_equal(pt_map(&table, PAGE_SIZE, hpa(0), 0ull - PAGE_SIZE, RWX, PT_NORMAL),
				 BH_E_RANGE);
		assert_int_equal(pt_map(&table, 0, hpa(1ull << 60), PAGE_SIZE, RWX, PT_NORMAL), BH_E_RANGE);
		assert_int_equal(pt_map(&table, 0, hpa(0ull - PAGE_SIZE), PAGE_SIZE, RWX, PT_NORMAL),
				 BH_E_RANGE);
		space = (1ull << kind->out_bits) - PAGE_SIZE;
		assert_int_equal(pt_map(&table, 0, hpa(space), 2 * PAGE_SIZE, RWX, PT_NORMAL), BH_E_RANGE);
		space = 1ull << (12 + 9 * (kind->levels - 1) + kind->root_bits);
		assert_int_equal(pt_map(&table, 0, hpa(0), 0, RWX, PT_NORMAL), BH_E_OK);
		assert_int_equal(pt_split(&table, 0, PAGE_SIZE, 3 * PAGE_SIZE), BH_E_ALIGN);
		assert_int_equal(pt_split(&table, 0, PAGE_SIZE, 0), BH_E_ALIGN);
		assert_int_equal(pt_split(&table, space, PAGE_SIZE, PAGE_SIZE), BH_E_RANGE);
		pt_unmap(&table, space, PAGE_SIZE);
		pt_protect(&table, 1, PAGE_SIZE, RWX);
		pt_merge(&table, 0, space + PAGE_SIZE, GIB);
		assert_false(pt_lookup(&table, space, NULL, NULL));
		assert_false(pt_lookup(&table, ~0ull, NULL, NULL));
		assert_int_equal(table.pages, root_pages());
		/* The last page of the space can be mapped. */
		assert_int_equal(pt_map(&table, space - PAGE_SIZE, hpa(0), PAGE_SIZE, RWX, PT_NORMAL),
				 BH_E_OK);
		assert_true(pt_lookup(&table, space - 1, NULL, NULL));
		finish();
	}
}

static void test_the_same_mapping_again_is_left_alone(void **state)
{
	start(&kinds[2]);
	assert_int_equal(pt_map(&table, GIB, hpa(0), 4 * MIB, RWX, PT_NORMAL), BH_E_OK);
	expect(GIB, 4 * MIB, 0, RWX, PT_NORMAL);
	begin_watch();
	assert_int_equal(pt_map(&table, GIB, hpa(0), 4 * MIB, RWX, PT_NORMAL), BH_E_OK);
	assert_int_equal(pt_map(&table, GIB + 2 * MIB, hpa(2 * MIB), 64 * KIB, RWX, PT_NORMAL), BH_E_OK);
	end_watch();
	assert_int_equal(invalidations, 0);
	assert_int_equal(read_truth(GIB + 2 * MIB).size, 2 * MIB); /* part of a leaf, and still one leaf */
	finish();
}

static void test_unmapping_part_of_a_leaf_takes_the_whole(void **state)
{
	start(&kinds[2]);
	assert_int_equal(pt_map(&table, GIB, hpa(0), 4 * MIB, RWX, PT_NORMAL), BH_E_OK);
	expect(GIB + 2 * MIB, 2 * MIB, 2 * MIB, RWX, PT_NORMAL);
	begin_watch();
	pt_unmap(&table, GIB + PAGE_SIZE, PAGE_SIZE);
	end_watch();
	assert_int_equal(invalidations, 1);
	finish();
}

/* Splitting and merging ------------------------------------------------------------------------------ */

/* After a split every multiple of the granule can go and come back without memory. */
static void test_after_a_split_nothing_fails(void **state)
{
	static const uint64_t granules[] = { PAGE_SIZE, 2 * MIB };

	for (unsigned int k = 0; k < KINDS; k++) {
		for (unsigned int g = 0; g < 2; g++) {
			uint64_t granule = granules[g], in = GIB - 4 * MIB, size = 8 * MIB;

			start(&kinds[k]);
			assert_int_equal(pt_map(&table, 0, hpa(0), 2 * GIB, RWX, PT_NORMAL), BH_E_OK);
			expect(WINDOW_START, WINDOW, WINDOW_START, RWX, PT_NORMAL);
			begin_watch();
			assert_int_equal(pt_split(&table, in, size, granule), BH_E_OK);
			end_watch();
			starve(0);
			for (uint64_t at = in; at < in + size;
			     at += granule * (granule == PAGE_SIZE ? 61 : 1)) {
				begin_watch();
				pt_unmap(&table, at, granule);
				expect_nothing(at, granule);
				end_watch();
				begin_watch();
				assert_int_equal(pt_map(&table, at, hpa(at), granule, RWX, PT_NORMAL),
						 BH_E_OK);
				expect(at, granule, at, RWX, PT_NORMAL);
				end_watch();
			}
			pt_unmap(&table, in, size);
			assert_int_equal(pt_map(&table, in, hpa(in), size, RWX, PT_NORMAL), BH_E_OK);
			feed();
			finish();
		}
	}
}

/* Holes are prepared, too, and so are ends that are no multiple of the granule. */
static void test_splitting_prepares_holes(void **state)
{
	uint64_t in = GIB - 4 * MIB - 12 * KIB, size = 8 * MIB + 20 * KIB;

	for (unsigned int k = 0; k < KINDS; k++) {
		start(&kinds[k]);
		assert_int_equal(pt_split(&table, in, size, 2 * MIB), BH_E_OK);
		starve(0);
		begin_watch();
		assert_int_equal(pt_map(&table, in, hpa(in), size, RWX, PT_NORMAL), BH_E_OK);
		expect(in, size, in, RWX, PT_NORMAL);
		end_watch();
		assert_int_equal(read_truth(GIB).size, 2 * MIB);
		pt_unmap(&table, in, size);
		feed();
		finish();
	}
}

static void test_merging_undoes_splitting(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		unsigned int pages;

		start(&kinds[k]);
		assert_int_equal(pt_map(&table, 0, hpa(0), 4 * GIB, RWX, PT_NORMAL), BH_E_OK);
		expect(WINDOW_START, WINDOW, WINDOW_START, RWX, PT_NORMAL);
		pages = table.pages;
		assert_int_equal(pt_split(&table, WINDOW_START, WINDOW, PAGE_SIZE), BH_E_OK);
		assert_int_equal(table.pages, pages + 2 + WINDOW / (2 * MIB));
		/* A page that differs keeps its table, and so do the ones above. */
		pt_protect(&table, GIB, PAGE_SIZE, PT_READ);
		expect(GIB, PAGE_SIZE, GIB, PT_READ, PT_NORMAL);
		begin_watch();
		pt_merge(&table, WINDOW_START, WINDOW, 2 * MIB);
		end_watch();
		assert_int_equal(table.pages, pages + 2 + 1);
		assert_int_equal(read_truth(GIB - PAGE_SIZE).size, 2 * MIB);
		begin_watch();
		pt_merge(&table, GIB - PAGE_SIZE, PAGE_SIZE,
			 GIB); /* one page inside is enough to name a table */
		end_watch();
		assert_int_equal(read_truth(GIB - PAGE_SIZE).size, GIB);
		assert_int_equal(table.pages, pages + 2);
		pt_protect(&table, GIB, PAGE_SIZE, RWX);
		expect(GIB, PAGE_SIZE, GIB, RWX, PT_NORMAL);
		begin_watch();
		pt_merge(&table, GIB, PAGE_SIZE, GIB);
		end_watch();
		assert_int_equal(table.pages, pages);
		assert_int_equal(read_truth(GIB).size, GIB);
		finish();
	}
}

static void test_merging_frees_empty_tables(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		unsigned int pages;

		start(&kinds[k]);
		pages = table.pages;
		assert_int_equal(pt_map(&table, GIB - PAGE_SIZE, hpa(0), 2 * PAGE_SIZE, RWX, PT_NORMAL),
				 BH_E_OK);
		pt_unmap(&table, GIB - PAGE_SIZE, 2 * PAGE_SIZE);
		assert_true(table.pages > pages);
		pt_merge(&table, GIB - PAGE_SIZE, 2 * PAGE_SIZE, 512 * GIB);
		assert_int_equal(table.pages, pages);
		finish();
	}
}

static void test_merging_minds_alignment_and_neighbours(void **state)
{
	start(&kinds[2]);
	/* Contiguous, but not aligned to 2 MiB: stays pages. */
	assert_int_equal(pt_map(&table, GIB, hpa(4 * KIB), 2 * MIB, RWX, PT_NORMAL), BH_E_OK);
	expect(GIB, 2 * MIB, 4 * KIB, RWX, PT_NORMAL);
	/* Aligned, but with a hole. */
	assert_int_equal(pt_map(&table, GIB + 2 * MIB, hpa(2 * MIB), 2 * MIB - PAGE_SIZE, RWX, PT_NORMAL),
			 BH_E_OK);
	expect(GIB + 2 * MIB, 2 * MIB - PAGE_SIZE, 2 * MIB, RWX, PT_NORMAL);
	/* Aligned, but two types. */
	assert_int_equal(pt_map(&table, GIB + 4 * MIB, hpa(4 * MIB), MIB, RWX, PT_NORMAL), BH_E_OK);
	assert_int_equal(pt_map(&table, GIB + 5 * MIB, hpa(5 * MIB), MIB, RWX, PT_DEVICE), BH_E_OK);
	expect(GIB + 4 * MIB, MIB, 4 * MIB, RWX, PT_NORMAL);
	expect(GIB + 5 * MIB, MIB, 5 * MIB, RWX, PT_DEVICE);
	begin_watch();
	pt_merge(&table, WINDOW_START, WINDOW, GIB);
	end_watch();
	assert_int_equal(read_truth(GIB).size, PAGE_SIZE);
	assert_int_equal(read_truth(GIB + 2 * MIB).size, PAGE_SIZE);
	assert_int_equal(read_truth(GIB + 4 * MIB).size, PAGE_SIZE);
	finish();
}

/* Out of memory -------------------------------------------------------------------------------------- */

/* Run the operation with 0, 1, 2... pages left until it succeeds. Return: how many it needs. */
static unsigned int starve_until(int (*operation)(void))
{
	unsigned int left;

	for (left = 0;; left++) {
		int code;

		starve(left);
		begin_watch();
		code = operation();
		if (code == BH_E_OK)
			break;
		assert_int_equal(code, BH_E_NO_MEMORY);
		end_watch();
		feed();
	}
	feed();
	return left;
}

static int map_over_a_border(void)
{
	return pt_map(&table, GIB - PAGE_SIZE, hpa(0), 2 * PAGE_SIZE, RWX, PT_NORMAL);
}

static int split_to_pages(void)
{
	return pt_split(&table, GIB - PAGE_SIZE, 2 * PAGE_SIZE, PAGE_SIZE);
}

static void test_out_of_memory_changes_nothing(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		start(&kinds[k]);
		/* Tables of earlier tries remain, so each try needs one page more than the last one had. */
		assert_true(starve_until(map_over_a_border) >= 1);
		expect(GIB - PAGE_SIZE, 2 * PAGE_SIZE, 0, RWX, PT_NORMAL);
		end_watch();
		finish();

		start(&kinds[k]);
		assert_int_equal(pt_map(&table, 0, hpa(0), 2 * GIB, RWX, PT_NORMAL), BH_E_OK);
		expect(WINDOW_START, WINDOW, WINDOW_START, RWX, PT_NORMAL);
		assert_true(starve_until(split_to_pages) >= 1);
		end_watch();
		/* Mapping something else over the leaves that were split needs none. */
		starve(0);
		begin_watch();
		assert_int_equal(map_over_a_border(), BH_E_OK);
		expect(GIB - PAGE_SIZE, 2 * PAGE_SIZE, 0, RWX, PT_NORMAL);
		end_watch();
		feed();
		finish();
	}
}

/* Each single allocation of a fresh table tree is refused once. */
static void test_every_allocation_fails_once(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		unsigned int needed = kinds[k].levels == 4 ? 5 : 4;

		for (unsigned int left = 0; left <= needed; left++) {
			start(&kinds[k]);
			starve(left);
			begin_watch();
			if (map_over_a_border() == BH_E_OK) {
				assert_int_equal(left, needed);
				expect(GIB - PAGE_SIZE, 2 * PAGE_SIZE, 0, RWX, PT_NORMAL);
			} else {
				assert_true(left < needed);
			}
			end_watch();
			feed();
			finish();
		}
	}
}

static void test_no_root(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		starve(kinds[k].root_bits > 9 ? (1u << (kinds[k].root_bits - 9)) - 1 : 0);
		assert_int_equal(pt_init(&table, kinds[k].format(), 1), BH_E_NO_MEMORY);
		pt_exit(&table); /* harmless */
		feed();
	}
}

/* Random --------------------------------------------------------------------------------------------- */

static uint64_t random_place(void)
{
	static const uint64_t grains[] = { PAGE_SIZE, 64 * KIB, 2 * MIB };
	uint64_t grain = grains[rand() % 3];

	return WINDOW_START + (uint64_t)rand() % (WINDOW / grain) * grain;
}

static void random_range(uint64_t *in, uint64_t *size)
{
	uint64_t a = random_place(), b = random_place();

	*in = a < b ? a : b;
	*size = a < b ? b - a : a - b;
	if (!*size)
		*size = PAGE_SIZE;
}

static unsigned int random_prot(void)
{
	return kind->needs_a_right ? 1 + (unsigned int)rand() % 7 : (unsigned int)rand() % 8;
}

static void random_operation(void)
{
	uint64_t in, size, out;
	unsigned int prot = random_prot(), type = (unsigned int)rand() % PT_TYPE_COUNT;

	random_range(&in, &size);
	out = rand() % 2 ? in + 2 * GIB : (uint64_t)(rand() % 0x10000) * PAGE_SIZE;
	switch (rand() % 6) {
	case 0:
	case 1:
		if (pt_map(&table, in, hpa(out), size, prot, type) == BH_E_OK)
			expect(in, size, out, prot, type);
		break;
	case 2:
		if (pt_split(&table, in, size, PAGE_SIZE) == BH_E_OK) {
			end_watch();
			begin_watch();
			pt_unmap(&table, in, size);
			assert_true(invalidations <= 1);
			expect_nothing(in, size);
		}
		break;
	case 3:
		if (pt_split(&table, in, size, PAGE_SIZE) == BH_E_OK) {
			end_watch();
			begin_watch();
			pt_protect(&table, in, size, prot);
			assert_true(invalidations <= 1);
			for (unsigned int page = 0; page < PAGES; page++) {
				if (page_in(page) >= in && page_in(page) - in < size)
					reference[page].prot = effective(prot);
			}
		}
		break;
	case 4:
		pt_split(&table, in, size, rand() % 2 ? PAGE_SIZE : 2 * MIB);
		break;
	default:
		pt_merge(&table, in, size, rand() % 2 ? 2 * MIB : GIB);
	}
}

static void test_random(void **state)
{
	srand(2);
	for (unsigned int k = 0; k < KINDS; k++) {
		start(&kinds[k]);
		for (unsigned int turn = 0; turn < 400; turn++) {
			int starved = rand() % 4 == 0;

			if (starved)
				starve((unsigned int)rand() % 4);
			begin_watch();
			random_operation();
			end_watch();
			feed();
		}
		pt_unmap(&table, 0, 4 * GIB);
		pt_merge(&table, 0, 4 * GIB, 512 * GIB);
		assert_int_equal(table.pages, root_pages());
		finish();
	}
}

/* A leaf that allows nothing: an entry like others, or, where that would be a table or a hole, none. */
static void test_no_rights(void **state)
{
	for (unsigned int k = 0; k < KINDS; k++) {
		start(&kinds[k]);
		assert_int_equal(pt_map(&table, GIB, hpa(0), 4 * MIB, RWX, PT_NORMAL), BH_E_OK);
		expect(GIB, 4 * MIB, 0, RWX, PT_NORMAL);
		begin_watch();
		if (kind->needs_a_right) {
			assert_int_equal(pt_map(&table, GIB, hpa(0), 2 * MIB, 0, PT_NORMAL), BH_E_RANGE);
			pt_protect(&table, GIB, 2 * MIB, 0);
			expect_nothing(GIB, 2 * MIB);
		} else {
			assert_int_equal(pt_map(&table, GIB, hpa(0), 2 * MIB, 0, PT_NORMAL), BH_E_OK);
			expect(GIB, 2 * MIB, 0, 0, PT_NORMAL);
		}
		end_watch();
		finish();
	}
}

static void test_retry(void **state)
{
	start(&kinds[2]);
	assert_int_equal(pt_map(&table, GIB, hpa(0), PAGE_SIZE, PT_READ, PT_NORMAL), BH_E_OK);
	assert_true(pt_retry(&table, GIB + 8, PT_READ));
	assert_false(pt_retry(&table, GIB + 8, PT_WRITE));
	assert_false(pt_retry(&table, GIB + PAGE_SIZE, PT_READ));
	table.changes++; /* as inside a change */
	assert_true(pt_retry(&table, GIB + PAGE_SIZE, PT_READ));
	table.changes++;
	finish();
}

static void test_identity(void **state)
{
	const unsigned int rw = PT_READ | PT_WRITE;

	start(&kinds[2]);
	assert_int_equal(pt_map(&table, GIB, hpa(GIB), 4 * MIB, rw, PT_NORMAL), BH_E_OK);
	assert_true(pt_is_identity(&table, GIB, 4 * MIB, rw));
	assert_true(pt_is_identity(&table, GIB + 5, 4 * MIB - 5, rw));
	assert_false(pt_is_identity(&table, GIB, 4 * MIB + 1, rw));
	assert_false(pt_is_identity(&table, GIB - 1, 2, rw));
	assert_false(pt_is_identity(&table, GIB, 4 * MIB, rw | PT_EXEC));
	assert_false(pt_is_identity(&table, GIB, 0, rw));
	assert_false(pt_is_identity(&table, GIB, ~0ull, rw));
	assert_false(pt_is_identity(&table, ~0ull - 5, 10, rw));
	/* One page that may only be read, or that is another one. */
	assert_int_equal(pt_map(&table, GIB + MIB, hpa(GIB + MIB), PAGE_SIZE, PT_READ, PT_NORMAL), BH_E_OK);
	assert_false(pt_is_identity(&table, GIB, 4 * MIB, rw));
	assert_true(pt_is_identity(&table, GIB, 4 * MIB, PT_READ));
	assert_int_equal(pt_map(&table, GIB + MIB, hpa(GIB), PAGE_SIZE, rw, PT_NORMAL), BH_E_OK);
	assert_false(pt_is_identity(&table, GIB, 4 * MIB, PT_READ));
	assert_true(pt_is_identity(&table, GIB + MIB + PAGE_SIZE, MIB, rw));
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_small_ranges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gigabyte_leaves, setup, teardown),
		cmocka_unit_test_setup_teardown(test_attributes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_arguments_change_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_same_mapping_again_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unmapping_part_of_a_leaf_takes_the_whole, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_after_a_split_nothing_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_splitting_prepares_holes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merging_undoes_splitting, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merging_frees_empty_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merging_minds_alignment_and_neighbours, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_allocation_fails_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_rights, setup, teardown),
		cmocka_unit_test_setup_teardown(test_retry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_identity, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
