// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exits of an AArch64 guest: each step is a syndrome, fault addresses and registers, as the CPU would bring them, and
 * what the layers above answer. Afterwards the guest must have what its instruction says: the register that it names,
 * the next instruction or the exception's, and nothing else; and no register of EL2's set-up was written.
 */
#include "fuzz.h"

#include <arch/cell.h>
#include <arch/upcall.h>
#include <asm/entry.h>
#include <asm/gic.h>
#include <asm/sysreg.h>
#include <asm/vcpu.h>
#include <cell/cell.h>
#include <core/pagetable.h>
#include <hardware.h>

#define RAM 0x40000000ull
#define READ_ONLY 0x50000000ull
#define VBAR 0xffff800000080000ull
#define PC 0x1234000ull

static struct cell root;
static struct frame *frame;
static struct frame before;
static uint64_t esr, address;

/* What the upcalls answer, and what they were asked. */
static enum mmio_result mmio_answer;
static uint64_t mmio_value;
static enum violation_result violation_answer;
static unsigned int mmio_calls, violations, hypercalls, firmware;
static struct mmio_access seen;

static unsigned int rt(void)
{
	return esr >> 16 & 31;
}

static uint64_t low(uint64_t value, unsigned int size)
{
	return size == 8 ? value : value & ((1ull << size * 8) - 1);
}

enum mmio_result upcall_mmio(struct mmio_access *access)
{
	mmio_calls++;
	seen = *access;
	fuzz_check(access->size == 1u << (esr >> 22 & 3), "size %u", access->size);
	fuzz_check(access->is_write == (esr >> 6 & 1), "write %u", access->is_write);
	fuzz_check(access->address == address, "address 0x%llx, not 0x%llx",
		   (unsigned long long)access->address, (unsigned long long)address);
	fuzz_check(!access->is_write || access->value == low(before.x[rt()], access->size), "value 0x%llx",
		   (unsigned long long)access->value);
	if (!access->is_write)
		access->value = low(mmio_value, access->size);
	return mmio_answer;
}

enum violation_result upcall_violation(const struct bh_record *record)
{
	violations++;
	fuzz_check(record->kind && record->kind < BH_REASON_COUNT, "kind %u", record->kind);
	fuzz_check(memchr(record->what, 0, sizeof(record->what)) && record->what[0], "what is not named");
	return violation_answer;
}

void upcall_hypercall(struct hypercall *call)
{
	hypercalls++;
	fuzz_check(call->number < 0x1000 && before.x[1] == BH_HYPERCALL_MAGIC, "hypercall %llu",
		   (unsigned long long)call->number);
	call->result = mmio_value;
	for (unsigned int i = 0; i < 5; i++)
		call->value[i] = mmio_value + i;
}

void upcall_service(void)
{
}

enum power_result upcall_cpu_on(unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	return POWER_OK;
}

enum power_state upcall_cpu_info(unsigned int vcpu)
{
	return POWER_STATE_ON;
}

void upcall_cpu_off(void)
{
}

void upcall_system_off(void)
{
}

void upcall_system_reset(void)
{
}

uint64_t firmware_call(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
	firmware++;
	return 0;
}

int64_t firmware_feature(uint32_t function)
{
	return 0;
}

/* ---- registers ---- */

static int write_register(const char *name, uint64_t value)
{
	static const char *const allowed
		[] = { "elr_el2", "spsr_el2", "esr_el1",  "elr_el1",	   "spsr_el1",
		       "far_el1", "par_el1",  "at s1e1r", "S3_0_C12_C11_5" /* ICC_SGI1R_EL1: kicks */ };

	for (unsigned int i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		if (!strcmp(name, allowed[i]))
			return 0;
	}
	/* Its own list registers, for an SGI to itself. */
	fuzz_check(!strncmp(name, "S3_4_C12_C1", 11), "%s is written", name);
	return 0;
}

static uint64_t reg(const char *name)
{
	return *shim_register(shim_cpu, name);
}

static void set_reg(const char *name, uint64_t value)
{
	*shim_register(shim_cpu, name) = value;
}

/* ---- steps ---- */

