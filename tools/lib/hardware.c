// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 'hardware check': all that enabling needs, looked up in files that any kernel has. Nothing here asks the driver, so
 * that it also helps before there is one.
 */
#include "doctor.h"

#include "map.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#define INTID_HYP_TIMER 26u	 /* of a kernel that runs in EL2 (VHE) */
#define INTID_VIRTUAL_TIMER 27u	 /* of a kernel that was started in EL1 */
#define INTID_PHYSICAL_TIMER 30u /* of a kernel that was started in EL2 and went down to EL1 */

void doctor_say(struct doctor *doctor, enum finding_kind kind, const char *subject, const char *mend,
		const char *format, ...)
{
	struct arena *arena = &doctor->machine->arena;
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	doctor->list = arena_grow(arena, doctor->list, doctor->count, sizeof(*doctor->list));
	doctor->list[doctor->count++] = (struct finding){ subject, kind, arena_strdup(arena, text), mend };
	doctor->fails += kind == FINDING_FAIL;
}

static const void *tree_of(const struct doctor *doctor)
{
	return doctor->machine->tree->fdt;
}

/* ---- machine and CPUs ---- */

static void check_machine(struct doctor *doctor)
{
	const char *model;

	if (doctor->machine->pc) {
		ok(doctor, "machine", "%s", machine_name(doctor->machine));
		return;
	}
	model = fdt_getprop(tree_of(doctor), 0, "model", NULL);
	ok(doctor, "machine", "%s (%s)", model ? model : "no model", devtree_machine(doctor->machine->tree));
}

static void check_cpus(struct doctor *doctor)
{
	struct dt_cpu *cpus = NULL;
	const struct pc *pc = doctor->machine->pc;
	const uint32_t count = pc ? pc->cpu_count :
				    devtree_cpu_list(&doctor->machine->arena, doctor->machine->tree, &cpus);

	if (!count)
		fail(doctor, "CPUs", "give the machine's own device tree", "the firmware names no CPU");
	else if (count == 1)
		fail(doctor, "CPUs", "use a machine with two CPUs or more",
		     "there is one CPU, and a CPU has one owner: no cell could have any");
	else
		ok(doctor, "CPUs", "%u; one stays with root", count);
	if (!doctor->machine->live)
		return;
	if (machine_has(doctor->machine, "/sys/devices/system/cpu/cpu1/online"))
		ok(doctor, "CPU hot-plug", "CPUs can be taken from Linux");
	else
		fail(doctor, "CPU hot-plug",
		     "use a kernel with CONFIG_HOTPLUG_CPU, and firmware that can switch CPUs off",
		     "Linux cannot give up a CPU: cpu1 has no 'online'");
}

/* ---- virtualization ---- */

/* The number of the timer interrupt tells in which exception level the kernel was started, and where it runs. */
static unsigned int timer_intid(struct doctor *doctor)
{
	const char *line = machine_text(doctor->machine, "/proc/interrupts");

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const size_t length = strcspn(line, "\n");
		const char *timer = memmem(line, length, "arch_timer", 10);
		const char *gic = memmem(line, length, "GIC", 3);

		if (timer && gic && gic < timer)
			return (unsigned int)strtoul(gic + strcspn(gic, " \n"), NULL, 10);
	}
	return 0;
}

static void check_level(struct doctor *doctor)
{
	static const char subject[] = "virtualization";

	switch (timer_intid(doctor)) {
	case INTID_PHYSICAL_TIMER:
		ok(doctor, subject, "Linux was started in EL2 and left it");
		break;
	case INTID_HYP_TIMER:
		fail(doctor, subject, "boot with 'id_aa64mmfr1.vh=0 kvm-arm.mode=none'",
		     "Linux itself runs in EL2 (VHE)");
		break;
	case INTID_VIRTUAL_TIMER:
		fail(doctor, subject, "let firmware or boot loader start the kernel in EL2",
		     "Linux was started in EL1: there is no EL2, or something else has it");
		break;
	default:
		warn(doctor, subject, "look for 'CPU(s) started at EL2' in dmesg",
		     "cannot tell in which exception level Linux was started");
		break;
	}
}

static void check_kvm(struct doctor *doctor)
{
	if (machine_has(doctor->machine, "/dev/kvm"))
		fail(doctor, "KVM", "boot with 'kvm-arm.mode=none'", "KVM holds EL2");
	else if (!machine_has_parameter(doctor->machine, "kvm-arm.mode=none"))
		warn(doctor, "KVM", "boot with 'kvm-arm.mode=none', so that this stays so",
		     "KVM is not there, but no parameter keeps it away");
	else
		ok(doctor, "KVM", "kept away by 'kvm-arm.mode=none'");
}

/* 'h' among the single letters behind "rv64", or in the list. */
static bool has_h(const void *fdt, int node)
{
	const char *isa = fdt_getprop(fdt, node, "riscv,isa", NULL);
	const size_t letters = isa ? strcspn(isa, "_") : 0;

	if (fdt_stringlist_search(fdt, node, "riscv,isa-extensions", "h") >= 0)
		return true;
	return letters > 4 && memchr(isa + 4, 'h', letters - 4);
}

