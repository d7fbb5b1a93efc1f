// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/pci.h>

#include <arch/pci.h>

#define STATUS 0x06u
#define STATUS_CAPABILITIES 0x10u
#define CAPABILITIES 0x34u
#define PLACES 48u /* behind the header: a list that is longer goes round */

unsigned int pci_find_capability(uint32_t function, uint32_t id)
{
	uint32_t at = arch_pci_read(function, CAPABILITIES, 1) & 0xfc;

	if (!(arch_pci_read(function, STATUS, 2) & STATUS_CAPABILITIES))
		return 0;
	for (unsigned int i = 0; at && i < PLACES; i++) {
		const uint32_t head = arch_pci_read(function, at, 2);

		if ((head & 0xff) == id)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}