static uint64_t take_address(struct input *input)
{
	static const uint64_t places[] = { RAM,	      READ_ONLY, SHIM_GICD_BASE, SHIM_GICR_BASE,
					   0x9000000, 0,	 1ull << 47 };
	unsigned int which = (unsigned int)take(input, 1);

	return which & 0x80 ? take(input, 6) : places[(which & 0x7f) % 7] + take(input, 3);
}

static uint64_t take_syndrome(struct input *input)
{
	static const uint8_t classes[] = {
		EC_DATA_ABORT_LOWER, EC_DATA_ABORT_LOWER, EC_HVC, EC_SMC, EC_SYSREG,
		EC_INST_ABORT_LOWER, EC_DATA_ABORT_LOWER, EC_WFX
	};
	unsigned int which = (unsigned int)take(input, 1);
	uint64_t iss = take(input, 4) & 0x1ffffff;
	uint64_t class = which & 0x80 ? which & 0x3f : classes[which & 7];

	/* Mostly a complete one of a fault that devices give. */
	if (which & 0x40)
		iss = (iss & ~(0x3full | 1u << 7 | 1u << 8)) | 1u << 24 | 5u;
	return class << 26 | 1u << 25 | iss;
}

static void take_registers(struct input *input)
{
	memset(frame, 0xa5, sizeof(*frame));
	for (unsigned int i = 0; i < 4; i++)
		frame->x[take_below(input, 31)] = take(input, 4) * 0x100000001ull;
	if (take_below(input, 2)) {
		frame->x[0] = BH_HYPERCALL_BASE + take(input, 2);
		frame->x[1] = BH_HYPERCALL_MAGIC;
	}
	frame->x[31] = 0;
}

static void prepare(struct input *input)
{
	static const uint8_t modes[] = { 5, 4, 0, 0x10 };
	uint64_t far;

	esr = take_syndrome(input);
	address = take_address(input);
	far = (take(input, 2) << 40 & ~0xfffull) | (address & 0xfff);
	set_reg("esr_el2", esr);
	set_reg("far_el2", far);
	set_reg("hpfar_el2", address >> 12 << 4);
	set_reg("par_el1", (address & ~0xfffull) | (take_below(input, 8) == 0));
	set_reg("elr_el2", PC);
	set_reg("spsr_el2", 0x60000000ull | modes[take_below(input, 4)]);
	set_reg("vbar_el1", VBAR);
	set_reg("shim features", 0);
	*shim_register(0, "shim features") = take(input, 3);
	mmio_answer = (enum mmio_result)take_below(input, 3);
	violation_answer = (enum violation_result)take_below(input, 2);
	mmio_value = take(input, 8);
	take_registers(input);
	before = *frame;
	mmio_calls = violations = hypercalls = firmware = 0;
}

static int is_injected(void)
{
	uint64_t pc = reg("elr_el2");

	return pc - VBAR <= 0x600 && !(pc & 0x1ff) && (reg("spsr_el2") & 0x3df) == 0x3c5;
}

static void check_same(int but)
{
	for (int i = 0; i < 32; i++)
		fuzz_check(i == but || frame->x[i] == before.x[i], "x%d was changed by ESR 0x%llx", i,
			   (unsigned long long)esr);
}

static uint64_t loaded(void)
{
	unsigned int bits = 8u << (esr >> 22 & 3);
	uint64_t value = low(mmio_value, bits / 8);

	if (esr >> 21 & 1 && bits < 64 && value >> (bits - 1) & 1)
		value |= ~0ull << bits;
	return esr >> 21 & 1 && !(esr >> 15 & 1) ? (uint32_t)value : value;
}

static void check_device(void)
{
	if (mmio_answer == MMIO_RETRY) {
		check_same(-1);
		fuzz_check(reg("elr_el2") == PC && !violations, "a retry goes elsewhere");
	} else if (mmio_answer == MMIO_REFUSED) {
		check_same(-1);
		fuzz_check(violations == 1, "%u violations", violations);
		fuzz_check(violation_answer == VIOLATION_HANDLED ? reg("elr_el2") == PC : is_injected(),
			   "PC 0x%llx", (unsigned long long)reg("elr_el2"));
	} else {
		check_same(esr >> 6 & 1 ? -1 : (int)rt());
		fuzz_check(reg("elr_el2") == PC + 4, "PC 0x%llx", (unsigned long long)reg("elr_el2"));
		fuzz_check(esr >> 6 & 1 || rt() == 31 || frame->x[rt()] == loaded(),
			   "x%u is 0x%llx, not 0x%llx", rt(), (unsigned long long)frame->x[rt()],
			   (unsigned long long)loaded());
		fuzz_planted(rt() == 7 && !(esr >> 6 & 1));
	}
}

