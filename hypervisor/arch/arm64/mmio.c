// SPDX-License-Identifier: GPL-2.0-or-later
/* Accesses that stage 2 refused: devices that are emulated, changes under way, and what is nobody's. */
#include <asm/vcpu.h>

#include <arch/upcall.h>
#include <asm/entry.h>
#include <asm/gic.h>
#include <asm/gic_hw.h>
#include <asm/sysreg.h>
#include <core/emulate.h>
#include <core/pagetable.h>
#include <lib/bytes.h>

#define ISS_ISV (1u << 24)
#define ISS_SSE (1u << 21)
#define ISS_SF (1u << 15)
#define ISS_CM (1u << 8)
#define ISS_S1PTW (1u << 7)
#define ISS_WNR (1u << 6)
#define ISS_PLAIN_MASK (3u << 22 | ISS_SSE | ISS_WNR)
#define ISS_PLAIN_READ32 (2u << 22)
#define FSC_TYPE 0x3cu
#define FSC_TRANSLATION 0x04u
#define FSC_PERMISSION 0x0cu
#define PAR_FAILED 1u
#define PAGE_OFFSET_MASK 0xfffull

static void count(enum bh_stat stat)
{
	percpu()->stats->count[stat]++;
}

/*
 * HPFAR_EL2 is not written for permission faults of an access: the CPU translates once more. 0: it could not.
 */
static int fault_address(uint64_t esr, uint64_t *address)
{
	uint64_t far = sysreg_read("far_el2"), page, old_par;

	if ((esr & ISS_S1PTW) || (esr & FSC_TYPE) != FSC_PERMISSION) {
		*address = (sysreg_read("hpfar_el2") & 0xfffffffff0ull) << 8 | (far & PAGE_OFFSET_MASK);
		return 1;
	}
	old_par = sysreg_read("par_el1");
	sysreg_translate_read(far);
	page = sysreg_read("par_el1");
	sysreg_write("par_el1", old_par);
	*address = (page & 0x000ffffffffff000ull) | (far & PAGE_OFFSET_MASK);
	return !(page & PAR_FAILED);
}

/* No syndrome (pairs, write-back, cache maintenance), or a table walk: only memory can be meant. */
static void undecodable(uint64_t esr, uint64_t address)
{
	const char *what = "load or store that cannot be decoded";
	int is_write = (esr & ISS_WNR) != 0;

	if (esr & ISS_S1PTW)
		what = "page table outside its memory";
	else if (esr & ISS_CM)
		what = "cache maintenance outside its memory";
	violation_fault(&percpu()->cell->stage2, address, is_write ? PT_WRITE : PT_READ, is_write, what);
}

/* A read's result, as the instruction wants it. @access->value is zero-extended. */
static inline void write_register(struct frame *frame, uint64_t esr, const struct mmio_access *access)
{
	unsigned int target = esr >> 16 & 0x1f;
	uint64_t value = access->value;

	if (__builtin_expect((esr & ISS_SSE) != 0, 0)) {
		value = bytes_signed(value, access->size);
		if (!(esr & ISS_SF))
			value = (uint32_t)value;
	}
	if (target != 31)
		frame->x[target] = value;
}

static inline struct mmio_access decode(const struct frame *frame, uint64_t esr, uint64_t address)
{
	struct mmio_access access = {
		.address = address,
		.size = (uint8_t)(1u << (esr >> 22 & 3)),
		.is_write = (esr & ISS_WNR) != 0,
	};

	if (access.is_write)
		access.value = bytes_low(frame->x[esr >> 16 & 0x1f], access.size);
	return access;
}

static __attribute__((noinline)) uint64_t access_device(uint64_t esr, uint64_t address)
{
	struct frame *frame = percpu_frame();
	struct mmio_access access = decode(frame, esr, address);

	if (!gic_mmio(&access)) {
		if (upcall_mmio(&access) != MMIO_HANDLED)
			return 1;
		count(BH_STAT_MMIO);
	}
	count(BH_STAT_TOTAL);
	if (!access.is_write)
		write_register(frame, esr, &access);
	inject_skip();
	return 0;
}

/*
 * mmio_fast() - from the vector, with only the registers saved that C may change
 * The fault is a translation fault with a complete syndrome, and the instruction moves a saved register (or xzr).
 * GICD_CTLR, which kernels poll after each change, and GICD_TYPER come first and need no decoding.
 * Return: 0: done; 1: nothing was done, come again with the full frame.
 */
uint64_t mmio_fast(uint64_t esr)
{
	uint64_t address = (sysreg_read("far_el2") & PAGE_OFFSET_MASK) | sysreg_read("hpfar_el2") << 8;
	const struct cell_arch *cell = percpu()->cell;
	uint64_t offset = address - cell->gic.gicd;

	if (offset > GICD_TYPER || (esr & ISS_PLAIN_MASK) != ISS_PLAIN_READ32)
		return access_device(esr, address);
	count(BH_STAT_TOTAL);
	count(BH_STAT_INTC);
	percpu_frame()->x[esr >> 16 & 0x1f] = offset ? cell->gicd_typer : cell->gic.ctlr | cell->gicd_ctlr;
	percpu_frame()->x[31] = 0;
	sysreg_write("elr_el2", sysreg_read("elr_el2") + 4);
	return 0;
}

/* The same with all of the frame, for what mmio_fast() left. */
static void emulate(struct frame *frame, uint64_t esr, uint64_t address)
{
	struct mmio_access access = decode(frame, esr, address);
	enum mmio_result result = MMIO_HANDLED;

	if (!gic_mmio(&access)) {
		result = emulate_access(&access, 0);
		count(result == MMIO_RETRY ? BH_STAT_RETRY : BH_STAT_MMIO);
	}
	if (result != MMIO_HANDLED)
		return;
	if (!access.is_write)
		write_register(frame, esr, &access);
	inject_skip();
}

void mmio_data_abort(struct frame *frame, uint64_t esr)
{
	unsigned int type = esr & FSC_TYPE;
	uint64_t address;

	if (!fault_address(esr, &address)) {
		count(BH_STAT_RETRY);
		return;
	}
	if (type != FSC_TRANSLATION && type != FSC_PERMISSION)
		violation_report(BH_REASON_MEMORY_ACCESS, address, 0, (esr & ISS_WNR) != 0,
				 "memory that does not answer");
	else if ((esr & ISS_ISV) && !(esr & (ISS_CM | ISS_S1PTW)))
		emulate(frame, esr, address);
	else
		undecodable(esr, address);
}

void mmio_instruction_abort(uint64_t esr)
{
	uint64_t address;

	if (fault_address(esr, &address))
		violation_fault(&percpu()->cell->stage2, address, PT_READ | PT_EXEC, 0, "instruction fetch");
	else
		count(BH_STAT_RETRY);
}
