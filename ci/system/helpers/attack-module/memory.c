// SPDX-License-Identifier: GPL-2.0-only
/* Memory and devices of others: by a table of our own, by the kernel's mappings, by the table walker. */
#include "attack.h"

#include <bulkhead/info.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#define PATTERN 0x5a5a5a5a5a5a5a5aull

static const struct way ways[] = {
	{ load8, "read of 1 byte" },
	{ load64, "read of 8 bytes" },
	{ store8, "write of 1 byte" },
	{ store64, "write of 8 bytes" },
	{ fetch, "fetch" },
};

#define LOAD8 .way = &ways[0]
#define LOAD64 .way = &ways[1]
#define STORE8 .way = &ways[2]
#define STORE64 .way = &ways[3]
#define FETCH .way = &ways[4]

static u64 own_room[PAGE_SIZE / 8] __aligned(PAGE_SIZE);

#ifndef OWN_CODE
#define OWN_CODE nothing
static noinline void nothing(void)
{
	asm volatile("");
}
#endif

/* A physical address of the module's own that this way works on. */
static bool works_on_own(const struct way *way)
{
	bool is_fetch = way->function == fetch;
	void *own = is_fetch ? (void *)OWN_CODE : (void *)own_room;
	u64 page = page_to_phys(vmalloc_to_page(own)) + offset_in_page(own);

	return !guarded_physical(way->function, alias(page), PATTERN).exceptions;
}

/* First the same with memory of root's own. */
void by_alias(const struct row *row, struct result *result)
{
	const struct way *way = row->way;
	struct outcome outcome;

	result->control = works_on_own(way);
	outcome = guarded_physical(way->function, alias(row->a), PATTERN);
	result_set(result, is_refused(&outcome) && outcome.exceptions == 1,
		   "0x%llx: %s: %llu exceptions, syndrome 0x%llx", row->a, way->name, outcome.exceptions,
		   outcome.syndrome);
}

/* As the kernel maps memory that it was told nothing of. */
static void by_memremap(const struct row *row, struct result *result)
{
	void *own = memremap(OWN_MEMORY, PAGE_SIZE, row->b), *other = memremap(row->a, PAGE_SIZE, row->b);
	struct outcome read = { 0 }, written = { 0 };

	result->control = own && other && !guarded(load64, (u64)(uintptr_t)own, 0).exceptions;
	if (result->control) {
		read = guarded(load64, (u64)(uintptr_t)other, 0);
		written = guarded(store64, (u64)(uintptr_t)other, PATTERN);
	}
	result_set(result, is_refused(&read) && is_refused(&written), "0x%llx: syndrome 0x%llx, 0x%llx",
		   row->a, read.syndrome, written.syndrome);
	if (own)
		memunmap(own);
	if (other)
		memunmap(other);
}

void by_ioremap(const struct row *row, struct result *result)
{
	void __iomem *own = ioremap(OWN_DEVICE, PAGE_SIZE), *other = ioremap(row->a, PAGE_SIZE);
	struct outcome read = { 0 }, written = { 0 };

	result->control = own && other &&
			  !guarded(load32, (u64)(uintptr_t)own + OWN_DEVICE_REGISTER, 0).exceptions;
	if (result->control) {
		read = guarded(load32, (u64)(uintptr_t)other + row->b, 0);
		written = guarded(store32, (u64)(uintptr_t)other + row->b, PATTERN);
	}
	result_set(result, is_refused(&read) && is_refused(&written), "0x%llx: syndrome 0x%llx, 0x%llx",
		   row->a + row->b, read.syndrome, written.syndrome);
	if (own)
		iounmap(own);
	if (other)
		iounmap(other);
}

void by_walk(const struct row *row, struct result *result)
{
	u64 page = page_to_phys(vmalloc_to_page(own_room));
	struct outcome own, other;

	/* Our own is empty: a translation fault, nothing that was refused. */
	memset(own_room, 0, sizeof(own_room));
	own = walk(page, row->b);
	result->control = !is_refused(&own);
	other = walk(row->a, row->b);
	result_set(result, is_refused(&other), "0x%llx: syndrome 0x%llx", row->a, other.syndrome);
}

