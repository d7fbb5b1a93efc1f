/* SPDX-License-Identifier: GPL-2.0-only */
/* Every difference between the kernels that we support, so that no other file looks at the version. */
#ifndef DRIVER_COMPAT_H
#define DRIVER_COMPAT_H

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/version.h>

#ifdef CONFIG_X86
#include <asm/apic.h>
#include <asm/irq_vectors.h>
#include <linux/cpumask.h>
#include <linux/smp.h>
#endif

/* bus_type.uevent() takes a const device since 6.3. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define COMPAT_UEVENT_CONST const
#else
#define COMPAT_UEVENT_CONST
#endif

/** Forbid what @vma must never become, and mark it as one without struct pages. */
static inline void compat_vma_read_only(struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE | VM_MAYEXEC);
#else
	vma->vm_flags |= VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	vma->vm_flags &= ~(VM_MAYWRITE | VM_MAYEXEC);
#endif
}

#ifdef CONFIG_X86
/** Raise an NMI on this CPU. Context: interrupts off. Local APICs are reached by static calls since 6.6. */
static inline void compat_nmi_self(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	__apic_send_IPI_mask(cpumask_of(raw_smp_processor_id()), NMI_VECTOR);
#else
	apic->send_IPI_mask(cpumask_of(raw_smp_processor_id()), NMI_VECTOR);
#endif
}
#endif

#endif
