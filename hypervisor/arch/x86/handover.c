// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-over table: every register that one owner of a CPU could leave behind for the next, with the value that
 * the next one reads. General registers, segments and control registers are set with the state that a vCPU starts
 * with (asm/state.h); the local APIC has its own part.
 */
#include <asm/vcpu.h>

#include <asm/control.h>
#include <asm/entry.h>
#include <asm/features.h>
#include <asm/msr.h>

/* MSRs beside those of struct x86_state: X(number, how many, value). What a CPU does not have is left out. */
#define HANDOVER_MSRS(X)                                                       \
	X(0x1d9, 1, 0)		/* DEBUGCTL: branch recording off */            \
	X(0x38f, 1, 0)		/* PERF_GLOBAL_CTRL */                          \
	X(0x38d, 1, 0)		/* FIXED_CTR_CTRL */                            \
	X(0x186, 8, 0)		/* PERFEVTSEL of Intel */                       \
	X(0xc1, 8, 0)		/* PMC of Intel */                              \
	X(0x309, 3, 0)		/* fixed counters */                            \
	X(0xc0010000, 8, 0)	/* PERF_CTL and PERF_CTR of AMD, the old four */ \
	X(0xc0010200, 12, 0)	/* and the six of today */                      \
	X(0x570, 1, 0)		/* processor trace off */                       \
	X(0x600, 1, 0)		/* DS_AREA */                                   \
	X(0xd90, 1, 0)		/* BNDCFGS */                                   \
	X(0xc0000104, 1, 1ull << 32) /* TSC ratio of AMD: 1 */                  \
	X(0x6e0, 1, 0)		/* TSC deadline */

static const struct {
	uint32_t first;
	uint32_t count;
	uint64_t value;
} rows[] = {
#define HANDOVER_ROW(first, count, value) { first, count, value },
	HANDOVER_MSRS(HANDOVER_ROW)
#undef HANDOVER_ROW
};

static void reset_msrs(void)
{
	struct x86_state *state = &percpu()->fresh;

	state_reset(state);
	state_load_msrs(state);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint32_t n = 0; n < rows[i].count; n++) {
			if (access_write_msr(rows[i].first + n, rows[i].value))
				break;
		}
	}
}

static void reset_debug(void)
{
	control_write_dr0(0);
	control_write_dr1(0);
	control_write_dr2(0);
	control_write_dr3(0);
}

/* All that XSAVE knows gets its initial value; then only x87 is on, as after a reset. */
static void reset_vectors(void)
{
	if (!features_has(FEATURE_XSAVE)) {
		fpstate_reset();
		return;
	}
	control_write_cr4(control_read_cr4() | CR4_OSXSAVE);
	control_write_xcr0(features_xcr0());
	fpstate_reset_extended(~0ull);
	control_write_xcr0(1);
}

void handover_reset(void)
{
	reset_msrs();
	reset_debug();
	reset_vectors();
	control_write_cr2(0);
	control_write_cr8(0);
}
