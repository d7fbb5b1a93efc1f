/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attack.c's rows that are RISC-V's: the PLIC, and instructions and registers of the hypervisor. */
#ifndef ATTACK_RISCV64_H
#define ATTACK_RISCV64_H

#define PLIC 0x0c000000ul
#define PLIC_PENDING (PLIC + 0x1000)
#define PLIC_ENABLE(context) (PLIC + 0x2000 + (context)*0x80ul)
#define PLIC_CLAIM(context) (PLIC + 0x200004 + (context)*0x1000ul)
#define LENT_HART 2
#define CONTEXT_OF(hart) (2 * (hart) + 1ul)
#define VICTIM_SOURCE 14

/* Root's own bits stay: one of them is the console's. */
static void enable_row(const char *name, uint64_t address, uint64_t bits)
{
	uint64_t before = 0, found = bits, value;
	int failed = touch_at(address, 4, 0, &before);

	value = before | bits;
	failed |= touch_at(address, 4, 1, &value) | touch_at(address, 4, 0, &found);
	failed |= touch_at(address, 4, 1, &before);
	row(name, controller_works(), failed || found == before, "signal %d, was 0x%llx, reads 0x%llx", failed,
	    (unsigned long long)before, (unsigned long long)found);
}

/* What is asked for on behalf of a hart that is lent is kept for root; the victim's source is not root's to ask for. */
static void interrupt_rows(void)
{
	const uint64_t bit = 1u << VICTIM_SOURCE;

	field_row("plic-priority", PLIC + VICTIM_SOURCE * 4, 4, 5, 7);
	field_row("plic-pending", PLIC_PENDING, 4, bit, bit);
	for (unsigned int hart = 0; hart < 4; hart++) {
		char name[48];

		snprintf(name, sizeof(name), "plic-enable-on-hart-%u", hart);
		enable_row(name, PLIC_ENABLE(CONTEXT_OF(hart)), bit);
		snprintf(name, sizeof(name), "plic-enable-in-machine-mode-of-hart-%u", hart);
		enable_row(name, PLIC_ENABLE(2 * hart), ~0u);
	}
	field_row("plic-claim-of-lent-hart", PLIC_CLAIM(CONTEXT_OF(LENT_HART)), 4, VICTIM_SOURCE, ~0ull);
	every_word("plic-every-word", PLIC, 0x4000);
}

static void hfence(void)
{
	asm volatile(".insn r 0x73, 0, 0x31, x0, x0, x0" : : : "memory");
}

static void hlv(void)
{
	asm volatile("li a0, 0xfe000000\n .insn r 0x73, 4, 0x36, a1, a0, x0" : : : "a0", "a1", "memory");
}

static void hgatp(void)
{
	asm volatile("csrw 0x680, zero" : : : "memory");
}

static void call_rows(void)
{
	static const struct {
		const char *name;
		void (*instruction)(void);
	} rows[] = {
		{ "hfence-in-user-mode", hfence },
		{ "hlv-in-user-mode", hlv },
		{ "hgatp-in-user-mode", hgatp },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int got = has_signal_at(rows[i].instruction);

		row(rows[i].name, driver_works(), got == SIGILL, "signal %d", got);
	}
}

#endif
