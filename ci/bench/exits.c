// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU TCG plugin: how many instructions the hypervisor executes for each exit, from the first instruction of
 * the vector to the eret, both inclusive, on each vCPU. x86-64 with SVM: from the one behind VMRUN to VMRUN.
 *
 *	-accel tcg,thread=multi
 *	-plugin exits.so,isa=NAME,lo=ADDR,hi=ADDR,vectors=ADDR,...,mark=NAME:ADDR,...,out=FILE
 *
 * isa		aarch64, riscv64 or x86_64
 * lo, hi	virtual addresses of the hypervisor's text; only instructions there are counted
 * vectors	a vector table (AArch64: 16 entries of 128 bytes; others: one entry); may be given more than once
 * mark		an address in the text; an exit that executes it carries the mark; may be given more than once
 *
 * The guest says what it is about to do with `hint #(0x60 + phase)`, `slti x0, x0, 0x60 + phase`, or `nopl` with a
 * displacement of 0x60 + phase in four bytes, no-ops on any CPU; it holds for that vCPU until the next. The report:
 *
 *	exit CPU PHASE VECTOR MARKS INSTRUCTIONS COUNT	exits that were alike
 *	at PHASE VECTOR ADDRESS COUNT			executions of one instruction, outside phase 0
 *
 * One thread for each vCPU is needed: with all of them in one thread, QEMU 10.0 bakes the number of the vCPU
 * that translates into code that others execute. ci/bench/selftest-*.S checks the counting on code of known
 * length.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-plugin.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define HINT_PHASES 0x60u /* 0x60 to 0x6f mean nothing to any version of an architecture */
#define PHASES 16u

/**
 * struct isa - what differs.  @eret, @eret_mask: the return from an exit.  @hint, @hint_mask, @hint_shift: the no-op
 * with a number.  @entries, @entry_bytes: of a vector table.
 */
static const struct isa {
	const char *name;
	uint32_t eret, eret_mask, hint, hint_mask;
	unsigned int hint_shift, entries, entry_bytes;
} isas[] = {
	{ "aarch64", 0xd69f03e0, 0xffffffff, 0xd503201f, 0xfffff01f, 5, 16, 0x80 },
	{ "riscv64", 0x10200073, 0xffffffff, 0x00002013, 0x000fffff, 20, 1, 4 },
	{ "x86_64", 0x00d8010f, 0x00ffffff, 0x00801f0f, 0x00ffffff, 24, 1, 1 },
};
static const struct isa *isa = &isas[0];

#define TABLES 4u
#define ENTRIES 16u
#define VECTORS (TABLES * ENTRIES)
#define STEP 1u /* bytes; the least that an instruction has */
#define MARKS 16u
#define KINDS 8192u /* power of two: kinds of exits on one vCPU that differ in anything */

/**
 * struct vcpu - what inline operations write, and the exit that is open
 * @instructions: executed in the window so far.  @phase: as the guest said.
 * @mark: not 0 if executed in this exit.
 */
struct vcpu {
	uint64_t instructions;
	uint64_t phase;
	uint64_t mark[MARKS];
	uint64_t start;
	uint64_t vector;
	uint64_t is_open;
};

/** struct kind - exits that are alike; only its vCPU's thread touches it */
struct kind {
	uint64_t key;
	uint64_t count;
};

/** struct kinds - hash table of one vCPU.  @lost: had no room in it.  @unfinished: exits without eret. */
struct kinds {
	struct kind kind[KINDS];
	uint64_t lost;
	uint64_t unfinished;
};

static struct qemu_plugin_scoreboard *board;
static qemu_plugin_u64 instructions, phase, mark[MARKS];
static struct kinds *kinds;
static unsigned int vcpu_count;

/* Executions of each instruction of the window, for each vector, of all vCPUs; allocated where needed. */
static uint64_t *executed[PHASES][VECTORS];
static pthread_mutex_t executed_lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t lo, hi, table[TABLES], mark_at[MARKS];
static char mark_name[MARKS][32];
static unsigned int table_count, mark_count;
static const char *out = "/dev/stderr";

