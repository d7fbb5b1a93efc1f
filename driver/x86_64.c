// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86-64. A CPU enters by a jump under tables that map a piece of the kernel and all of the hypervisor
 * (x86_64_cross.c). Who is below is asked by CPUID, never by a hypercall: without a hypervisor VMCALL and VMMCALL
 * are unknown instructions.
 */
#include "arch.h"

#include "platform.h"
#include "preflight.h"
#include "x86_64_cross.h"

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#include <bulkhead/image.h>
#include <lib/config.h>
#include <linux/acpi.h>
#include <linux/cc_platform.h>
#include <linux/cpumask.h>
#include <linux/pci.h>
#include <linux/smp.h>

#define CPUID_EXTENDED 0x80000000
#define CPUID_X2APIC (1u << 21) /* leaf 1, ECX */
#define CPUID_SVM 0x8000000a
#define SVM_NESTED_PAGING 1u
#define SVM_LOCKED (1u << 4) /* MSR_VM_CR: SVMDIS */

static u64 hv_base;

/*
 * The rate of the TSC, which the kernel has measured where the CPU does not say it; and whether whoever started the
 * kernel holds x2APIC mode for unfit here.
 */
void arch_complete(struct bh_config_system *system)
{
	if (!system->x86.tsc_khz)
		system->x86.tsc_khz = tsc_khz;
	if ((cpuid_ecx(1) & CPUID_X2APIC) && !boot_cpu_has(X86_FEATURE_X2APIC))
		system->x86.flags |= BH_X86_NO_X2APIC;
	system->header.crc = config_crc(system, system->header.size);
}

int arch_prepare(const struct bh_config_system *system)
{
	hv_base = system->hv_memory.base;
	return cross_prepare(&system->hv_memory);
}

void arch_release(void)
{
	cross_release();
}

/* Has somebody switched virtualization on here? To be asked on the CPU concerned. */
static bool cpu_is_held(void)
{
	u64 efer;

	rdmsrl(MSR_EFER, efer);
	return (efer & EFER_SVME) || (native_read_cr4() & X86_CR4_VMXE);
}

u32 arch_enter(u64 entry, u64 arg)
{
	u64 code;

	/* Preflight has looked, but then KVM's module may have come. */
	if (cpu_is_held()) {
		pr_err("bulkhead: CPU %d: KVM holds it\n", raw_smp_processor_id());
		return BH_E_HARDWARE;
	}
	code = cross_enter(entry - hv_base, arg);
	return code < BH_E_COUNT ? code : BH_E_HARDWARE;
}

/* How to call: BH_CPUID_CALL_*, 0: nobody is there. */
static u32 way_to_call(void)
{
	u32 eax, ebx, ecx, edx;

	if (!(cpuid_ecx(1) & (1u << 31)))
		return 0;
	cpuid(BH_CPUID_LEAF, &eax, &ebx, &ecx, &edx);
	if (ebx != BH_CPUID_EBX || ecx != BH_CPUID_ECX || edx != BH_CPUID_EDX || eax < BH_CPUID_LEAF + 1)
		return 0;
	return cpuid_eax(BH_CPUID_LEAF + 1);
}

static void call_in_place(struct arch_call *call, bool vmmcall)
{
	u64 rax = BH_HYPERCALL(call->number);
	u64 rdi = call->arg[0], rsi = call->arg[1], rdx = call->arg[2], rcx = call->arg[3];
	register u64 r8 asm("r8") = call->arg[4];

	if (vmmcall)
		asm volatile("vmmcall"
			     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+c"(rcx), "+r"(r8)
			     :
			     : "memory");
	else
		asm volatile("vmcall"
			     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+c"(rcx), "+r"(r8)
			     :
			     : "memory");
	call->code = rax;
	call->value[0] = rdi;
	call->value[1] = rsi;
	call->value[2] = rdx;
	call->value[3] = rcx;
	call->value[4] = r8;
}

void arch_hypercall(struct arch_call *call)
{
	unsigned long flags;
	u32 way;

	local_irq_save(flags);
	way = way_to_call();
	if (!way)
		call->code = BH_E_DISABLED;
	else if (call->number == BH_HC_DISABLE)
		cross_call(call, way == BH_CPUID_CALL_VMMCALL);
	else
		call_in_place(call, way == BH_CPUID_CALL_VMMCALL);
	local_irq_restore(flags);
}

/* A hypervisor below the whole machine is no hindrance if it offers SVM or VMX: then it is as good as hardware. */
enum arch_owner arch_owner(u64 *answer)
{
	u32 way = way_to_call();

	if (answer)
		*answer = way;
	return way ? ARCH_OWNER_BULKHEAD : ARCH_OWNER_STUB;
}

