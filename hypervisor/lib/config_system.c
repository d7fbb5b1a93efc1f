// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration check: a board, its fields against each other. */
#include "config_parts.h"

#include <lib/errors.h>

/* Bits that name a CPU: of MPIDR_EL1 only the affinity fields. */
static uint64_t hwid_bits(uint16_t arch)
{
	switch (arch) {
	case BH_ARCH_AARCH64:
		return 0xff00ffffffull;
	case BH_ARCH_RISCV64:
	case BH_ARCH_X86_64:
		return 0xffffffffull;
	default:
		return ~0ull;
	}
}

uint32_t config_find_slot(const struct bh_config_cpu *cpus, uint32_t count, uint64_t hwid)
{
	uint32_t slot = 0;

	while (slot < count && cpus[slot].hwid != hwid)
		slot++;
	return slot;
}

void config_open_board(struct board *board, const struct bh_config_system *system)
{
	board->system = system;
	board->dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	board->pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	board->cpus = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);
	board->firmware = CONFIG_ARRAY(struct bh_config_range, system, firmware);
	board->aliases = CONFIG_ARRAY(struct bh_config_alias, system, aliases);
}

/* A window of the GIC: whether the version has it, and what it must be like at least. */
struct gic_window {
	uint16_t range;
	uint8_t v2, v3;
	uint8_t optional;
	uint32_t v2_size, v3_size;
};

static const struct gic_window gic_windows[] = {
	{ offsetof(struct bh_config_system, gic.gicd), 1, 1, 0, CONFIG_GICD_V2_SIZE, CONFIG_GICD_V3_SIZE },
	{ offsetof(struct bh_config_system, gic.gicr), 0, 1, 0, 0, CONFIG_GICR_STRIDE },
	{ offsetof(struct bh_config_system, gic.gicc), 1, 0, 0, CONFIG_GICC_SIZE, 0 },
	{ offsetof(struct bh_config_system, gic.gich), 1, 0, 0, BH_PAGE_SIZE, 0 },
	{ offsetof(struct bh_config_system, gic.gicv), 1, 0, 0, CONFIG_GICC_SIZE, 0 },
	{ offsetof(struct bh_config_system, gic.its), 0, 1, 1, 0, 0x20000 },
};

#define GIC_WINDOWS (sizeof(gic_windows) / sizeof(gic_windows[0]))

static const struct bh_config_range *window_range(const struct bh_config_system *system, unsigned int window)
{
	return (const void *)((const uint8_t *)system + gic_windows[window].range);
}

static int check_gic_window(const struct check *check, const struct bh_config_system *system, unsigned int i)
{
	const struct gic_window *window = &gic_windows[i];
	const struct bh_config_range *range = window_range(system, i);
	const int v3 = system->gic.version == BH_GIC_V3;
	uint64_t least = v3 ? window->v3_size : window->v2_size;

	if (!(v3 ? window->v3 : window->v2))
		return range->size ?
			       config_fail(check, BH_E_RESERVED, AT(INTC, 0, window->range), range->base, 0) :
			       BH_E_OK;
	if (window->optional && !range->size)
		return BH_E_OK;
	if (window->range == offsetof(struct bh_config_system, gic.gicr))
		least *= system->cpus.count;
	if (range->size < least)
		return config_fail(check, BH_E_SIZE, AT(INTC, 0, window->range + 8), range->size, least);
	if (v3 && (range->base & (CONFIG_GICD_V3_SIZE - 1)))
		return config_fail(check, BH_E_ALIGN, AT(INTC, 0, window->range), range->base,
				   CONFIG_GICD_V3_SIZE);
	return BH_E_OK;
}

