/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of the architecture: its folder. */
#ifndef ACCOMPLICE_H
#define ACCOMPLICE_H

#include <inmate.h>

/** The first of its two interrupts. */
extern const unsigned int accomplice_first_irq;
/** Tables for another cell's walker, one to one. */
void accomplice_make_table(void);
/** Disturb the victim's interrupts, each round by another way. */
void accomplice_attack(unsigned int round);

#endif
