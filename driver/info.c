// SPDX-License-Identifier: GPL-2.0-only
/*
 * The info area. While the hypervisor is enabled, readers see its own memory, which root may only read;
 * afterwards they see the driver's copy. Mappings are filled by faults, so that a switch from one to the
 * other only has to tear them down: the next access finds the new place.
 *
 * Locks: info_lock (rwsem) protects what is below; files_lock (mutex) the list of open files. Neither is
 * held while the other is taken; memory management takes info_lock inside its own locks.
 */
#include "info.h"

#include "arch.h"
#include "compat.h"
#include "event.h"

#include <linux/fs.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define READ_TRIES 10000

/** struct info_file - an open /dev/bulkhead. @seen: state changes that its reader knows of. */
struct info_file {
	struct list_head link;
	struct file *file;
	u64 seen;
};

static DECLARE_RWSEM(info_lock);
static const void *live; /* NULL: not enabled */
static u64 live_base;
static u32 live_size;
static void *copy;
static u32 copy_room;
static u32 copy_size; /* bytes that are valid */

static DEFINE_MUTEX(files_lock);
static LIST_HEAD(files);

static void revoke_mappings(void)
{
	struct info_file *open;

	mutex_lock(&files_lock);
	list_for_each_entry(open, &files, link)
		unmap_mapping_range(open->file->f_mapping, 0, 0, 1);
	mutex_unlock(&files_lock);
}

int info_prepare(u32 size)
{
	void *room = NULL, *old = NULL;

	if (size > copy_room) {
		room = vmalloc_user(size);
		if (!room)
			return -ENOMEM;
	}
	down_write(&info_lock);
	if (room) {
		old = copy;
		copy = room;
		copy_room = size;
		copy_size = 0;
	}
	up_write(&info_lock);
	if (old) {
		revoke_mappings();
		vfree(old);
	}
	return 0;
}

int info_attach(u64 base, u32 size)
{
	void *area = memremap(base, size, MEMREMAP_WB);

	if (!area)
		return -ENOMEM;
	down_write(&info_lock);
	live = area;
	live_base = base;
	live_size = size;
	up_write(&info_lock);
	revoke_mappings();
	return 0;
}

static void keep_locked(const void *area, u32 size)
{
	copy_size = min(size, copy_room);
	memcpy(copy, area, copy_size);
}

void info_detach(void)
{
	const void *area;

	down_write(&info_lock);
	area = live;
	if (area) {
		/* A start that failed early wrote past the caches: what we hold of it may be old. */
		arch_clean(area, live_size);
		keep_locked(area, live_size);
		live = NULL;
	}
	up_write(&info_lock);
	if (!area)
		return;
	revoke_mappings();
	memunmap((void *)area);
}

void info_keep(const void *area, u32 size)
{
	arch_clean(area, size);
	down_write(&info_lock);
	keep_locked(area, size);
	up_write(&info_lock);
}

static const struct bh_info *current_info(void)
{
	return live ?: (copy_size ? copy : NULL);
}

bool info_failure(struct bh_error *error, char step[32])
{
	const struct bh_info *info;
	bool found = false;

	down_read(&info_lock);
	if (live)
		arch_clean(live, sizeof(*info));
	/* No look at the magic: a step that fails before the area is laid out writes this much, too. */
	info = current_info();
	if (info && info->last_error.code) {
		*error = info->last_error;
		memcpy(step, info->last_step, 32);
		step[31] = 0;
		found = true;
	}
	up_read(&info_lock);
	return found;
}

/* The sequence is odd while the writer writes: a reader that sees the same even one twice saw one state. */
static bool read_entry(const struct bh_cell_info *entry, struct bh_cell_info *cell)
{
	for (int try = 0; try < READ_TRIES; try++) {
		u32 before = READ_ONCE(entry->sequence);

		smp_rmb();
		memcpy(cell, entry, sizeof(*cell));
		smp_rmb();
		if (!(before & 1) && READ_ONCE(entry->sequence) == before)
			return true;
		cpu_relax();
	}
	return false;
}

bool info_cell(u32 id, struct bh_cell_info *cell)
{
	bool found = false;
	u32 cells;

	down_read(&info_lock);
	if (live && id < BH_MAX_CELLS) {
		cells = ((const struct bh_info *)live)->cells;
		if (cells && cells + BH_MAX_CELLS * sizeof(*cell) <= live_size)
			found = read_entry((const struct bh_cell_info *)(live + cells) + id, cell);
	}
	up_read(&info_lock);
	return found;
}

bool info_header(struct bh_info *info)
{
	bool found;

	down_read(&info_lock);
	found = live && ((const struct bh_info *)live)->magic == BH_INFO_MAGIC;
	if (found)
		memcpy(info, live, sizeof(*info));
	up_read(&info_lock);
	return found;
}

u32 info_size(void)
{
	u32 size;

	down_read(&info_lock);
	size = live ? live_size : copy_size;
	up_read(&info_lock);
	return size;
}

void info_exit(void)
{
	vfree(copy);
}

int info_open(struct inode *inode, struct file *file)
{
	struct info_file *open = kzalloc(sizeof(*open), GFP_KERNEL);

	if (!open)
		return -ENOMEM;
	open->file = file;
	open->seen = event_count();
	file->private_data = open;
	mutex_lock(&files_lock);
	list_add(&open->link, &files);
	mutex_unlock(&files_lock);
	return 0;
}

int info_release(struct inode *inode, struct file *file)
{
	struct info_file *open = file->private_data;

	mutex_lock(&files_lock);
	list_del(&open->link);
	mutex_unlock(&files_lock);
	kfree(open);
	return 0;
}

static vm_fault_t info_fault(struct vm_fault *vmf)
{
	u64 at = (u64)vmf->pgoff << PAGE_SHIFT;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	down_read(&info_lock);
	if (live && at < live_size)
		ret = vmf_insert_pfn(vmf->vma, vmf->address, PHYS_PFN(live_base + at));
	else if (!live && at < copy_size)
		ret = vmf_insert_pfn(vmf->vma, vmf->address, page_to_pfn(vmalloc_to_page(copy + at)));
	up_read(&info_lock);
	return ret;
}

static const struct vm_operations_struct info_vm_ops = { .fault = info_fault };

int info_mmap(struct file *file, struct vm_area_struct *vma)
{
	u64 end = ((u64)vma->vm_pgoff << PAGE_SHIFT) + (vma->vm_end - vma->vm_start);

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EACCES;
	if (end > info_size())
		return -ENXIO;
	compat_vma_read_only(vma);
	vma->vm_ops = &info_vm_ops;
	return 0;
}

ssize_t info_read(struct file *file, char __user *to, size_t size, loff_t *at)
{
	struct info_file *open = file->private_data;
	u64 count = event_count();

	if (size < sizeof(count))
		return -EINVAL;
	if (copy_to_user(to, &count, sizeof(count)))
		return -EFAULT;
	open->seen = count;
	return sizeof(count);
}

__poll_t info_poll(struct file *file, struct poll_table_struct *table)
{
	struct info_file *open = file->private_data;

	poll_wait(file, event_queue(), table);
	return event_count() != open->seen ? EPOLLIN | EPOLLRDNORM : 0;
}
