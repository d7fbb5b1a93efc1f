// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/bulkhead-attack: write a command, read its answer.
 *
 *	rows VICTIM 0|1	all rows, or the first of each class; VICTIM is the handle of the cell that must stay well
 *	rows VICTIM 0 CLASS
 *	cpu N		what CPU N read when it came online last
 *	map ADDRESS	map a page, and touch it, to have it stale later
 *	touch		touch that page again
 *	oops ADDRESS	read ADDRESS in a task of its own, without catching what comes of it
 *
 * and those of the architecture (arch_obey()).
 */
#include "attack.h"

#include <linux/completion.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define ANSWER_SIZE 65536
#define COMMAND_SIZE 96

static DEFINE_MUTEX(lock);
static char *answer;
static size_t used;
static void *stale;

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	used += vscnprintf(answer + used, ANSWER_SIZE - used, format, arguments);
	va_end(arguments);
}

static void touch(void)
{
	struct outcome read, written;

	if (!stale) {
		say("touch: nothing is mapped\n");
		return;
	}
	read = guarded(load64, (u64)(uintptr_t)stale, 0);
	written = guarded(store64, (u64)(uintptr_t)stale + 8, 0x5a5a5a5a5a5a5a5aull);
	say("touch read %s 0x%llx written %s\n", is_refused(&read) ? "refused" : "done",
	    read.exceptions ? 0 : read.value, is_refused(&written) ? "refused" : "done");
}

static void map(u64 address)
{
	if (stale)
		memunmap(stale);
	stale = memremap(address, PAGE_SIZE, MEMREMAP_WB);
	touch();
}

static int read_and_die(void *address)
{
	pr_info("attack: reading %px\n", address);
	return (int)*(volatile u32 *)address;
}

static void oops(u64 address)
{
	void *window = memremap(address, PAGE_SIZE, MEMREMAP_WB);
	struct task_struct *task = window ? kthread_run(read_and_die, window, "attack-victim") : NULL;

	say("oops %s\n", IS_ERR_OR_NULL(task) ? "not tried" : "tried");
}

static void obey(const char *command)
{
	unsigned long long a, b;
	char class[32] = "";

	if (sscanf(command, "rows %llu %llu %31s", &a, &b, class) >= 2)
		rows_run((u32)a, b, class);
	else if (sscanf(command, "cpu %llu", &a) == 1)
		state_say((unsigned int)a);
	else if (sscanf(command, "map %lli", &a) == 1)
		map(a);
	else if (sscanf(command, "oops %lli", &a) == 1)
		oops(a);
	else if (!strncmp(command, "touch", 5))
		touch();
	else if (!arch_obey(command))
		say("unknown command\n");
}

static ssize_t on_write(struct file *file, const char __user *from, size_t count, loff_t *position)
{
	char command[COMMAND_SIZE] = "";

	if (count >= sizeof(command))
		return -EINVAL;
	if (copy_from_user(command, from, count))
		return -EFAULT;
	mutex_lock(&lock);
	used = 0;
	obey(command);
	mutex_unlock(&lock);
	return count;
}

static ssize_t on_read(struct file *file, char __user *to, size_t count, loff_t *position)
{
	ssize_t result;

	mutex_lock(&lock);
	result = simple_read_from_buffer(to, count, position, answer, used);
	mutex_unlock(&lock);
	return result;
}

static const struct proc_ops operations = {
	.proc_write = on_write,
	.proc_read = on_read,
	.proc_lseek = default_llseek,
};

static int __init attack_init(void)
{
	int code;

	answer = vzalloc(ANSWER_SIZE);
	code = answer ? alias_init() : -ENOMEM;
	if (code)
		goto no_alias;
	code = state_init();
	if (code)
		goto no_state;
	if (proc_create("bulkhead-attack", 0600, NULL, &operations))
		return 0;
	code = -ENOMEM;
	state_exit();
no_state:
	alias_exit();
no_alias:
	vfree(answer);
	return code;
}

static void __exit attack_exit(void)
{
	remove_proc_entry("bulkhead-attack", NULL);
	if (stale)
		memunmap(stale);
	state_exit();
	alias_exit();
	vfree(answer);
}

module_init(attack_init);
module_exit(attack_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Bulkhead: attacks of a hostile root kernel");
