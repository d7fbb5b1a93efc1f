/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the HTML map share. */
#ifndef MAP_HTML_H
#define MAP_HTML_H

#include "map.h"

/** Text with what HTML gives a meaning to replaced. */
void html_text(FILE *out, const char *text);
/** CSS class of an owner: "root", "hypervisor", "pool", "firmware", "cell0" to "cell7". Return: @text. */
const char *html_class(const struct map *map, uint32_t owner, char text[16]);

/* The drawings: each writes one <svg>. */
void svg_memory(const struct map *map, FILE *out);
void svg_cpus(const struct map *map, FILE *out);
void svg_interrupts(const struct map *map, FILE *out);

/** The page's style sheet, with light and dark colours. */
extern const char map_html_style[];

#endif
