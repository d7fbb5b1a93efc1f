// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page-table walker. Every operation walks a range from its start to its end and descends from the root
 * for each leaf: at most PT_MAX_LEVELS steps, no recursion, no state to get wrong.
 *
 * CPUs translate through a table while it changes. Therefore an entry that is valid is never overwritten by a
 * different valid one, but by nothing first, and then the TLB forgets it (break-before-make); and a table is
 * complete before its parent points to it. Only protection may change in place.
 */
#include <core/pagetable.h>

#include <arch/mmu.h>
#include <core/log.h>
#include <core/pool.h>

#define TABLE_BITS 9
#define TABLE_ENTRIES (1u << TABLE_BITS)
#define PAGE_BITS 12

/* One leaf or hole that a walk has come to. */
struct spot {
	uint64_t *entry;
	uint64_t value;
	uint64_t start; /* first input address that the entry translates */
	uint64_t size;
	unsigned int level;
};

/* What pt_map() is to do. */
struct mapping {
	uint64_t in;
	uint64_t end;
	uint64_t out; /* of @in */
	uint64_t attributes;
};

/* Reading and writing entries -------------------------------------------------------------------- */

static unsigned int last_level(const struct pt_format *format)
{
	return format->levels - 1u;
}

/* Bytes that one entry of a level translates. */
static uint64_t level_size(const struct pt_format *format, unsigned int level)
{
	return 1ull << (PAGE_BITS + TABLE_BITS * (last_level(format) - level));
}

static unsigned int root_pages(const struct pt_format *format)
{
	return format->root_bits > TABLE_BITS ? 1u << (format->root_bits - TABLE_BITS) : 1;
}

static unsigned int level_entries(const struct pt_format *format, unsigned int level)
{
	return level ? TABLE_ENTRIES : 1u << format->root_bits;
}

static unsigned int level_index(const struct pt_format *format, unsigned int level, uint64_t in)
{
	return (unsigned int)(in / level_size(format, level)) & (level_entries(format, level) - 1);
}

static uint64_t load_entry(const uint64_t *entry)
{
	return __atomic_load_n(entry, __ATOMIC_ACQUIRE);
}

