// SPDX-License-Identifier: GPL-2.0-only
/* Preflight: every reason against enabling, found before anything changes, all at once. */
#include "preflight.h"

#include "arch.h"
#include "image.h"
#include "main.h"
#include "platform.h"
#include "takeover.h"

#include <lib/config.h>
#include <lib/errors.h>
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/ioport.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

void preflight_add(struct preflight *preflight, u32 bit, u64 value)
{
	if (preflight->ioc->preflight & bit)
		return;
	preflight->ioc->preflight |= bit;
	preflight->ioc->preflight_value[__builtin_ctz(bit)] = value;
}

void preflight_refuse(struct preflight *preflight, u32 code, u32 object)
{
	error_set(&preflight->error, code, object, 0, 0, 0);
}

/*
 * KVM is built into arm64 kernels and tells nobody whether it runs. What it leaves is its device, which is
 * of the same class as ours: this needs no path and no mount.
 */
bool preflight_kvm_device(void)
{
	struct device *kvm = class_find_device_by_name(main_device()->class, "kvm");

	if (!kvm)
		return false;
	put_device(kvm);
	return true;
}

bool preflight_command_line(const char *word)
{
	/* Not kernel_read_file(): of a file that is none of its kinds, 6.12's IPE warns in the log. */
	struct file *file = filp_open("/proc/cmdline", O_RDONLY, 0);
	char *line = kmalloc(PAGE_SIZE, GFP_KERNEL);
	bool found = false;
	ssize_t size = 0;
	loff_t at = 0;

	if (line && !IS_ERR(file))
		size = kernel_read(file, line, PAGE_SIZE, &at);
	if (size > 0)
		found = strnstr(line, word, size) != NULL;
	kfree(line);
	if (!IS_ERR(file))
		filp_close(file, NULL);
	return found;
}

bool preflight_system_ram(u64 base, u64 size)
{
	return region_intersects(base, size, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) != REGION_DISJOINT;
}

/*
 * Of RAM that was taken offline at run time no page is Linux', though its name is still 'System RAM'. A range that is
 * this in part can neither be claimed nor mapped as a whole.
 */
static bool linux_uses(const struct bh_config_range *range)
{
	const u64 section = PFN_PHYS(PAGES_PER_SECTION), end = range->base + range->size;
	u64 next;

	if (region_intersects(range->base, range->size, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) == REGION_MIXED)
		return true;
	for (u64 at = range->base; at < end; at = next) {
		next = min(round_down(at, section) + section, end);
		if (preflight_system_ram(at, next - at) && pfn_to_online_page(PHYS_PFN(at)))
			return true;
	}
	return false;
}

static void check_memory(struct preflight *preflight, const struct bh_config_system *system)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);

	if (linux_uses(&system->hv_memory))
		preflight_add(preflight, BH_PRE_NO_MEMORY, system->hv_memory.base);
	if (!platform_in_ram(&system->hv_memory))
		preflight_add(preflight, BH_PRE_NO_RAM, system->hv_memory.base);
	for (u32 i = 0; i < system->pool.count; i++) {
		if (linux_uses(&pool[i]))
			preflight_add(preflight, BH_PRE_POOL, pool[i].base);
		if (!platform_in_ram(&pool[i]))
			preflight_add(preflight, BH_PRE_NO_RAM, pool[i].base);
	}
}

static void check_cpus(struct preflight *preflight, const struct bh_config_system *system)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		u64 hwid = arch_hwid(cpu);

		/* A place for a CPU that may be plugged in one day has no id. */
		if (hwid == BH_NO_HWID && !cpu_present(cpu))
			continue;
		if (takeover_slot(system, hwid) < 0)
			preflight_add(preflight, BH_PRE_CPUS, hwid);
	}
}

static void check_image(struct preflight *preflight, const struct bh_config_system *system,
			struct image *image)
{
	u64 found = 0;
	int code = image_find(image, &found);

	if (code == -ENOENT)
		preflight_add(preflight, BH_PRE_NO_IMAGE, 0);
	else if (code)
		preflight_add(preflight, BH_PRE_IMAGE, found);
	else if (system->cpus.count > image->header.max_cpus)
		error_set(&preflight->error, BH_E_TOO_MANY, BH_OBJ_CPU, 0, system->cpus.count,
			  image->header.max_cpus);
	else if (image_memory_needed(image, system) > system->hv_memory.size)
		error_set(&preflight->error, BH_E_SIZE, BH_OBJ_HV_MEMORY, 0, system->hv_memory.size,
			  image_memory_needed(image, system));
}

int preflight_run(const struct bh_config_system *system, struct image *image, struct bh_ioc_enable *ioc,
		  struct bh_error *error)
{
	struct preflight preflight = { .ioc = ioc };

	platform_check(&preflight, system);
	check_memory(&preflight, system);
	check_cpus(&preflight, system);
	check_image(&preflight, system, image);
	arch_preflight(&preflight, system);

	if (preflight.error.code) {
		*error = preflight.error;
		return error->code;
	}
	if (ioc->preflight & BH_PRE_NO_HYP)
		return error_set(error, BH_E_NO_EL2, BH_OBJ_PLATFORM, 0, 0, 0);
	if (ioc->preflight)
		return error_set(error, BH_E_HARDWARE, BH_OBJ_PLATFORM, 0, ioc->preflight, 0);
	return BH_E_OK;
}
