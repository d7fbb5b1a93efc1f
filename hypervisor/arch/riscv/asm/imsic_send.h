/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ASM_IMSIC_SEND_H
#define ASM_IMSIC_SEND_H

#include <bulkhead/types.h>

/** Message @id for guest file @file of the hart in @slot; what is no identity (0, too large) is no message. */
void imsic_send(unsigned int slot, unsigned int file, uint32_t id);

#endif