static uint64_t key_of(const struct vcpu *v, uint64_t length)
{
	uint64_t marks = 0;

	for (unsigned int i = 0; i < mark_count; i++)
		marks |= (uint64_t)(v->mark[i] != 0) << i;
	/* Length 0 does not occur, so no key is 0. */
	return v->phase << 56 | v->vector << 48 | marks << 32 | (length & 0xffffffff);
}

static void count(struct kinds *k, uint64_t key)
{
	uint64_t slot = (key * 0x9e3779b97f4a7c15ull) >> 32;

	for (unsigned int probe = 0; probe < KINDS; probe++, slot++) {
		struct kind *kind = &k->kind[slot % KINDS];

		if (kind->key && kind->key != key)
			continue;
		kind->key = key;
		kind->count++;
		return;
	}
	k->lost++;
}

/* Before a vector's first instruction, which is counted already. */
static void on_vector(unsigned int index, void *vector)
{
	struct vcpu *v = qemu_plugin_scoreboard_find(board, index);

	/* An exception inside an exit belongs to it, and it has an end of its own. */
	if (v->is_open)
		kinds[index].unfinished++;
	v->start = v->instructions - 1;
	v->vector = (uintptr_t)vector;
	v->is_open = 1;
	memset(v->mark, 0, sizeof(v->mark));
}

/* Before an eret, which is counted already. */
static void on_eret(unsigned int index, void *unused)
{
	struct vcpu *v = qemu_plugin_scoreboard_find(board, index);

	(void)unused;
	if (!v->is_open)
		return;
	v->is_open = 0;
	count(&kinds[index], key_of(v, v->instructions - v->start));
}

/* Before each instruction of the window, outside phase 0. */
static void on_instruction(unsigned int index, void *number)
{
	struct vcpu *v = qemu_plugin_scoreboard_find(board, index);

	if (!v->is_open)
		return;
	pthread_mutex_lock(&executed_lock);
	if (!executed[v->phase][v->vector])
		executed[v->phase][v->vector] = calloc((hi - lo) / STEP, sizeof(uint64_t));
	if (executed[v->phase][v->vector])
		executed[v->phase][v->vector][(uintptr_t)number]++;
	pthread_mutex_unlock(&executed_lock);
}

/* Number of the vector that starts at @address, over all tables; -1: none. */
static int vector_at(uint64_t address)
{
	for (unsigned int i = 0; i < table_count; i++) {
		uint64_t offset = address - table[i];

		if (offset < isa->entries * isa->entry_bytes && offset % isa->entry_bytes == 0)
			return (int)(i * ENTRIES + offset / isa->entry_bytes);
	}
	return -1;
}

static void watch_hypervisor(struct qemu_plugin_insn *insn, uint64_t address, uint32_t code)
{
	int vector = vector_at(address);

	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, instructions,
							    1);
	if (vector >= 0)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_vector, QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(uintptr_t)vector);
	for (unsigned int i = 0; i < mark_count; i++)
		if (mark_at[i] == address)
			qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
				insn, QEMU_PLUGIN_INLINE_STORE_U64, mark[i], 1);
	qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, on_instruction, QEMU_PLUGIN_CB_NO_REGS,
						    QEMU_PLUGIN_COND_NE, phase, 0,
						    (void *)(uintptr_t)((address - lo) / STEP));
	if ((code & isa->eret_mask) == isa->eret)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_eret, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		uint32_t code = 0, number;

		qemu_plugin_insn_data(insn, &code, sizeof(code));
		if (address >= lo && address < hi)
			watch_hypervisor(insn, address, code);
		number = (code >> isa->hint_shift & 0x7f) - HINT_PHASES;
		if ((code & isa->hint_mask) == isa->hint && number < PHASES)
			qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
				insn, QEMU_PLUGIN_INLINE_STORE_U64, phase, number);
	}
}