/* Caches are coherent, and the hypervisor maps its memory as the kernel did. */
void arch_clean(const void *start, size_t size)
{
	mb();
}

/* The new tables make every CPU fetch anew. */
void arch_sync_code(void)
{
}

u64 arch_hwid(unsigned int cpu)
{
	u32 id = cpu_physical_id(cpu);

	return id == (typeof(cpu_physical_id(0)))BAD_APICID ? BH_NO_HWID : id;
}

u64 arch_this_hwid(void)
{
	return arch_hwid(raw_smp_processor_id());
}

u64 arch_ticks(void)
{
	return rdtsc_ordered();
}

u64 arch_ticks_per_ms(void)
{
	return tsc_khz;
}

/* An APIC that a cell had is as the hypervisor left it; the number is a GSI, of an edge that is active high. */
unsigned int arch_event_irq(u32 number)
{
	int irq = acpi_register_gsi(NULL, number, ACPI_EDGE_SENSITIVE, ACPI_ACTIVE_HIGH);

	return irq > 0 ? irq : 0;
}

/* One of the old interrupts keeps its number for ever: only ACPI's code knows which. */
void arch_event_irq_release(unsigned int irq, u32 number)
{
	acpi_unregister_gsi(number);
}

/* KVM */

static void note_if_held(void *first)
{
	if (cpu_is_held())
		atomic_cmpxchg(first, 0, raw_smp_processor_id() + 1);
}

static void check_kvm(struct preflight *preflight)
{
	atomic_t first = ATOMIC_INIT(0); /* CPU + 1 */

	on_each_cpu(note_if_held, &first, 1);
	if (atomic_read(&first) || preflight_kvm_device())
		preflight_add(preflight, BH_PRE_KVM_CPU, atomic_read(&first));
}

/* What the CPU offers. The kernel's own list leaves out what is locked, so the CPU itself is asked. */

static void check_svm(struct preflight *preflight)
{
	u64 control;

	if (rdmsrl_safe(MSR_VM_CR, &control))
		control = 0;
	if (control & SVM_LOCKED)
		preflight_add(preflight, BH_PRE_LOCKED, control);
	if (cpuid_eax(CPUID_EXTENDED) < CPUID_SVM || !(cpuid_edx(CPUID_SVM) & SVM_NESTED_PAGING))
		preflight_add(preflight, BH_PRE_FEATURE, CPUID_SVM);
}

static void check_vmx(struct preflight *preflight)
{
	u64 control;

	/* Not locked: nobody has decided, and the hypervisor may. */
	if (rdmsrl_safe(MSR_IA32_FEAT_CTL, &control))
		control = 0;
	if ((control & FEAT_CTL_LOCKED) && !(control & FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX))
		preflight_add(preflight, BH_PRE_LOCKED, control);
}

static void check_cpu(struct preflight *preflight)
{
	bool vmx = cpuid_ecx(1) & (1u << 5);
	bool svm = cpuid_eax(CPUID_EXTENDED) > CPUID_EXTENDED && (cpuid_ecx(0x80000001) & (1u << 2));

	if (svm)
		check_svm(preflight);
	else if (vmx)
		check_vmx(preflight);
	else
		preflight_add(preflight, BH_PRE_NO_VIRT, 0);
	/* Without a rate there are no deadlines. */
	if (!tsc_khz)
		preflight_add(preflight, BH_PRE_FEATURE, 0x15);
	/* Addresses in the kernel's tables would have a bit that ours know nothing of. */
	if (cc_platform_has(CC_ATTR_MEM_ENCRYPT))
		preflight_add(preflight, BH_PRE_FEATURE, 0x8000001f);
}

/* A CPU that is off waits for a signal in memory of the kernel's: it cannot be fetched from there. */
static void check_offline(struct preflight *preflight)
{
	unsigned int cpu;

	for_each_present_cpu(cpu) if (!cpu_online(cpu))
		preflight_add(preflight, BH_PRE_OFFLINE, arch_hwid(cpu));
}

static void check_dma(struct preflight *preflight)
{
	struct pci_dev *function = NULL;

	for_each_pci_dev(function) if (device_iommu_mapped(&function->dev))
		preflight_add(preflight, BH_PRE_DMA, pci_dev_id(function));
}

void arch_preflight(struct preflight *preflight, const struct bh_config_system *system)
{
	if (way_to_call()) {
		preflight_refuse(preflight, BH_E_ENABLED, BH_OBJ_PLATFORM);
		return;
	}
	check_cpu(preflight);
	check_kvm(preflight);
	check_offline(preflight);
	check_dma(preflight);
}
