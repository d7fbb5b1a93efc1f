/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the hart has: everything goes by what it reports, nothing by its name. */
#ifndef ASM_FEATURES_H
#define ASM_FEATURES_H

#include <asm/percpu.h>

enum feature {
	FEATURE_ALWAYS = 0,
	FEATURE_SSTC,	   /* guests have a timer of their own */
	FEATURE_SMSTATEEN, /* state is switched on by hstateen0 */
	FEATURE_SSAIA,	   /* guests ask vstopi */
	FEATURE_FLOAT,
	FEATURE_VECTOR,
	FEATURE_COUNT
};

/* Does it say nothing of the instruction that trapped, and has no VMIDs? Only where the build pretends that. */
#ifdef CONFIG_POOR_HART
#define FEATURES_POOR 1
#else
#define FEATURES_POOR 0
#endif

#define FEATURES_INCLUDE(all, feature) ((all) >> (feature) & 1)

/** Find out what this hart has. Context: no exit is being handled (it may take traps). */
void features_probe(void);

static inline int features_has(enum feature feature)
{
	return (int)FEATURES_INCLUDE(percpu()->features, feature);
}

/** Widest VMID that hgatp holds, as a mask. */
uint64_t features_vmid_mask(void);

/** CPU step: is this hart like the first one, and free? Return: 0 or error code. */
int features_check(void);

#endif