static int check_gic(const struct check *check, const struct bh_config_system *system)
{
	int code;

	if (system->gic.version != BH_GIC_V2 && system->gic.version != BH_GIC_V3)
		return config_fail(check, BH_E_RANGE,
				   AT(INTC, 0, offsetof(struct bh_config_system, gic.version)),
				   system->gic.version, BH_GIC_V3);
	if (system->gic.version == BH_GIC_V2 && system->cpus.count > CONFIG_GICV2_CPUS)
		return config_fail(check, BH_E_TOO_MANY,
				   AT(CPU, CONFIG_GICV2_CPUS, offsetof(struct bh_config_system, cpus.count)),
				   system->cpus.count, CONFIG_GICV2_CPUS);
	if (system->gic.maintenance_irq < 16 || system->gic.maintenance_irq > 31)
		return config_fail(check, BH_E_IRQ,
				   AT(INTC, 0, offsetof(struct bh_config_system, gic.maintenance_irq)),
				   system->gic.maintenance_irq, 31);
	for (unsigned int i = 0; i < GIC_WINDOWS; i++) {
		code = check_gic_window(check, system, i);
		if (code)
			return code;
	}
	return BH_E_OK;
}

static int check_intc(const struct check *check, const struct board *board)
{
	const struct bh_config_system *system = board->system;

	switch (system->header.arch) {
	case BH_ARCH_AARCH64:
		return check_gic(check, system);
	case BH_ARCH_RISCV64:
		return config_check_riscv(check, board);
	case BH_ARCH_X86_64:
		return config_check_x86(check, board);
	default:
		return config_check_zero(check, offsetof(struct bh_config_system, gic), sizeof(system->gic));
	}
}

/* Windows of interrupt controllers that the board may have. */
static uint32_t intc_windows(const struct bh_config_system *system)
{
	switch (system->header.arch) {
	case BH_ARCH_RISCV64:
		return CONFIG_RISCV_WINDOWS;
	case BH_ARCH_X86_64:
		return config_x86_windows(system);
	default:
		return (uint32_t)GIC_WINDOWS;
	}
}

static struct bh_config_range intc_window(const struct bh_config_system *system, uint32_t i,
					  struct where *where)
{
	switch (system->header.arch) {
	case BH_ARCH_RISCV64:
		return *config_riscv_window(system, i, where);
	case BH_ARCH_X86_64:
		return config_x86_window(system, i, where);
	default:
		*where = AT(INTC, 0, gic_windows[i].range);
		return *window_range(system, i);
	}
}

uint32_t config_board_spans(const struct board *board)
{
	return board->system->dram.count + intc_windows(board->system) + 1 + board->system->aliases.count;
}

struct bh_config_range config_board_span(const struct board *board, uint32_t i, struct where *where)
{
	const struct bh_config_system *system = board->system;

	if (i < system->dram.count) {
		*where = AT(DRAM, i, system->dram.offset + i * sizeof(struct bh_config_range));
		return board->dram[i];
	}
	i -= system->dram.count;
	if (i < intc_windows(system))
		return intc_window(system, i, where);
	i -= intc_windows(system);
	if (i > 0) {
		*where = AT(ALIAS, i - 1, system->aliases.offset + (i - 1) * sizeof(struct bh_config_alias));
		return (struct bh_config_range){ board->aliases[i - 1].at, board->aliases[i - 1].size };
	}
	*where = AT(DEVICE, 0, offsetof(struct bh_config_system, debug_uart));
	if (config_x86_at_ports(system->debug_uart_type))
		return (struct bh_config_range){ 0, 0 };
	return system->debug_uart;
}

static int check_board_disjoint(const struct check *check, const struct board *board)
{
	struct where where, other;

	for (uint32_t i = 1; i < config_board_spans(board); i++) {
		const struct bh_config_range a = config_board_span(board, i, &where);

		for (uint32_t j = 0; a.size && j < i; j++) {
			const struct bh_config_range b = config_board_span(board, j, &other);

			if (b.size && overlaps(&a, &b))
				return config_fail(check, BH_E_OVERLAP, where, a.base, last(a.base, a.size));
		}
	}
	return BH_E_OK;
}

static int check_pool(const struct check *check, const struct board *board)
{
	const struct bh_config_system *system = board->system;

	for (uint32_t i = 0; i < system->pool.count; i++) {
		const struct bh_config_range *range = &board->pool[i];
		const struct where where = IN(POOL, i, range, base);
		const uint64_t end = last(range->base, range->size);

		if (!in_array(board->dram, system->dram.count, range->base, range->size))
			return config_fail(check, BH_E_RANGE, where, range->base, end);
		if (overlaps(range, &system->hv_memory))
			return config_fail(check, BH_E_OVERLAP, where, range->base, end);
		for (uint32_t j = 0; j < i; j++) {
			if (overlaps(range, &board->pool[j]))
				return config_fail(check, BH_E_OVERLAP, where, range->base, end);
		}
	}
	return BH_E_OK;
}

