// SPDX-License-Identifier: GPL-2.0-or-later
/* Accesses that stage 2 refused: devices that are emulated, changes under way, and what is nobody's. */
#include <asm/exits.h>

#include <arch/mmu.h>
#include <arch/upcall.h>
#include <asm/access.h>
#include <asm/decode.h>
#include <asm/features.h>
#include <asm/iommu.h>
#include <asm/lapic.h>
#include <asm/percpu.h>
#include <asm/vapic.h>
#include <asm/vcpu.h>
#include <asm/vioapic.h>
#include <asm/virt.h>
#include <core/emulate.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <lib/string.h>

/* Where PCs have video memory and firmware, kernels look for tables: all ones where a guest has nothing. */
#define LEGACY_START 0xa0000u
#define LEGACY_END 0x100000u

/* Reading the instruction ----------------------------------------------------------------------------- */

/**
 * struct code - the instruction that faulted, and for whom
 * @tag: flushes that this CPU was asked for, before it looks at anything else.
 */
struct code {
	uint64_t linear, cr3;
	enum decode_mode mode;
	uint32_t tag;
};

static enum decode_mode code_mode(const struct x86_segment *cs)
{
	if (cs->attributes & SEGMENT_LONG && virt()->get(VCPU_EFER) & (1ull << 10))
		return DECODE_64;
	return cs->attributes & SEGMENT_BIG ? DECODE_32 : DECODE_16;
}

static uint32_t flush_count(void)
{
	return __atomic_load_n(&percpu()->self->flush, __ATOMIC_SEQ_CST);
}

static struct code code_here(void)
{
	struct code code = { .linear = virt()->get(VCPU_RIP), .cr3 = virt()->get(VCPU_CR3), .tag = flush_count() };
	struct x86_segment cs;

	virt()->segment(SEG_CS, &cs);
	code.mode = code_mode(&cs);
	if (code.mode != DECODE_64)
		code.linear = (uint32_t)(cs.base + code.linear);
	return code;
}

/**
 * struct known - an instruction that met a device before, by slot; its own CPU only
 * Kernels reach devices' pages by few instructions, again and again. The guest's tables that lead to the
 * instruction are not walked again, and stage 2 not while this CPU has not been asked to forget anything of
 * it. The bytes are read again, and if they are the same, so is what they mean.
 * @machine: where they are, in one page.
 */
struct known {
	struct code code;
	hpa_t machine;
	uint8_t bytes[DECODE_BYTES];
	struct decoded decoded;
};

#define KNOWN_COUNT 8u

static struct known known[CONFIG_MAX_CPUS][KNOWN_COUNT];

static struct known *known_at(uint64_t linear)
{
	return &known[percpu()->slot][(linear ^ linear >> 3 ^ linear >> 8) % KNOWN_COUNT];
}

/* A page that changes hands is not used before this CPU's count of flushes has moved (maintenance.c). */
static int has_same_bytes(const struct known *entry)
{
	const uint8_t *now = arch_window_open(entry->machine, entry->decoded.length);
	unsigned int same = 0;

	while (same < entry->decoded.length && now[same] == entry->bytes[same])
		same++;
	arch_window_close();
	return same == entry->decoded.length && flush_count() == entry->code.tag;
}

/* NULL: it must be looked at. */
static const struct decoded *known_code(const struct code *code)
{
	const struct known *entry = known_at(code->linear);

	if (!entry->decoded.length || entry->code.linear != code->linear || entry->code.cr3 != code->cr3 ||
	    entry->code.mode != code->mode || entry->code.tag != code->tag)
		return NULL;
	return has_same_bytes(entry) ? &entry->decoded : NULL;
}

static void remember(const struct code *code, uint64_t physical, const uint8_t *bytes,
		     const struct decoded *decoded)
{
	struct known *entry = known_at(code->linear);

	if (!pt_lookup(&percpu()->cell->stage2, physical, &entry->machine, NULL) ||
	    !image_is_ram(entry->machine.value))
		return;
	entry->code = *code;
	entry->decoded = *decoded;
	memcpy(entry->bytes, bytes, DECODE_BYTES);
}

void mmio_forget(void)
{
	memset(known[percpu()->slot], 0, sizeof(known[0]));
}

/* From what the processor itself has read. Return: 1 if that is all of the instruction. */
static int decode_fetched(const struct code *code, struct decoded *decoded)
{
	const uint8_t *bytes;
	const unsigned int count = virt()->fetched(&bytes);

	return count && decode(bytes, count, code->mode, decoded) == DECODE_OK;
}

/* What is behind the end of a page may not even exist, for an instruction that ends with its page. */
static enum stage2_result fetch(const struct code *code, struct decoded *decoded, enum decode_status *status)
{
	uint8_t bytes[DECODE_BYTES] = { 0 };
	unsigned int count = 0;

	do {
		const unsigned int left = PAGE_SIZE - (unsigned int)((code->linear + count) & (PAGE_SIZE - 1));
		const unsigned int part = left < DECODE_BYTES - count ? left : DECODE_BYTES - count;
		uint64_t physical;
		enum stage2_result result = access_translate(code->linear + count, &physical);

		if (result == STAGE2_OK)
			result = stage2_read(&percpu()->cell->stage2, physical, bytes + count, part);
		if (result != STAGE2_OK)
			return result;
		count += part;
		*status = decode(bytes, count, code->mode, decoded);
		if (*status == DECODE_OK && count == part)
			remember(code, physical, bytes, decoded);
	} while (*status == DECODE_MORE && count < DECODE_BYTES);
	return STAGE2_OK;
}

