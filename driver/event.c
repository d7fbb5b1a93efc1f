// SPDX-License-Identifier: GPL-2.0-only
/* State changes of cells: the hypervisor's interrupt becomes uevents and wake-ups. */
#include "event.h"

#include "arch.h"
#include "cell.h"

#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/workqueue.h>

#define LOOK_EVERY (HZ / 4)

static void scan_work(struct work_struct *work);
static void watch_work(struct work_struct *work);

static DECLARE_DELAYED_WORK(scan, scan_work);
static DECLARE_DELAYED_WORK(watch, watch_work);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static atomic64_t changes = ATOMIC64_INIT(0);
static unsigned int irq; /* Linux' number, 0: none */
static u32 irq_number;	 /* the configuration's */
static bool started;

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
	if (READ_ONCE(started))
		schedule_delayed_work(&watch, 0);
}

static void scan_work(struct work_struct *work)
{
	cell_scan();
	if (READ_ONCE(started) && !irq)
		schedule_delayed_work(&scan, LOOK_EVERY);
}

static void watch_work(struct work_struct *work)
{
	unsigned int ms = cell_watch();

	if (ms && READ_ONCE(started))
		schedule_delayed_work(&watch, msecs_to_jiffies(ms));
}

static irqreturn_t on_interrupt(int number, void *data)
{
	mod_delayed_work(system_wq, &scan, 0);
	return IRQ_HANDLED;
}

static int request_event_irq(u32 number)
{
	int ret;

	irq_number = number;
	irq = arch_event_irq(number);
	if (!irq)
		return -ENXIO;
	ret = request_irq(irq, on_interrupt, 0, "bulkhead", &queue);
	if (!ret)
		return 0;
	arch_event_irq_release(irq, number);
	irq = 0;
	return ret;
}

int event_start(u32 number)
{
	int ret;

	ret = number ? request_event_irq(number) : 0;
	if (ret)
		return ret;
	WRITE_ONCE(started, true);
	if (!number)
		schedule_delayed_work(&scan, LOOK_EVERY);
	return 0;
}

void event_stop(void)
{
	WRITE_ONCE(started, false);
	if (irq) {
		free_irq(irq, &queue);
		arch_event_irq_release(irq, irq_number);
		irq = 0;
	}
	cancel_delayed_work_sync(&scan);
	cancel_delayed_work_sync(&watch);
}
