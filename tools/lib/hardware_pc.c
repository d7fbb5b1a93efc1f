// SPDX-License-Identifier: GPL-2.0-or-later
/* 'hardware check' of an x86-64 machine: virtualization, I/O APICs, IOMMU. */
#include "doctor.h"

#include <string.h>

/* Is @word among the flags of the first CPU? */
static bool has_flag(struct doctor *doctor, const char *word)
{
	const char *line = strstr(machine_text(doctor->machine, "/proc/cpuinfo"), "\nflags");
	const size_t length = strlen(word);
	const char *end;

	if (!line)
		return false;
	end = line + 1 + strcspn(line + 1, "\n");
	for (const char *at = strstr(line, word); at && at < end; at = strstr(at + 1, word)) {
		if (at[-1] == ' ' && (at[length] == ' ' || at[length] == '\n' || !at[length]))
			return true;
	}
	return false;
}

static void check_virtualization(struct doctor *doctor)
{
	static const char subject[] = "virtualization";

	if (has_flag(doctor, "svm"))
		has_flag(doctor, "npt") ? ok(doctor, subject, "AMD SVM with nested paging") :
					  fail(doctor, subject, "use a CPU with nested paging",
					       "AMD SVM without nested paging");
	else if (has_flag(doctor, "vmx"))
		ok(doctor, subject,
		   "Intel VMX; whether it has EPT and unrestricted guests, enabling will tell");
	else
		fail(doctor, subject, "switch virtualization on in the firmware's setup",
		     "the CPU shows neither SVM nor VMX");
}

static void check_kvm(struct doctor *doctor)
{
	static const char *const modules[] = { "kvm_amd", "kvm_intel" };

	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		const char *path = arena_printf(&doctor->machine->arena, "/sys/module/%s", modules[i]);

		if (!machine_has(doctor->machine, path))
			continue;
		warn(doctor, "KVM",
		     arena_printf(&doctor->machine->arena, "unload it: 'modprobe -r %s'", modules[i]),
		     "%s is loaded and may hold the CPU's virtualization", modules[i]);
		return;
	}
	ok(doctor, "KVM", "not loaded");
}

static void check_apics(struct doctor *doctor)
{
	const struct pc_tables *tables = &doctor->machine->pc->tables;

	if (!tables->ioapics_count)
		fail(doctor, "interrupt controller", "boot with ACPI", "the MADT names no I/O APIC");
	else
		ok(doctor, "interrupt controller", "%u I/O APIC%s, the first at 0x%llx; %s",
		   tables->ioapics_count, tables->ioapics_count == 1 ? "" : "s",
		   (unsigned long long)tables->ioapics[0].base,
		   has_flag(doctor, "x2apic") ? "x2APIC" : "xAPIC");
}

static void check_iommu(struct doctor *doctor)
{
	static const char mend[] = "a cell may only have such a device if its file says that this is known";
	const struct pc *pc = doctor->machine->pc;

	if (!pc->tables.iommus_count)
		warn(doctor, "IOMMU", mend, "there is none: a device that a cell has could reach all memory");
	else
		ok(doctor, "IOMMU", "%s, %u unit%s",
		   pc->tables.iommus[0].type == BH_IOMMU_VTD ? "VT-d" : "AMD-Vi", pc->tables.iommus_count,
		   pc->tables.iommus_count == 1 ? "" : "s");
	if (pc->acpi.unresolved)
		warn(doctor, "IOMMU", "functions behind bridges belong to the unit that serves the rest",
		     "%u entries name functions behind bridges, whose bus numbers no table has",
		     pc->acpi.unresolved);
}

void doctor_check_pc(struct doctor *doctor)
{
	if (doctor->machine->live) {
		check_virtualization(doctor);
		check_kvm(doctor);
	}
	check_apics(doctor);
	check_iommu(doctor);
}
