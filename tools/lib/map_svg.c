// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The drawings of the HTML map. All are WIDTH units wide and scale with the page; colours come from the style
 * sheet by class. Everything that can be pointed at has a <title>, and data-* attributes for programs.
 */
#include "map_html.h"

#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 1100u
#define PARTS_IN_ROW 8u
#define PART_LEAST 134u

typedef unsigned long long ull;

static void open_svg(FILE *out, unsigned int height, const char *label)
{
	fprintf(out, "<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-label=\"%s\">\n", WIDTH, height, label);
}

/* Text that fits in @room units: it is cut, as a letter is about 0.55 of its size wide. */
static void put_text(FILE *out, double x, double y, const char *class, const char *anchor, double room,
		     double size, const char *text)
{
	const size_t most = (size_t)(room / (0.59 * size));
	char cut[128];

	if (most < 2)
		return;
	snprintf(cut, sizeof(cut), "%s", text);
	if (strlen(cut) > most && most < sizeof(cut) - 4)
		strcpy(cut + (most > 2 ? most - 1 : 1), "\xe2\x80\xa6");
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">", x, y, class, anchor);
	html_text(out, cut);
	fputs("</text>\n", out);
}

static bool is_light(uint32_t owner)
{
	return owner == MAP_OWNER_POOL || owner == MAP_OWNER_ROOT;
}

static const char *owner_name(const struct map *map, uint32_t owner)
{
	return map->owners[owner].name;
}

/* ---- memory ---- */

#define TRUE_TOP 30.0
#define TRUE_HEIGHT 34.0
#define BIG_TOP 118.0
#define BIG_HEIGHT 92.0
#define ROW_HEIGHT (BIG_HEIGHT + 34.0)
#define BANK_GAP 16u

/** A part with its place in the true-scale bar (@x, @width) and among the magnified ones (@big_x, @big_width). */
struct placed {
	const struct map_part *part;
	double x, width;
	double big_x, big_y, big_width;
};

static void part_title(const struct map *map, const struct map_part *part, FILE *out)
{
	char size[32];

	fputs("<title>", out);
	html_text(out, owner_name(map, part->owner));
	if (*part->name) {
		fputs(": ", out);
		html_text(out, part->name);
	}
	fprintf(out, "\n0x%llx to 0x%llx, %s", (ull)part->base, (ull)(part->base + (part->size - 1)),
		map_size_text(part->size, size, sizeof(size)));
	if (part->owner >= MAP_OWNER_CELLS)
		fprintf(out, "\nin the guest at 0x%llx%s", (ull)part->gpa,
			part->planned ? "\nfrom the pool: the place is chosen when the cell is created" : "");
	fputs("</title>", out);
}

static void part_rectangle(const struct map *map, const struct map_part *part, const char *kind, double x,
			   double y, double width, double height, double radius, FILE *out)
{
	char class[16];

	fprintf(out, "<rect class=\"own hit %s\" data-object=\"%s\" data-owner=\"",
		html_class(map, part->owner, class), kind);
	html_text(out, owner_name(map, part->owner));
	fprintf(out,
		"\" data-base=\"0x%llx\" data-size=\"0x%llx\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" "
		"height=\"%.1f\" rx=\"%.0f\">",
		(ull)part->base, (ull)part->size, x, y, width < 0.75 ? 0.75 : width, height, radius);
	part_title(map, part, out);
	fputs("</rect>\n", out);
}

/* Banks side by side, to scale among each other. */
static void place_true(const struct map *map, struct placed *placed)
{
	const double room = WIDTH - (double)BANK_GAP * (map->bank_count ? (double)map->bank_count - 1 : 0);
	double total = 0, x = 0;

	for (size_t i = 0; i < map->bank_count; i++)
		total += (double)map->banks[i].size;
	for (size_t i = 0; i < map->bank_count; i++) {
		for (size_t j = 0; j < map->banks[i].count; j++) {
			struct placed *one = &placed[map->banks[i].first + j];

			one->part = &map->parts[map->banks[i].first + j];
			one->x = x;
			one->width = room * (double)one->part->size / total;
			x += one->width;
		}
		x += BANK_GAP;
	}
}

