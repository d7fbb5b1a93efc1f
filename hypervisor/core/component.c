// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/component.h>

unsigned int component_count(void)
{
	return (unsigned int)(__stop_bh_components - __start_bh_components);
}

const struct component *component_get(unsigned int index)
{
	unsigned int count = component_count();

	for (unsigned int phase = 0; phase < COMPONENT_PHASES; phase++) {
		for (unsigned int i = 0; i < count; i++) {
			if (__start_bh_components[i]->phase != phase)
				continue;
			if (index-- == 0)
				return __start_bh_components[i];
		}
	}
	return NULL;
}
