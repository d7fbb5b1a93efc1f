// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The communication page. */
#include <inmate.h>

struct bh_comm_page *comm_page(void)
{
	struct bh_comm_page *page = (struct bh_comm_page *)(uintptr_t)inmate_config.comm_page;

	return page && __atomic_load_n(&page->magic, __ATOMIC_RELAXED) == BH_COMM_MAGIC ? page : NULL;
}

/* Several CPUs may beat; each beat counts. */
void comm_heartbeat(void)
{
	struct bh_comm_page *page = comm_page();

	if (page)
		__atomic_fetch_add(&page->heartbeat, 1, __ATOMIC_RELAXED);
}

void comm_set_status(uint64_t status)
{
	struct bh_comm_page *page = comm_page();

	if (page)
		__atomic_store_n(&page->status, status, __ATOMIC_RELAXED);
}

bool comm_shutdown_requested(void)
{
	struct bh_comm_page *page = comm_page();

	return page && __atomic_load_n(&page->message, __ATOMIC_ACQUIRE) == BH_MSG_SHUTDOWN;
}

void comm_reply(enum bh_comm_reply reply)
{
	struct bh_comm_page *page = comm_page();

	if (page)
		__atomic_store_n(&page->reply, (uint32_t)reply, __ATOMIC_RELEASE);
}

void comm_poll_shutdown(void)
{
	if (!comm_shutdown_requested())
		return;
	printk("shutdown requested: switching off\n");
	comm_reply(BH_REPLY_ACCEPT);
	power_off();
}