/* In rows, each part wide enough for its name. Return: number of rows. */
static unsigned int place_big(const struct map *map, struct placed *placed)
{
	unsigned int widths[PARTS_IN_ROW], rows = 0;
	uint64_t sizes[PARTS_IN_ROW];

	for (size_t first = 0; first < map->part_count; first += PARTS_IN_ROW, rows++) {
		const size_t left = map->part_count - first;
		const size_t count = left < PARTS_IN_ROW ? left : PARTS_IN_ROW;
		double x = 0;

		for (size_t i = 0; i < count; i++)
			sizes[i] = placed[first + i].part->size;
		map_allot(sizes, count, WIDTH + 6, PART_LEAST, widths);
		for (size_t i = 0; i < count; i++) {
			placed[first + i].big_x = x;
			placed[first + i].big_width = widths[i] - 6.0;
			placed[first + i].big_y = BIG_TOP + ROW_HEIGHT * rows;
			x += widths[i];
		}
	}
	return rows;
}

static void draw_links(const struct map *map, const struct placed *placed, FILE *out)
{
	const double from = TRUE_TOP + TRUE_HEIGHT;
	char class[16];

	for (size_t i = 0; i < map->part_count && i < PARTS_IN_ROW; i++) {
		const struct placed *one = &placed[i];

		fprintf(out,
			"<path class=\"own link %s\" d=\"M%.2f %.1fC%.2f %.1f %.2f %.1f %.2f %.1fH%.2fC%.2f %.1f %.2f "
			"%.1f %.2f %.1fZ\"/>\n",
			html_class(map, one->part->owner, class), one->x, from, one->x, from + 30, one->big_x,
			BIG_TOP - 30, one->big_x, BIG_TOP, one->big_x + one->big_width,
			one->big_x + one->big_width, BIG_TOP - 30, one->x + one->width, from + 30,
			one->x + one->width, from);
	}
}

static void draw_big_text(const struct map *map, const struct placed *one, FILE *out)
{
	const struct map_part *part = one->part;
	const double x = one->big_x + 11, room = one->big_width - 16;
	const char *tone = is_light(part->owner) ? "inside on-light" : "inside";
	char class[40], text[64], size[32];

	snprintf(class, sizeof(class), "name %s", tone);
	put_text(out, x, one->big_y + 25, class, "start", room, 13, owner_name(map, part->owner));
	snprintf(class, sizeof(class), "small %s", tone);
	snprintf(text, sizeof(text), "%s%s", part->name, part->planned ? ", from pool" : "");
	put_text(out, x, one->big_y + 42, class, "start", room, 11, text);
	put_text(out, x, one->big_y + 62, tone, "start", room, 13,
		 map_size_text(part->size, size, sizeof(size)));
	if (part->owner >= MAP_OWNER_CELLS) {
		snprintf(text, sizeof(text), "guest 0x%llx", (ull)part->gpa);
		snprintf(class, sizeof(class), "address %s", tone);
		put_text(out, x, one->big_y + 80, class, "start", room, 10.5, text);
	}
	snprintf(text, sizeof(text), "0x%llx", (ull)part->base);
	put_text(out, one->big_x, one->big_y + BIG_HEIGHT + 15, "address", "start", one->big_width, 10.5,
		 text);
}

static void draw_bank_ends(const struct map *map, const struct placed *placed, FILE *out)
{
	char text[64], size[32];

	for (size_t i = 0; i < map->bank_count; i++) {
		const struct map_bank *bank = &map->banks[i];
		const struct placed *first = &placed[bank->first], *last = first + bank->count - 1;
		const double width = last->x + last->width - first->x;

		snprintf(text, sizeof(text), "0x%llx \xc2\xb7 %s", (ull)bank->base,
			 map_size_text(bank->size, size, sizeof(size)));
		put_text(out, first->x, 20, "address", "start", width > 300 ? width - 110 : width, 10.5,
			 text);
		snprintf(text, sizeof(text), "0x%llx", (ull)(bank->base + (bank->size - 1)));
		if (width > 300)
			put_text(out, last->x + last->width, 20, "address", "end", 100, 10.5, text);
		fprintf(out, "<g data-object=\"bank\" data-base=\"0x%llx\" data-size=\"0x%llx\"></g>\n",
			(ull)bank->base, (ull)bank->size);
	}
}

