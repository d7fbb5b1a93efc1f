// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attacks, row by row: hostile/. Which rows is in the parameter file that the cell is loaded with: numbers of
 * the first and the last, a flag: 1: of each class up to the first that comes back, 2: the first of each class
 * alone, and maybe the name of the only class; the last class runs only by name. A row that fails the cell ends the
 * run, and so does a full console; whoever watches starts the cell anew with the next row, until "done". One line
 * a row before it is tried, one after:
 *
 *	row 12 memory.root-read intc 0 control ok expect failed 5 0x50001000
 *	got 12 value 0x600d | undefined | fault 0x96000010
 */
#include "hostile/hostile.h"

#define ROWS_A_RUN 25u /* what the console's ring holds */
#define ONE_OF_EACH 2u

struct run {
	act function;
	uint64_t argument, value;
};

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

static void run(void *argument)
{
	struct run *what = argument;

	what->value = what->function(what->argument);
}

static const char *const expect_names[] = {
	[EXPECT_VALUE] = "value",
	[EXPECT_ANY] = "any",
	[EXPECT_UNDEFINED] = "undefined",
	[EXPECT_FAULT] = "fault",
	[EXPECT_REFUSED] = "refused",
	[EXPECT_FAILED] = "failed",
};

static bool control_works(const struct row *row)
{
	struct run what = { row->control, row->own, 0 };

	return !exception_try(run, &what, NULL) && what.value;
}

static bool applies(const struct row *row)
{
	return !row->intc || intc_is(row->intc);
}

static void announce(unsigned int number, const struct row *row, const char *control)
{
	printk("row %u %s intc %u control %s expect %s %u 0x%llx\n", number, row->name, row->intc, control,
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
	else if (is_undefined(&last))
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
static bool is_chosen(unsigned int class, const char *only)
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
	hostile_begin();
	for (unsigned int class = 0; class < class_count; class++) {
		bool any = first_only == ONE_OF_EACH && number < first; /* a run before this one tried it */

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
