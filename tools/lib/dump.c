// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 'config dump': a blob as readable text. It is checked first; a bad one is shown no further than its header.
 */
#include "internal.h"

#include <lib/config.h>

#include <string.h>

typedef unsigned long long ull;

static void print_range(FILE *out, const char *name, const struct bh_config_range *range)
{
	if (range->size)
		fprintf(out, "  %-12s 0x%012llx - 0x%012llx  %llu KiB\n", name, (ull)range->base,
			(ull)(range->base + (range->size - 1)), (ull)(range->size >> 10));
}

static void print_header(FILE *out, const struct bh_config_header *header)
{
	fprintf(out, "%s configuration, ABI %u.%u, architecture %u, %u bytes, checksum %08x\n",
		header->kind == BH_CONFIG_SYSTEM ? "system" : "cell", header->major, header->minor,
		header->arch, header->size, header->crc);
}

static void print_cpus(FILE *out, const struct bh_config_cpu *cpus, uint32_t count)
{
	fprintf(out, "  %-12s", "cpus");
	for (uint32_t i = 0; i < count; i++)
		fprintf(out, " 0x%llx", (ull)cpus[i].hwid);
	fputc('\n', out);
}

static void dump_system(FILE *out, const struct bh_config_system *system)
{
	const struct bh_config_gic *gic = &system->gic;
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);

	fprintf(out, "board %s, compatible %s\n", system->board, system->compatible);
	fprintf(out, "  event interrupt %u, on-reset %s, log level %u, time limit %u ms\n", system->event_irq,
		system->on_reset == BH_ON_RESET_STOP ? "stop" : "machine", system->log_level,
		system->timeout_ms);
	for (uint32_t i = 0; i < system->dram.count; i++)
		print_range(out, "dram", &dram[i]);
	print_range(out, "hypervisor", &system->hv_memory);
	for (uint32_t i = 0; i < system->pool.count; i++)
		print_range(out, "pool", &pool[i]);
	print_range(out, "debug uart", &system->debug_uart);
	fprintf(out, "  GICv%u, maintenance interrupt %u\n", gic->version, gic->maintenance_irq);
	print_range(out, "gicd", &gic->gicd);
	print_range(out, "gicr", &gic->gicr);
	print_range(out, "gicc", &gic->gicc);
	print_range(out, "gich", &gic->gich);
	print_range(out, "gicv", &gic->gicv);
	print_range(out, "its", &gic->its);
	print_cpus(out, CONFIG_ARRAY(struct bh_config_cpu, system, cpus), system->cpus.count);
}

static void print_memory(FILE *out, const struct bh_config_memory *region)
{
	char host[32] = "from the pool";

	if (!(region->flags & BH_MEM_AUTO))
		snprintf(host, sizeof(host), "0x%012llx", (ull)region->hpa);
	fprintf(out, "  memory       0x%012llx - 0x%012llx  at %s  %c%c%c%s%s  %s\n", (ull)region->gpa,
		(ull)(region->gpa + (region->size - 1)), host, region->flags & BH_MEM_READ ? 'r' : '-',
		region->flags & BH_MEM_WRITE ? 'w' : '-', region->flags & BH_MEM_EXEC ? 'x' : '-',
		region->flags & BH_MEM_DEVICE ? " device" : "",
		region->flags & BH_MEM_LOADABLE ? " loadable" : "", region->name);
}

static void dump_cell(FILE *out, const struct bh_config_cell *cell)
{
	const struct bh_config_memory *memory = CONFIG_ARRAY(struct bh_config_memory, cell, memory);
	const struct bh_config_irq *irqs = CONFIG_ARRAY(struct bh_config_irq, cell, irqs);
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell, devices);

	fprintf(out, "cell %s\n  entry 0x%llx, argument 0x%llx, communication page 0x%llx\n", cell->name,
		(ull)cell->entry, (ull)cell->boot_arg, (ull)cell->comm_page);
	fprintf(out, "  watchdog %u ms, stop within %u ms\n", cell->watchdog_ms, cell->stop_ms);
	print_cpus(out, CONFIG_ARRAY(struct bh_config_cpu, cell, cpus), cell->cpus.count);
	for (uint32_t i = 0; i < cell->memory.count; i++)
		print_memory(out, &memory[i]);
	fprintf(out, "  GICv%u        gicd 0x%llx, %s 0x%llx\n", cell->gic.version, (ull)cell->gic.gicd,
		cell->gic.version == BH_GIC_V3 ? "gicr" : "gicc",
		(ull)(cell->gic.version == BH_GIC_V3 ? cell->gic.gicr : cell->gic.gicc));
	for (uint32_t i = 0; i < cell->irqs.count; i++)
		fprintf(out, "  interrupt    %u (spi %u)\n", irqs[i].intid, irqs[i].intid - 32);
	for (uint32_t i = 0; i < cell->devices.count; i++)
		fprintf(out, "  %-12s 0x%012llx, interrupt %u%s\n",
			devices[i].type == BH_DEV_UART_PL011 ? "pl011" : "16550", (ull)devices[i].gpa,
			devices[i].irq, i == cell->console ? ", console" : "");
}

static void print_error(FILE *out, const void *blob, size_t size, const struct bh_error *error)
{
	char text[256];

	fprintf(out, "wrong: %s [%s at byte %u]; %s\n", cfg_error_text(error, text, sizeof(text)),
		config_blob_field_name(blob, (uint32_t)size, error->field), error->field,
		cfg_error_mend(error->code));
}

int dump_blob(FILE *out, const void *blob, size_t size)
{
	const struct bh_config_header *header = blob;
	struct bh_error error = { 0 };
	int code;

	if (size < sizeof(*header) || header->magic != BH_CONFIG_MAGIC) {
		fputs("not a Bulkhead configuration: it does not start with the magic\n", out);
		return BH_E_MAGIC;
	}
	print_header(out, header);
	code = header->kind == BH_CONFIG_CELL ?
		       config_check_layout(blob, (uint32_t)size, BH_CONFIG_CELL, &error) :
		       config_check_system(blob, (uint32_t)size, BH_ARCH_AARCH64, &error);
	if (code)
		print_error(out, blob, size, &error);
	else if (header->kind == BH_CONFIG_CELL)
		dump_cell(out, blob);
	else
		dump_system(out, blob);
	return code;
}
