// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The partition map in a terminal. Without colour every owner has a letter, so that the picture can be printed,
 * mailed and searched.
 */
#include "map.h"

#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define NAME_ROOM 14
#define WIDTH_LEAST 40u
#define WIDTH_MOST 160u

struct printer {
	const struct map *map;
	FILE *out;
	unsigned int width;
	bool colour;
	char *letters; /* by owner */
};

/* Of the 256 colours of terminals: dark text on light ground, distinct for most eyes. */
static const unsigned char cell_colours[] = { 75, 114, 215, 176, 80, 210, 186, 147 };

static unsigned int ground(const struct printer *printer, uint32_t owner)
{
	static const unsigned char fixed[] = { 250, 203, 239, 242 };

	(void)printer;
	if (owner < MAP_OWNER_CELLS)
		return fixed[owner];
	return cell_colours[(owner - MAP_OWNER_CELLS) % sizeof(cell_colours)];
}

static bool is_dark(uint32_t owner)
{
	return owner == MAP_OWNER_POOL || owner == MAP_OWNER_FIRMWARE;
}

static void colour_on(const struct printer *printer, uint32_t owner)
{
	if (printer->colour)
		fprintf(printer->out, "\033[48;5;%um\033[38;5;%um", ground(printer, owner),
			is_dark(owner) ? 252u : 16u);
}

static void colour_off(const struct printer *printer)
{
	if (printer->colour)
		fputs("\033[0m", printer->out);
}