/* Release: what the entry points to is complete. */
static void store_entry(uint64_t *entry, uint64_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

static int is_valid(const struct pt_format *format, uint64_t entry)
{
	return (entry & format->valid_mask) != 0;
}

static int is_table(const struct pt_format *format, unsigned int level, uint64_t entry)
{
	return level < last_level(format) && is_valid(format, entry) &&
	       (entry & format->table_mask) == format->table_value;
}

static int may_be_leaf(const struct pt_format *format, unsigned int level)
{
	return level == last_level(format) || (format->block_levels >> level & 1);
}

static uint64_t entry_address(const struct pt_format *format, uint64_t entry)
{
	return (entry & format->addr_mask) << format->addr_shift;
}

static uint64_t address_bits(const struct pt_format *format, uint64_t address)
{
	return address >> format->addr_shift & format->addr_mask;
}

static uint64_t *entry_table(const struct pt_format *format, uint64_t entry)
{
	return arch_hv_ptr(hpa(entry_address(format, entry)));
}

static uint64_t table_entry(const struct pt_format *format, unsigned int level, const uint64_t *table)
{
	return (address_bits(format, arch_hv_hpa(table).value) | format->table_bits) +
	       format->table_level * (last_level(format) - level);
}

static uint64_t leaf_attributes(const struct pt_format *format, unsigned int prot, enum pt_type type)
{
	return format->prot_bits[prot & 7] | format->type_bits[type];
}

static uint64_t attributes_of(const struct pt_format *format, uint64_t leaf)
{
	return leaf & (format->prot_mask | format->type_mask);
}

static uint64_t leaf_entry(const struct pt_format *format, unsigned int level, uint64_t out,
			   uint64_t attributes)
{
	return address_bits(format, out) | format->leaf_bits[level] | attributes;
}

/*
 * Is there a leaf that allows just this? In some formats (EPT, RISC-V) one that allows nothing would be a
 * hole,
 * or even a table.
 */
static int is_expressible(const struct pt_format *format, unsigned int prot)
{
	unsigned int level = last_level(format) - 1;
	uint64_t block = leaf_entry(format, level, 0, leaf_attributes(format, prot, PT_NORMAL));

	return is_valid(format, block) && !is_table(format, level, block);
}

static unsigned int prot_of(const struct pt_format *format, uint64_t leaf)
{
	unsigned int prot;

	/* From the top: where a format cannot say "not readable", the answer is the larger set. */
	for (prot = 7; prot > 0; prot--) {
		if (format->prot_bits[prot] == (leaf & format->prot_mask))
			break;
	}
	return prot;
}

/* Walking ------------------------------------------------------------------------------------------ */

/* Go down to the leaf or hole that translates @in, but not below @deepest. */
static struct spot walk(const struct page_table *table, uint64_t in, unsigned int deepest)
{
	const struct pt_format *format = table->format;
	uint64_t *node = table->root;
	struct spot spot;

	for (spot.level = 0;; spot.level++) {
		spot.entry = &node[level_index(format, spot.level, in)];
		spot.value = load_entry(spot.entry);
		if (spot.level == deepest || !is_table(format, spot.level, spot.value))
			break;
		node = entry_table(format, spot.value);
	}
	spot.size = level_size(format, spot.level);
	spot.start = align_down(in, spot.size);
	return spot;
}

static struct spot walk_down(const struct page_table *table, uint64_t in)
{
	return walk(table, in, last_level(table->format));
}

static uint64_t spot_end(const struct spot *spot)
{
	return spot->start + spot->size;
}

static int spot_is_leaf(const struct page_table *table, const struct spot *spot)
{
	return is_valid(table->format, spot->value) && !is_table(table->format, spot->level, spot->value);
}

/*
 * Is [@in, @in + @size) a range of whole pages that this table can translate? Not empty: no walk starts
 * outside.
 */
static int check_range(const struct page_table *table, uint64_t in, uint64_t size)
{
	const struct pt_format *format = table->format;
	uint64_t space = level_size(format, 0) << format->root_bits;

	if ((in | size) & (PAGE_SIZE - 1))
		return BH_E_ALIGN;
	return in >= space || size > space - in ? BH_E_RANGE : BH_E_OK;
}

static int range_is_good(const struct page_table *table, uint64_t in, uint64_t size, const char *operation)
{
	int code = check_range(table, in, size);

	if (code)
		log_error("%s table %u: %s of 0x%llx, 0x%llx bytes: error %d", table->format->name,
			  table->tag, operation, (unsigned long long)in, (unsigned long long)size, code);
	return !code;
}

/* Allocating and freeing tables ---------------------------------------------------------------------- */

static uint64_t *alloc_table(struct page_table *table)
{
	uint64_t *node = pool_alloc(1, 1);

	table->pages += node != NULL;
	return node;
}

static void free_table(struct page_table *table, uint64_t *node)
{
	pool_free(node, 1);
	table->pages--;
}

__attribute__((cold)) int pt_init(struct page_table *table, const struct pt_format *format, uint32_t tag)
{
	unsigned int pages = root_pages(format);

	*table = (struct page_table){ .format = format, .tag = tag };
	table->root = pool_alloc(pages, pages);
	if (!table->root)
		return BH_E_NO_MEMORY;
	table->pages = pages;
	return BH_E_OK;
}

/* Depth first, with an index for each level in place of recursion. */
__attribute__((cold)) void pt_exit(struct page_table *table)
{
	const struct pt_format *format = table->format;
	uint64_t *node[PT_MAX_LEVELS] = { table->root };
	unsigned int index[PT_MAX_LEVELS] = { 0 };
	unsigned int level = 0;

	if (!table->root)
		return;
	for (;;) {
		if (index[level] < level_entries(format, level)) {
			uint64_t entry = node[level][index[level]++];

			if (is_table(format, level, entry)) {
				node[++level] = entry_table(format, entry);
				index[level] = 0;
			}
			continue;
		}
		if (level == 0)
			break;
		free_table(table, node[level--]);
	}
	pool_free(table->root, root_pages(format));
	*table = (struct page_table){ .format = format };
}

/* Changing single entries ---------------------------------------------------------------------------- */

/* Between these two, a leaf that belongs here may be absent: see pt_retry(). */
static void change_begin(struct page_table *table)
{
	__atomic_store_n(&table->changes, table->changes + 1, __ATOMIC_RELEASE);
}

static void change_end(struct page_table *table)
{
	__atomic_store_n(&table->changes, table->changes + 1, __ATOMIC_RELEASE);
}

/* Break: from here on nobody translates through the entry. */
static void break_entry(struct page_table *table, const struct spot *spot)
{
	store_entry(spot->entry, 0);
	arch_pt_publish();
	arch_tlb_invalidate(table, spot->start, spot->size);
}

static void fill_with_parts(const struct pt_format *format, uint64_t *node, const struct spot *leaf)
{
	uint64_t out = entry_address(format, leaf->value), attributes = attributes_of(format, leaf->value);
	uint64_t step = level_size(format, leaf->level + 1);

	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		node[i] = leaf_entry(format, leaf->level + 1, out + i * step, attributes);
}

/* Put a table in the place of a leaf or a hole; what is translated stays the same. */
static int deepen(struct page_table *table, const struct spot *spot)
{
	uint64_t *node = alloc_table(table);

	if (!node)
		return BH_E_NO_MEMORY;
	change_begin(table);
	if (spot_is_leaf(table, spot)) {
		fill_with_parts(table->format, node, spot);
		arch_pt_publish();
		break_entry(table, spot);
	}
	store_entry(spot->entry, table_entry(table->format, spot->level, node));
	arch_pt_publish();
	change_end(table);
	return BH_E_OK;
}

/* Make sure that the entry for @in at @level exists: tables above it, no larger leaf in the way. */
static int ensure_level(struct page_table *table, uint64_t in, unsigned int level)
{
	struct spot spot;

	while ((spot = walk(table, in, level)).level < level) {
		int code = deepen(table, &spot);

		if (code)
			return code;
	}
	return BH_E_OK;
}

/* Mapping ------------------------------------------------------------------------------------------ */

/* The largest leaf that may stand at @at, is aligned for both addresses and does not pass @end. */
static unsigned int largest_level(const struct pt_format *format, uint64_t at, uint64_t out, uint64_t end)
{
	unsigned int level;

	for (level = 0; level < last_level(format); level++) {
		uint64_t size = level_size(format, level);

		if (may_be_leaf(format, level) && !((at | out) & (size - 1)) && end - at >= size)
			break;
	}
	return level;
}

static uint64_t mapping_out(const struct mapping *map, uint64_t at)
{
	return map->out + (at - map->in);
}

static uint64_t wanted_leaf(const struct page_table *table, const struct mapping *map,
			    const struct spot *spot)
{
	return leaf_entry(table->format, spot->level, mapping_out(map, spot->start), map->attributes);
}

/* First pass: all that needs memory. Translations stay the same. */
static int prepare_tables(struct page_table *table, const struct mapping *map)
{
	const struct pt_format *format = table->format;

	for (uint64_t at = map->in; at < map->end;) {
		unsigned int level = largest_level(format, at, mapping_out(map, at), map->end);
		struct spot spot = walk_down(table, at);
		int code;

		/* A leaf that translates just so already may be as large as it is. */
		if (spot_is_leaf(table, &spot) && spot.value == wanted_leaf(table, map, &spot)) {
			at = spot_end(&spot);
			continue;
		}
		code = ensure_level(table, at, level);
		if (code)
			return code;
		at = align_down(at, level_size(format, level)) + level_size(format, level);
	}
	return BH_E_OK;
}

/* Second pass: break all leaves that will change. Return: number of them. */
static unsigned int break_leaves(struct page_table *table, const struct mapping *map)
{
	unsigned int broken = 0;

	for (uint64_t at = map->in; at < map->end;) {
		struct spot spot = walk_down(table, at);

		if (is_valid(table->format, spot.value) && spot.value != wanted_leaf(table, map, &spot)) {
			store_entry(spot.entry, 0);
			broken++;
		}
		at = spot_end(&spot);
	}
	return broken;
}

/* Third pass: make what is not there. */
static void make_leaves(struct page_table *table, const struct mapping *map)
{
	for (uint64_t at = map->in; at < map->end;) {
		struct spot spot = walk_down(table, at);

		if (!is_valid(table->format, spot.value))
			store_entry(spot.entry, wanted_leaf(table, map, &spot));
		at = spot_end(&spot);
	}
	arch_pt_publish();
}

static int check_out(const struct page_table *table, uint64_t out, uint64_t size)
{
	uint64_t most = entry_address(table->format, table->format->addr_mask) | (PAGE_SIZE - 1);

	if (out & (PAGE_SIZE - 1))
		return BH_E_ALIGN;
	return out > most || size - 1 > most - out ? BH_E_RANGE : BH_E_OK;
}

int pt_map(struct page_table *table, uint64_t in, hpa_t out, uint64_t size, unsigned int prot,
	   enum pt_type type)
{
	struct mapping map = { .in = in,
			       .end = in + size,
			       .out = out.value,
			       .attributes = leaf_attributes(table->format, prot, type) };
	int code = check_range(table, in, size);

	if (code || !size)
		return code;
	code = is_expressible(table->format, prot) ? check_out(table, out.value, size) : BH_E_RANGE;
	if (!code)
		code = prepare_tables(table, &map);
	if (code)
		return code;
	change_begin(table);
	if (break_leaves(table, &map)) {
		arch_pt_publish();
		arch_tlb_invalidate(table, in, size);
	}
	make_leaves(table, &map);
	change_end(table);
	return BH_E_OK;
}

void pt_unmap(struct page_table *table, uint64_t in, uint64_t size)
{
	uint64_t start = in, end = in + size;
	unsigned int removed = 0;

	if (!size || !range_is_good(table, in, size, "unmapping"))
		return;
	for (uint64_t at = in; at < in + size;) {
		struct spot spot = walk_down(table, at);

		if (is_valid(table->format, spot.value)) {
			store_entry(spot.entry, 0);
			removed++;
			start = spot.start < start ? spot.start : start;
			end = spot_end(&spot) > end ? spot_end(&spot) : end;
		}
		at = spot_end(&spot);
	}
	if (!removed)
		return;
	arch_pt_publish();
	arch_tlb_invalidate(table, start, end - start);
	if (end - start != size)
		log_error("%s table %u: unmapping 0x%llx, 0x%llx bytes, took whole leaves: 0x%llx, 0x%llx",
			  table->format->name, table->tag, (unsigned long long)in, (unsigned long long)size,
			  (unsigned long long)start, (unsigned long long)(end - start));
}

void pt_protect(struct page_table *table, uint64_t in, uint64_t size, unsigned int prot)
{
	uint64_t bits = table->format->prot_bits[prot & 7];
	unsigned int changed = 0;

	if (!size || !range_is_good(table, in, size, "protection"))
		return;
	if (!is_expressible(table->format, prot)) {
		pt_unmap(table, in, size);
		return;
	}
	for (uint64_t at = in; at < in + size;) {
		struct spot spot = walk_down(table, at);
		uint64_t value = (spot.value & ~table->format->prot_mask) | bits;

		if (is_valid(table->format, spot.value) && value != spot.value) {
			store_entry(spot.entry, value);
			changed++;
		}
		at = spot_end(&spot);
	}
	if (!changed)
		return;
	arch_pt_publish();
	arch_tlb_invalidate(table, in, size);
}

/* Splitting and merging ------------------------------------------------------------------------------ */

__attribute__((cold)) int pt_split(struct page_table *table, uint64_t in, uint64_t size, uint64_t granule)
{
	const struct pt_format *format = table->format;
	int code = check_range(table, in, size);

	if (code)
		return code;
	if (granule < PAGE_SIZE || (granule & (granule - 1)))
		return BH_E_ALIGN;
	for (uint64_t at = in; at < in + size;) {
		uint64_t end = align_down(at, granule) + granule;
		unsigned int level;

		/* What lies at the ends of the range beside whole granules is cut down to what fits. */
		if (end > in + size)
			end = in + size;
		level = largest_level(format, at, at, end);
		code = ensure_level(table, at, level);
		if (code)
			return code;
		at += level_size(format, level);
	}
	return BH_E_OK;
}

/* Could one entry of the level above say what this table says? Return: 1 and that entry. */
static int is_uniform(const struct pt_format *format, const uint64_t *node, const struct spot *parent,
		      uint64_t *merged)
{
	unsigned int level = parent->level + 1;
	uint64_t out = entry_address(format, node[0]), attributes = attributes_of(format, node[0]);
	uint64_t step = level_size(format, level);
	int is_empty = !is_valid(format, node[0]);

	if (!is_empty && (is_table(format, level, node[0]) || !may_be_leaf(format, parent->level) ||
			  (out & (parent->size - 1))))
		return 0;
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
		if (is_empty ? is_valid(format, node[i]) :
			       node[i] != leaf_entry(format, level, out + i * step, attributes))
			return 0;
	}
	*merged = is_empty ? 0 : leaf_entry(format, parent->level, out, attributes);
	return 1;
}