static void draw_true(const struct map *map, const struct placed *one, FILE *out)
{
	const char *tone = is_light(one->part->owner) ? "inside on-light" : "inside";

	part_rectangle(map, one->part, "true-scale", one->x, TRUE_TOP, one->width, TRUE_HEIGHT, 0, out);
	if (one->width > 60)
		put_text(out, one->x + one->width / 2, TRUE_TOP + 22, tone, "middle", one->width - 12, 13,
			 owner_name(map, one->part->owner));
}

void svg_memory(const struct map *map, FILE *out)
{
	struct placed *placed = calloc(map->part_count + 1, sizeof(*placed));
	unsigned int rows;

	if (!placed)
		abort();
	place_true(map, placed);
	rows = place_big(map, placed);
	open_svg(out, (unsigned int)(BIG_TOP + ROW_HEIGHT * rows), "memory");
	fputs("<defs><pattern id=\"hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" "
	      "patternTransform=\"rotate(45)\"><rect width=\"8\" height=\"8\" style=\"fill:var(--pool)\"/>"
	      "<rect width=\"2\" height=\"8\" style=\"fill:var(--stripe)\"/></pattern></defs>\n",
	      out);
	draw_bank_ends(map, placed, out);
	draw_links(map, placed, out);
	for (size_t i = 0; i < map->part_count; i++)
		draw_true(map, &placed[i], out);
	for (size_t i = 0; i < map->part_count; i++) {
		part_rectangle(map, placed[i].part, "memory", placed[i].big_x, placed[i].big_y,
			       placed[i].big_width, BIG_HEIGHT, 8, out);
		draw_big_text(map, &placed[i], out);
	}
	fputs("</svg>\n", out);
	free(placed);
}

/* ---- CPU x cell grid ---- */

#define CPU_LEFT 150.0
#define CPU_ROW 44.0
#define CPU_HEAD 58.0
#define CPUS_IN_BLOCK 16u

static void draw_cpu_head(const struct map *map, size_t cpu, double x, double top, double step, FILE *out)
{
	char text[32];

	snprintf(text, sizeof(text), step > 60 ? "CPU %zu" : "%zu", cpu);
	put_text(out, x + step / 2, top + 16, "name", "middle", step, 13, text);
	put_text(out, x + step / 2, top + 31, "small", "middle", step, 11, map->cpus[cpu].model);
	snprintf(text, sizeof(text), "0x%llx", (ull)map->cpus[cpu].hwid);
	put_text(out, x + step / 2, top + 46, "address", "middle", step, 10.5, text);
}

static void draw_cpu_cell(const struct map *map, size_t cpu, uint32_t owner, double x, double y, double step,
			  FILE *out)
{
	const struct map_cpu *one = &map->cpus[cpu];
	const bool is_own = one->owner == owner;
	char class[16], text[32];

	if (!is_own) {
		fprintf(out,
			"<rect class=\"empty\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"7\"/>\n",
			x + 3, y + 3, step - 6, CPU_ROW - 6);
		return;
	}
	fprintf(out, "<rect class=\"own hit %s\" data-object=\"cpu\" data-owner=\"",
		html_class(map, owner, class));
	html_text(out, owner_name(map, owner));
	fprintf(out,
		"\" data-hwid=\"0x%llx\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"7\"><title>CPU "
		"%zu, hardware id 0x%llx, of ",
		(ull)one->hwid, x + 3, y + 3, step - 6, CPU_ROW - 6, cpu, (ull)one->hwid);
	html_text(out, owner_name(map, owner));
	fputs("</title></rect>\n", out);
	snprintf(text, sizeof(text), step > 60 ? "vCPU %u" : "v%u", one->vcpu);
	if (owner != MAP_OWNER_ROOT)
		put_text(out, x + step / 2, y + CPU_ROW / 2 + 5, "inside", "middle", step - 8, 13, text);
}

static bool is_row(uint32_t owner)
{
	return owner == MAP_OWNER_ROOT || owner >= MAP_OWNER_CELLS;
}

