/* SPDX-License-Identifier: GPL-2.0-only */
/* What only x86-64's files share. */
#ifndef OWN_H
#define OWN_H

#include "attack.h"

#define VECTOR_UD 6ull
#define VECTOR_GP 13ull
#define VECTOR_PF 14ull
#define SYNDROME(vector) ((vector) << 32)

extern const struct attack_class access_class, apic_class, sysreg_class, virtual_class;

u64 add_locked(u64 address, u64 unused);
u64 exchange(u64 address, u64 unused);
u64 move_string(u64 address, u64 unused);
u64 read_msr(u64 msr, u64 unused);
u64 write_msr(u64 msr, u64 value);

#endif
