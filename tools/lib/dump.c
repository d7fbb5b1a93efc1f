// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 'config dump': a blob as a board or cell file, which compiles to the same blob. It is checked first; of a
 * bad one only the header and the error are shown. What a blob does not hold is not there: names of nodes,
 * paths of images, what other cells do.
 */
#include "isa.h"

#include <lib/config.h>

#include <string.h>

typedef unsigned long long ull;

/* In single quotes nothing but the quote itself means anything. */
static void print_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++)
		fputs(*text == '\'' ? "''" : (char[]){ *text, '\0' }, out);
	fputc('\'', out);
}

static void print_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, "%s: ", key);
	print_quoted(out, text);
	fputc('\n', out);
}

static void print_word(FILE *out, const char *key, const char *choices, unsigned int place)
{
	for (; place && *choices; place--)
		choices += strcspn(choices, "|") + 1;
	fprintf(out, "%s: %.*s\n", key, (int)strcspn(choices, "|"), choices);
}

/* A map in one line, with the size in words behind it. @key: "  - " or "gicd: ". */
void dump_range(FILE *out, const char *key, const struct bh_config_range *range)
{
	if (range->size)
		fprintf(out, "%s{ at: 0x%llx, size: 0x%llx } # %llu KiB\n", key, (ull)range->base,
			(ull)range->size, (ull)(range->size >> 10));
}

static void print_ranges(FILE *out, const char *key, const struct bh_config_range *list, uint32_t count)
{
	if (count)
		fprintf(out, "%s:\n", key);
	for (uint32_t i = 0; i < count; i++)
		dump_range(out, "  - ", &list[i]);
}

static void print_header(FILE *out, const struct bh_config_header *header)
{
	fprintf(out, "# %s configuration, ABI %u.%u, architecture %u, %u bytes, checksum %08x\n",
		header->kind == BH_CONFIG_SYSTEM ? "system" : "cell", header->major, header->minor,
		header->arch, header->size, header->crc);
}

/* ---- board ---- */

static void print_hypervisor(FILE *out, const struct bh_config_system *system)
{
	const struct bh_config_range *uart = &system->debug_uart;

	fputs("hypervisor:\n", out);
	dump_range(out, "  memory: ", &system->hv_memory);
	print_word(out, "  log", CHOICES_LOG, system->log_level);
	fprintf(out, "  timeout: %ums\n", system->timeout_ms);
	if (system->debug_uart_type) {
		fputs("  debug-uart:\n", out);
		print_word(out, "    type", CHOICES_UART,
			   system->debug_uart_type > BH_DEV_UART_16550 ? BH_DEV_UART_16550 :
									 system->debug_uart_type);
		if (system->debug_uart_type > BH_DEV_UART_16550)
			fprintf(out, "    port: 0x%llx\n", (ull)uart->base);
		else
			fprintf(out, "    at: 0x%llx\n    size: 0x%llx\n", (ull)uart->base, (ull)uart->size);
	}
}

static void print_aliases(FILE *out, const struct bh_config_system *system)
{
	const struct bh_config_alias *aliases = CONFIG_ARRAY(struct bh_config_alias, system, aliases);

	if (system->aliases.count)
		fputs("aliases:\n", out);
	for (uint32_t i = 0; i < system->aliases.count; i++) {
		if (aliases[i].every)
			fprintf(out, "  - { every: 0x%llx }\n", (ull)aliases[i].every);
		else
			fprintf(out, "  - { at: 0x%llx, size: 0x%llx, of: 0x%llx }\n", (ull)aliases[i].at,
				(ull)aliases[i].size, (ull)aliases[i].of);
	}
}

static void dump_system(FILE *out, const struct bh_config_system *system, const struct isa *isa)
{
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);

	print_text(out, "board", system->board);
	print_text(out, "compatible", system->compatible);
	fprintf(out, "architecture: %s\n", isa->name);
	print_hypervisor(out, system);
	print_ranges(out, "pool", CONFIG_ARRAY(struct bh_config_range, system, pool), system->pool.count);
	fputs("root:\n", out);
	print_word(out, "  on-reset", CHOICES_ON_RESET, system->on_reset);
	if (system->event_irq)
		fprintf(out, "event-interrupt: intid %u\n", system->event_irq);
	print_ranges(out, "dram", CONFIG_ARRAY(struct bh_config_range, system, dram), system->dram.count);
	print_ranges(out, "reserved", CONFIG_ARRAY(struct bh_config_range, system, firmware),
		     system->firmware.count);
	print_aliases(out, system);
	fputs("cpus: [", out);
	for (uint32_t i = 0; i < system->cpus.count; i++)
		fprintf(out, "%s0x%llx", i ? ", " : "", (ull)cpus[i].hwid);
	fputs("]\n", out);
	isa->dump_board(out, system);
}

/* ---- cell ---- */

static void print_flags(FILE *out, uint32_t flags)
{
	static const char *const names[] = { "read", "write", "execute" };
	const char *before = "";

	fputs("    flags: [", out);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!(flags & (BH_MEM_READ << i)))
			continue;
		fprintf(out, "%s%s", before, names[i]);
		before = ", ";
	}
	fprintf(out, "]\n    loadable: %s\n", flags & BH_MEM_LOADABLE ? "true" : "false");
}

