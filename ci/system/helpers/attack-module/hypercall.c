// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls of root's kernel: addresses of others, handles that are stale, root's own, or none. */
#include "attack.h"

#include <bulkhead/errors.h>
#include <bulkhead/hypercall.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define ANY_REFUSAL BH_E_COUNT
#ifndef DISABLE_REFUSAL
#define DISABLE_REFUSAL BH_E_STALE
#endif

static bool ping_works(void)
{
	return hypercall(BH_HC_PING, 0, 0, 0).code == BH_E_OK;
}

static bool is_error(u64 found, u64 wanted)
{
	return wanted == ANY_REFUSAL ? found != BH_E_OK && found < BH_E_COUNT : found == wanted;
}

static void verdict(struct result *result, struct hypercall call, u64 wanted)
{
	result->control = ping_works();
	result_set(result, is_error(call.code, wanted), "error %llu, about %llu", call.code,
		   call.value[0] & 0xffff);
}

#define BLOB_SIZE 4096

/* A blob at @a: in memory of others, or where there is none. */
static void create(const struct row *row, struct result *result)
{
	verdict(result, hypercall(BH_HC_CELL_CREATE, row->a, BLOB_SIZE, 0), row->b);
}

/* Own memory, but a size of @a. */
static void create_sized(const struct row *row, struct result *result)
{
	verdict(result, hypercall(BH_HC_CELL_CREATE, OWN_MEMORY, row->a, 0), row->b);
}

/* Blobs of random bytes, of our own. */
static void create_garbage(const struct row *row, struct result *result)
{
	u64 *blob = kmalloc(BLOB_SIZE, GFP_KERNEL);
	unsigned int accepted = 0;

	result->control = blob && ping_works();
	for (u64 i = 0; blob && i < row->a; i++) {
		for (unsigned int word = 0; word < BLOB_SIZE / 8; word++)
			blob[word] = random64();
		accepted += hypercall(BH_HC_CELL_CREATE, virt_to_phys(blob), BLOB_SIZE, 0).code == BH_E_OK;
	}
	result_set(result, !accepted, "%u of %llu accepted", accepted, row->a);
	kfree(blob);
}

/* @a: call.  @b: error for the handle of root itself; a handle of nobody is never taken. */
static void with_handle(const struct row *row, struct result *result)
{
	u64 root = hypercall(BH_HC_CELL_FIND, 0, 0, 0).value[0];
	u64 own = hypercall(row->a, root, 0, 0).code, none = hypercall(row->a, 0x7fff, 0, 0).code;
	u64 wide = hypercall(row->a, root | 1ull << 32, 0, 0).code;

	result->control = ping_works();
	result_set(result, is_error(own, row->b) && none == BH_E_NO_CELL && wide == BH_E_NO_CELL,
		   "root's: error %llu, nobody's: %llu, more bits: %llu", own, none, wide);
}

/* @a: call.  @b: error.  An index, count or generation that is far too large. */
static void too_large(const struct row *row, struct result *result)
{
	u64 root = hypercall(BH_HC_CELL_FIND, 0, 0, 0).value[0];
	bool by_handle = row->a == BH_HC_CELL_REGION || row->a == BH_HC_CONSOLE_WRITE;
	u64 huge = 1ull << 32 | 25, code, second;

	code = hypercall(row->a, by_handle ? root : huge, by_handle ? huge : 0, 0).code;
	second = hypercall(row->a, by_handle ? root : ~0ull, by_handle ? ~0ull : 0, 0).code;
	result->control = ping_works();
	result_set(result, code == row->b && second == row->b, "error %llu, %llu", code, second);
}

/* Right generation, but cells live and the other CPUs do not take part. */
static void disable(const struct row *row, struct result *result)
{
	u64 generation = hypercall(BH_HC_INFO, 0, 0, 0).value[4];

	verdict(result, hypercall(BH_HC_DISABLE, generation, 0, 0), ANY_REFUSAL);
}

/* All numbers but those that end something on purpose, arguments at random: none can hit a handle. */
static void random_calls(const struct row *row, struct result *result)
{
	unsigned int accepted = 0;

	for (u64 i = 0; i < row->a; i++) {
		u64 number = random64() % BH_HC_COUNT;
		bool is_harmless = number == BH_HC_INFO || number == BH_HC_PING ||
				   number == BH_HC_CONSOLE_PUTC || number == BH_HC_CONSOLE_GETC;

		if (is_harmless || number == BH_HC_ROOT_PANIC)
			continue;
		accepted += hypercall(number, random64() | 1ull << 40, random64(), random64()).code ==
			    BH_E_OK;
	}
	result->control = ping_works();
	result_set(result, !accepted, "%u of %llu accepted", accepted, row->a);
}

static void unknown(const struct row *row, struct result *result)
{
	unsigned int known = 0;

	for (u64 number = BH_HC_COUNT; number < 0x1000; number++)
		known += hypercall(number, HYPERVISOR, VICTIM, 0).code != BH_E_UNKNOWN_CALL;
	result->control = ping_works();
	result_set(result, !known, "%u known", known);
}

static const struct row rows[] = {
	{ "create-from-hypervisor", create, HYPERVISOR, BH_E_FAULT },
	{ "create-from-guest", create, VICTIM, BH_E_FAULT },
	{ "create-into-guest", create, VICTIM - 0x800, BH_E_FAULT },
	{ "create-from-device", create, OWN_DEVICE, BH_E_FAULT },
#ifdef UART_OF_VICTIM
	{ "create-from-passed-uart", create, UART_OF_VICTIM, BH_E_FAULT },
#endif
	{ "create-from-nowhere", create, 0x7000000000ull, BH_E_FAULT },
	{ "create-wraps", create, ~0ull - 0x7ff, ANY_REFUSAL },
	{ "create-at-the-end", create, ~0ull & ~7ull, BH_E_FAULT },
	{ "create-unaligned", create, OWN_MEMORY + 1, BH_E_ALIGN },
	{ "create-huge", create_sized, ~0ull, BH_E_SIZE },
	{ "create-huge-low-bits", create_sized, 1ull << 32 | BLOB_SIZE, BH_E_SIZE },
	{ "create-empty", create_sized, 0, BH_E_SIZE },
	{ "create-garbage", create_garbage, 1000 },
	{ "root-load", with_handle, BH_HC_CELL_LOAD, BH_E_RANGE },
	{ "root-start", with_handle, BH_HC_CELL_START, BH_E_RANGE },
	{ "root-suspend", with_handle, BH_HC_CELL_SUSPEND, BH_E_RANGE },
	{ "root-resume", with_handle, BH_HC_CELL_RESUME, BH_E_RANGE },
	{ "root-stop", with_handle, BH_HC_CELL_STOP, BH_E_RANGE },
	{ "root-destroy", with_handle, BH_HC_CELL_DESTROY, BH_E_RANGE },
	{ "region-index", too_large, BH_HC_CELL_REGION, BH_E_RANGE },
	{ "console-count", too_large, BH_HC_CONSOLE_WRITE, BH_E_RANGE },
	{ "cpu-slot", too_large, BH_HC_CPU_STATE, BH_E_CPU_UNKNOWN },
	{ "cell-id", too_large, BH_HC_CELL_FIND, BH_E_NO_CELL },
	{ "disable-generation", too_large, BH_HC_DISABLE, DISABLE_REFUSAL },
	{ "disable-with-cells", disable },
	{ "random", random_calls, 20000 },
	{ "unknown", unknown },
};

ATTACK_CLASS(hypercall_class, "kernel-hypercall", rows);
