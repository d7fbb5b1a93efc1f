// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/virt.h>

#include <arch/mmu.h>
#include <asm/control.h>
#include <asm/formats.h>
#include <bulkhead/errors.h>
#include <core/log.h>
#include <lib/string.h>

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

void virt_load(const struct x86_state *state)
{
	selected->load(state);
	for (unsigned int i = 0; i < STATE_REGISTER_COUNT; i++)
		selected->set(i, state->reg[i]);
}

void virt_save(struct x86_state *state)
{
	memset(state, 0, sizeof(*state));
	for (unsigned int i = 0; i < SEG_COUNT; i++)
		selected->segment(i, &state->segment[i]);
	for (unsigned int i = 0; i < STATE_REGISTER_COUNT; i++)
		state->reg[i] = selected->get(i);
	state->xcr0 = state->cr4 & CR4_OSXSAVE ? control_read_xcr0() : 0;
	state_save_msrs(state);
	selected->save(state);
}
