// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/pvclock.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/percpu.h>
#include <asm/types.h>
#include <core/pagetable.h>
#include <core/stage2.h>
#include <lib/string.h>

#define LEAF_SIGNATURE 0x40000100u
#define LEAF_FEATURES 0x40000101u
#define FEATURE_CLOCKSOURCE2 (1u << 3)
#define FEATURE_STABLE (1u << 24)

#define MSR_WALL_CLOCK 0x4b564d00u
#define MSR_SYSTEM_TIME 0x4b564d01u
#define SYSTEM_TIME_ENABLE 1ull
#define TIME_IS_STABLE 1u

#define NS_PER_S 1000000000ull

/* What the guest reads its time from: as KVM's documentation lays it out. */
struct time_info {
	uint32_t version;
	uint32_t pad0;
	uint64_t tsc_timestamp;
	uint64_t system_time;
	uint32_t tsc_to_system_mul;
	int8_t tsc_shift;
	uint8_t flags;
	uint8_t pad1[2];
};
_Static_assert(sizeof(struct time_info) == 32, "laid out as guests know it");

/* Nobody tells the hypervisor what day it is. */
struct wall_clock {
	uint32_t version;
	uint32_t seconds;
	uint32_t nanoseconds;
};

struct pvclock_scale pvclock_scale(uint64_t hz)
{
	struct pvclock_scale scale = { 0, 0 };

	for (; hz > 2 * NS_PER_S; hz >>= 1)
		scale.shift--;
	for (; hz <= NS_PER_S; hz <<= 1)
		scale.shift++;
	scale.mul = (uint32_t)((NS_PER_S << 32) / hz);
	return scale;
}

void pvclock_cpuid(uint32_t leaf, uint32_t *r)
{
	static const char signature[12] = "KVMKVMKVM";

	if (leaf == LEAF_SIGNATURE) {
		r[0] = LEAF_FEATURES;
		memcpy(&r[1], signature, sizeof(signature));
	} else if (leaf == LEAF_FEATURES) {
		r[0] = FEATURE_CLOCKSOURCE2 | FEATURE_STABLE;
	}
}

/* Into the guest's own memory. Return: 0, or 1: it is not, or crosses a page. */
static int write_guest(uint64_t address, const void *from, size_t size)
{
	return address & 3 || stage2_write(&percpu()->cell->stage2, address, from, size) != STAGE2_OK;
}

int pvclock_read_msr(uint32_t msr, uint64_t *value)
{
	(void)msr;
	*value = 0;
	return (int)percpu()->cell->is_root;
}

int pvclock_write_msr(uint32_t msr, uint64_t value)
{
	struct pvclock_scale scale = pvclock_scale(arch_time_hz());
	const struct time_info time = {
		.version = 2, .tsc_to_system_mul = scale.mul, .tsc_shift = scale.shift, .flags = TIME_IS_STABLE,
	};
	const struct wall_clock wall = { .version = 2 };

	if (percpu()->cell->is_root)
		return 1;
	if (msr == MSR_WALL_CLOCK)
		return write_guest(value, &wall, sizeof(wall));
	if (!(value & SYSTEM_TIME_ENABLE))
		return 0;
	return write_guest(value & ~SYSTEM_TIME_ENABLE, &time, sizeof(time));
}
