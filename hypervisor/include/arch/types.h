/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Per-architecture types that the contract embeds: struct cpu_arch (in struct cpu) and
 * struct cell_arch (in struct cell). Only the contract and arch/<isa> include <asm/...>.
 */
#ifndef ARCH_TYPES_H
#define ARCH_TYPES_H

#include <asm/types.h>

#endif