static void check_fault(void)
{
	fuzz_check(mmio_calls + violations <= 1 || mmio_answer == MMIO_REFUSED, "%u calls, %u violations",
		   mmio_calls, violations);
	if (mmio_calls)
		check_device();
	else if (violations)
		check_same(-1);
	fuzz_check(reg("elr_el2") == PC || reg("elr_el2") == PC + 4 || is_injected(), "PC 0x%llx",
		   (unsigned long long)reg("elr_el2"));
}

static void check_call(void)
{
	const uint64_t after = ESR_EC(esr) == EC_SMC ? PC + 4 : PC;
	const int ours = ESR_EC(esr) == EC_HVC && before.x[1] == BH_HYPERCALL_MAGIC &&
			 before.x[0] - BH_HYPERCALL_BASE < 0x1000;

	fuzz_check(reg("elr_el2") == after, "PC 0x%llx", (unsigned long long)reg("elr_el2"));
	fuzz_check(hypercalls == (unsigned int)ours, "%u hypercalls", hypercalls);
	for (unsigned int i = ours ? 6 : 1; i < 32; i++)
		fuzz_check(frame->x[i] == before.x[i], "x%u was changed by a call", i);
}

static void one_exit(struct input *input)
{
	int fast = take_below(input, 4) == 0;
	unsigned int class;

	prepare(input);
	class = ESR_EC(esr);
	/* The vectors take the short way for complete translation faults only. */
	fast &= class == EC_DATA_ABORT_LOWER && (esr & (1u << 24 | 0x1bc)) == (1u << 24 | 4);
	if (!fast || mmio_fast(esr)) {
		mmio_calls = 0;
		exit_sync(frame, esr);
	}
	fuzz_check(!frame->x[31], "xzr is 0x%llx", (unsigned long long)frame->x[31]);
	if (class == EC_DATA_ABORT_LOWER || class == EC_INST_ABORT_LOWER)
		check_fault();
	else if (class == EC_HVC || class == EC_SMC)
		check_call();
	else if (class == EC_SYSREG)
		check_same(esr & 1 ? (int)(esr >> 5 & 31) : -1);
	else
		check_same(-1);
}

static void set_up(unsigned int version)
{
	struct bh_error error;

	shim_power_on(version, 64, 0);
	memset(&root, 0, sizeof(root));
	*shim_register(0, "S3_4_C12_C9_5") = 1;	 /* ICC_SRE_EL2 */
	*shim_register(0, "S3_4_C12_C11_1") = 3; /* ICH_VTR_EL2 */
	for (unsigned int cpu = 0; cpu < SHIM_CPUS; cpu++) {
		uint64_t typer = shim_hwid(cpu) << 32;

		memcpy(shim_frames.gicr + cpu * 0x20000 + 8, &typer, sizeof(typer));
		cpu_get(cpu)->cell = &root;
	}
	fuzz_check(!gic_probe() && !gic_cpu_probe(), "the GIC is refused");
	percpu()->cell = &root.arch;
	fuzz_check(!arch_cell_init(&root.arch, NULL, 0, &error), "no cell");
	pt_map(&root.arch.stage2, RAM, hpa(RAM), 0x200000, PT_READ | PT_WRITE | PT_EXEC, PT_NORMAL);
	pt_map(&root.arch.stage2, READ_ONLY, hpa(READ_ONLY), 0x1000, PT_READ, PT_DEVICE);
	shim_hooks.write_register = write_register;
	frame = percpu_frame();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	set_up(take_below(&input, 2) ? 2 : 3);
	for (unsigned int step = 0; input.left && step < 100; step++)
		one_exit(&input);
	return 0;
}
