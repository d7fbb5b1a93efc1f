// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which CPUs of a PC are threads of one core. Linux says it of those that are online; by what their APIC ids have in
 * common, it is known of the others, too: the id of a thread within its core is in the same bits for all.
 */
#include "pc.h"

#include <stdlib.h>
#include <string.h>

#define CPUINFO_LIMIT (16u << 20)

struct thread {
	uint64_t cpu; /* Linux's number */
	uint64_t apic_id;
	uint64_t core; /* Linux's number of the first thread of its core */
};

struct threads {
	struct thread *list;
	size_t count;
};

/* Of a line 'name : 12' of /proc/cpuinfo. Return: 1, 0 if it is another. */
static int read_number(const char *line, const char *name, uint64_t *number)
{
	const size_t length = strlen(name);
	const char *value;

	if (strncmp(line, name, length))
		return 0;
	value = line + length + strspn(line + length, " \t");
	if (*value != ':')
		return 0;
	*number = strtoull(value + 1, NULL, 10);
	return 1;
}

/* 'thread_siblings_list' is 0,4 or 0-1. */
static uint64_t core_of(struct arena *arena, const struct pc *pc, uint64_t cpu)
{
	const char *path = arena_printf(arena,
					"%s/sys/devices/system/cpu/cpu%llu/topology/thread_siblings_list",
					pc->path, (unsigned long long)cpu);
	size_t size;
	char *text = file_read(path, 4096, &size);
	const uint64_t first = text && *text >= '0' && *text <= '9' ? strtoull(text, NULL, 10) : cpu;

	free(text);
	return first;
}

static void read_threads(struct arena *arena, const struct pc *pc, const char *text, struct threads *threads)
{
	uint64_t cpu = 0, apic_id;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (read_number(line, "processor", &cpu) || !read_number(line, "apicid", &apic_id))
			continue;
		threads->list = arena_grow(arena, threads->list, threads->count, sizeof(*threads->list));
		threads->list[threads->count++] = (struct thread){ cpu, apic_id, core_of(arena, pc, cpu) };
	}
}

void pc_read_threads(struct arena *arena, struct pc *pc)
{
	struct threads threads = { 0 };
	size_t size;
	char *text = file_read(arena_printf(arena, "%s/proc/cpuinfo", pc->path), CPUINFO_LIMIT, &size);

	if (text)
		read_threads(arena, pc, text, &threads);
	free(text);
	for (size_t i = 0; i < threads.count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (threads.list[i].core == threads.list[j].core)
				pc->thread_bits |= threads.list[i].apic_id ^ threads.list[j].apic_id;
		}
	}
}

void pc_cores(const struct pc *pc, const struct bh_config_cpu *cpus, uint32_t count, uint32_t *cores)
{
	for (uint32_t i = 0; i < count && pc->thread_bits; i++) {
		for (uint32_t j = 0; j < i && !cores[i]; j++) {
			if (((cpus[i].hwid ^ cpus[j].hwid) & ~pc->thread_bits) == 0)
				cores[i] = cores[j];
		}
		if (!cores[i])
			cores[i] = i + 1;
	}
}