/* Doing it -------------------------------------------------------------------------------------------- */

static int is_legacy_hole(uint64_t address)
{
	return !percpu()->cell->is_root && address >= LEGACY_START && address < LEGACY_END;
}

/* Interrupt commands are counted apart from all else that a local APIC or an I/O APIC is asked. */
static enum bh_stat what_counts(const struct mmio_access *access)
{
	return access->is_write && access->address == APIC_BASE_ADDRESS + APIC_ICR ? BH_STAT_IPI : BH_STAT_INTC;
}

/* Return: 1 done; 0: the instruction is run again, or has been answered otherwise. */
static int try_access(struct mmio_access *access)
{
	const enum vapic_result apic = vapic_mmio(access);
	enum mmio_result result;

	if (apic || vioapic_mmio(access) || iommu_mmio(access)) {
		percpu_count(what_counts(access));
		if (apic == VAPIC_REFUSED)
			violation_refused(access);
		return apic != VAPIC_REFUSED;
	}
	result = emulate_access(access, is_legacy_hole(access->address));
	percpu_count(result == MMIO_RETRY ? BH_STAT_RETRY : BH_STAT_MMIO);
	return result == MMIO_HANDLED;
}

static void emulate(struct frame *frame, uint64_t address, const struct decoded *decoded)
{
	struct mmio_access read = { .address = address, .size = decoded->size, .is_change = decoded->writes };
	struct mmio_access write = { .address = address, .size = decoded->size, .is_write = 1 };
	const uint64_t flags_before = virt()->get(VCPU_RFLAGS), rsp = virt()->get(VCPU_RSP);
	uint64_t flags = flags_before;

	frame->reg[REG_RSP] = rsp;
	if (decoded->reads && !try_access(&read))
		return;
	if (decoded->writes) {
		write.value = decode_write_value(decoded, read.value, frame->reg, &flags);
		if (!try_access(&write))
			return;
	}
	decode_finish(decoded, read.value, frame->reg, &flags);
	if (flags != flags_before)
		virt()->set(VCPU_RFLAGS, flags);
	if (frame->reg[REG_RSP] != rsp)
		virt()->set(VCPU_RSP, frame->reg[REG_RSP]);
	virt()->skip(decoded->length);
}

static void refuse_fault(uint64_t address, unsigned int flags, const char *what)
{
	const int is_write = (flags & FAULT_WRITE) != 0;
	const unsigned int right = flags & FAULT_FETCH ? PT_EXEC : is_write ? PT_WRITE : PT_READ;

	violation_fault(&percpu()->cell->stage2, address, right, is_write, what);
}

/*
 * The local APIC's page, by the instructions that kernels use there: moves of 32 bits. Nothing that emulate()
 * does for others is needed. Return: 1: done.
 */
static int quick_apic(struct frame *frame, uint64_t address, const struct decoded *decoded)
{
	struct mmio_access access = { .address = address, .size = 4, .is_write = decoded->writes };
	enum vapic_result result;

	if (decoded->op != OP_MOV || decoded->size != 4 || decoded->is_signed || decoded->reg == REG_RSP ||
	    address & 3)
		return 0;
	if (access.is_write)
		access.value = decode_operand(decoded, frame->reg);
	result = vapic_mmio(&access);
	if (result == VAPIC_NOT_THERE)
		return 0;
	percpu_count(what_counts(&access));
	if (result == VAPIC_REFUSED) {
		violation_refused(&access);
		return 1;
	}
	if (!access.is_write)
		frame->reg[decoded->reg] = (uint32_t)access.value;
	virt()->skip(decoded->length);
	return 1;
}

static int can_do(const struct decoded *decoded, uint64_t address, int is_write)
{
	return (!is_write || decoded->writes) && (address & (PAGE_SIZE - 1)) + decoded->size <= PAGE_SIZE;
}

static void data_fault(struct frame *frame, uint64_t address, unsigned int flags)
{
	const int is_write = (flags & FAULT_WRITE) != 0;
	enum decode_status status = DECODE_OK;
	enum stage2_result result = STAGE2_OK;
	const struct code code = code_here();
	const struct decoded *decoded;
	struct decoded fresh;

	if (features_has(FEATURE_DECODE_ASSISTS) && decode_fetched(&code, &fresh))
		decoded = &fresh;
	else
		decoded = known_code(&code);
	if (!decoded) {
		decoded = &fresh;
		result = fetch(&code, &fresh, &status);
	}
	if (result == STAGE2_RETRY) {
		percpu_count(BH_STAT_RETRY);
		return;
	}
	if (result == STAGE2_OK && status == DECODE_OK && can_do(decoded, address, is_write)) {
		if (!quick_apic(frame, address, decoded))
			emulate(frame, address, decoded);
		return;
	}
	refuse_fault(address, flags, "instruction that cannot be decoded");
}

void mmio_fault(struct frame *frame, uint64_t address, unsigned int flags)
{
	if (flags & FAULT_FETCH)
		refuse_fault(address, flags, "instruction fetch");
	else if (flags & FAULT_WALK)
		refuse_fault(address, flags, "page table outside its memory");
	else if (flags & FAULT_DELIVERY)
		refuse_fault(address, flags, "delivery of an interrupt or exception");
	else
		data_fault(frame, address, flags);
}