static void write_vcpu(FILE *file, unsigned int index)
{
	for (unsigned int i = 0; i < KINDS; i++) {
		const struct kind *kind = &kinds[index].kind[i];

		if (kind->count)
			fprintf(file, "exit %u %u %u 0x%x %u %" PRIu64 "\n", index,
				(unsigned int)(kind->key >> 56), (unsigned int)(kind->key >> 48 & 0xff),
				(unsigned int)(kind->key >> 32 & 0xffff), (unsigned int)kind->key,
				kind->count);
	}
	fprintf(file, "vcpu %u lost %" PRIu64 " unfinished %" PRIu64 "\n", index, kinds[index].lost,
		kinds[index].unfinished);
}

static void write_executed(FILE *file, unsigned int in_phase, unsigned int vector)
{
	for (uint64_t i = 0; executed[in_phase][vector] && i < (hi - lo) / STEP; i++)
		if (executed[in_phase][vector][i])
			fprintf(file, "at %u %u 0x%" PRIx64 " %" PRIu64 "\n", in_phase, vector, lo + i * STEP,
				executed[in_phase][vector][i]);
}

static void on_end(qemu_plugin_id_t id, void *unused)
{
	FILE *file = fopen(out, "w");

	(void)id;
	(void)unused;
	if (!file) {
		fprintf(stderr, "exits: cannot write %s\n", out);
		return;
	}
	for (unsigned int i = 0; i < mark_count; i++)
		fprintf(file, "mark %u %s\n", i, mark_name[i]);
	for (unsigned int i = 0; i < vcpu_count; i++)
		write_vcpu(file, i);
	for (unsigned int i = 0; i < PHASES * VECTORS; i++)
		write_executed(file, i / VECTORS, i % VECTORS);
	fprintf(file, "end\n");
	fclose(file);
}

static int add_mark(const char *value)
{
	const char *colon = strchr(value, ':');

	if (!colon || colon - value >= (ptrdiff_t)sizeof(mark_name[0]) || mark_count == MARKS)
		return -1;
	memcpy(mark_name[mark_count], value, (size_t)(colon - value));
	mark_at[mark_count++] = strtoull(colon + 1, NULL, 0);
	return 0;
}

static int set_isa(const char *name)
{
	for (unsigned int i = 0; i < sizeof(isas) / sizeof(isas[0]); i++) {
		if (strcmp(name, isas[i].name))
			continue;
		isa = &isas[i];
		return 0;
	}
	return -1;
}

static int parse(const char *argument)
{
	const char *value = strchr(argument, '=');

	if (!value++)
		return -1;
	if (!strncmp(argument, "lo=", 3))
		lo = strtoull(value, NULL, 0);
	else if (!strncmp(argument, "hi=", 3))
		hi = strtoull(value, NULL, 0);
	else if (!strncmp(argument, "isa=", 4))
		return set_isa(value);
	else if (!strncmp(argument, "out=", 4))
		out = strdup(value);
	else if (!strncmp(argument, "mark=", 5))
		return add_mark(value);
	else if (!strncmp(argument, "vectors=", 8) && table_count < TABLES)
		table[table_count++] = strtoull(value, NULL, 0);
	else
		return -1;
	return 0;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!parse(argv[i]))
			continue;
		fprintf(stderr,
			"exits: cannot use argument '%s'; the head of ci/bench/exits.c says what there is\n",
			argv[i]);
		return -1;
	}
	vcpu_count = (unsigned int)info->system.max_vcpus;
	kinds = calloc(vcpu_count, sizeof(*kinds));
	if (!kinds)
		return -1;
	board = qemu_plugin_scoreboard_new(sizeof(struct vcpu));
	instructions = qemu_plugin_scoreboard_u64_in_struct(board, struct vcpu, instructions);
	phase = qemu_plugin_scoreboard_u64_in_struct(board, struct vcpu, phase);
	for (unsigned int i = 0; i < MARKS; i++) {
		mark[i] = qemu_plugin_scoreboard_u64_in_struct(board, struct vcpu, mark[0]);
		mark[i].offset += i * sizeof(uint64_t);
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
