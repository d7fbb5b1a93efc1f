/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attack.c's rows that are AArch64's: the GIC, and calls of firmware and hypervisor. */
#ifndef ATTACK_AARCH64_H
#define ATTACK_AARCH64_H

#define GICD 0x08000000ul
#define GICR 0x080a0000ul
#define LENT_CPU 2
#define VICTIM_SPI 46

static int has_redistributors(void)
{
	uint64_t value = 0;

	return !touch_at(GICD + 0xffe8, 4, 0, &value) && (value >> 4 & 15) >= 3;
}

static void interrupt_rows(void)
{
	uint64_t bit = 1u << VICTIM_SPI % 32, word = VICTIM_SPI / 32 * 4, lent = GICR + LENT_CPU * 0x20000ul;

	field_row("gicd-enable", GICD + 0x100 + word, 4, bit, bit);
	field_row("gicd-disable", GICD + 0x180 + word, 4, bit, bit);
	field_row("gicd-pend", GICD + 0x200 + word, 4, bit, bit);
	field_row("gicd-activate", GICD + 0x300 + word, 4, bit, bit);
	field_row("gicd-priority", GICD + 0x400 + VICTIM_SPI, 1, 0xf8, 0xff);
	field_row("gicd-config", GICD + 0xc00 + VICTIM_SPI / 16 * 4, 4, 2u << VICTIM_SPI % 16 * 2,
		  2u << VICTIM_SPI % 16 * 2);
	every_word("gicd-every-word", GICD, 0x10000);
	if (has_redistributors()) {
		every_word("gicr-every-word-of-lent-cpu", lent, 0x20000);
		field_row("gicd-router", GICD + 0x6000 + VICTIM_SPI * 8, 8, 1, ~0ull);
		field_row("gicr-enable-of-lent-cpu", lent + 0x10100, 4, 0xffff0000, ~0ull);
		field_row("gicr-pend-of-lent-cpu", lent + 0x10200, 4, 0xffff, ~0ull);
		field_row("gicr-priority-of-lent-cpu", lent + 0x10400, 4, 0xf8f8f8f8, ~0ull);
		field_row("gicr-waker-of-lent-cpu", lent + 0x14, 4, 2, 0);
	} else {
		field_row("gicd-targets", GICD + 0x800 + VICTIM_SPI, 1, 1, 0xff);
		/* Whether it arrived, the victim tells. */
		field_row("gicd-sgir-to-lent-cpu", GICD + 0xf00, 4, 1u << (16 + LENT_CPU) | 5, 0);
	}
}

static void smc(void)
{
	asm volatile(".inst 0xd4000003" : : : "x0", "x1", "x2", "x3", "memory");
}

static void hvc(void)
{
	asm volatile(".inst 0xd4000002" : : : "x0", "x1", "x2", "x3", "memory");
}

static void call_rows(void)
{
	int got = has_signal_at(smc);

	row("smc-at-el0", driver_works(), got == SIGILL, "signal %d", got);
	got = has_signal_at(hvc);
	row("hvc-at-el0", driver_works(), got == SIGILL, "signal %d", got);
}

#endif
