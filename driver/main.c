// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module and /dev/bulkhead: structures come in and go out here, and nowhere else; what the calls mean is
 * said in the files that the table of requests names.
 */
#include "main.h"

#include "arch.h"
#include "bus.h"
#include "cell.h"
#include "enable.h"
#include "info.h"
#include "life.h"
#include "load.h"
#include "notify.h"

#include <bulkhead/ioctl.h>
#include <lib/errors.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/**
 * struct request - one ioctl
 * @size: of its structure.  @error: offset of struct bh_error in it, 0: it has none.
 * @flags: that it knows.  @changes: needs CAP_SYS_ADMIN.
 * @enabled: only while enabled, under enable_lock.
 */
struct request {
	int (*run)(void *arg, struct bh_error *error);
	u32 size;
	u32 error;
	u32 flags;
	bool changes;
	bool enabled;
};

static void *copy_blob(u64 data, u32 size, u32 least, struct bh_error *error)
{
	void *blob;

	if (size < least || size > BH_CONFIG_MAX_SIZE) {
		error_set(error, BH_E_SIZE, BH_OBJ_HEADER, 0, size, BH_CONFIG_MAX_SIZE);
		return NULL;
	}
	blob = memdup_user(u64_to_user_ptr(data), size);
	if (!IS_ERR(blob))
		return blob;
	error_set(error, PTR_ERR(blob) == -ENOMEM ? BH_E_NO_MEMORY : BH_E_FAULT, BH_OBJ_HEADER, 0, data, 0);
	return NULL;
}

static int reserved_is_zero(u64 reserved, struct bh_error *error)
{
	return reserved ? error_set(error, BH_E_RESERVED, BH_OBJ_CALL, 0, reserved, 0) : BH_E_OK;
}

static int run_enable(void *arg, struct bh_error *error)
{
	struct bh_ioc_enable *enable = arg;
	void *blob;

	enable->inject_step[sizeof(enable->inject_step) - 1] = 0;
	blob = copy_blob(enable->config, enable->config_size, sizeof(struct bh_config_system), error);
	return blob ? enable_run(enable, blob) : error->code;
}

static int run_disable(void *arg, struct bh_error *error)
{
	struct bh_ioc_disable *disable = arg;

	return reserved_is_zero(disable->reserved, error) ?: enable_disable(false, error);
}

static int run_status(void *arg, struct bh_error *error)
{
	enable_status(arg);
	return BH_E_OK;
}

static int run_create(void *arg, struct bh_error *error)
{
	struct bh_ioc_cell_create *create = arg;
	void *blob = copy_blob(create->config, create->config_size, sizeof(struct bh_config_cell), error);

	return blob ? cell_create(blob, create->config_size, &create->handle, error) : error->code;
}

static int run_control(void *arg, struct bh_error *error)
{
	struct bh_ioc_cell_control *control = arg;

	return reserved_is_zero(control->reserved, error) ?: life_control(control);
}

static int run_info(void *arg, struct bh_error *error)
{
	return life_info(arg);
}

static int run_region(void *arg, struct bh_error *error)
{
	struct bh_ioc_cell_region *region = arg;

	return reserved_is_zero(region->reserved, error) ?: load_region(region);
}

static int run_write(void *arg, struct bh_error *error)
{
	struct bh_ioc_cell_write *write = arg;

	return reserved_is_zero(write->reserved, error) ?: load_write(write, error);
}

static int run_console(void *arg, struct bh_error *error)
{
	return load_console(arg);
}

#define REQUEST(ioc) [_IOC_NR(ioc)]
#define ARGUMENT(type) sizeof(struct type), offsetof(struct type, error)

/* Columns: what runs, its argument, flags that it knows, whether it changes anything, only while enabled. */
static const struct request requests[] = {
	REQUEST(BH_IOC_ENABLE) = { run_enable, ARGUMENT(bh_ioc_enable), BH_ENABLE_CHECK_ONLY, true, false },
	REQUEST(BH_IOC_DISABLE) = { run_disable, ARGUMENT(bh_ioc_disable), 0, true, false },
	REQUEST(BH_IOC_STATUS) = { run_status, sizeof(struct bh_ioc_status), 0, 0, false, false },
	REQUEST(BH_IOC_CELL_CREATE) = { run_create, ARGUMENT(bh_ioc_cell_create), 0, true, true },
	REQUEST(BH_IOC_CELL_CONTROL) = { run_control, ARGUMENT(bh_ioc_cell_control), 0, true, true },
	REQUEST(BH_IOC_CELL_INFO) = { run_info, ARGUMENT(bh_ioc_cell_info), 0, false, true },
	REQUEST(BH_IOC_CELL_REGION) = { run_region, ARGUMENT(bh_ioc_cell_region), 0, false, true },
	REQUEST(BH_IOC_CELL_WRITE) = { run_write, ARGUMENT(bh_ioc_cell_write), 0, true, true },
	REQUEST(BH_IOC_CONSOLE_WRITE) = { run_console, ARGUMENT(bh_ioc_console_write), 0, true, true },
};