/* ---- what firmware keeps, and RAM that is seen twice ---- */

int config_alias_part(const struct bh_config_alias *alias, const struct bh_config_range *range,
		      struct bh_config_range *part)
{
	const struct bh_config_range shown = { alias->of, alias->size };
	uint64_t first, end;

	if (!alias->size || !overlaps(&shown, range))
		return 0;
	first = shown.base > range->base ? shown.base : range->base;
	end = last(shown.base, shown.size) < last(range->base, range->size) ? last(shown.base, shown.size) :
									      last(range->base, range->size);
	*part = (struct bh_config_range){ first - alias->of + alias->at, end - first + 1 };
	return 1;
}

static int check_window(const struct check *check, const struct board *board, uint32_t i)
{
	const struct bh_config_alias *alias = &board->aliases[i];
	const struct bh_config_range shown = { alias->of, alias->size };
	int code = config_check_span(check, alias->at, alias->size, BH_PAGE_SIZE, IN(ALIAS, i, alias, at));

	if (!code)
		code = config_check_span(check, alias->of, alias->size, BH_PAGE_SIZE,
					 IN(ALIAS, i, alias, of));
	for (uint32_t j = 0; j < board->system->aliases.count && !code; j++) {
		const struct bh_config_range window = { board->aliases[j].at, board->aliases[j].size };

		if (window.size && last(window.base, window.size) >= window.base && overlaps(&shown, &window))
			code = config_fail(check, BH_E_OVERLAP, IN(ALIAS, i, alias, of), alias->of,
					   last(alias->of, alias->size));
	}
	return code;
}

/* Either a window onto RAM, or RAM that repeats above all banks. */
static int check_alias(const struct check *check, const struct board *board, uint32_t i)
{
	const struct bh_config_alias *alias = &board->aliases[i];

	if (!alias->every)
		return check_window(check, board, i);
	if (alias->at | alias->size | alias->of)
		return config_fail(check, BH_E_RESERVED, IN(ALIAS, i, alias, at),
				   alias->at | alias->size | alias->of, 0);
	for (uint32_t j = 0; j < board->system->dram.count; j++) {
		const struct bh_config_range *bank = &board->dram[j];

		if (last(bank->base, bank->size) >= alias->every)
			return config_fail(check, BH_E_RANGE, IN(DRAM, j, bank, base),
					   last(bank->base, bank->size), alias->every - 1);
	}
	return BH_E_OK;
}

static int check_aliases(const struct check *check, const struct board *board)
{
	int code = BH_E_OK;

	for (uint32_t i = 0; i < board->system->aliases.count && !code; i++)
		code = check_alias(check, board, i);
	return code;
}

/* Is some of @range seen in @taken when that is looked at through @alias? */
static int meets_through(const struct bh_config_alias *alias, const struct bh_config_range *taken,
			 const struct bh_config_range *range)
{
	struct bh_config_range part;
	uint64_t first;

	if (!alias->every)
		return config_alias_part(alias, range, &part) && overlaps(&part, taken);
	if (last(taken->base, taken->size) < alias->every)
		return 0;
	if (taken->base < alias->every || taken->size >= alias->every)
		return 1; /* all that repeats is seen in it, or as good as all */
	first = taken->base % alias->every;
	part = (struct bh_config_range){ first, taken->size };
	if (overlaps(&part, range))
		return 1;
	part = (struct bh_config_range){ 0, taken->size - (alias->every - first) };
	return taken->size > alias->every - first && overlaps(&part, range);
}

int config_is_firmware(const struct board *board, const struct bh_config_range *range)
{
	for (uint32_t i = 0; i < board->system->firmware.count; i++) {
		const struct bh_config_range *taken = &board->firmware[i];

		if (overlaps(taken, range))
			return 1;
		for (uint32_t j = 0; j < board->system->aliases.count; j++) {
			if (meets_through(&board->aliases[j], taken, range))
				return 1;
		}
	}
	return 0;
}

