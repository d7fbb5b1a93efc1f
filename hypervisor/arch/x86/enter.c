// SPDX-License-Identifier: GPL-2.0-or-later
/* The C halves of the way in, and of the ways back. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/control.h>
#include <asm/features.h>
#include <asm/found.h>
#include <asm/mmu.h>
#include <asm/msr.h>
#include <asm/virt.h>
#include <bulkhead/image.h>
#include <core/image.h>

#define SLOT_MASK (BH_ENTER_DRY_RUN - 1)

uint64_t enter_found(uint64_t argument)
{
	percpu()->slot = (uint32_t)(argument & SLOT_MASK);
	percpu()->phase = PERCPU_ENTERING;
	features_probe();
	found_state(&percpu()->found, &percpu()->state);
	percpu_frame()->reg[REG_RAX] = (uint64_t)upcall_enter(argument);
	return percpu()->phase != PERCPU_RUNNING;
}

void enter_run(void)
{
	virt()->run();
}

/* The rest is done where neither the shared tables nor this CPU's own are there any more. */
static void go_to(const struct x86_state *state) __attribute__((noreturn));

static void go_to(const struct x86_state *state)
{
	uint64_t area = image_header.core_size + image_header.percpu_size * percpu()->slot;

	msr_write(MSR_EFER, state->efer);
	state_load_msrs(state);
	control_write_dr6(state->dr6);
	control_write_dr7(state->dr7);
	mmu_leave();
	entry_leave(area + ((uint64_t)(uintptr_t)state - PERCPU_BASE), area);
}

void enter_back(void)
{
	go_to(&percpu()->state);
}

void enter_leave(void)
{
	virt_save(&percpu()->state);
	virt()->cpu_off();
	go_to(&percpu()->state);
}
