// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/found.h>

#include <asm/control.h>
#include <asm/features.h>
#include <asm/msr.h>
#include <lib/string.h>

static unsigned int gdt_size(const struct found *found)
{
	unsigned int size = found->gdtr.limit + 1u;

	return size < FOUND_GDT_SIZE ? size : FOUND_GDT_SIZE;
}

static struct x86_segment table_of(const struct table_register *found)
{
	return (struct x86_segment){ .limit = found->limit, .base = found->base };
}

static void found_segments(const struct found *found, struct x86_state *state)
{
	static const enum x86_segment_name names[] = {
		SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_LDTR, SEG_TR,
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		state_segment(&state->segment[names[i]], found->selector[names[i]], found->gdt, gdt_size(found));
	state->segment[SEG_FS].base = msr_read(MSR_FS_BASE);
	state->segment[SEG_GS].base = msr_read(MSR_GS_BASE);
	state->segment[SEG_GDTR] = table_of(&found->gdtr);
	state->segment[SEG_IDTR] = table_of(&found->idtr);
}

void found_state(const struct found *found, struct x86_state *state)
{
	memset(state, 0, sizeof(*state));
	found_segments(found, state);
	state->rip = found->resume;
	state->rsp = found->rsp;
	state->rflags = found->rflags;
	state->cr0 = control_read_cr0();
	state->cr3 = found->cr3;
	state->cr4 = found->cr4;
	state->dr6 = control_read_dr6();
	state->dr7 = control_read_dr7();
	state->efer = msr_read(MSR_EFER) & ~EFER_SVME;
	state->xcr0 = found->cr4 & CR4_OSXSAVE ? control_read_xcr0() : 0;
	state_save_msrs(state);
}
