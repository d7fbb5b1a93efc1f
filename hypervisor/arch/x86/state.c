// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/state.h>

#include <asm/control.h>
#include <asm/features.h>
#include <asm/msr.h>
#include <lib/string.h>

#define SELECTOR_INDEX(selector) ((selector) >> 3)
#define SELECTOR_LOCAL 4u /* in the LDT */

#define CODE_16 (SEGMENT_PRESENT | SEGMENT_S | 0xbu)
#define DATA_16 (SEGMENT_PRESENT | SEGMENT_S | 0x3u)
#define CODE_32 (CODE_16 | SEGMENT_BIG | SEGMENT_GRANULAR)
#define DATA_32 (DATA_16 | SEGMENT_BIG | SEGMENT_GRANULAR)
#define CODE_64 (CODE_16 | SEGMENT_LONG | SEGMENT_GRANULAR)
#define LDT (SEGMENT_PRESENT | 0x2u)
#define TSS_BUSY (SEGMENT_PRESENT | 0xbu)

#define CR0_RESET CR0_ET
#define DR6_RESET 0xffff0ff0ull
#define DR7_RESET 0x400ull

#define SEGMENTS(data, code)                                                            \
	{ [SEG_ES] = data, [SEG_SS] = data, [SEG_DS] = data, [SEG_FS] = data, [SEG_GS] = data, [SEG_CS] = code, \
	  [SEG_GDTR] = { 0, 0, 0xffff, 0 }, [SEG_IDTR] = { 0, 0, 0xffff, 0 }, [SEG_LDTR] = { 0, LDT, 0xffff, 0 }, \
	  [SEG_TR] = { 0, TSS_BUSY, 0xffff, 0 } }
#define SEGMENT(...) { __VA_ARGS__ }
#define RESET_VALUE(name, number, value, feature) [STATE_##name] = value,
#define COMMON                                                                                     \
	.rflags = RFLAGS_FIXED, .dr6 = DR6_RESET, .dr7 = DR7_RESET, .xcr0 = 1, .msr = { STATE_MSRS(RESET_VALUE) }

/* Intel SDM, volume 3, table 10-1: after INIT (caches apart: those are not a guest's to switch off). */
static const struct x86_state after_reset = {
	.segment = SEGMENTS(SEGMENT(0, DATA_16, 0xffff, 0), SEGMENT(0xf000, CODE_16, 0xffff, 0xffff0000)),
	.rip = 0xfff0, .cr0 = CR0_RESET, COMMON
};

static const struct x86_state protected_mode = {
	.segment = SEGMENTS(SEGMENT(0x18, DATA_32, 0xffffffff, 0), SEGMENT(0x10, CODE_32, 0xffffffff, 0)),
	.cr0 = CR0_ET | CR0_PE, COMMON
};

static const struct x86_state long_mode = {
	.segment = SEGMENTS(SEGMENT(0x18, DATA_32, 0xffffffff, 0), SEGMENT(0x10, CODE_64, 0xffffffff, 0)),
	.cr0 = CR0_ET | CR0_PE | CR0_PG, .cr4 = CR4_PAE, .efer = EFER_LME | EFER_LMA, COMMON
};

void state_reset(struct x86_state *state)
{
	memcpy(state, &after_reset, sizeof(*state));
}

void state_real(struct x86_state *state, uint64_t entry)
{
	state_reset(state);
	state->segment[SEG_CS] =
		(struct x86_segment){ (uint16_t)(entry >> 4), CODE_16, 0xffff, entry & 0xffff0 };
	state->rip = entry & 15;
}

void state_startup(struct x86_state *state, unsigned int vector)
{
	state_real(state, (uint64_t)vector << 12);
}

void state_protected(struct x86_state *state, uint64_t entry)
{
	memcpy(state, &protected_mode, sizeof(*state));
	state->rip = entry;
}

void state_long(struct x86_state *state, uint64_t entry, uint64_t cr3)
{
	memcpy(state, &long_mode, sizeof(*state));
	state->rip = entry;
	state->cr3 = cr3;
}

static int is_system(uint16_t attributes)
{
	return !(attributes & SEGMENT_S);
}

void state_segment(struct x86_segment *out, uint16_t selector, const uint64_t *gdt, unsigned int size)
{
	unsigned int index = SELECTOR_INDEX(selector);
	uint64_t low;

	*out = (struct x86_segment){ .selector = selector };
	if (!index || (selector & SELECTOR_LOCAL) || (index + 1) * 8 > size)
		return;
	low = gdt[index];
	out->attributes = (uint16_t)((low >> 40 & 0xff) | (low >> 44 & 0xf00));
	out->limit = (uint32_t)((low & 0xffff) | (low >> 32 & 0xf0000));
	if (out->attributes & SEGMENT_GRANULAR)
		out->limit = out->limit << 12 | 0xfff;
	out->base = (low >> 16 & 0xffffff) | (low >> 32 & 0xff000000);
	if (is_system(out->attributes) && (index + 2) * 8 <= size)
		out->base |= gdt[index + 1] << 32;
}

void state_save_msrs(struct x86_state *state)
{
#define SAVE(name, number, value, feature)  \
	if (features_has(feature))          \
		state->msr[STATE_##name] = msr_read(number);
	STATE_MSRS(SAVE)
#undef SAVE
}

void state_load_msrs(const struct x86_state *state)
{
#define LOAD(name, number, value, feature)  \
	if (features_has(feature))          \
		msr_write(number, state->msr[STATE_##name]);
	STATE_MSRS(LOAD)
#undef LOAD
}
