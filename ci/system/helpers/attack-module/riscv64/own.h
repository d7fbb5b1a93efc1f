/* SPDX-License-Identifier: GPL-2.0-only */
/* What only RISC-V's files share. */
#ifndef OWN_H
#define OWN_H

#include "attack.h"

extern const struct attack_class access_class, plic_class, aplic_class, imsic_class, firmware_class,
	sysreg_class;

u64 load_reserved(u64 address, u64 unused);
u64 load_compressed(u64 address, u64 unused);
u64 swap64(u64 address, u64 unused);

struct sbi_answer {
	s64 error;
	u64 value;
};

/** sbi() - one call with six arguments */
struct sbi_answer sbi(u64 extension, u64 function, const u64 *arguments);

#endif
