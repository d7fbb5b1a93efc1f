/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the victim's architecture says. */
#ifndef VICTIM_H
#define VICTIM_H

#include <inmate.h>

/** Memory of its own, from here on 1 MiB. */
extern const uint64_t victim_sentinels;
/** Its interrupts: this one and the next. */
extern const unsigned int victim_first_irq;
/** What the interrupt controller says of @irq, beside priority and whether it is enabled; at most bits 16 to 63. */
uint64_t victim_settings(unsigned int irq);

#endif
