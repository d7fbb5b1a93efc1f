// SPDX-License-Identifier: GPL-2.0-or-later
/* The partition map as one HTML file that needs nothing else: no script, no font, no address. */
#include "map_html.h"

#include "internal.h"

#include <string.h>

typedef unsigned long long ull;

void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else if ((unsigned char)*text >= ' ' || *text == '\n')
			fputc(*text, out);
	}
}

const char *html_class(const struct map *map, uint32_t owner, char text[16])
{
	static const char *const fixed[] = { "root", "hypervisor", "pool", "firmware" };

	(void)map;
	if (owner < MAP_OWNER_CELLS)
		return fixed[owner];
	snprintf(text, 16, "cell%u", (owner - MAP_OWNER_CELLS) % 8);
	return text;
}

static void put_class(const struct map *map, uint32_t owner, FILE *out)
{
	char class[16];

	fputs(html_class(map, owner, class), out);
}

static const char *plural(uint32_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- the head: who is there ---- */

static void put_owner(const struct map *map, uint32_t index, FILE *out)
{
	const struct map_owner *owner = &map->owners[index];
	const char *separator = "";
	char size[32];

	fputs("<div class=\"owner ", out);
	put_class(map, index, out);
	fputs("\"><b>", out);
	html_text(out, owner->name);
	fprintf(out, "</b><div class=\"figure\">%s</div><span>",
		map_size_text(owner->memory, size, sizeof(size)));
	if (owner->cpu_count) {
		fprintf(out, "%u CPU%s", owner->cpu_count, plural(owner->cpu_count));
		separator = " \xc2\xb7 ";
	}
	if (owner->irq_count) {
		fprintf(out, "%s%u IRQ%s", separator, owner->irq_count, plural(owner->irq_count));
		separator = " \xc2\xb7 ";
	}
	if (owner->device_count)
		fprintf(out, "%s%u device%s", separator, owner->device_count, plural(owner->device_count));
	fputs("&#160;</span></div>\n", out);
}

static void put_head(const struct map *map, FILE *out)
{
	uint64_t total = 0;
	char size[32];

	for (size_t i = 0; i < map->bank_count; i++)
		total += map->banks[i].size;
	fputs("<h1>", out);
	html_text(out, map->board);
	fputs("</h1>\n<p class=\"soft\"><code>", out);
	html_text(out, map->compatible);
	fprintf(out, "</code> \xc2\xb7 %zu CPUs \xc2\xb7 %s of RAM in %zu bank%s \xc2\xb7 %s</p>\n",
		map->cpu_count, map_size_text(total, size, sizeof(size)), map->bank_count,
		plural((uint32_t)map->bank_count), map->controller);
	fputs("<div class=\"owners\">\n", out);
	for (uint32_t i = 0; i < map->owner_count; i++) {
		if (i != MAP_OWNER_FIRMWARE || map->owners[i].memory)
			put_owner(map, i, out);
	}
	fputs("</div>\n", out);
}

/* ---- sections ---- */

static void open_section(FILE *out, const char *title, const char *text)
{
	fprintf(out, "<section><h2>%s</h2><div class=\"soft\">%s</div>\n", title, text);
}

static void put_region(const struct map *map, const struct map_region *region, FILE *out)
{
	char size[32];

	fprintf(out,
		"<tr data-object=\"region\" data-gpa=\"0x%llx\" data-size=\"0x%llx\"><td class=\"mono\">%s0x%llx</td>",
		(ull)region->gpa, (ull)region->size, region->at_ports ? "port " : "", (ull)region->gpa);
	if (region->at_ports)
		fprintf(out, "<td class=\"right\">%llu port%s</td>", (ull)region->size,
			plural((uint32_t)region->size));
	else
		fprintf(out, "<td class=\"right\">%s</td>", map_size_text(region->size, size, sizeof(size)));
	fprintf(out, "<td>%s", region->kind);
	if (strcmp(region->name, "comm")) {
		fputs(" <b>", out);
		html_text(out, region->name);
		fputs("</b>", out);
	}
	if (region->irq)
		fprintf(out, ", %s&#160;%u", map->irq_kind, region->irq - map->irq_base);
	if (region->console)
		fputs(", console", out);
	fputs("</td><td class=\"mono\">", out);
	if (region->has_hpa)
		fprintf(out, "%s0x%llx%s", region->at_ports ? "port " : "", (ull)region->hpa,
			region->planned ? "*" : "");
	else
		fputs("\xe2\x80\x93", out);
	fputs("</td></tr>\n", out);
}

static void put_guest(const struct map *map, uint32_t owner, FILE *out)
{
	fputs("<div class=\"guest ", out);
	put_class(map, owner, out);
	fputs("\" data-object=\"cell\" data-owner=\"", out);
	html_text(out, map->owners[owner].name);
	fputs("\"><h2>", out);
	html_text(out, map->owners[owner].name);
	fputs("</h2>\n<table><tr><th>in the guest</th><th style=\"text-align:right;padding-right:12px\">size</th>"
	      "<th>what</th><th>in the machine</th></tr>\n",
	      out);
	for (size_t i = 0; i < map->region_count; i++) {
		if (map->regions[i].owner == owner)
			put_region(map, &map->regions[i], out);
	}
	fputs("</table></div>\n", out);
}

static void put_guests(const struct map *map, FILE *out)
{
	if (map->owner_count == MAP_OWNER_CELLS)
		return;
	open_section(
		out, "What each cell sees",
		"Guest-physical addresses, and what is behind them. * from the pool: the place is chosen when the "
		"cell is created; shown is where it would lie now. \xe2\x80\x93 emulated by the hypervisor.");
	fputs("<div class=\"guests\">\n", out);
	for (uint32_t i = MAP_OWNER_CELLS; i < map->owner_count; i++)
		put_guest(map, i, out);
	fputs("</div></section>\n", out);
}

static void put_irq_chips(const struct map *map, FILE *out)
{
	fputs("<div class=\"chips\">\n", out);
	for (size_t i = 0; i < map->irq_count; i++) {
		const struct map_irq *irq = &map->irqs[i];

		if (irq->owner == MAP_OWNER_ROOT)
			continue;
		fputs("<span class=\"chip ", out);
		put_class(map, irq->owner, out);
		fprintf(out, "\"><span class=\"dot\"></span>%s %u \xc2\xb7 ", map->irq_kind,
			irq->intid - map->irq_base);
		html_text(out, irq->user);
		fputs(" \xc2\xb7 <b>", out);
		html_text(out, map->owners[irq->owner].name);
		fputs("</b></span>\n", out);
	}
	fputs("</div>\n", out);
}

static void put_interrupts(const struct map *map, FILE *out)
{
	if (!map->irq_count)
		return;
	open_section(
		out, "Interrupts",
		"Interrupts of wires, 32 in a row. What a cell or the hypervisor has is named below; the "
		"rest is root's.");
	svg_interrupts(map, out);
	put_irq_chips(map, out);
	fputs("</section>\n", out);
}

/* ---- devices, and what is left ---- */

static void put_device(const struct map *map, const struct map_device *device, FILE *out)
{
	char size[32];

	fprintf(out, "<tr data-object=\"device\" data-base=\"0x%llx\" data-size=\"0x%llx\"><td class=\"",
		(ull)device->base, (ull)device->size);
	put_class(map, device->owner, out);
	fputs("\"><span class=\"dot\"></span>", out);
	html_text(out, map->owners[device->owner].name);
	fputs("</td><td>", out);
	html_text(out, device->name);
	fprintf(out, "</td><td class=\"mono\">0x%llx</td><td class=\"right\">%s</td></tr>\n",
		(ull)device->base, map_size_text(device->size, size, sizeof(size)));
}

static void put_device_table(const struct map *map, bool of_root, FILE *out)
{
	fputs("<table><tr><th>owner</th><th>device</th><th>address</th>"
	      "<th style=\"text-align:right;padding-right:12px\">size</th></tr>\n",
	      out);
	for (size_t i = 0; i < map->device_count; i++) {
		if ((map->devices[i].owner == MAP_OWNER_ROOT) == of_root)
			put_device(map, &map->devices[i], out);
	}
	fputs("</table>\n", out);
}

static void put_devices(const struct map *map, FILE *out)
{
	const struct map_owner *root = &map->owners[MAP_OWNER_ROOT];

	open_section(out, "Devices",
		     "Registers of the machine that a cell reaches directly, or that only the "
		     "hypervisor reaches.");
	put_device_table(map, false, out);
	if (root->device_count) {
		fprintf(out, "<details><summary>%u device%s left to root</summary>\n", root->device_count,
			plural(root->device_count));
		put_device_table(map, true, out);
		fputs("</details>\n", out);
	}
	fputs("</section>\n", out);
}

static void put_pci(const struct map *map, FILE *out)
{
	static const char *const dma[] = { "held by the IOMMU", "unprotected" };

	if (!map->pci_count)
		return;
	open_section(out, "PCI",
		     "Functions of the machine, and what keeps those of cells from memory of others.");
	fputs("<table><tr><th>owner</th><th>function</th><th>what</th><th>id</th><th>DMA</th></tr>\n", out);
	for (size_t i = 0; i < map->pci_count; i++) {
		const struct map_pci *pci = &map->pci[i];

		fprintf(out, "<tr data-object=\"pci\" data-function=\"%s\"><td class=\"", pci->name);
		put_class(map, pci->owner, out);
		fputs("\"><span class=\"dot\"></span>", out);
		html_text(out, map->owners[pci->owner].name);
		fprintf(out,
			"</td><td class=\"mono\">%s</td><td>%s</td><td class=\"mono\">%s</td><td>%s</td></tr>\n",
			pci->name, pci->kind, pci->ids,
			pci->owner < MAP_OWNER_CELLS ? "" : dma[pci->unprotected]);
	}
	fputs("</table></section>\n", out);
}

static void put_rest(const struct map *map, FILE *out)
{
	const struct map_owner *root = &map->owners[MAP_OWNER_ROOT], *pool = &map->owners[MAP_OWNER_POOL];
	char root_size[32], pool_size[32];

	open_section(out, "What is left over", "");
	fprintf(out, "<p style=\"margin:6px 0 0\">Root keeps <b>%s</b> of RAM, <b>%u CPU%s</b>",
		map_size_text(root->memory, root_size, sizeof(root_size)), root->cpu_count,
		plural(root->cpu_count));
	if (map->has_tree)
		fprintf(out, ", <b>%u device%s</b>", root->device_count, plural(root->device_count));
	fprintf(out, ". Of the pool, <b>%s</b> %s free for more cells. ",
		map_size_text(pool->memory, pool_size, sizeof(pool_size)), "are");
	if (map->shared_count)
		fprintf(out, "<b>%zu stretch%s of memory are shared between cells.</b>", map->shared_count,
			map->shared_count == 1 ? "" : "es");
	else
		fputs("No memory is shared between cells.", out);
	fputs("</p></section>\n", out);
}

void map_print_html(const struct map *map, FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>Partition map of ",
	      out);
	html_text(out, map->board);
	fprintf(out, "</title>\n<style>\n%s</style></head>\n<body><main>\n", map_html_style);
	put_head(map, out);
	open_section(
		out, "Memory",
		"Above to scale; below every part magnified, so that small ones can be read. Point at a part to "
		"see its addresses.");
	svg_memory(map, out);
	fputs("</section>\n", out);
	open_section(out, "CPUs", "One vCPU for each CPU: a CPU belongs to one cell.");
	svg_cpus(map, out);
	fputs("</section>\n", out);
	put_guests(map, out);
	put_interrupts(map, out);
	put_devices(map, out);
	put_pci(map, out);
	put_rest(map, out);
	fputs("<footer>Made by <code>bulkhead config show</code>.</footer>\n</main></body></html>\n", out);
}
