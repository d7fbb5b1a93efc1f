/* SPDX-License-Identifier: GPL-2.0-only */
/* What only AArch64's files share. */
#ifndef OWN_H
#define OWN_H

#include "attack.h"

extern const struct attack_class access_class, device_class, gic_class, write_class, firmware_class,
	sysreg_class;

/** Of the GIC: 2 or 3. */
unsigned int intc_version(void);
/** Physical address in our own table, as a device (512 GiB). */
u64 alias_device(u64 address);

u64 load_pair(u64 address, u64 unused);
u64 load_exclusive(u64 address, u64 unused);
u64 store_pair(u64 address, u64 value);
u64 zero_block(u64 address, u64 unused);

/** its_say() - give the ITS one command of four words, and say whether it read it. */
void its_say(const u64 *words);
/** lpis_say() - raise an LPI of root's at @cpu @count times, and say whether the ITS read the commands. */
void lpis_say(unsigned int cpu, u64 count);

/** spi_route_say() - @irq goes to this CPU, before anything else, and say where it goes. */
void spi_route_say(unsigned int irq);
/** spi_raise_say() - raise @irq and say whether it came to this CPU, which completes it. */
void spi_raise_say(unsigned int irq);

#endif
