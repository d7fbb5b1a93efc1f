// SPDX-License-Identifier: GPL-2.0-or-later
/* The VMX back end (Intel SDM volume 3): what the CPU must have, on and off, the cell that runs. */
#include <asm/vmx.h>

#include <arch/mmu.h>
#include <asm/control.h>
#include <asm/cr4_policy.h>
#include <asm/features.h>
#include <asm/formats.h>
#include <asm/msr.h>
#include <asm/percpu.h>
#include <core/cpu.h>
#include <core/log.h>
#include <core/space.h>
#include <lib/string.h>

struct vmx_caps vmx_caps;

#define MSR_CR0_FIXED0 0x486u
#define MSR_PROCBASED2 0x48bu
#define MSR_EPT_VPID 0x48cu
#define MSR_PLAIN_CONTROLS 0x481u
#define MSR_TRUE_CONTROLS 0x48du
#define BASIC_HAS_TRUE (1ull << 55)

/* Probing -------------------------------------------------------------------------------------------- */

static int exists(void)
{
	return features_has(FEATURE_VMX);
}

static void read_msrs(struct vmx_msrs *msrs)
{
	uint32_t controls;

	memset(msrs, 0, sizeof(*msrs));
	msrs->feature_control = msr_read(MSR_FEATURE_CONTROL);
	msrs->basic = msr_read(MSR_VMX_BASIC);
	controls = msrs->basic & BASIC_HAS_TRUE ? MSR_TRUE_CONTROLS : MSR_PLAIN_CONTROLS;
	for (uint32_t i = 0; i < 4; i++) /* in the order of enum vmx_word */
		msrs->allowed[VMX_PIN + i] = msr_read(controls + i);
	for (uint32_t i = 0; i < VMX_FIXED; i++)
		msrs->fixed[i] = msr_read(MSR_CR0_FIXED0 + i);
	if (msrs->allowed[VMX_CPU] >> 32 & CPU_SECONDARY)
		msrs->allowed[VMX_CPU2] = msr_read(MSR_PROCBASED2);
	if (msrs->allowed[VMX_CPU2] >> 32 & (CPU2_EPT | CPU2_VPID))
		msrs->ept_vpid = msr_read(MSR_EPT_VPID);
}

static int probe(void)
{
	struct vmx_cpu *cpu = vmx_cpu();
	struct vmx_caps caps;
	const char *sentence;
	uint64_t bad;

	memset(cpu, 0, sizeof(*cpu));
	sentence = cr4_objection(percpu()->found.cr4);
	if (sentence)
		return cpu_refuse(sentence, percpu()->found.cr4);
	read_msrs(&cpu->msrs);
	sentence = vmx_capabilities(&cpu->msrs, features_phys_bits(), &caps, &bad);
	if (sentence)
		return cpu_refuse(sentence, bad);
	if (memcmp(&caps, &vmx_caps, sizeof(caps)))
		return cpu_refuse("its VMX is not the first CPU's: switch the same features on for all in firmware",
				  cpu->msrs.basic);
	return BH_E_OK;
}

/* The first CPU's capabilities are what all must have. Where they do not do, probe() says so. */
static const struct pt_format *format(void)
{
	struct vmx_msrs msrs;
	uint64_t bad;

	read_msrs(&msrs);
	if (vmx_capabilities(&msrs, features_phys_bits(), &vmx_caps, &bad))
		memset(&vmx_caps, 0, sizeof(vmx_caps));
	log_info("VMX: controls 0x%x 0x%x 0x%x, EPT of %u levels%s%s", vmx_caps.word[VMX_PIN], vmx_caps.word[VMX_CPU],
		 vmx_caps.word[VMX_CPU2], vmx_caps.ept_levels, vmx_caps.ept_1g ? ", 1 GiB pages" : "",
		 vmx_caps.vpid ? ", VPID" : "");
	return vmx_ept_format(&vmx_caps);
}

/* On and off ----------------------------------------------------------------------------------------- */

/* VMXON region and VMCS begin with the revision; the rest is the processor's. */
static void init_region(uint64_t offset)
{
	memset((void *)(PERCPU_BASE + offset), 0, PAGE_SIZE);
	*(uint32_t *)(PERCPU_BASE + offset) = vmx_caps.revision;
}

static void unlock_vmx(void)
{
	uint64_t value = msr_read(MSR_FEATURE_CONTROL);

	if (!(value & VMX_FEATURE_LOCKED))
		msr_write(MSR_FEATURE_CONTROL, value | VMX_FEATURE_LOCKED | VMX_FEATURE_OUTSIDE_SMX);
}

#define VMX_ON_PAGE(instruction, address)                                                          \
	({                                                                                         \
		uint64_t page_ = address;                                                          \
		uint8_t failed_;                                                                   \
		__asm__ volatile(instruction " %1; setbe %0" : "=qm"(failed_) : "m"(page_) : "cc", "memory"); \
		failed_;                                                                           \
	})

void vmx_reload(void)
{
	VMX_ON_PAGE("vmclear", space_private(PERCPU_CONTROL));
	VMX_ON_PAGE("vmptrld", space_private(PERCPU_CONTROL));
	vmx_cpu()->is_launched = 0;
}

