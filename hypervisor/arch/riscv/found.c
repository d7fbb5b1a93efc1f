// SPDX-License-Identifier: GPL-2.0-or-later
/* HS-mode as it was found. One table says which registers, and where they exist. */
#include <asm/found.h>

#include <asm/csr.h>
#include <asm/features.h>

/* Registers that decide about the guest's come before them; hgatp is last. */
#define FOUND_REGISTERS(X)                    \
	X(HSTATUS, FEATURE_ALWAYS)            \
	X(HEDELEG, FEATURE_ALWAYS)            \
	X(HIDELEG, FEATURE_ALWAYS)            \
	X(HCOUNTEREN, FEATURE_ALWAYS)         \
	X(HTIMEDELTA, FEATURE_ALWAYS)         \
	X(HGEIE, FEATURE_ALWAYS)              \
	X(HENVCFG, FEATURE_ALWAYS)            \
	X(HSTATEEN0, FEATURE_SMSTATEEN)       \
	X(HVICTL, FEATURE_SSAIA)              \
	X(HVIP, FEATURE_ALWAYS)               \
	X(VSSTATUS, FEATURE_ALWAYS)           \
	X(VSTVEC, FEATURE_ALWAYS)             \
	X(VSSCRATCH, FEATURE_ALWAYS)          \
	X(VSEPC, FEATURE_ALWAYS)              \
	X(VSCAUSE, FEATURE_ALWAYS)            \
	X(VSTVAL, FEATURE_ALWAYS)             \
	X(VSATP, FEATURE_ALWAYS)              \
	X(HGATP, FEATURE_ALWAYS)

enum {
#define FOUND_ENUM(name, feature) FOUND_##name,
	FOUND_REGISTERS(FOUND_ENUM)
#undef FOUND_ENUM
		FOUND_COUNT
};
_Static_assert(FOUND_COUNT <= FOUND_EXTRA, "make struct found larger");

void found_save(struct found *found)
{
#define FOUND_SAVE(name, feature)    \
	if (features_has(feature))   \
		found->extra[FOUND_##name] = csr_read(CSR_##name);
	FOUND_REGISTERS(FOUND_SAVE)
#undef FOUND_SAVE
}

void found_restore(const struct found *found)
{
#define FOUND_RESTORE(name, feature) \
	if (features_has(feature))   \
		csr_write(CSR_##name, found->extra[FOUND_##name]);
	FOUND_REGISTERS(FOUND_RESTORE)
#undef FOUND_RESTORE
}

uint64_t found_hgatp(const struct found *found)
{
	return found->extra[FOUND_HGATP];
}
