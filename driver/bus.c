// SPDX-License-Identifier: GPL-2.0-only
/* Cells are devices on the bus "bulkhead": /sys/bus/bulkhead/devices/NAME, with uevents for state changes. */
#include "bus.h"

#include "cell.h"
#include "compat.h"
#include "info.h"
#include "main.h"

#include <bulkhead/hypercall.h>
#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

static const char *const state_names[] = {
#define STATE_NAME(name, number, text) [number] = text,
	BH_CELL_STATES(STATE_NAME)
#undef STATE_NAME
};

static const char *const reason_names[] = {
#define REASON_NAME(name, number, text) [number] = text,
	BH_REASONS(REASON_NAME)
#undef REASON_NAME
};

static const char *state_name(const struct bh_cell_info *info)
{
	return info->state < ARRAY_SIZE(state_names) ? state_names[info->state] : "unknown";
}

static const char *reason_name(const struct bh_cell_info *info)
{
	return info->reason.kind < ARRAY_SIZE(reason_names) ? reason_names[info->reason.kind] : "unknown";
}

/* Attributes read the info area without the cell's lock: a long operation does not block them. */
static bool read_info(struct device *dev, struct bh_cell_info *info)
{
	const struct cell *cell = to_cell(dev);
	u32 handle = READ_ONCE(cell->handle);

	return handle && info_cell(handle & 0xffff, info) && info->handle == handle;
}

static ssize_t name_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return sysfs_emit(page, "%.*s\n", BH_NAME_SIZE, to_cell(dev)->config->name);
}
static DEVICE_ATTR_RO(name);

static ssize_t handle_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return sysfs_emit(page, "0x%x\n", READ_ONCE(to_cell(dev)->handle));
}
static DEVICE_ATTR_RO(handle);

static ssize_t cpus_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return sysfs_emit(page, "%*pbl\n", cpumask_pr_args(&to_cell(dev)->claimed));
}
static DEVICE_ATTR_RO(cpus);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct bh_cell_info info;

	return sysfs_emit(page, "%s\n",
			  read_info(dev, &info) ? state_name(&info) : state_names[BH_CELL_NONE]);
}
static DEVICE_ATTR_RO(state);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct bh_cell_info info;

	return sysfs_emit(page, "%s\n",
			  read_info(dev, &info) ? reason_name(&info) : reason_names[BH_REASON_NONE]);
}
static DEVICE_ATTR_RO(reason);

static ssize_t memory_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct bh_cell_info info;

	return sysfs_emit(page, "%llu\n", read_info(dev, &info) ? info.memory : 0);
}
static DEVICE_ATTR_RO(memory);

static ssize_t restarts_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct bh_cell_info info;

	return sysfs_emit(page, "%u\n", read_info(dev, &info) ? info.restarts : 0);
}
static DEVICE_ATTR_RO(restarts);

static struct attribute *cell_attrs[] = {
	&dev_attr_name.attr,   &dev_attr_handle.attr, &dev_attr_cpus.attr,     &dev_attr_state.attr,
	&dev_attr_reason.attr, &dev_attr_memory.attr, &dev_attr_restarts.attr, NULL,
};
ATTRIBUTE_GROUPS(cell);

static int cell_uevent(COMPAT_UEVENT_CONST struct device *dev, struct kobj_uevent_env *env)
{
	const struct cell *cell = container_of(dev, const struct cell, dev);

	return add_uevent_var(env, "BULKHEAD_CELL=%.*s", BH_NAME_SIZE, cell->config->name);
}

static struct bus_type bus = {
	.name = "bulkhead",
	.dev_groups = cell_groups,
	.uevent = cell_uevent,
};

int bus_init(void)
{
	return bus_register(&bus);
}

void bus_exit(void)
{
	bus_unregister(&bus);
}

static void cell_free(struct device *dev)
{
	struct cell *cell = to_cell(dev);

	kfree(cell->config);
	kfree(cell);
}

struct cell *bus_new(struct bh_config_cell *blob)
{
	struct cell *cell = kzalloc(sizeof(*cell), GFP_KERNEL);

	if (!cell)
		return NULL;
	mutex_init(&cell->lock);
	device_initialize(&cell->dev);
	cell->dev.bus = &bus;
	cell->dev.parent = main_device();
	cell->dev.release = cell_free;
	if (dev_set_name(&cell->dev, "%.*s", BH_NAME_SIZE, blob->name)) {
		put_device(&cell->dev);
		return NULL;
	}
	cell->config = blob;
	return cell;
}

int bus_add(struct cell *cell)
{
	return device_add(&cell->dev);
}

void bus_remove(struct cell *cell)
{
	device_del(&cell->dev);
}

void bus_changed(struct cell *cell, const struct bh_cell_info *info)
{
	char state[32], reason[80];
	char *env[] = { state, reason, NULL };

	if (!device_is_registered(&cell->dev))
		return;
	snprintf(state, sizeof(state), "BULKHEAD_STATE=%s", state_name(info));
	snprintf(reason, sizeof(reason), "BULKHEAD_REASON=%s", reason_name(info));
	sysfs_notify(&cell->dev.kobj, NULL, "state");
	kobject_uevent_env(&cell->dev.kobj, KOBJ_CHANGE, env);
}
