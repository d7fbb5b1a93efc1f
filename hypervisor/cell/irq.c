// SPDX-License-Identifier: GPL-2.0-or-later
#include <cell/irq.h>

#include <arch/irq.h>
#include <cell/cell.h>
#include <core/component.h>
#include <core/image.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

/* By interrupt: cell id. Context: control lock. */
static uint8_t owners[IRQ_LIMIT];

int irq_root_init(void)
{
	uint32_t event = image_config()->event_irq;

	memset(owners, CELL_ROOT, sizeof(owners));
	if (!event)
		return BH_E_OK;
	if (event >= IRQ_LIMIT || !arch_irq_valid(event))
		return BH_E_IRQ;
	owners[event] = IRQ_OWNER_HYPERVISOR;
	arch_irq_add_virtual(&cell_root()->arch, event);
	return BH_E_OK;
}

unsigned int irq_owner(uint32_t irq)
{
	return irq < IRQ_LIMIT ? owners[irq] : IRQ_OWNER_HYPERVISOR;
}

static const struct bh_config_irq *irqs(const struct bh_config_cell *config)
{
	return CONFIG_ARRAY(struct bh_config_irq, config, irqs);
}

/* A line that the machine's controller has no number for would never reach the guest. */
static int check_lines(const struct bh_config_cell *config, struct bh_error *error)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, config, devices);

	for (uint32_t i = 0; i < config->devices.count; i++) {
		if (devices[i].irq && !arch_irq_valid(devices[i].irq))
			return error_set(error, BH_E_IRQ, BH_OBJ_DEVICE, i, devices[i].irq, IRQ_LIMIT - 1);
	}
	return BH_E_OK;
}

static int irq_check(const struct bh_config_cell *config, struct bh_error *error)
{
	for (uint32_t i = 0; i < config->irqs.count; i++) {
		uint32_t irq = irqs(config)[i].intid;

		if (!arch_irq_valid(irq) || irq_owner(irq) == IRQ_OWNER_HYPERVISOR)
			return error_set(error, BH_E_IRQ, BH_OBJ_IRQ, i, irq, IRQ_LIMIT - 1);
		if (irq_owner(irq) != CELL_ROOT)
			return error_set(error, BH_E_NOT_OWNED, BH_OBJ_IRQ, i, irq, irq_owner(irq));
	}
	return check_lines(config, error);
}

static void irq_commit(struct cell *cell)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell->config, devices);

	for (uint32_t i = 0; i < cell->config->irqs.count; i++) {
		uint32_t irq = irqs(cell->config)[i].intid;

		owners[irq] = (uint8_t)cell->id;
		arch_irq_release(&cell_root()->arch, irq);
		arch_irq_assign(&cell->arch, irq);
	}
	for (uint32_t i = 0; i < cell->config->devices.count; i++) {
		if (devices[i].irq)
			arch_irq_add_virtual(&cell->arch, devices[i].irq);
	}
}

static void irq_exit(struct cell *cell)
{
	for (uint32_t i = 0; i < cell->config->irqs.count; i++) {
		uint32_t irq = irqs(cell->config)[i].intid;

		if (owners[irq] != cell->id)
			continue;
		arch_irq_release(&cell->arch, irq);
		owners[irq] = CELL_ROOT;
		arch_irq_assign(&cell_root()->arch, irq);
	}
}

COMPONENT(irq) = {
	.name = "irq",
	.phase = COMPONENT_CELL,
	.cell_check = irq_check,
	.cell_commit = irq_commit,
	.cell_exit = irq_exit,
};