/* Every page of a range. How many answered, and how many of them are the info area's. */
static u64 readable_pages(u64 base, u64 size, u64 *info, u64 *info_pages)
{
	u64 readable = 0;

	for (u64 at = base; at < base + size; at += PAGE_SIZE) {
		struct outcome outcome = guarded_physical(load64, alias(at), 0);

		if (outcome.exceptions)
			continue;
		readable++;
		if (outcome.value == BH_INFO_MAGIC && !*info_pages) {
			*info = at;
			*info_pages =
				DIV_ROUND_UP(guarded_physical(load32, alias(at + 12), 0).value, PAGE_SIZE);
		}
	}
	return readable;
}

/* Image, tables, pool, per-CPU data, stacks: whatever a page holds. */
static void every_page_read(const struct row *row, struct result *result)
{
	u64 info = 0, info_pages = 0,
	    readable = readable_pages(HYPERVISOR, HYPERVISOR_SIZE, &info, &info_pages);

	result->control = info_pages;
	result_set(result, readable == info_pages, "%llu pages can be read, the info area at 0x%llx has %llu",
		   readable, info, info_pages);
}

static void every_page_write(const struct row *row, struct result *result)
{
	u64 written = 0;

	result->control = works_on_own(&ways[3]);
	for (u64 at = HYPERVISOR; at < HYPERVISOR + HYPERVISOR_SIZE; at += PAGE_SIZE)
		written += !guarded_physical(store64, alias(at + 8), PATTERN).exceptions;
	result_set(result, !written, "%llu pages written", written);
}

static void every_page_of_victim(const struct row *row, struct result *result)
{
	u64 info = 0, info_pages = 0, readable = readable_pages(VICTIM, VICTIM_SIZE, &info, &info_pages);

	result->control = works_on_own(&ways[1]);
	result_set(result, !readable, "%llu pages can be read", readable);
}

static const struct row rows[] = {
	{ "hypervisor-read", by_alias, HYPERVISOR, LOAD64 },
	{ "hypervisor-write", by_alias, HYPERVISOR, STORE64 },
	{ "hypervisor-last-byte", by_alias, HYPERVISOR + HYPERVISOR_SIZE - 1, STORE8 },
	{ "hypervisor-middle", by_alias, HYPERVISOR + HYPERVISOR_SIZE / 2, LOAD8 },
	{ "hypervisor-fetch", by_alias, HYPERVISOR, FETCH },
	{ "guest-read", by_alias, VICTIM, LOAD64 },
	{ "guest-write", by_alias, VICTIM + 0x100000, STORE64 },
	{ "guest-fetch", by_alias, VICTIM, FETCH },
	{ "guest-last-byte", by_alias, VICTIM + VICTIM_SIZE - 1, STORE8 },
	{ "into-guest", by_alias, VICTIM - 4, LOAD64 },
	{ "into-hypervisor", by_alias, HYPERVISOR - 4, LOAD64 },
	{ "hypervisor-memremap", by_memremap, HYPERVISOR + 0x1000, MEMREMAP_WB },
	{ "hypervisor-memremap-uncached", by_memremap, HYPERVISOR + 0x1000, MEMREMAP_WC },
	{ "guest-memremap", by_memremap, VICTIM + 0x1000, MEMREMAP_WB },
	{ "hypervisor-ioremap", by_ioremap, HYPERVISOR + 0x2000, 0 },
	{ "guest-ioremap", by_ioremap, VICTIM + 0x2000, 0 },
	{ "table-walk-in-hypervisor", by_walk, HYPERVISOR, 0 },
	{ "table-walk-in-guest", by_walk, VICTIM, 0 },
	{ "hypervisor-every-page", every_page_read },
	{ "hypervisor-every-page-write", every_page_write },
	{ "guest-every-page", every_page_of_victim },
};

ATTACK_CLASS(memory_class, "kernel-memory", rows);
