/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ASM_ERRATA_H
#define ASM_ERRATA_H

/** CPU step: what this CPU needs at its vectors (percpu()->workaround). Return: 0. */
int errata_init(void);

#endif