static int check_firmware(const struct check *check, const struct board *board)
{
	const struct bh_config_range *hv = &board->system->hv_memory;

	if (config_is_firmware(board, hv))
		return config_fail(check, BH_E_OVERLAP,
				   AT(HV_MEMORY, 0, offsetof(struct bh_config_system, hv_memory)), hv->base,
				   last(hv->base, hv->size));
	for (uint32_t i = 0; i < board->system->pool.count; i++) {
		const struct bh_config_range *range = &board->pool[i];

		if (config_is_firmware(board, range))
			return config_fail(check, BH_E_OVERLAP, IN(POOL, i, range, base), range->base,
					   last(range->base, range->size));
	}
	return BH_E_OK;
}

/* At most 1024 CPUs and only at enable, so the simple comparison does. */
static int check_board_cpus(const struct check *check, const struct board *board)
{
	for (uint32_t i = 0; i < board->system->cpus.count; i++) {
		const struct where where = IN(CPU, i, &board->cpus[i], hwid);
		const uint64_t hwid = board->cpus[i].hwid;

		if (hwid & ~hwid_bits(board->system->header.arch))
			return config_fail(check, BH_E_RANGE, where, hwid,
					   hwid_bits(board->system->header.arch));
		if (config_find_slot(board->cpus, i, hwid) < i)
			return config_fail(check, BH_E_DUPLICATE, where, hwid,
					   config_find_slot(board->cpus, i, hwid));
	}
	return BH_E_OK;
}

/* Registers in whole pages, or I/O ports where the architecture has them. */
static int check_debug_uart(const struct check *check, const struct bh_config_system *system)
{
	const struct bh_config_range *uart = &system->debug_uart;
	const struct where type = AT(DEVICE, 0, offsetof(struct bh_config_system, debug_uart_type));
	const struct where range = AT(DEVICE, 0, offsetof(struct bh_config_system, debug_uart));

	if (!uart->size != !system->debug_uart_type)
		return config_fail(check, BH_E_RANGE, type, system->debug_uart_type, uart->size);
	if (!uart->size)
		return BH_E_OK;
	if (!config_x86_at_ports(system->debug_uart_type))
		return system->debug_uart_type > BH_DEV_UART_16550 ?
			       config_fail(check, BH_E_RANGE, type, system->debug_uart_type,
					   BH_DEV_UART_16550) :
			       config_check_span(check, uart->base, uart->size, BH_PAGE_SIZE, range);
	if (system->header.arch != BH_ARCH_X86_64)
		return config_fail(check, BH_E_RANGE, type, system->debug_uart_type, BH_DEV_UART_16550);
	if (uart->base >= CONFIG_PORTS || uart->size > CONFIG_PORTS - uart->base)
		return config_fail(check, BH_E_RANGE, range, uart->base, CONFIG_PORTS - 1);
	return BH_E_OK;
}

static int check_board_scalars(const struct check *check, const struct board *board)
{
	const struct bh_config_system *system = board->system;
	const struct bh_config_range *hv = &system->hv_memory;

	if (!in_array(board->dram, system->dram.count, hv->base, hv->size))
		return config_fail(check, BH_E_RANGE,
				   AT(HV_MEMORY, 0, offsetof(struct bh_config_system, hv_memory)), hv->base,
				   last(hv->base, hv->size));
	if (system->event_irq && !irq_valid(system, system->event_irq))
		return config_fail(check, BH_E_IRQ, AT(IRQ, 0, offsetof(struct bh_config_system, event_irq)),
				   system->event_irq, irq_last(system));
	return check_debug_uart(check, system);
}

int config_check_system(const void *blob, uint32_t size, uint16_t arch, struct bh_error *error)
{
	static int (*const steps[])(const struct check *check, const struct board *board) = {
		check_board_scalars, check_intc,     check_aliases,    check_board_disjoint,
		check_pool,	     check_firmware, check_board_cpus,
	};
	const struct check context = { blob, blob, error }, *check = &context;
	struct board board;
	int code;

	code = config_check_blob(check, size, arch, config_layout(BH_CONFIG_SYSTEM));
	if (code)
		return code;
	config_open_board(&board, blob);
	for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]) && !code; i++)
		code = steps[i](check, &board);
	if (!code)
		error_set(error, BH_E_OK, BH_OBJ_NONE, 0, 0, 0);
	return code;
}
