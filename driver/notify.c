// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel tells us of, and our defined answers:
 *
 *	restart, power-off	no cells: the hypervisor goes first. Cells: it stays, and root's reset or
 *				power-off does what the board file says (on-reset)
 *	kexec			cells are destroyed and the hypervisor goes: the next kernel needs EL2
 *	panic			the hypervisor learns that root is lost; cells go on
 *	suspend, hibernation	refused while enabled
 *	memory comes online	refused if it touches the hypervisor's memory or the pool
 *	a CPU comes online	refused while it belongs to a cell
 *	KVM is loaded		refused while enabled; where it is no module, preflight refuses the kernel
 */
#include "notify.h"

#include "arch.h"
#include "cell.h"
#include "enable.h"

#include <linux/cpuhotplug.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <linux/suspend.h>

static int cpuhp_state;

static int on_reboot(struct notifier_block *block, unsigned long action, void *command)
{
	bool kexec = action == SYS_RESTART && command && strstr(command, "kexec");
	struct bh_error error;

	if (enable_active() && (kexec || !cell_count()) && enable_disable(kexec, &error))
		pr_err("bulkhead: still enabled at restart (error %u)\n", error.code);
	return NOTIFY_DONE;
}

static int on_panic(struct notifier_block *block, unsigned long action, void *message)
{
	struct arch_call call = { .number = BH_HC_ROOT_PANIC };

	if (enable_active())
		arch_hypercall(&call);
	return NOTIFY_DONE;
}

static int on_sleep(struct notifier_block *block, unsigned long action, void *data)
{
	bool goes_to_sleep = action == PM_SUSPEND_PREPARE || action == PM_HIBERNATION_PREPARE ||
			     action == PM_RESTORE_PREPARE;

	if (!goes_to_sleep || !enable_active())
		return NOTIFY_DONE;
	pr_warn("bulkhead: no sleep while the hypervisor is enabled: run 'bulkhead disable' first\n");
	return notifier_from_errno(-EBUSY);
}

static int on_memory(struct notifier_block *block, unsigned long action, void *data)
{
	const struct memory_notify *memory = data;

	if (action == MEM_GOING_ONLINE && enable_active() &&
	    enable_overlaps(PFN_PHYS(memory->start_pfn), PFN_PHYS(memory->nr_pages)))
		return notifier_from_errno(-EBUSY);
	return NOTIFY_OK;
}

/* Called with CPU hot-plug's own locks held: one bit is all that it looks at. */
static int on_cpu_prepare(unsigned int cpu)
{
	return cell_cpu_claimed(cpu) ? -EBUSY : 0;
}

/* kvm, kvm_intel, kvm_amd: what they would do with the hypervisor's mode is forbidden to a guest. */
static int on_module(struct notifier_block *block, unsigned long action, void *data)
{
	const struct module *module = data;

	if (action != MODULE_STATE_COMING || !enable_active() || strncmp(module->name, "kvm", 3))
		return NOTIFY_DONE;
	pr_warn("bulkhead: no KVM while the hypervisor is enabled: run 'bulkhead disable' first\n");
	return notifier_from_errno(-EBUSY);
}

static struct notifier_block reboot_block = { .notifier_call = on_reboot };
static struct notifier_block panic_block = { .notifier_call = on_panic };
static struct notifier_block sleep_block = { .notifier_call = on_sleep };
static struct notifier_block memory_block = { .notifier_call = on_memory };
static struct notifier_block module_block = { .notifier_call = on_module };

int notify_init(void)
{
	int ret = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "bulkhead:prepare", on_cpu_prepare, NULL);

	if (ret < 0)
		return ret;
	cpuhp_state = ret;
	register_reboot_notifier(&reboot_block);
	register_pm_notifier(&sleep_block);
	register_memory_notifier(&memory_block);
	register_module_notifier(&module_block);
	atomic_notifier_chain_register(&panic_notifier_list, &panic_block);
	return 0;
}

void notify_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_block);
	unregister_module_notifier(&module_block);
	unregister_memory_notifier(&memory_block);
	unregister_pm_notifier(&sleep_block);
	unregister_reboot_notifier(&reboot_block);
	cpuhp_remove_state_nocalls(cpuhp_state);
}