static void merge_table(struct page_table *table, const struct spot *parent)
{
	uint64_t *node = entry_table(table->format, parent->value), merged;

	if (!is_uniform(table->format, node, parent, &merged))
		return;
	change_begin(table);
	/* Whoever looks up now is through before the table goes, and who comes later does not see it. */
	spin_lock(&table->lock);
	store_entry(parent->entry, 0);
	spin_unlock(&table->lock);
	arch_pt_publish();
	arch_tlb_invalidate(table, parent->start, parent->size);
	if (merged) {
		store_entry(parent->entry, merged);
		arch_pt_publish();
	}
	change_end(table);
	free_table(table, node);
}

static void merge_level(struct page_table *table, uint64_t in, uint64_t end, unsigned int level)
{
	for (uint64_t at = in; at < end;) {
		struct spot spot = walk(table, at, level);

		if (spot.level == level && is_table(table->format, level, spot.value))
			merge_table(table, &spot);
		at = spot_end(&spot);
	}
}

__attribute__((cold)) void pt_merge(struct page_table *table, uint64_t in, uint64_t size, uint64_t limit)
{
	if (!size || !range_is_good(table, in, size, "merging"))
		return;
	/* Small tables first: what they become may make the next larger one uniform. */
	for (unsigned int level = last_level(table->format); level-- > 0;) {
		if (level_size(table->format, level) <= limit)
			merge_level(table, in, in + size, level);
	}
}

