// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timerlag SECONDS - sleep in periods of 1 ms on the CPU that we run on, and print by how much the worst one
 * was too long, in microseconds, and how many there were. With 'taskset' it tells what a CPU of root lost.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PERIOD_NS 1000000

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(int argc, char **argv)
{
	int64_t end = now() + (argc > 1 ? strtoll(argv[1], NULL, 0) : 1) * 1000000000ll, worst = 0;
	unsigned long count = 0;

	while (now() < end) {
		int64_t due = now() + PERIOD_NS, late;
		struct timespec t = { due / 1000000000, due % 1000000000 };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		late = now() - due;
		worst = late > worst ? late : worst;
		count++;
	}
	printf("worst %lld us of %lu\n", (long long)(worst / 1000), count);
	return 0;
}
