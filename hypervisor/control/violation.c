// SPDX-License-Identifier: GPL-2.0-or-later
/* Whoever provokes a fault pays for it: root gets the architecture's own fault, a guest cell is stopped. */
#include <arch/upcall.h>
#include <cell/cell.h>
#include <cell/dma.h>
#include <lib/string.h>
#include <control/lifecycle.h>

static const char *const reasons[] = {
#define REASON_TEXT(name, number, text) [number] = text,
	BH_REASONS(REASON_TEXT)
#undef REASON_TEXT
};

static const char *reason_text(uint32_t kind)
{
	return kind < BH_REASON_COUNT ? reasons[kind] : "?";
}

enum violation_result upcall_violation(const struct bh_record *record)
{
	struct cell *cell = cell_self();
	struct bh_record full = *record;

	full.cpu = cpu_self()->slot;
	full.what[sizeof(full.what) - 1] = 0;
	log_limited(&cell->log_limit, LOG_WARNING, "cell %u, cpu %u: %s: %s, address %llx, pc %llx", cell->id,
		    full.cpu, reason_text(full.kind), full.what, (unsigned long long)full.address,
		    (unsigned long long)full.pc);
	if (cell_is_root(cell))
		return VIOLATION_INJECT;
	lifecycle_end(cell, CELL_EVENT_FAIL, &full);
	upcall_service();
	return VIOLATION_HANDLED;
}

#define PCI_BUS(function) ((function) >> 8 & 0xff)
#define PCI_DEVICE(function) ((function) >> 3 & 0x1f)
#define PCI_FUNCTION(function) ((function)&7)

static void describe(struct bh_record *record, const struct dma_fault *fault)
{
	static const char *const kinds[] = {
		[DMA_ACCESS] = "access",
		[DMA_READ] = "read",
		[DMA_WRITE] = "write",
		[DMA_INTERRUPT] = "interrupt",
	};

	memset(record, 0, sizeof(*record));
	record->kind = BH_REASON_DMA_ACCESS;
	record->cpu = cpu_self()->slot;
	record->syndrome = fault->reason;
	record->address = fault->address;
	record->value = fault->function;
	format_text(record->what, sizeof(record->what), "%s by PCI %04x:%02x:%02x.%u", kinds[fault->kind],
		    fault->function >> 16, PCI_BUS(fault->function), PCI_DEVICE(fault->function),
		    PCI_FUNCTION(fault->function));
}

/* The function is quiet until its cell starts again; root's are not stopped for what they do to themselves. */
void upcall_dma_fault(const struct dma_fault *fault)
{
	struct cell *cell = dma_owner(fault->function);
	struct bh_record record;

	describe(&record, fault);
	log_limited(&cell->log_limit, LOG_WARNING, "cell %u: %s: %s, address %llx", cell->id,
		    reason_text(record.kind), record.what, (unsigned long long)record.address);
	if (cell_is_root(cell))
		return;
	dma_block_function(fault->function);
	lifecycle_end(cell, CELL_EVENT_FAIL, &record);
}
