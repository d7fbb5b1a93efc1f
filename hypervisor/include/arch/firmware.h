/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's own firmware, for root's power-off and reset. */
#ifndef ARCH_FIRMWARE_H
#define ARCH_FIRMWARE_H

/** Switch the machine off, or reset it. Return only if firmware refuses. */
void arch_machine_off(void);
void arch_machine_reset(void);

#endif
