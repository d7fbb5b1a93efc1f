/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this CPU has, by its identification registers: the condition column of register tables. */
#ifndef ASM_FEATURES_H
#define ASM_FEATURES_H

#include <bulkhead/types.h>

enum feature {
	FEATURE_ALWAYS,
	FEATURE_AARCH32_EL1,
	FEATURE_PMU,
	FEATURE_SVE, /* and EL2 does not trap it */
	FEATURE_SME, /* likewise */
	FEATURE_PAC,
	FEATURE_MTE,
	FEATURE_RAS,
	FEATURE_SCXTNUM,
	FEATURE_LOR,
	FEATURE_PAN,
	FEATURE_SPE,
	FEATURE_TRF,
	FEATURE_TRBE,
	FEATURE_BRBE,
	FEATURE_AMU,
	FEATURE_GCS,
	FEATURE_FGT,
	FEATURE_HCX,
	FEATURE_TCR2,
	FEATURE_S1PIE,
	FEATURE_S1POE,
	FEATURE_COUNT
};

/** Return: 1 or 0. */
int features_has(enum feature feature);

/** All of them, one bit each: for tables, which ask often. */
uint32_t features_all(void);

/** Row of a table: does its register exist? Folds to 1 for what always exists. */
#define FEATURES_INCLUDE(all, feature) ((feature) == FEATURE_ALWAYS || ((all) >> (feature)&1))

/** Can the hypervisor run on this CPU? A CPU step. Return: 0 or BH_E_HARDWARE. */
int features_check(void);

#endif