/* Looking up ------------------------------------------------------------------------------------------ */

int pt_lookup(const struct page_table *table, uint64_t in, hpa_t *out, unsigned int *prot)
{
	/* The lock is no part of what the table says. */
	struct spinlock *lock = (struct spinlock *)&table->lock;
	struct spot spot;

	if (check_range(table, align_down(in, PAGE_SIZE), PAGE_SIZE))
		return 0;
	spin_lock(lock);
	spot = walk_down(table, in);
	spin_unlock(lock);
	if (!is_valid(table->format, spot.value))
		return 0;
	if (out)
		*out = hpa(entry_address(table->format, spot.value) + (in - spot.start));
	if (prot)
		*prot = prot_of(table->format, spot.value);
	return 1;
}

int pt_retry(const struct page_table *table, uint64_t in, unsigned int prot)
{
	uint32_t before = __atomic_load_n(&table->changes, __ATOMIC_ACQUIRE);
	unsigned int have;

	if (pt_lookup(table, in, NULL, &have) && (have & prot) == prot)
		return 1;
	/* Entries are read with acquire: who has seen one broken sees that a change began. */
	return (before & 1) || __atomic_load_n(&table->changes, __ATOMIC_RELAXED) != before;
}

int pt_is_identity(const struct page_table *table, uint64_t in, uint64_t size, unsigned int prot)
{
	struct spinlock *lock = (struct spinlock *)&table->lock; /* as in pt_lookup() */
	uint64_t at = align_down(in, PAGE_SIZE), end = align_up(in + size, PAGE_SIZE);

	if (!size || end <= at || check_range(table, at, end - at))
		return 0;
	while (at < end) {
		struct spot spot;

		spin_lock(lock);
		spot = walk_down(table, at);
		spin_unlock(lock);
		if (!is_valid(table->format, spot.value) ||
		    entry_address(table->format, spot.value) != spot.start ||
		    (prot_of(table->format, spot.value) & prot) != prot)
			return 0;
		at = spot_end(&spot);
	}
	return 1;
}