static double draw_cpu_block(const struct map *map, size_t first, double top, FILE *out)
{
	const size_t end = first + CPUS_IN_BLOCK < map->cpu_count ? first + CPUS_IN_BLOCK : map->cpu_count;
	const size_t columns = map->cpu_count < CPUS_IN_BLOCK ? map->cpu_count : CPUS_IN_BLOCK;
	double step = (WIDTH - CPU_LEFT) / (double)columns, y = top + CPU_HEAD;

	if (step > 150)
		step = 150;
	for (size_t cpu = first; cpu < end; cpu++)
		draw_cpu_head(map, cpu, CPU_LEFT + step * (double)(cpu - first), top, step, out);
	for (uint32_t owner = 0; owner < map->owner_count; owner++) {
		if (!is_row(owner))
			continue;
		put_text(out, CPU_LEFT - 14, y + CPU_ROW / 2 + 5, "name", "end", CPU_LEFT - 20, 13,
			 owner_name(map, owner));
		for (size_t cpu = first; cpu < end; cpu++)
			draw_cpu_cell(map, cpu, owner, CPU_LEFT + step * (double)(cpu - first), y, step, out);
		y += CPU_ROW;
	}
	return y + 18;
}

void svg_cpus(const struct map *map, FILE *out)
{
	const size_t blocks = (map->cpu_count + CPUS_IN_BLOCK - 1) / CPUS_IN_BLOCK;
	const double rows = (double)(map->owner_count - MAP_OWNER_CELLS + 1);
	double top = 0;

	open_svg(out, (unsigned int)((double)blocks * (CPU_HEAD + 18 + CPU_ROW * rows)), "CPUs");
	for (size_t i = 0; i < blocks; i++)
		top = draw_cpu_block(map, i * CPUS_IN_BLOCK, top, out);
	fputs("</svg>\n", out);
}

/* ---- interrupts ---- */

#define IRQ_LEFT 90.0
#define IRQ_STEP 31.0
#define IRQ_ROW 28.0

static void draw_irq(const struct map *map, const struct map_irq *irq, uint32_t intid, FILE *out)
{
	const double x = IRQ_LEFT + IRQ_STEP * (intid % 32),
		     y = 22 + IRQ_ROW * ((intid - map->irq_base) / 32);
	char class[16];

	if (!irq) {
		fprintf(out,
			"<rect class=\"empty\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"><title>"
			"%s %u: nobody uses it; it is root's</title></rect>\n",
			x, y, IRQ_STEP - 5, IRQ_ROW - 5, map->irq_kind, intid - map->irq_base);
		return;
	}
	fprintf(out, "<rect class=\"own hit %s\" data-object=\"irq\" data-owner=\"",
		html_class(map, irq->owner, class));
	html_text(out, owner_name(map, irq->owner));
	fprintf(out,
		"\" data-intid=\"%u\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"><title>%s %u, "
		"INTID %u: ",
		intid, x, y, IRQ_STEP - 5, IRQ_ROW - 5, map->irq_kind, intid - map->irq_base, intid);
	html_text(out, irq->user);
	fputs("\nof ", out);
	html_text(out, owner_name(map, irq->owner));
	fputs("</title></rect>\n", out);
}

void svg_interrupts(const struct map *map, FILE *out)
{
	char text[16];
	size_t next = 0;

	open_svg(out, (unsigned int)(26 + IRQ_ROW * ((map->irq_limit - map->irq_base) / 32)), "interrupts");
	for (unsigned int i = 0; i < 32; i += 4) {
		snprintf(text, sizeof(text), "+%u", i);
		put_text(out, IRQ_LEFT + IRQ_STEP * i + (IRQ_STEP - 5) / 2, 14, "address", "middle", 60, 10.5,
			 text);
	}
	for (uint32_t intid = map->irq_base; intid < map->irq_limit; intid++) {
		const bool is_used = next < map->irq_count && map->irqs[next].intid == intid;

		if (intid % 32 == 0) {
			snprintf(text, sizeof(text), "%s %u", map->irq_kind, intid - map->irq_base);
			put_text(out, IRQ_LEFT - 14, 22 + IRQ_ROW * ((intid - map->irq_base) / 32) + 16,
				 "small", "end", 80, 11, text);
		}
		draw_irq(map, is_used ? &map->irqs[next] : NULL, intid, out);
		next += is_used;
	}
	fputs("</svg>\n", out);
}
