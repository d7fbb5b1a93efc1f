/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single instructions that may fault (access.S). They destroy scause, stval, htval and htinst if they do. */
#ifndef ASM_ACCESS_H
#define ASM_ACCESS_H

#include <bulkhead/types.h>

/**
 * Read by the guest's own address, with the guest's rights and translations.
 * Return: 0 and *value, or 1: the guest itself could not read it.
 */
uint64_t access_guest_code16(uint64_t address, uint64_t *value);
uint64_t access_guest_read64(uint64_t address, uint64_t *value);

/** Write the entropy CSR and read it (Zkr). Return: 0, or 1: it is not there, or not for us. */
uint64_t access_seed(uint64_t value, uint64_t *old);

/** Is the CSR there? */
int access_has_stimecmp(void);
int access_has_hstateen0(void);
int access_has_hvictl(void);

#endif
