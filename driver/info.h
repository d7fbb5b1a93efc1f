/* SPDX-License-Identifier: GPL-2.0-only */
/* The info area: the hypervisor's log, crash record and public facts, live or as they last were. */
#ifndef DRIVER_INFO_H
#define DRIVER_INFO_H

#include <bulkhead/info.h>
#include <linux/types.h>

struct file;
struct inode;
struct poll_table_struct;
struct vm_area_struct;

/** info_prepare() - have room for a copy of @size bytes. Return: 0, -ENOMEM. */
int info_prepare(u32 size);

/** info_attach() - @base, @size are the live area from now on. Return: 0, -ENOMEM. */
int info_attach(u64 base, u32 size);

/** info_detach() - take the last copy, let go of the live area and of everyone's mappings of it. */
void info_detach(void);

/** info_keep() - take a copy of an area that was never attached (a start that failed). */
void info_keep(const void *area, u32 size);

/** info_failure() - what the copied or live area says went wrong last; false: nothing. */
bool info_failure(struct bh_error *error, char step[32]);

/** info_cell() - entry of cell @id, from the live area. Return: false without one. */
bool info_cell(u32 id, struct bh_cell_info *cell);

/** info_header() - start of the live area. Return: false without one. */
bool info_header(struct bh_info *info);

/** info_size() - bytes that mmap() offers. */
u32 info_size(void);

/** info_exit() - the module goes. */
void info_exit(void);

/* File operations of /dev/bulkhead. */
int info_open(struct inode *inode, struct file *file);
int info_release(struct inode *inode, struct file *file);
int info_mmap(struct file *file, struct vm_area_struct *vma);
ssize_t info_read(struct file *file, char __user *to, size_t size, loff_t *at);
__poll_t info_poll(struct file *file, struct poll_table_struct *table);

#endif
