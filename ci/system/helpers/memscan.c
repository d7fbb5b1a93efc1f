// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memscan - look at physical memory that root's kernel does not manage, through /dev/mem
 *
 * memscan zero BASE SIZE        exit 0 if every byte is zero, else tell the first that is not
 * memscan fill BASE SIZE WORD   write a 64-bit word over and over
 * memscan count BASE SIZE WORD  print how often the 64-bit word occurs
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WINDOW 0x1000000ul

static volatile uint64_t *window(int fd, uint64_t base, uint64_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)base);

	if (p == MAP_FAILED) {
		fprintf(stderr, "memscan: cannot map 0x%llx bytes at 0x%llx: %m\n", (unsigned long long)size,
			(unsigned long long)base);
		exit(2);
	}
	return p;
}

int main(int argc, char **argv)
{
	if (argc < 4 || (strcmp(argv[1], "zero") && argc != 5)) {
		fprintf(stderr,
			"usage: memscan zero BASE SIZE | fill BASE SIZE WORD | count BASE SIZE WORD\n");
		return 2;
	}

	const char *what = argv[1];
	uint64_t base = strtoull(argv[2], NULL, 0), size = strtoull(argv[3], NULL, 0);
	uint64_t word = argc == 5 ? strtoull(argv[4], NULL, 0) : 0, found = 0;
	int fd = open("/dev/mem", O_RDWR | O_SYNC);

	if (fd < 0) {
		fprintf(stderr, "memscan: cannot open /dev/mem: %m\n");
		return 2;
	}
	for (uint64_t done = 0; done < size; done += WINDOW) {
		uint64_t part = size - done < WINDOW ? size - done : WINDOW;
		volatile uint64_t *p = window(fd, base + done, part);

		for (uint64_t i = 0; i < part / 8; i++) {
			if (*what == 'f') {
				p[i] = word;
			} else if (*what == 'c') {
				found += p[i] == word;
			} else if (p[i]) {
				printf("0x%llx holds 0x%llx\n", (unsigned long long)(base + done + i * 8),
				       (unsigned long long)p[i]);
				return 1;
			}
		}
		munmap((void *)p, part);
	}
	if (*what == 'c')
		printf("%llu\n", (unsigned long long)found);
	return 0;
}