/* All that could be refused has been looked at in probe(). */
static void cpu_on(void)
{
	struct vmx_cpu *cpu = vmx_cpu();
	int failed;

	if (cpu->is_on)
		return;
	init_region(PERCPU_SAVE);
	init_region(PERCPU_CONTROL);
	unlock_vmx();
	cpu->debugctl = msr_read(MSR_DEBUGCTL);
	control_write_cr0(vmx_fixed(control_read_cr0(), cpu->msrs.cr0_fixed0, cpu->msrs.cr0_fixed1));
	control_write_cr4(vmx_fixed(control_read_cr4() | CR4_VMXE, cpu->msrs.cr4_fixed0, cpu->msrs.cr4_fixed1));
	failed = VMX_ON_PAGE("vmxon", space_private(PERCPU_SAVE));
	failed |= VMX_ON_PAGE("vmclear", space_private(PERCPU_CONTROL));
	failed |= VMX_ON_PAGE("vmptrld", space_private(PERCPU_CONTROL));
	if (failed)
		log_error("CPU %u: VMXON or VMPTRLD failed: please report this", percpu()->slot);
	cpu->is_on = 1;
	cpu->is_launched = 0;
	vmx_init_vmcs();
}

static void cpu_off(void)
{
	struct vmx_cpu *cpu = vmx_cpu();

	if (!cpu->is_on)
		return;
	VMX_ON_PAGE("vmclear", space_private(PERCPU_CONTROL));
	__asm__ volatile("vmxoff" : : : "cc", "memory");
	control_write_cr4(control_read_cr4() & ~CR4_VMXE);
	msr_write(MSR_DEBUGCTL, cpu->debugctl);
	cpu->is_on = 0;
}

/* The cell ------------------------------------------------------------------------------------------- */

enum invalidation { INVALIDATE_SINGLE = 1, INVALIDATE_ALL = 2 };

struct invalidation_operand {
	uint64_t first, second;
};

static void invept(void)
{
	struct invalidation_operand operand = { vmx_read(VMCS_EPTP), 0 };
	uint64_t kind = vmx_caps.ept_single ? INVALIDATE_SINGLE : INVALIDATE_ALL;

	__asm__ volatile("invept %0, %1" : : "m"(operand), "r"(kind) : "cc", "memory");
}

static void invvpid(void)
{
	struct invalidation_operand operand = { vmx_read(VMCS_VPID), 0 };
	uint64_t kind = vmx_caps.vpid_single ? INVALIDATE_SINGLE : INVALIDATE_ALL;

	__asm__ volatile("invvpid %0, %1" : : "m"(operand), "r"(kind) : "cc", "memory");
}

static void flush(void)
{
	if (!vmx_read(VMCS_EPTP))
		return;
	invept();
	if (vmx_caps.vpid)
		invvpid();
}

static void set_offset(uint64_t offset)
{
	vmx_write(VMCS_TSC_OFFSET, offset);
}

static uint64_t page_of(const void *pointer)
{
	return arch_hv_hpa(pointer).value;
}

/* Ids are never 0: that is the hypervisor's own. */
static void set_cell(const struct cell_arch *cell)
{
	if (!cell) {
		vmx_write(VMCS_EPTP, 0);
		return;
	}
	vmx_write(VMCS_EPTP, vmx_eptp(&vmx_caps, page_of(cell->stage2.root)));
	vmx_write(VMCS_MSR_BITMAP, page_of(cell->msr_bitmap));
	vmx_write(VMCS_IO_BITMAP_A, page_of(cell->io_bitmap));
	vmx_write(VMCS_IO_BITMAP_B, page_of(cell->io_bitmap) + PAGE_SIZE);
	if (vmx_caps.vpid)
		vmx_write(VMCS_VPID, (cell->stage2.tag & 0xffff) ? (cell->stage2.tag & 0xffff) : 1);
	flush();
}

/* Bits for reads of two ranges, then those for writes. */
static const struct virt_msr_range msr_ranges[] = {
	{ 0, 0, 0x800 * 8, 1 },
	{ 0xc0000000, 0x400 * 8, 0xc00 * 8, 1 },
	{ 0, 0, 0, 0 },
};

/* NMIs are never held back here. */
static void mask_nmi(void)
{
}

const struct virt_ops vmx_ops = {
	.name = "VMX with EPT",
	.exists = exists,
	.probe = probe,
	.cpu_on = cpu_on,
	.cpu_off = cpu_off,
	.load = vmx_load,
	.save = vmx_save,
	.set_cell = set_cell,
	.set_offset = set_offset,
	.get = vmx_get,
	.set = vmx_set,
	.segment = vmx_segment,
	.skip = vmx_skip,
	.inject = vmx_inject,
	.inject_nmi = vmx_inject_nmi,
	.cancel = vmx_cancel,
	.intercept_halt = vmx_intercept_halt,
	.flush = flush,
	.msr_ranges = msr_ranges,
	.unmask_nmi = vmx_unmask_nmi,
	.mask_nmi = mask_nmi,
	.format = format,
	.run = vmx_run,
};
