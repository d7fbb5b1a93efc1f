/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left to do for a root cell that went off while guests lived. */
#ifndef CONTROL_POWER_H
#define CONTROL_POWER_H

/** A guest has ended: was it the last one that root's power-off or reset waited for? */
void power_guest_ended(void);

#endif