static void check_h(struct doctor *doctor)
{
	const void *fdt = tree_of(doctor);
	const int cpus = fdt_path_offset(fdt, "/cpus");
	int node;

	fdt_for_each_subnode(node, fdt, cpus)
	{
		if (fdt_node_check_compatible(fdt, node, "riscv") || !dt_is_enabled(fdt, node) ||
		    has_h(fdt, node))
			continue;
		fail(doctor, "virtualization", "use a machine whose harts have it",
		     "hart %s has no H extension", fdt_get_name(fdt, node, NULL));
		return;
	}
	ok(doctor, "virtualization", "all harts have the H extension");
}

static void check_virtualization(struct doctor *doctor)
{
	if (doctor->machine->pc) {
		doctor_check_pc(doctor);
	} else if (machine_is_riscv(doctor->machine)) {
		check_h(doctor);
	} else if (doctor->machine->live) {
		check_level(doctor);
		check_kvm(doctor);
	}
}

/* ---- interrupt controller, IOMMU ---- */

static void check_gic(struct doctor *doctor)
{
	static const char subject[] = "interrupt controller";
	struct bh_config_gic gic;

	if (!devtree_gic(doctor->machine->tree, &gic))
		fail(doctor, subject, "a GICv2 with virtualization extensions or a GICv3 is needed",
		     "the device tree has no interrupt controller that we know");
	else if (gic.version == BH_GIC_V2 && (!gic.gich.size || !gic.gicv.size))
		fail(doctor, subject, "a GICv2 with virtualization extensions or a GICv3 is needed",
		     "the GICv2 has no interface for hypervisors (GICH, GICV)");
	else
		ok(doctor, subject, "GICv%u at 0x%llx, maintenance interrupt %u%s", gic.version,
		   (unsigned long long)gic.gicd.base, gic.maintenance_irq,
		   gic.its.size ? ", with a translation service (ITS)" : "");
}

static void check_intc(struct doctor *doctor)
{
	if (doctor->machine->pc)
		return;
	if (!machine_is_riscv(doctor->machine))
		check_gic(doctor);
	else if (doctor->machine->tree->intc >= 0)
		ok(doctor, "interrupt controller", "%s",
		   fdt_get_name(tree_of(doctor), doctor->machine->tree->intc, NULL));
	else
		fail(doctor, "interrupt controller", "a PLIC or an APLIC is needed",
		     "the device tree has no interrupt controller that we know");
}

static const char *find_iommu(struct doctor *doctor, bool *enabled)
{
	const void *fdt = tree_of(doctor);
	const char *found = NULL;

	*enabled = false;
	for (int node = fdt_next_node(fdt, 0, NULL); node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		const char *compatible = fdt_getprop(fdt, node, "compatible", NULL);

		if (!compatible || !fdt_getprop(fdt, node, "#iommu-cells", NULL))
			continue;
		if (!found || (!*enabled && dt_is_usable(doctor->machine->tree, node)))
			found = compatible;
		*enabled |= dt_is_usable(doctor->machine->tree, node) != 0;
	}
	return found;
}

static void check_iommu(struct doctor *doctor)
{
	static const char mend[] = "a cell may only have such a device if its file says that this is known";
	bool enabled = false;
	const char *iommu = doctor->machine->pc ? NULL : find_iommu(doctor, &enabled);

	if (doctor->machine->pc)
		return;

	if (!iommu)
		warn(doctor, "IOMMU", mend, "there is none: a device that a cell has could reach all memory");
	else if (!enabled)
		warn(doctor, "IOMMU", mend, "%s is switched off in the device tree", iommu);
	else
		warn(doctor, "IOMMU", mend, "%s is there, but this release of the hypervisor does not use it",
		     iommu);
}

/* ---- memory ---- */

static void check_memory(struct doctor *doctor)
{
	static const char *const by[] = { "", "the tree's reserved-memory",
					  "a kernel parameter ('mem=', 'memmap=')",
					  "'bulkhead memory carve', until the next boot" };
	const char *mend =
		doctor->machine->pc ?
			"'bulkhead config create' says which kernel parameter sets it aside; 'bulkhead memory "
			"carve' takes some from the running kernel" :
			"'bulkhead config create --overlay FILE.dts' writes an overlay that reserves it; "
			"'bulkhead memory carve' takes some from the running kernel";
	const struct machine *machine = doctor->machine;
	uint64_t total = 0;
	char size[32];

	for (uint32_t i = 0; i < machine->ours.count; i++)
		total += machine->ours.list[i].size;
	if (machine->live && !machine->linux_known)
		warn(doctor, "reserved memory", "run this as root",
		     "/proc/iomem does not say which memory Linux uses");
	else if (machine->source == MACHINE_NOTHING)
		fail(doctor, "reserved memory", mend, "none is set aside for the hypervisor and its cells");
	else
		ok(doctor, "reserved memory", "%s set aside by %s, from 0x%llx on",
		   map_size_text(total, size, sizeof(size)), by[machine->source],
		   (unsigned long long)machine->ours.list[0].base);
}

