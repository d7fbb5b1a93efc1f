// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/virt.h>

#include <arch/mmu.h>
#include <asm/formats.h>
#include <bulkhead/errors.h>
#include <core/log.h>

static const struct virt_ops *const back_ends[] = { &svm_ops, &vmx_ops };

static const struct virt_ops *selected;

int virt_select(void)
{
	for (unsigned int i = 0; i < sizeof(back_ends) / sizeof(back_ends[0]); i++) {
		if (!back_ends[i]->exists())
			continue;
		selected = back_ends[i];
		formats_select(selected->format());
		log_info("virtualization: %s, tables of cells have %u levels", selected->name,
			 arch_pt_stage2()->levels);
		return BH_E_OK;
	}
	log_error("enable: the CPU has neither SVM nor VMX, or the firmware switched it off");
	return BH_E_HARDWARE;
}

const struct virt_ops *virt(void)
{
	return selected;
}
