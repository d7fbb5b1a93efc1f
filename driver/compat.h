/* SPDX-License-Identifier: GPL-2.0-only */
/* Every difference between the kernels that we support, so that no other file looks at the version. */
#ifndef DRIVER_COMPAT_H
#define DRIVER_COMPAT_H

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/version.h>

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

#endif