/* errno is only a hint: the record says what is wrong. */
static int errno_of(int code)
{
	switch (code) {
	case BH_E_OK:
		return 0;
	case BH_E_BUSY:
	case BH_E_AGAIN:
	case BH_E_EXISTS:
	case BH_E_ENABLED:
	case BH_E_CELLS_EXIST:
	case BH_E_CPU_ONLINE:
	case BH_E_CPU_TAKEN:
	case BH_E_STATE:
		return -EBUSY;
	case BH_E_NO_CELL:
	case BH_E_DISABLED:
		return -ENOENT;
	case BH_E_TIMEOUT:
		return -ETIMEDOUT;
	case BH_E_PERMISSION:
		return -EPERM;
	case BH_E_NO_MEMORY:
	case BH_E_NO_POOL:
		return -ENOMEM;
	case BH_E_HARDWARE:
	case BH_E_NO_EL2:
	case BH_E_INJECTED:
	case BH_E_GENERATION:
		return -EIO;
	default:
		return -EINVAL;
	}
}

static int run_request(const struct request *request, void *arg)
{
	const struct bh_ioc_header *header = arg;
	struct bh_error none = { 0 };
	struct bh_error *error = request->error ? arg + request->error : &none;
	int code;

	memset(error, 0, sizeof(*error));
	if (header->flags & ~request->flags)
		return error_set(error, BH_E_RESERVED, BH_OBJ_CALL, 0, header->flags, request->flags);
	if (!request->enabled)
		return request->run(arg, error);
	code = enable_lock(error);
	if (code)
		return code;
	code = request->run(arg, error);
	enable_unlock();
	return code;
}

/* A structure may be larger than ours if the rest is zero; a smaller one is of no ABI that ever was. */
static long main_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct bh_ioc_header __user *user = (void __user *)argument;
	const struct request *request = &requests[_IOC_NR(command)];
	void *arg;
	u32 size;
	long ret;

	if (_IOC_TYPE(command) != BH_IOC_TYPE || _IOC_NR(command) >= ARRAY_SIZE(requests))
		return -ENOTTY;
	if (request->changes && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(size, &user->size))
		return -EFAULT;
	if (size < request->size || size > PAGE_SIZE)
		return -EINVAL;
	arg = kzalloc(request->size, GFP_KERNEL);
	if (!arg)
		return -ENOMEM;
	ret = copy_struct_from_user(arg, request->size, user, size);
	if (!ret) {
		ret = errno_of(run_request(request, arg));
		if (copy_to_user(user, arg, request->size))
			ret = -EFAULT;
	}
	kfree(arg);
	return ret;
}

static const struct file_operations main_fops = {
	.owner = THIS_MODULE,
	.open = info_open,
	.release = info_release,
	.read = info_read,
	.poll = info_poll,
	.mmap = info_mmap,
	.unlocked_ioctl = main_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "bulkhead",
	.fops = &main_fops,
	.mode = 0600,
};

struct device *main_device(void)
{
	return misc.this_device;
}

static int __init main_init(void)
{
	int ret = bus_init();

	if (ret)
		return ret;
	ret = notify_init();
	if (ret)
		goto no_notify;
	ret = misc_register(&misc);
	if (ret)
		goto no_device;
	return 0;

no_device:
	notify_exit();
no_notify:
	bus_exit();
	return ret;
}

/* The hypervisor holds a reference to the module while it is enabled: here it is not. */
static void __exit main_exit(void)
{
	misc_deregister(&misc);
	notify_exit();
	bus_exit();
	info_exit();
}

module_init(main_init);
module_exit(main_exit);

MODULE_DESCRIPTION("Bulkhead static partitioning hypervisor: loader");
MODULE_LICENSE("GPL");