static void print_ram(FILE *out, const struct bh_config_cell *cell)
{
	const struct bh_config_memory *memory = CONFIG_ARRAY(struct bh_config_memory, cell, memory);

	fputs("memory:\n", out);
	for (uint32_t i = 0; i < cell->memory.count; i++) {
		const struct bh_config_memory *region = &memory[i];

		if (region->flags & BH_MEM_DEVICE)
			continue;
		print_text(out, "  - name", region->name);
		fprintf(out, "    guest: 0x%llx\n    size: 0x%llx # %llu MiB\n", (ull)region->gpa,
			(ull)region->size, (ull)(region->size >> 20));
		if (!(region->flags & BH_MEM_AUTO))
			fprintf(out, "    at: 0x%llx\n", (ull)region->hpa);
		print_flags(out, region->flags);
	}
}

static int has_devices(const struct bh_config_cell *cell)
{
	const struct bh_config_memory *memory = CONFIG_ARRAY(struct bh_config_memory, cell, memory);
	uint32_t i = 0;

	while (i < cell->memory.count && !(memory[i].flags & BH_MEM_DEVICE))
		i++;
	return i < cell->memory.count || cell->devices.count ||
	       (cell->header.arch == BH_ARCH_X86_64 && (cell->x86.ports.count || cell->x86.pci.count));
}

/* That a device may write memory cannot be seen in the blob: the file must say that it may. */
static void print_devices(FILE *out, const struct bh_config_cell *cell, const struct isa *isa)
{
	const struct bh_config_memory *memory = CONFIG_ARRAY(struct bh_config_memory, cell, memory);
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell, devices);

	for (uint32_t i = 0; i < cell->memory.count; i++) {
		const struct bh_config_memory *region = &memory[i];

		if (!(region->flags & BH_MEM_DEVICE))
			continue;
		fprintf(out, "  - registers: { guest: 0x%llx, at: 0x%llx, size: 0x%llx, writable: %s, name: ",
			(ull)region->gpa, (ull)region->hpa, (ull)region->size,
			region->flags & BH_MEM_WRITE ? "true" : "false");
		print_quoted(out, region->name);
		fputs(" }\n    dma: unprotected\n", out);
	}
	if (isa->dump_ports)
		isa->dump_ports(out, cell);
	for (uint32_t i = 0; i < cell->devices.count; i++) {
		if (isa->dump_device && isa->dump_device(out, &devices[i]))
			continue;
		fprintf(out, "  - uart: { type: %s, %s: 0x%llx, console: %s",
			devices[i].type == BH_DEV_UART_PL011 ? "pl011" : "16550",
			devices[i].type == BH_DEV_UART_16550_PIO ? "port" : "at", (ull)devices[i].gpa,
			i == cell->console ? "true" : "false");
		if (devices[i].irq)
			fprintf(out, ", %s: %u", isa->irq_kind, devices[i].irq - isa->irq_base);
		fputs(" }\n", out);
	}
}

static void dump_cell(FILE *out, const struct bh_config_cell *cell, const struct isa *isa)
{
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, cell, cpus);
	const struct bh_config_irq *irqs = CONFIG_ARRAY(struct bh_config_irq, cell, irqs);

	print_text(out, "cell", cell->name);
	fputs("cpus: [", out);
	for (uint32_t i = 0; i < cell->cpus.count; i++)
		fprintf(out, "%s%s 0x%llx", i ? ", " : "", isa->hwid, (ull)cpus[i].hwid);
	fputs("]\n", out);
	print_ram(out, cell);
	fprintf(out, "boot:\n  protocol: none\n  entry: 0x%llx\n", (ull)cell->entry);
	if (cell->boot_arg)
		fprintf(out, "  argument: 0x%llx\n", (ull)cell->boot_arg);
	if (isa->dump_boot)
		isa->dump_boot(out, cell);
	isa->dump_cell(out, cell);
	fprintf(out, "  intid: [");
	for (uint32_t i = 0; i < cell->irqs.count; i++)
		fprintf(out, "%s%u", i ? ", " : "", irqs[i].intid);
	fputs("]\n", out);
	if (has_devices(cell)) {
		fputs("devices:\n", out);
		print_devices(out, cell, isa);
	}
	if (cell->comm_page)
		fprintf(out, "comm-page: 0x%llx\n", (ull)cell->comm_page);
	if (cell->watchdog_ms)
		fprintf(out, "watchdog: %ums\n", cell->watchdog_ms);
	fprintf(out, "stop-timeout: %ums\n", cell->stop_ms);
}

/* ---- */

static void print_error(FILE *out, const void *blob, size_t size, const struct bh_error *error)
{
	char text[256];

	fprintf(out, "# wrong: %s [%s at byte %u]; %s\n", cfg_error_text(error, text, sizeof(text)),
		config_blob_field_name(blob, (uint32_t)size, error->field), error->field,
		cfg_error_mend(error->code));
}

int dump_blob(FILE *out, const void *blob, size_t size)
{
	const struct bh_config_header *header = blob;
	struct bh_error error = { 0 };
	const struct isa *isa;
	int code;

	if (size < sizeof(*header) || header->magic != BH_CONFIG_MAGIC) {
		fputs("# not a Bulkhead configuration: it does not start with the magic\n", out);
		return BH_E_MAGIC;
	}
	print_header(out, header);
	isa = isa_find(header->arch);
	code = header->kind == BH_CONFIG_CELL ?
		       config_check_layout(blob, (uint32_t)size, BH_CONFIG_CELL, &error) :
		       config_check_system(blob, (uint32_t)size, header->arch, &error);
	if (code) {
		print_error(out, blob, size, &error);
	} else if (!isa) {
		fputs("# of an architecture that this tool does not know\n", out);
		return BH_E_ARCH;
	} else if (header->kind == BH_CONFIG_CELL) {
		dump_cell(out, blob, isa);
	} else {
		dump_system(out, blob, isa);
	}
	return code;
}
