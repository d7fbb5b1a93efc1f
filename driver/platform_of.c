// SPDX-License-Identifier: GPL-2.0-only
/* What machine this is, by its device tree. */
#include "platform.h"

#include "preflight.h"

#include <lib/config.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/string.h>

bool platform_in_ram(const struct bh_config_range *range)
{
	struct device_node *node;
	struct resource res;
	bool any = false;

	for_each_node_by_type(node, "memory")
	{
		for (int i = 0; !of_address_to_resource(node, i, &res); i++) {
			any = true;
			if (range->base >= res.start && range->base + (range->size - 1) <= res.end) {
				of_node_put(node);
				return true;
			}
		}
	}
	return !any;
}

static bool in_dram(const struct bh_config_system *system, const struct resource *res)
{
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);

	for (u32 i = 0; i < system->dram.count; i++)
		if (res->start >= dram[i].base && res->end <= dram[i].base + (dram[i].size - 1))
			return true;
	return false;
}

void platform_check(struct preflight *preflight, const struct bh_config_system *system)
{
	struct device_node *root = of_find_node_by_path("/"), *node;
	const char *compatible = NULL;
	struct resource res;

	if (root)
		of_property_read_string(root, "compatible", &compatible);
	strscpy(preflight->ioc->found, compatible ?: "no device tree", sizeof(preflight->ioc->found));
	if (!root || !of_device_is_compatible(root, system->compatible))
		preflight_add(preflight, BH_PRE_BOARD, 0);
	of_node_put(root);

	for_each_node_by_type(node, "memory") for (int i = 0; !of_address_to_resource(node, i, &res);
						   i++) if (!in_dram(system, &res))
		preflight_add(preflight, BH_PRE_BOARD, res.start);
}
