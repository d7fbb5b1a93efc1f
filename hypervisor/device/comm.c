// SPDX-License-Identifier: GPL-2.0-or-later
#include <device/comm.h>

#include <arch/cell.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <bulkhead/comm.h>
#include <cell/cell.h>
#include <core/component.h>
#include <core/deadline.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <lib/errors.h>
#include <lib/string.h>

/**
 * struct comm - @page: shared with the guest, which writes what it likes: single loads, nothing is believed
 * @last_beat, @deadline: the watchdog's: heartbeat seen last, and when it must have moved.
 */
struct comm {
	struct bh_comm_page *page;
	uint64_t last_beat;
	uint64_t deadline;
};

static struct comm comms[BH_MAX_CELLS];

/* The guest may run with its caches off: both sides meet in memory. */
static void sync_page(struct bh_comm_page *page)
{
	arch_cache_flush(page, sizeof(*page));
}

int comm_present(const struct cell *cell)
{
	return comms[cell->id].page != NULL;
}

uint64_t comm_heartbeat(const struct cell *cell)
{
	struct bh_comm_page *page = comms[cell->id].page;

	if (!page)
		return 0;
	sync_page(page);
	return __atomic_load_n(&page->heartbeat, __ATOMIC_RELAXED);
}

void comm_ask_shutdown(struct cell *cell)
{
	struct bh_comm_page *page = comms[cell->id].page;

	if (!page)
		return;
	__atomic_store_n(&page->reply, BH_REPLY_NONE, __ATOMIC_RELAXED);
	__atomic_store_n(&page->message, BH_MSG_SHUTDOWN, __ATOMIC_RELEASE);
	sync_page(page);
}

unsigned int comm_take_reply(struct cell *cell)
{
	struct bh_comm_page *page = comms[cell->id].page;
	unsigned int reply;

	if (!page)
		return BH_REPLY_NONE;
	sync_page(page);
	reply = __atomic_load_n(&page->reply, __ATOMIC_RELAXED);
	if (reply != BH_REPLY_ACCEPT && reply != BH_REPLY_DENY)
		return BH_REPLY_NONE;
	__atomic_store_n(&page->message, BH_MSG_NONE, __ATOMIC_RELAXED);
	__atomic_store_n(&page->reply, BH_REPLY_NONE, __ATOMIC_RELAXED);
	sync_page(page);
	return reply;
}

void comm_watch_start(struct cell *cell)
{
	struct comm *comm = &comms[cell->id];

	comm->last_beat = comm_heartbeat(cell);
	comm->deadline = deadline_in(cell->config->watchdog_ms);
}

int comm_watch_expired(struct cell *cell)
{
	struct comm *comm = &comms[cell->id];

	if (!comm->page || !cell->config->watchdog_ms)
		return 0;
	if (comm_heartbeat(cell) != comm->last_beat) {
		comm_watch_start(cell);
		return 0;
	}
	return deadline_passed(comm->deadline);
}

/* Component. */

static int comm_prepare(struct cell *cell, struct bh_error *error)
{
	struct comm *comm = &comms[cell->id];
	uint64_t at = cell->config->comm_page;
	int code = BH_E_NO_MEMORY;

	if (!at)
		return BH_E_OK;
	if (at + (PAGE_SIZE - 1) >= 1ull << arch_phys_bits())
		return error_set(error, BH_E_RANGE, BH_OBJ_COMM, 0, at, 1ull << arch_phys_bits());
	comm->page = pool_alloc(1, 1);
	if (comm->page)
		code = pt_map(arch_cell_stage2(&cell->arch), at, arch_hv_hpa(comm->page), PAGE_SIZE,
			      PT_READ | PT_WRITE, PT_NORMAL);
	return code ? error_set(error, (unsigned int)code, BH_OBJ_COMM, 0, at, 0) : BH_E_OK;
}

static void comm_reset(struct cell *cell)
{
	struct bh_comm_page *page = comms[cell->id].page;

	if (!page)
		return;
	memset(page, 0, PAGE_SIZE);
	page->magic = BH_COMM_MAGIC;
	page->major = BH_ABI_MAJOR;
	page->minor = BH_ABI_MINOR;
	page->vcpu_count = cell->cpu_count;
	arch_cache_flush(page, PAGE_SIZE);
	comm_watch_start(cell);
}

static void comm_exit(struct cell *cell)
{
	struct comm *comm = &comms[cell->id];

	if (comm->page) {
		pt_unmap(arch_cell_stage2(&cell->arch), cell->config->comm_page, PAGE_SIZE);
		pool_free(comm->page, 1);
	}
	*comm = (struct comm){ .page = NULL };
}

COMPONENT(comm) = {
	.name = "comm",
	.phase = COMPONENT_DEVICE,
	.cell_prepare = comm_prepare,
	.cell_reset = comm_reset,
	.cell_exit = comm_exit,
};
