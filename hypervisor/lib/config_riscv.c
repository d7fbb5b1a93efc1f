// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration check: interrupt controllers of RISC-V, the board's and a cell's. */
#include "config_parts.h"

#include <lib/errors.h>

#define S struct bh_config_system
#define C struct bh_config_cell
#define BOARD_FAIL(error, member, low, high) \
	config_fail(check, BH_E_##error, AT(INTC, 0, offsetof(S, riscv.member)), low, high)
#define CELL_FAIL(error, member, low, high) \
	config_fail(check, BH_E_##error, AT(INTC, 0, offsetof(C, riscv.member)), low, high)

#define GUEST_FILES 63u	     /* of one hart */
#define TARGET_LIMIT 0x4000u /* hart indices of an MSI target of the APLIC */
#define TIMEBASE_LEAST 1000u
#define TIMEBASE_MOST 10000000000ull

/* ---- the board ---- */

/* Contexts, or hart indices, that the controller has. */
static uint64_t context_limit(const struct bh_config_riscv *riscv)
{
	const uint64_t size = riscv->domain.size;

	switch (riscv->intc) {
	case BH_RISCV_PLIC:
		return size < CONFIG_PLIC_CONTEXTS ? 0 : (size - CONFIG_PLIC_CONTEXTS) / BH_PAGE_SIZE;
	case BH_RISCV_APLIC:
		return size < CONFIG_APLIC_DOMAIN ? 0 : (size - CONFIG_APLIC_DOMAIN) / CONFIG_APLIC_IDC;
	default:
		return size < CONFIG_APLIC_DOMAIN ? 0 : TARGET_LIMIT;
	}
}

static int check_contexts(const struct check *check, const struct board *board)
{
	const struct bh_config_riscv *riscv = &board->system->riscv;
	const uint64_t limit = context_limit(riscv);

	if (!riscv->domain.size || !limit)
		return BOARD_FAIL(SIZE, domain.size, riscv->domain.size, CONFIG_APLIC_DOMAIN);
	if (riscv->context_first >= limit)
		return BOARD_FAIL(RANGE, context_first, riscv->context_first, limit - 1);
	if (!riscv->context_step || riscv->context_step > limit)
		return BOARD_FAIL(RANGE, context_step, riscv->context_step, limit);
	for (uint32_t i = 0; i < board->system->cpus.count; i++) {
		const uint64_t hwid = board->cpus[i].hwid;

		if (hwid > (limit - 1 - riscv->context_first) / riscv->context_step)
			return config_fail(check, BH_E_RANGE, IN(CPU, i, &board->cpus[i], hwid), hwid,
					   (limit - 1 - riscv->context_first) / riscv->context_step);
	}
	return BH_E_OK;
}

static int check_no_imsic(const struct check *check, const struct bh_config_riscv *riscv)
{
	if (riscv->imsic.size)
		return BOARD_FAIL(RESERVED, imsic.base, riscv->imsic.base, 0);
	if (riscv->imsic_stride)
		return BOARD_FAIL(RESERVED, imsic_stride, riscv->imsic_stride, 0);
	if (riscv->imsic_ids)
		return BOARD_FAIL(RESERVED, imsic_ids, riscv->imsic_ids, 0);
	return riscv->imsic_guests ? BOARD_FAIL(RESERVED, imsic_guests, riscv->imsic_guests, 0) : BH_E_OK;
}

/* The file of each hart and its guests' files lie in the window, and no two harts share one. */
static int check_imsic(const struct check *check, const struct board *board)
{
	const struct bh_config_riscv *riscv = &board->system->riscv;
	const uint32_t files = (riscv->imsic_guests + 1) * CONFIG_IMSIC_FILE;

	if (riscv->imsic_guests > GUEST_FILES)
		return BOARD_FAIL(RANGE, imsic_guests, riscv->imsic_guests, GUEST_FILES);
	if (riscv->imsic_ids < 63 || riscv->imsic_ids > CONFIG_IMSIC_IDS || (riscv->imsic_ids + 1) % 64)
		return BOARD_FAIL(RANGE, imsic_ids, riscv->imsic_ids, CONFIG_IMSIC_IDS);
	if (riscv->imsic_stride & (BH_PAGE_SIZE - 1))
		return BOARD_FAIL(ALIGN, imsic_stride, riscv->imsic_stride, BH_PAGE_SIZE);
	if (riscv->imsic_stride < files)
		return BOARD_FAIL(SIZE, imsic_stride, riscv->imsic_stride, files);
	if (riscv->imsic.size < files)
		return BOARD_FAIL(SIZE, imsic.size, riscv->imsic.size, files);
	for (uint32_t i = 0; i < board->system->cpus.count; i++) {
		const uint64_t hwid = board->cpus[i].hwid;

		if (hwid > (riscv->imsic.size - files) / riscv->imsic_stride)
			return config_fail(check, BH_E_RANGE, IN(CPU, i, &board->cpus[i], hwid), hwid,
					   (riscv->imsic.size - files) / riscv->imsic_stride);
	}
	return BH_E_OK;
}

int config_check_riscv(const struct check *check, const struct board *board)
{
	const struct bh_config_riscv *riscv = &board->system->riscv;
	int code;

	if (riscv->intc < BH_RISCV_PLIC || riscv->intc > BH_RISCV_IMSIC)
		return BOARD_FAIL(RANGE, intc, riscv->intc, BH_RISCV_IMSIC);
	if (!riscv->sources || riscv->sources > CONFIG_RISCV_SOURCES)
		return BOARD_FAIL(RANGE, sources, riscv->sources, CONFIG_RISCV_SOURCES);
	if (riscv->timebase_hz < TIMEBASE_LEAST || riscv->timebase_hz > TIMEBASE_MOST)
		return BOARD_FAIL(RANGE, timebase_hz, riscv->timebase_hz, TIMEBASE_MOST);
	code = check_contexts(check, board);
	if (code)
		return code;
	return riscv->intc == BH_RISCV_IMSIC ? check_imsic(check, board) : check_no_imsic(check, riscv);
}

const struct bh_config_range *config_riscv_window(const struct bh_config_system *system, unsigned int window,
						  struct where *where)
{
	*where = AT(INTC, 0, window ? offsetof(S, riscv.imsic) : offsetof(S, riscv.domain));
	return window ? &system->riscv.imsic : &system->riscv.domain;
}

/* ---- a cell ---- */

struct bh_config_range config_riscv_cell_window(const struct bh_config_cell *cell, unsigned int window,
						struct where *where)
{
	const struct bh_config_cell_riscv *riscv = &cell->riscv;
	const uint32_t cpus = cell->cpus.count;

	if (window) {
		*where = AT(INTC, 0, offsetof(C, riscv.imsic));
		return (struct bh_config_range){ riscv->imsic, riscv->intc != BH_RISCV_IMSIC ?
								       0 :
								       (uint64_t)cpus * CONFIG_IMSIC_FILE };
	}
	*where = AT(INTC, 0, offsetof(C, riscv.domain));
	return (struct bh_config_range){ riscv->domain, !riscv->intc ? 0 :
							riscv->intc == BH_RISCV_PLIC ?
								       config_plic_size(cpus) :
								       config_aplic_size(cpus) };
}

/* Files of harts are told apart by the low bits of their page numbers. */
static uint64_t imsic_alignment(uint32_t cpus)
{
	uint64_t alignment = CONFIG_IMSIC_FILE;

	while (alignment < (uint64_t)cpus * CONFIG_IMSIC_FILE)
		alignment *= 2;
	return alignment;
}

static int check_cell_window(const struct check *check, const struct bh_config_cell *cell, unsigned int i)
{
	struct where where;
	const struct bh_config_range range = config_riscv_cell_window(cell, i, &where);

	if (!range.size)
		return range.base ? config_fail(check, BH_E_RESERVED, where, range.base, 0) : BH_E_OK;
	if (i && range.base & (imsic_alignment(cell->cpus.count) - 1))
		return config_fail(check, BH_E_ALIGN, where, range.base, imsic_alignment(cell->cpus.count));
	if (range.base > CONFIG_ADDRESS_LIMIT - range.size)
		return config_fail(check, BH_E_RANGE, where, range.base, CONFIG_ADDRESS_LIMIT - 1);
	return BH_E_OK;
}

/* Each interrupt of the cell is one that its controller has. */
static int check_numbers(const struct check *check, const struct bh_config_cell *cell)
{
	const struct bh_config_irq *irqs = CONFIG_ARRAY(struct bh_config_irq, cell, irqs);
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell, devices);

	for (uint32_t i = 0; i < cell->irqs.count; i++) {
		if (irqs[i].intid > cell->riscv.sources)
			return config_fail(check, BH_E_IRQ, IN(IRQ, i, &irqs[i], intid), irqs[i].intid,
					   cell->riscv.sources);
	}
	for (uint32_t i = 0; i < cell->devices.count; i++) {
		if (devices[i].irq > cell->riscv.sources)
			return config_fail(check, BH_E_IRQ, IN(DEVICE, i, &devices[i], irq), devices[i].irq,
					   cell->riscv.sources);
	}
	return BH_E_OK;
}

int config_check_riscv_cell(const struct check *check, const struct bh_config_cell *cell,
			    const struct bh_config_system *system)
{
	const struct bh_config_cell_riscv *riscv = &cell->riscv;
	int code = BH_E_OK;

	if (riscv->intc && riscv->intc != system->riscv.intc)
		return CELL_FAIL(RANGE, intc, riscv->intc, system->riscv.intc);
	if (!riscv->intc && riscv->sources)
		return CELL_FAIL(RESERVED, sources, riscv->sources, 0);
	if (riscv->intc && (!riscv->sources || riscv->sources > system->riscv.sources))
		return CELL_FAIL(RANGE, sources, riscv->sources, system->riscv.sources);
	for (unsigned int i = 0; i < CONFIG_RISCV_WINDOWS && !code; i++)
		code = check_cell_window(check, cell, i);
	return code ? code : check_numbers(check, cell);
}
