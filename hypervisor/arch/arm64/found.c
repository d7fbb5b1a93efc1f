// SPDX-License-Identifier: GPL-2.0-or-later
/* EL2 as it was found. One table says which registers, and where they exist. */
#include <asm/found.h>

#include <asm/features.h>
#include <asm/sysreg.h>

/* CPTR_EL2 comes before what it may trap. HCR_EL2 is last: with it the guest's translations change. */
#define FOUND_REGISTERS(X)                                                                         \
	X(CPTR, "cptr_el2", FEATURE_ALWAYS)                                                        \
	X(MDCR, "mdcr_el2", FEATURE_ALWAYS)                                                        \
	X(CNTHCTL, "cnthctl_el2", FEATURE_ALWAYS)                                                  \
	X(CNTVOFF, "cntvoff_el2", FEATURE_ALWAYS)                                                  \
	X(HSTR, "hstr_el2", FEATURE_ALWAYS)                                                        \
	X(VPIDR, "vpidr_el2", FEATURE_ALWAYS)                                                      \
	X(VMPIDR, "vmpidr_el2", FEATURE_ALWAYS)                                                    \
	X(VTCR, "vtcr_el2", FEATURE_ALWAYS)                                                        \
	X(VTTBR, "vttbr_el2", FEATURE_ALWAYS)                                                      \
	X(HCRX, "S3_4_C1_C2_2", FEATURE_HCX)                                                       \
	X(HFGRTR, "S3_4_C1_C1_4", FEATURE_FGT)                                                     \
	X(HFGWTR, "S3_4_C1_C1_5", FEATURE_FGT)                                                     \
	X(HFGITR, "S3_4_C1_C1_6", FEATURE_FGT)                                                     \
	X(HDFGRTR, "S3_4_C3_C1_4", FEATURE_FGT)                                                    \
	X(HDFGWTR, "S3_4_C3_C1_5", FEATURE_FGT)                                                    \
	X(ZCR, "S3_4_C1_C2_0", FEATURE_SVE)                                                        \
	X(SMCR, "S3_4_C1_C2_6", FEATURE_SME)                                                       \
	X(TRFCR, "S3_4_C1_C2_1", FEATURE_TRF)                                                      \
	X(HCR, "hcr_el2", FEATURE_ALWAYS)

enum {
#define FOUND_ENUM(name, encoding, feature) FOUND_##name,
	FOUND_REGISTERS(FOUND_ENUM)
#undef FOUND_ENUM
	FOUND_COUNT
};
_Static_assert(FOUND_COUNT <= FOUND_EXTRA, "make struct found larger");

void found_save(struct found *found)
{
	uint32_t all = features_all();

#define FOUND_SAVE(name, encoding, feature)                                                        \
	if (FEATURES_INCLUDE(all, feature))                                                        \
		found->extra[FOUND_##name] = sysreg_read(encoding);
	FOUND_REGISTERS(FOUND_SAVE)
#undef FOUND_SAVE
}

void found_restore(const struct found *found)
{
	uint32_t all;

	sysreg_write("cptr_el2", found->extra[FOUND_CPTR]);
	sysreg_isb();
	all = features_all();
#define FOUND_RESTORE(name, encoding, feature)                                                     \
	if (FEATURES_INCLUDE(all, feature))                                                        \
		sysreg_write(encoding, found->extra[FOUND_##name]);
	FOUND_REGISTERS(FOUND_RESTORE)
#undef FOUND_RESTORE
	sysreg_isb();
}

void found_set_identity(struct found *found)
{
	found->extra[FOUND_VPIDR] = sysreg_read("midr_el1");
	found->extra[FOUND_VMPIDR] = sysreg_read("mpidr_el1");
}

uint64_t found_hcr(const struct found *found)
{
	return found->extra[FOUND_HCR];
}

uint64_t found_cptr(const struct found *found)
{
	return found->extra[FOUND_CPTR];
}

uint64_t found_mdcr(const struct found *found)
{
	return found->extra[FOUND_MDCR];
}

uint64_t found_cnthctl(const struct found *found)
{
	return found->extra[FOUND_CNTHCTL];
}