static void heading(const struct printer *printer, const char *text)
{
	fprintf(printer->out, printer->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

/* ---- letters ---- */

static bool is_taken(const char *letters, uint32_t count, char letter)
{
	return memchr(letters, letter, count) != NULL;
}

/* Not o: it stands for devices of root. */
static char choose_letter(const char *letters, uint32_t count, const char *name)
{
	static const char all[] = "abcdefghijklmnpqrstuvwxyz0123456789";

	for (; *name; name++) {
		if (strchr(all, *name) && !is_taken(letters, count, *name))
			return *name;
	}
	for (const char *letter = all; *letter; letter++) {
		if (!is_taken(letters, count, *letter))
			return *letter;
	}
	return '#';
}

static void choose_letters(struct printer *printer)
{
	static const char fixed[] = ".H-x";
	const uint32_t count = (uint32_t)printer->map->owner_count;

	printer->letters = calloc(count + 1, 1);
	if (!printer->letters)
		abort();
	for (uint32_t i = 0; i < count; i++)
		printer->letters[i] = i < MAP_OWNER_CELLS ? fixed[i] :
							    choose_letter(printer->letters, i,
									  printer->map->owners[i].name);
}

/* ---- who is there ---- */

static void print_legend(const struct printer *printer)
{
	char size[32];

	for (uint32_t i = 0; i < printer->map->owner_count; i++) {
		const struct map_owner *owner = &printer->map->owners[i];

		if (i >= MAP_OWNER_POOL && i < MAP_OWNER_CELLS && !owner->memory)
			continue;
		fputs("  ", printer->out);
		colour_on(printer, i);
		fprintf(printer->out, " %c ", printer->letters[i]);
		colour_off(printer);
		fprintf(printer->out, " %-*s %10s", NAME_ROOM, owner->name,
			map_size_text(owner->memory, size, sizeof(size)));
		if (owner->cpu_count)
			fprintf(printer->out, "  %u CPU%s", owner->cpu_count,
				owner->cpu_count == 1 ? "" : "s");
		if (owner->irq_count)
			fprintf(printer->out, "  %u interrupt%s", owner->irq_count,
				owner->irq_count == 1 ? "" : "s");
		if (owner->device_count)
			fprintf(printer->out, "  %u device%s", owner->device_count,
				owner->device_count == 1 ? "" : "s");
		fputc('\n', printer->out);
	}
}

/* ---- memory ---- */

/* @name in the middle of @width columns that are filled with the owner's letter. */
static void print_bar(const struct printer *printer, const struct map_part *part, unsigned int width)
{
	const char *name = printer->map->owners[part->owner].name;
	const unsigned int length = (unsigned int)strlen(name);
	const unsigned int before = width >= length + 4 ? (width - length - 2) / 2 : width;
	const char fill = printer->colour ? ' ' : printer->letters[part->owner];

	colour_on(printer, part->owner);
	for (unsigned int i = 0; i < width; i++) {
		if (i < before || i >= before + length + 2)
			fputc(fill, printer->out);
		else
			fputc(i == before || i == before + length + 1 ? ' ' : name[i - before - 1],
			      printer->out);
	}
	colour_off(printer);
}

static void print_bank(const struct printer *printer, const struct map_bank *bank)
{
	uint64_t *sizes = calloc(bank->count + 1, sizeof(*sizes));
	unsigned int *widths = calloc(bank->count + 1, sizeof(*widths));
	const int space = (int)printer->width - 4;
	char from[32], to[32];

	if (!sizes || !widths)
		abort();
	snprintf(from, sizeof(from), "0x%llx", (unsigned long long)bank->base);
	snprintf(to, sizeof(to), "0x%llx", (unsigned long long)(bank->base + (bank->size - 1)));
	fprintf(printer->out, "  %s%*s\n  ", from, space - (int)strlen(from), to);
	for (size_t i = 0; i < bank->count; i++)
		sizes[i] = printer->map->parts[bank->first + i].size;
	map_allot(sizes, bank->count, (unsigned int)space, 1, widths);
	for (size_t i = 0; i < bank->count; i++)
		print_bar(printer, &printer->map->parts[bank->first + i], widths[i]);
	fputc('\n', printer->out);
	free(sizes);
	free(widths);
}

static void print_part(const struct printer *printer, const struct map_part *part)
{
	const bool is_cell = part->owner >= MAP_OWNER_CELLS;
	char size[32];

	fputs("  ", printer->out);
	colour_on(printer, part->owner);
	fprintf(printer->out, " %c ", printer->letters[part->owner]);
	colour_off(printer);
	fprintf(printer->out, " 0x%010llx - 0x%010llx %10s  %s", (unsigned long long)part->base,
		(unsigned long long)(part->base + (part->size - 1)),
		map_size_text(part->size, size, sizeof(size)), printer->map->owners[part->owner].name);
	if (*part->name)
		fprintf(printer->out, ": %s", part->name);
	if (is_cell)
		fprintf(printer->out, " at 0x%llx in the guest%s", (unsigned long long)part->gpa,
			part->planned ? " (from the pool)" : "");
	fputc('\n', printer->out);
}

static void print_memory(const struct printer *printer)
{
	const struct map *map = printer->map;

	heading(printer, "Memory");
	for (size_t i = 0; i < map->bank_count; i++)
		print_bank(printer, &map->banks[i]);
	for (size_t i = 0; i < map->part_count; i++)
		print_part(printer, &map->parts[i]);
}

/* ---- CPUs ---- */

#define CPU_COLUMN 7u

static bool has_cpus(const struct map *map, uint32_t owner, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		if (map->cpus[i].owner == owner)
			return true;
	}
	return false;
}

static void print_cpu_row(const struct printer *printer, uint32_t owner, size_t first, size_t end)
{
	const struct map *map = printer->map;

	fprintf(printer->out, "  %-*.*s", NAME_ROOM, NAME_ROOM, map->owners[owner].name);
	for (size_t i = first; i < end; i++) {
		const struct map_cpu *cpu = &map->cpus[i];

		if (cpu->owner != owner) {
			fprintf(printer->out, "  %-*s", (int)CPU_COLUMN - 2, printer->colour ? "" : " .");
			continue;
		}
		fputs("  ", printer->out);
		colour_on(printer, owner);
		if (owner == MAP_OWNER_ROOT)
			fprintf(printer->out, "%-*s", (int)CPU_COLUMN - 3, " #");
		else
			fprintf(printer->out, " v%-*u", (int)CPU_COLUMN - 5, cpu->vcpu);
		colour_off(printer);
		fputc(' ', printer->out);
	}
	fputc('\n', printer->out);
}

/* As many CPUs side by side as there is room for. */
static void print_cpus(const struct printer *printer)
{
	const struct map *map = printer->map;
	const size_t columns = (printer->width - 2 - NAME_ROOM) / CPU_COLUMN;

	heading(printer, "CPUs");
	for (size_t first = 0; first < map->cpu_count; first += columns) {
		const size_t end = first + columns < map->cpu_count ? first + columns : map->cpu_count;

		fprintf(printer->out, "  %-*s", NAME_ROOM, "CPU");
		for (size_t i = first; i < end; i++)
			fprintf(printer->out, "  %-*zu", (int)CPU_COLUMN - 2, i);
		fprintf(printer->out, "\n  %-*s", NAME_ROOM, "hardware id");
		for (size_t i = first; i < end; i++)
			fprintf(printer->out, "  %-*llx", (int)CPU_COLUMN - 2,
				(unsigned long long)map->cpus[i].hwid);
		fputc('\n', printer->out);
		for (uint32_t owner = 0; owner < map->owner_count; owner++) {
			if (has_cpus(map, owner, first, end))
				print_cpu_row(printer, owner, first, end);
		}
	}
}

/* ---- interrupts and devices ---- */

/* One letter for each line, 32 in a row. */
static void print_irq_field(const struct printer *printer)
{
	const struct map *map = printer->map;
	size_t next = 0;

	for (uint32_t intid = map->irq_base; intid < map->irq_limit; intid++) {
		if (intid % 32 == 0)
			fprintf(printer->out, "  %-6s %-*u ", map->irq_kind, NAME_ROOM - 8,
				intid - map->irq_base);
		if (next < map->irq_count && map->irqs[next].intid == intid) {
			colour_on(printer, map->irqs[next].owner);
			fputc(map->irqs[next].owner == MAP_OWNER_ROOT && !printer->colour ?
				      'o' :
				      printer->letters[map->irqs[next].owner],
			      printer->out);
			colour_off(printer);
			next++;
		} else {
			fputc(printer->colour ? ' ' : '.', printer->out);
		}
		if (intid % 32 == 31)
			fputc('\n', printer->out);
	}
}

static void print_irqs(const struct printer *printer)
{
	const struct map *map = printer->map;

	if (!map->irq_count)
		return;
	heading(printer, map->has_tree ? "Interrupts (o: a device of root)" : "Interrupts");
	print_irq_field(printer);
	for (size_t i = 0; i < map->irq_count; i++) {
		if (map->irqs[i].owner != MAP_OWNER_ROOT)
			fprintf(printer->out, "  %-6s %-4u %-*s %s\n", map->irq_kind,
				map->irqs[i].intid - map->irq_base, NAME_ROOM,
				map->owners[map->irqs[i].owner].name, map->irqs[i].user);
	}
}

static void print_region(const struct printer *printer, const struct map_region *region)
{
	char size[32];

	if (region->at_ports)
		fprintf(printer->out, "    port 0x%-5llx %4llu ports  %s", (unsigned long long)region->gpa,
			(unsigned long long)region->size, region->kind);
	else
		fprintf(printer->out, "    0x%010llx %10s  %s", (unsigned long long)region->gpa,
			map_size_text(region->size, size, sizeof(size)), region->kind);
	if (strcmp(region->name, "comm"))
		fprintf(printer->out, " %s", region->name);
	if (region->at_ports)
		;
	else if (region->has_hpa && region->hpa != region->gpa)
		fprintf(printer->out, ", at 0x%llx of the machine%s", (unsigned long long)region->hpa,
			region->planned ? " (from the pool)" : "");
	else if (region->has_hpa)
		fputs(", the machine's own address", printer->out);
	if (region->irq)
		fprintf(printer->out, ", %s %u", printer->map->irq_kind,
			region->irq - printer->map->irq_base);
	fputs(region->console ? ", console\n" : "\n", printer->out);
}

static void print_cells(const struct printer *printer)
{
	const struct map *map = printer->map;
	uint32_t owner = MAP_NO_OWNER;

	if (map->region_count)
		heading(printer, "What each cell sees");
	for (size_t i = 0; i < map->region_count; i++) {
		if (map->regions[i].owner != owner) {
			owner = map->regions[i].owner;
			fputs("  ", printer->out);
			colour_on(printer, owner);
			fprintf(printer->out, " %s ", map->owners[owner].name);
			colour_off(printer);
			fputc('\n', printer->out);
		}
		print_region(printer, &map->regions[i]);
	}
}

static void print_pci(const struct printer *printer)
{
	const struct map *map = printer->map;

	if (map->pci_count)
		heading(printer, "PCI functions");
	for (size_t i = 0; i < map->pci_count; i++) {
		const struct map_pci *pci = &map->pci[i];

		fprintf(printer->out, "  %-12s %-*s %s%s\n", pci->name, NAME_ROOM,
			map->owners[pci->owner].name, pci->kind, pci->unprotected ? ", unprotected DMA" : "");
	}
}

void map_print_text(const struct map *map, FILE *out, const struct map_style *style)
{
	struct printer printer = { .map = map, .out = out, .colour = style->colour, .width = style->width };
	char size[32];
	uint64_t total = 0;

	if (printer.width < WIDTH_LEAST)
		printer.width = WIDTH_LEAST;
	if (printer.width > WIDTH_MOST)
		printer.width = WIDTH_MOST;
	for (size_t i = 0; i < map->bank_count; i++)
		total += map->banks[i].size;
	choose_letters(&printer);
	fprintf(out, "Board %s (%s): %zu CPUs, %s in %zu bank%s, %s\n\n", map->board, map->compatible,
		map->cpu_count, map_size_text(total, size, sizeof(size)), map->bank_count,
		map->bank_count == 1 ? "" : "s", map->controller);
	print_legend(&printer);
	print_memory(&printer);
	print_cpus(&printer);
	print_irqs(&printer);
	print_cells(&printer);
	print_pci(&printer);
	free(printer.letters);
}
