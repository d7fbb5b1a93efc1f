// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attacks, row by row: hostile/. Which rows is in the parameter file that the cell is loaded with: numbers of
 * the first and the last, a flag: 1: the first row of each class only, and maybe the name of the only class; the
 * last class runs only by name. A row that fails the cell ends the
 * run, and so does a full console; whoever watches starts the cell anew with the next row, until "done". One line
 * a row before it is tried, one after:
 *
 *	row 12 memory.root-read gic 0 control ok expect failed 5 0x50001000
 *	got 12 value 0x600d | undefined | fault 0x96000010
 */
#include "hostile/hostile.h"

#include <regs.h>

#define EC_UNKNOWN 0u
#define TCR_IPS_40 (2ull << 32)
#define BLOCK_NORMAL 0x705u
#define ROWS_A_RUN 25u /* what the console's ring holds */

static const struct rows *const classes[] = {
	&memory_rows,	&mmio_rows,	 &gic_rows,	&sysreg_rows,  &irq_rows,
	&firmware_rows, &hypercall_rows, &collude_rows, &endless_rows,
};

struct run {
	act function;
	uint64_t argument, value;
};

static uint64_t table[512] __attribute__((aligned(4096)));

uint64_t no_control(uint64_t unused)
{
	return 1;
}

#define SEED 88172645463325252ull

uint64_t random64(void)
{
	static uint64_t state = SEED;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

unsigned int gic_version(void)
{
	return sysreg_read(ID_AA64PFR0_EL1) >> 24 & 0xf ? 3 : 2;
}

/* Aliases beside what the library maps: table entries are 1 GiB. */
static void map_aliases(void)
{
	memcpy(table, (const void *)(uintptr_t)sysreg_read(TTBR0_EL1), sizeof(table));
	table[ALIAS_DEVICES >> 30] = BLOCK_NORMAL;
	table[ALIAS_ABOVE_4G >> 30] = 0x100000000ull | BLOCK_NORMAL;
	table[ALIAS_LAST_OF_40 >> 30] = 0xffc0000000ull | BLOCK_NORMAL;
	dsb();
	sysreg_write(TCR_EL1, sysreg_read(TCR_EL1) | TCR_IPS_40);
	sysreg_write(TTBR0_EL1, (uintptr_t)table);
	isb();
	asm volatile("tlbi vmalle1\n dsb sy\n isb" : : : "memory");
}

static void run(void *argument)
{
	struct run *what = argument;

	what->value = what->function(what->argument);
}

static const char *const expect_names[] = {
	[EXPECT_VALUE] = "value",
	[EXPECT_ANY] = "any",
	[EXPECT_UNDEFINED] = "undefined",
	[EXPECT_FAILED] = "failed",
};

static bool control_works(const struct row *row)
{
	struct run what = { row->control, row->own, 0 };

	return !exception_try(run, &what, NULL) && what.value;
}

static bool applies(const struct row *row)
{
	return !row->gic || row->gic == gic_version();
}

static void announce(unsigned int number, const struct row *row, const char *control)
{
	printk("row %u %s gic %u control %s expect %s %u 0x%llx\n", number, row->name, row->gic, control,
	       expect_names[row->expect], row->kind, (unsigned long long)row->want);
}

static void try_row(unsigned int number, const struct row *row)
{
	struct run what = { row->attempt, row->target, 0 };
	struct exception last = { 0 };

	if (!applies(row)) {
		announce(number, row, "skipped");
		return;
	}
	announce(number, row, control_works(row) ? "ok" : "bad");
	if (!exception_try(run, &what, &last))
		printk("got %u value 0x%llx\n", number, (unsigned long long)what.value);
	else if (last.syndrome >> 26 == EC_UNKNOWN)
		printk("got %u undefined\n", number);
	else
		printk("got %u fault 0x%llx\n", number, (unsigned long long)last.syndrome);
}

static unsigned int read_number(const char **text)
{
	unsigned int number = 0;

	while (**text == ' ' || **text == '\n')
		(*text)++;
	for (; **text >= '0' && **text <= '9'; (*text)++)
		number = number * 10 + (unsigned int)(**text - '0');
	return number;
}

static void read_name(const char **text, char *name, size_t size)
{
	size_t used = 0;

	while (**text == ' ')
		(*text)++;
	for (; **text > ' ' && used + 1 < size; (*text)++)
		name[used++] = **text;
	name[used] = 0;
}

/* @only: name of the class, or empty. */
static bool is_chosen(size_t class, const char *only)
{
	size_t length = strlen(only);

	if (!length)
		return classes[class] != &endless_rows;
	return !memcmp(classes[class]->row[0].name, only, length);
}

void inmate_main(uint64_t boot_arg)
{
	const char *text = (const char *)(uintptr_t)HOSTILE_PARAMETERS;
	unsigned int first = read_number(&text), last = read_number(&text), first_only = read_number(&text);
	unsigned int number = 0, tried = 0;
	char only[16];

	read_name(&text, only, sizeof(only));
	printk("begin %u seed %llu\n", first, SEED);
	irq_init();
	map_aliases();
	for (size_t class = 0; class < sizeof(classes) / sizeof(classes[0]); class ++) {
		bool any = false;

		for (unsigned int i = 0; i < classes[class]->count; i++, number++) {
			const struct row *row = &classes[class]->row[i];

			if (number < first || number > last || !is_chosen(class, only) ||
			    (first_only && (any || !applies(row))))
				continue;
			any = true;
			if (tried++ == ROWS_A_RUN)
				power_off();
			try_row(number, row);
		}
	}
	printk("done %u\n", number);
	power_off();
}
