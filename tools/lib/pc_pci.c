// SPDX-License-Identifier: GPL-2.0-or-later
/* The PCI functions of an x86-64 machine, as Linux shows them in /sys/bus/pci/devices. */
#include "pc.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "/sys/bus/pci/devices"
#define TEXT_LIMIT 4096u
#define IS_PORTS 0x100u /* IORESOURCE_IO and IORESOURCE_MEM of the kernel */
#define IS_MEMORY 0x200u

int pci_parse(const char *text, uint16_t *segment, uint16_t *function)
{
	unsigned int domain = 0, bus, device, number;
	int end = 0;

	if (sscanf(text, "%4x:%2x:%2x.%1x%n", &domain, &bus, &device, &number, &end) != 4 || text[end]) {
		domain = 0;
		end = 0;
		if (sscanf(text, "%2x:%2x.%1x%n", &bus, &device, &number, &end) != 3 || text[end])
			return 0;
	}
	if (device > 31 || number > 7)
		return 0;
	*segment = (uint16_t)domain;
	*function = (uint16_t)(bus << 8 | device << 3 | number);
	return 1;
}

const char *pci_text(struct arena *arena, uint16_t segment, uint16_t function)
{
	return arena_printf(arena, "%04x:%02x:%02x.%x", segment, function >> 8, function >> 3 & 31,
			    function & 7);
}

static char *read_text(struct arena *arena, const struct pc *pc, const char *name, const char *what)
{
	size_t size;
	char *text =
		file_read(arena_printf(arena, "%s" FOLDER "/%s/%s", pc->path, name, what), TEXT_LIMIT, &size);
	char *copy = arena_strdup(arena, text ? text : "");

	free(text);
	return copy;
}

static uint64_t read_number(struct arena *arena, const struct pc *pc, const char *name, const char *what)
{
	return strtoull(read_text(arena, pc, name, what), NULL, 0);
}

/* A line for each: first, last, flags. The ROM and what a bridge passes on stand behind the six registers. */
static void read_bars(struct arena *arena, const struct pc *pc, struct pci_function *function)
{
	char *line = read_text(arena, pc, function->name, "resource");

	for (unsigned int i = 0; i < PCI_BARS && *line; i++) {
		const uint64_t first = strtoull(line, &line, 0), last = strtoull(line, &line, 0);
		const uint64_t flags = strtoull(line, &line, 0);
		struct pci_bar *bar = &function->bars[i];

		line += strspn(line, "\n");
		if (!(flags & (IS_PORTS | IS_MEMORY)) || last < first || !last)
			continue;
		*bar = (struct pci_bar){ { first, last - first + 1 }, !!(flags & IS_PORTS) };
	}
}

/* The last part of what a link leads to, "" if there is none. */
static const char *read_link(struct arena *arena, const struct pc *pc, const char *name, const char *what)
{
	const char *path = arena_printf(arena, "%s" FOLDER "/%s/%s", pc->path, name, what);
	char target[256];
	const ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	if (length <= 0)
		return "";
	target[length] = '\0';
	slash = strrchr(target, '/');
	return arena_strdup(arena, slash ? slash + 1 : target);
}

static int compare(const void *a, const void *b)
{
	const struct pci_function *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return x->function < y->function ? -1 : x->function > y->function;
}

static void add(struct arena *arena, struct pc *pc, const char *name)
{
	struct pci_function function = { .name = arena_strdup(arena, name) };

	if (!pci_parse(name, &function.segment, &function.function))
		return;
	function.class_code = (uint32_t)read_number(arena, pc, name, "class");
	function.vendor = (uint16_t)read_number(arena, pc, name, "vendor");
	function.device = (uint16_t)read_number(arena, pc, name, "device");
	function.driver = read_link(arena, pc, name, "driver");
	function.group = read_link(arena, pc, name, "iommu_group");
	read_bars(arena, pc, &function);
	pc->pci = arena_grow(arena, pc->pci, pc->pci_count, sizeof(*pc->pci));
	pc->pci[pc->pci_count++] = function;
}

void pci_read(struct arena *arena, struct pc *pc)
{
	DIR *folder = opendir(arena_printf(arena, "%s" FOLDER, pc->path));
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		add(arena, pc, entry->d_name);
	if (folder)
		closedir(folder);
	if (pc->pci_count)
		qsort(pc->pci, pc->pci_count, sizeof(*pc->pci), compare);
}

const struct pci_function *pci_find(const struct pc *pc, uint16_t segment, uint16_t function)
{
	for (uint32_t i = 0; i < pc->pci_count; i++) {
		if (pc->pci[i].segment == segment && pc->pci[i].function == function)
			return &pc->pci[i];
	}
	return NULL;
}

int pci_is_bridge(const struct pci_function *function)
{
	return function->class_code >> 16 == 0x06;
}

const char *pci_kind(const struct pci_function *function)
{
	static const char *const kinds[] = {
		"device",  "storage",	"network",	 "display",    "multimedia",
		"memory",  "bridge",	"communication", "controller", "input",
		"docking", "processor", "serial bus",	 "wireless",   "intelligent",
	};
	const uint32_t base = function->class_code >> 16;

	return base < ARRAY_SIZE(kinds) ? kinds[base] : "device";
}
