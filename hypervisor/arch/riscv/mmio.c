// SPDX-License-Identifier: GPL-2.0-or-later
/* Accesses that stage 2 refused: devices that are emulated, changes under way, and what is nobody's. */
#include <asm/vcpu.h>

#include <arch/upcall.h>
#include <asm/access.h>
#include <asm/csr.h>
#include <asm/decode.h>
#include <asm/features.h>
#include <asm/intc.h>
#include <core/emulate.h>
#include <core/pagetable.h>

/* Where the hart says nothing of the instruction, it is read as the guest would. */
static int fetch(struct decoded *decoded)
{
	uint64_t pc = csr_read(CSR_SEPC), low, high = 0;

	if (access_guest_code16(pc, &low))
		return 0;
	if (decode_is_long((uint32_t)low) && access_guest_code16(pc + 2, &high))
		return 0;
	return decode_access((uint32_t)(low & 0xffff) | (uint32_t)(high & 0xffff) << 16, decoded);
}

static int find_out(uint64_t htinst, int is_write, struct decoded *decoded)
{
	if ((FEATURES_POOR || !decode_htinst(htinst, decoded)) && !fetch(decoded))
		return 0;
	return decoded->is_write == is_write;
}

static void emulate(struct frame *frame, uint64_t address, const struct decoded *decoded)
{
	struct mmio_access access = { .address = address,
				      .size = decoded->size,
				      .is_write = decoded->is_write };
	struct decoded low = { .size = decoded->size };
	enum mmio_result result = MMIO_HANDLED;

	if (access.is_write)
		access.value = decode_result(&low, frame->x[decoded->reg]);
	if (!intc_mmio(&access)) {
		result = emulate_access(&access, 0);
		percpu_count(result == MMIO_RETRY ? BH_STAT_RETRY : BH_STAT_MMIO);
	}
	if (result != MMIO_HANDLED)
		return;
	if (!access.is_write && decoded->reg)
		frame->x[decoded->reg] = decode_result(decoded, access.value);
	inject_skip(decoded->length);
}

static unsigned int needed_right(uint64_t cause, uint64_t htinst)
{
	if (decode_is_table_walk(htinst))
		return decode_is_table_write(htinst) ? PT_WRITE : PT_READ;
	switch (cause) {
	case CAUSE_FETCH_GUEST_PAGE:
		return PT_EXEC;
	case CAUSE_STORE_GUEST_PAGE:
		return PT_WRITE;
	default:
		return PT_READ;
	}
}

static void refuse(uint64_t address, unsigned int right, uint64_t cause, const char *what)
{
	violation_fault(&percpu()->cell->stage2, address, right, cause == CAUSE_STORE_GUEST_PAGE, what);
}

/*
 * htval is the guest-physical address without its two lowest bits, which are those of the virtual one; but of a walk it
 * is that of the table's entry, whatever was to be translated.
 */
void mmio_page_fault(struct frame *frame, uint64_t cause)
{
	uint64_t htinst = csr_read(CSR_HTINST), entry = csr_read(CSR_HTVAL) << 2;
	uint64_t address = entry | (percpu()->exit.value & 3);
	unsigned int right = needed_right(cause, htinst);
	struct decoded decoded;

	if (decode_is_table_walk(htinst))
		refuse(entry, right, cause, "page table outside its memory");
	else if (cause == CAUSE_FETCH_GUEST_PAGE)
		refuse(address, right, cause, "instruction fetch");
	else if (find_out(htinst, cause == CAUSE_STORE_GUEST_PAGE, &decoded))
		emulate(frame, address, &decoded);
	else
		refuse(address, right, cause, "load or store that cannot be decoded");
}
