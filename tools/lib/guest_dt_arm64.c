// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's device tree, AArch64: CPUs that PSCI starts, GIC and architected timer. */
#include "guest_dt.h"

#include <lib/config.h>

#define IRQ_SPI 0u
#define IRQ_PPI 1u

/* As the hypervisor numbers vCPUs: 16 to a cluster. */
uint64_t guest_hwid_arm64(uint32_t index)
{
	return (index >> 4) << 8 | (index & 15);
}

void guest_cpus_arm64(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;

	dt_begin(maker, "cpus");
	dt_put_u32(maker, "#address-cells", 1);
	dt_put_u32(maker, "#size-cells", 0);
	for (uint32_t i = 0; i < cell->cpu_count; i++) {
		const uint32_t mpidr = (uint32_t)guest_hwid_arm64(i);

		dt_begin_at(maker, "cpu", mpidr);
		dt_put_string(maker, "device_type", "cpu");
		dt_put_string(maker, "compatible", "arm,armv8");
		dt_put_u32(maker, "reg", mpidr);
		dt_put_string(maker, "enable-method", "psci");
		dt_end(maker);
	}
	dt_end(maker);
}

static void make_psci(struct maker *maker)
{
	dt_begin(maker, "psci");
	dt_put_strings(maker, "compatible", "arm,psci-1.0\0arm,psci-0.2");
	dt_put_string(maker, "method", "hvc");
	dt_end(maker);
}

unsigned int put_irq_gic(const struct cfg_cell *cell, uint32_t irq, uint32_t flags, uint32_t *cells)
{
	cells[0] = IRQ_SPI;
	cells[1] = irq - 32;
	cells[2] = flags;
	return 3;
}

static void make_gic(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;
	const struct bh_config_cell_gic *gic = &cell->body.gic;
	const int v3 = gic->version == BH_GIC_V3;
	const struct bh_config_range windows[2] = {
		{ gic->gicd, v3 ? CONFIG_GICD_V3_SIZE : CONFIG_GICD_V2_SIZE },
		{ v3 ? gic->gicr : gic->gicc, v3 ? cell->cpu_count * CONFIG_GICR_STRIDE : CONFIG_GICC_SIZE },
	};

	dt_begin_at(maker, "interrupt-controller", gic->gicd);
	dt_put_string(maker, "compatible", v3 ? "arm,gic-v3" : "arm,gic-400");
	dt_put_flag(maker, "interrupt-controller");
	dt_put_u32(maker, "#interrupt-cells", 3);
	dt_put_u32(maker, "#address-cells", 0);
	dt_put_reg(maker, windows, 2);
	dt_put_u32(maker, "phandle", PHANDLE_INTC);
	dt_end(maker);
}

/* Secure, non-secure and virtual EL1 timer, EL2 timer; the guest uses the virtual one. */
static void make_timer(struct maker *maker)
{
	static const uint32_t ppis[] = { 13, 14, 11, 10 };
	const uint32_t cpus = (uint32_t)maker->cell->cpu_count;
	const uint32_t mask =
		maker->cell->body.gic.version == BH_GIC_V2 ? ((1u << (cpus < 8 ? cpus : 8)) - 1) << 8 : 0;
	uint32_t cells[3 * ARRAY_SIZE(ppis)];

	for (size_t i = 0; i < ARRAY_SIZE(ppis); i++) {
		cells[3 * i] = IRQ_PPI;
		cells[3 * i + 1] = ppis[i];
		cells[3 * i + 2] = IRQ_TYPE_LEVEL_HIGH | mask;
	}
	dt_begin(maker, "timer");
	dt_put_string(maker, "compatible", "arm,armv8-timer");
	dt_put_cells(maker, "interrupts", cells, ARRAY_SIZE(cells));
	dt_put_flag(maker, "always-on");
	dt_end(maker);
}

void guest_platform_arm64(struct maker *maker)
{
	make_psci(maker);
	make_gic(maker);
	make_timer(maker);
}
