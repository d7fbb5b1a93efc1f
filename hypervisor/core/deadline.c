// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/deadline.h>

#include <arch/cpu.h>
#include <core/image.h>

#define NEVER (~0ull)

uint64_t deadline_in(uint32_t ms)
{
	uint64_t now = arch_time_now();
	uint64_t scale = image_header.timeout_scale ? image_header.timeout_scale : 1;
	uint64_t ticks;

	/* Saturate: a wait that never ends is wrong, one that ends at once by a wrap is worse. */
	if (__builtin_mul_overflow((uint64_t)ms * scale, arch_time_hz(), &ticks))
		return NEVER;
	ticks /= 1000;
	return now + ticks < now ? NEVER : now + ticks;
}

uint64_t deadline_default(void)
{
	return deadline_in(image_config()->timeout_ms);
}

int deadline_passed(uint64_t deadline)
{
	return arch_time_now() >= deadline;
}
