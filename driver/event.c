// SPDX-License-Identifier: GPL-2.0-only
/* State changes of cells: the hypervisor's interrupt becomes uevents and wake-ups. */
#include "event.h"

#include "arch.h"
#include "cell.h"

#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/irqdomain.h>
#include <linux/workqueue.h>

#define LOOK_EVERY (HZ / 4)

static void scan_work(struct work_struct *work);

static DECLARE_DELAYED_WORK(scan, scan_work);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static atomic64_t changes = ATOMIC64_INIT(0);
static unsigned int irq; /* Linux' number, 0: none */
static bool looking;     /* without an interrupt */

u64 event_count(void)
{
	return atomic64_read(&changes);
}

wait_queue_head_t *event_queue(void)
{
	return &queue;
}

void event_note(u64 count)
{
	if (!count)
		return;
	atomic64_add(count, &changes);
	wake_up_all(&queue);
}

void event_scan(void)
{
	cell_scan();
}

static void scan_work(struct work_struct *work)
{
	event_scan();
	if (READ_ONCE(looking))
		schedule_delayed_work(&scan, LOOK_EVERY);
}

static irqreturn_t on_interrupt(int number, void *data)
{
	mod_delayed_work(system_wq, &scan, 0);
	return IRQ_HANDLED;
}

int event_start(u32 number)
{
	int ret;

	if (!number) {
		WRITE_ONCE(looking, true);
		schedule_delayed_work(&scan, LOOK_EVERY);
		return 0;
	}
	irq = arch_event_irq(number);
	if (!irq)
		return -ENXIO;
	ret = request_irq(irq, on_interrupt, 0, "bulkhead", &queue);
	if (!ret)
		return 0;
	irq_dispose_mapping(irq);
	irq = 0;
	return ret;
}

void event_stop(void)
{
	WRITE_ONCE(looking, false);
	if (irq) {
		free_irq(irq, &queue);
		irq_dispose_mapping(irq);
		irq = 0;
	}
	cancel_delayed_work_sync(&scan);
}