/* ---- kernel ---- */

static void check_release(struct doctor *doctor)
{
	const char *release = doctor->machine->release;

	if (!strncmp(release, "6.1.", 4) || !strncmp(release, "6.12.", 5))
		ok(doctor, "kernel", "%s", release);
	else
		warn(doctor, "kernel", "6.1 and 6.12 are tested", "%s: nobody tested it with this release",
		     *release ? release : "not known");
	if (!machine_has(doctor->machine, "/proc/modules"))
		fail(doctor, "kernel modules", "use a kernel with CONFIG_MODULES",
		     "the kernel loads no modules");
	else if (*machine_text(doctor->machine, "/sys/module/module/parameters/sig_enforce") == 'Y')
		warn(doctor, "kernel modules", "sign the module with a key that the kernel trusts",
		     "the kernel loads signed modules only");
	else
		ok(doctor, "kernel modules", "can be loaded");
}

/* "[none] integrity confidentiality": the one in brackets is in force. */
static void check_lockdown(struct doctor *doctor)
{
	const char *text = machine_text(doctor->machine, "/sys/kernel/security/lockdown");

	if (*text && !strstr(text, "[none]"))
		warn(doctor, "lockdown", "switch secure boot off, or sign the module",
		     "the kernel is locked down: %s", text);
}

static bool find_module(struct doctor *doctor)
{
	static const char *const places[] = { "extra", "updates/dkms", "updates", "kernel/extra" };
	static const char *const endings[] = { "ko", "ko.xz", "ko.zst", "ko.gz" };

	for (size_t i = 0; i < ARRAY_SIZE(places) * ARRAY_SIZE(endings); i++) {
		if (machine_has(doctor->machine,
				arena_printf(&doctor->machine->arena, "/lib/modules/%s/%s/bulkhead.%s",
					     doctor->machine->release, places[i / ARRAY_SIZE(endings)],
					     endings[i % ARRAY_SIZE(endings)])))
			return true;
	}
	return false;
}

static void check_module(struct doctor *doctor)
{
	const char *image = doctor->machine->pc		      ? "/lib/firmware/bulkhead-x86_64.bin" :
			    machine_is_riscv(doctor->machine) ? "/lib/firmware/bulkhead-riscv64.bin" :
								"/lib/firmware/bulkhead-aarch64.bin";

	if (machine_has(doctor->machine, "/sys/module/bulkhead"))
		ok(doctor, "driver", "loaded");
	else if (find_module(doctor))
		ok(doctor, "driver", "installed; 'modprobe bulkhead' loads it");
	else
		fail(doctor, "driver", "install it for this kernel: 'dkms install bulkhead/VERSION'",
		     "there is no module 'bulkhead' for kernel %s", doctor->machine->release);
	if (machine_has(doctor->machine, image))
		ok(doctor, "hypervisor image", "%s", image);
	else
		fail(doctor, "hypervisor image", "'make install' puts it there", "%s is missing", image);
}

static void check_kernel(struct doctor *doctor)
{
	if (!doctor->machine->live)
		return;
	check_release(doctor);
	check_lockdown(doctor);
	check_module(doctor);
}

/* ---- firmware ---- */

static const char *cpu_method(const void *fdt)
{
	const int cpus = fdt_path_offset(fdt, "/cpus");
	int node;

	fdt_for_each_subnode(node, fdt, cpus)
	{
		const char *method = fdt_getprop(fdt, node, "enable-method", NULL);

		if (method)
			return method;
	}
	return "";
}

static void check_psci(struct doctor *doctor)
{
	static const char *const known[] = { "arm,psci-1.0", "arm,psci-0.2" };
	const void *fdt = tree_of(doctor);
	const char *method, *enable = cpu_method(fdt);
	int node = -1;

	for (size_t i = 0; i < ARRAY_SIZE(known) && node < 0; i++)
		node = fdt_node_offset_by_compatible(fdt, -1, known[i]);
	method = node < 0 ? NULL : fdt_getprop(fdt, node, "method", NULL);
	if (!strcmp(enable, "spin-table"))
		fail(doctor, "firmware", "use firmware with PSCI, such as Trusted Firmware-A",
		     "CPUs are started by a spin table: they cannot be switched off again");
	else if (node < 0)
		fail(doctor, "firmware", "use firmware with PSCI, such as Trusted Firmware-A",
		     "the device tree names no PSCI 0.2 or later");
	else
		ok(doctor, "firmware", "PSCI by %s", method ? method : "an unknown call");
}

static void check_firmware(struct doctor *doctor)
{
	if (!doctor->machine->pc && !machine_is_riscv(doctor->machine))
		check_psci(doctor);
}

size_t hardware_check(struct machine *machine, struct finding **list, size_t *count)
{
	static void (*const checks[])(struct doctor * doctor) = {
		check_machine, check_cpus,   check_virtualization, check_intc,
		check_iommu,   check_memory, check_firmware,	   check_kernel,
	};
	struct doctor doctor = { .machine = machine };

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		checks[i](&doctor);
	*list = doctor.list;
	*count = doctor.count;
	return doctor.fails;
}
