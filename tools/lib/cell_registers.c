// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers that are given to a cell by their address. What is known of a node of the device tree is not known
 * of them: interrupts are listed apart, and the file must say whether the device writes memory.
 */
#include "cell_parts.h"

#include <string.h>

static void check_span(struct cell_load *load, const struct node *node, const struct cell_memory *region)
{
	const struct bh_config_memory *blob = &region->blob;

	if (!blob->size || (blob->gpa | blob->hpa | blob->size) & (BH_PAGE_SIZE - 1))
		error_add(load->messages, RULE_PAGE_ALIGNED, node->place, "use multiples of 4K",
			  "registers '%s' at 0x%llx with size 0x%llx are not whole pages", region->name,
			  (unsigned long long)blob->hpa, (unsigned long long)blob->size);
}

void cell_read_registers(struct cell_load *load, const struct node *source)
{
	const struct node *node = node_get(source, "registers"), *name = node_get(node, "name");
	const uint64_t at = node_number(node_get(node, "at"), 0);
	struct cell_memory *region = cell_add_memory(
		load, node_text(name, arena_printf(load->arena, "%llx", (unsigned long long)at)),
		node->place);

	if (strlen(region->name) >= sizeof(region->blob.name) || strchr(region->name, ' '))
		error_add(load->messages, RULE_REGION_NAME, node_place(name, load->cell->file),
			  "shorten it, and use no blanks",
			  "'%s' is no name of registers: at most %zu characters", region->name,
			  sizeof(region->blob.name) - 1);
	if (!node_get(source, "dma"))
		error_add(load->messages, RULE_DEVICE_DMA, node->place,
			  "write 'dma: none' if it does not, else 'dma: unprotected'",
			  "whether the device of registers '%s' writes memory is not known", region->name);
	region->blob.hpa = at;
	region->blob.gpa = node_number(node_get(node, "guest"), at);
	region->blob.size = node_size(node_get(node, "size"), 0);
	region->blob.flags = BH_MEM_READ | BH_MEM_DEVICE |
			     (node_bool(node_get(node, "writable"), 1) ? BH_MEM_WRITE : 0);
	check_span(load, node, region);
}
