// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware calls: ids and arguments that must not reach firmware, by SMC and HVC, from EL1 and EL0. */
#include "attacks.h"

#include <regs.h>

#define NOT_SUPPORTED ((uint64_t)-1)
#define INVALID ((uint64_t)-2)
#define DENIED ((uint64_t)-3)
#define ALREADY_ON ((uint64_t)-4)

#define VERSION 0x84000000u
#define CPU_SUSPEND 0xc4000001u
#define CPU_ON 0xc4000003u
#define CPU_ON_32 0x84000003u
#define AFFINITY_INFO 0xc4000004u

/* clang-format off */
#define CALL(name, instruction)                                                                        \
	static uint64_t name(uint64_t id, uint64_t a, uint64_t b, uint64_t c)                          \
	{                                                                                              \
		register uint64_t x0 asm("x0") = id;                                                   \
		register uint64_t x1 asm("x1") = a;                                                    \
		register uint64_t x2 asm("x2") = b;                                                    \
		register uint64_t x3 asm("x3") = c;                                                    \
		asm volatile(instruction : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : :                  \
			     "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",    \
			     "x15", "x16", "x17", "memory");                                           \
		return x0;                                                                             \
	}
CALL(smc, "smc #0")
CALL(hvc, "hvc #0")
CALL(smc_odd, "smc #0xbeef")
CALL(hvc_odd, "hvc #0xbeef")
/* clang-format on */

static uint64_t version(uint64_t unused)
{
	return smc(VERSION, 0, 0, 0) == hvc(VERSION, 0, 0, 0);
}

static uint64_t by_smc(uint64_t id)
{
	return smc(id, HYPERVISOR_MEMORY, HYPERVISOR_MEMORY, HYPERVISOR_MEMORY);
}

static uint64_t by_hvc(uint64_t id)
{
	return hvc(id, HYPERVISOR_MEMORY, HYPERVISOR_MEMORY, HYPERVISOR_MEMORY);
}

/* Entry point in memory of others: whoever believed it would run it. */
static uint64_t cpu_on(uint64_t mpidr)
{
	return smc(CPU_ON, mpidr, HYPERVISOR_MEMORY, 0);
}

static uint64_t cpu_on_32(uint64_t mpidr)
{
	return smc(CPU_ON_32, mpidr, ROOT_MEMORY, 0);
}

static uint64_t cpu_on_hvc(uint64_t mpidr)
{
	return hvc(CPU_ON, mpidr, VICTIM_MEMORY, 0);
}

static uint64_t affinity_info(uint64_t mpidr)
{
	return smc(AFFINITY_INFO, mpidr, 0, 0);
}

static uint64_t affinity_level(uint64_t level)
{
	return smc(AFFINITY_INFO, 0, level, 0);
}

static uint64_t suspend(uint64_t state)
{
	return smc(CPU_SUSPEND, state, HYPERVISOR_MEMORY, 0);
}

static uint64_t odd_immediates(uint64_t unused)
{
	return smc_odd(0xc2000001, 0, 0, 0) & hvc_odd(0xc2000001, 0, 0, 0);
}

/* Standard functions that every cell may call change or end it: they are no random ids. */
static uint64_t random_id(void)
{
	uint64_t id;

	do
		id = random64();
	while (((uint32_t)id & 0xbfffffe0u) == VERSION || ((uint32_t)id >> 8 & 0x7fffffu) == 0 ||
	       (uint32_t)id >> 16 == 0x8000);
	return id;
}

static uint64_t random_ids(uint64_t count)
{
	uint64_t answered = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t id = random_id();

		answered += (i & 1 ? smc : hvc)(id, random64(), random64(), random64()) != NOT_SUPPORTED;
	}
	return answered;
}

static uint64_t all_of_range(uint64_t first)
{
	uint64_t answered = 0;

	for (uint64_t id = first; id < first + 0x40; id++)
		answered += smc(id, HYPERVISOR_MEMORY, random64(), random64()) != NOT_SUPPORTED;
	return answered;
}

static uint64_t wild_mpidrs(uint64_t count)
{
	uint64_t accepted = 0;

	for (uint64_t i = 0; i < count; i++)
		accepted += smc(CPU_ON, random64() | 1, random64(), random64()) != INVALID;
	return accepted;
}

asm("	.text\n"
    "hostile_smc:\n"
    "	smc	#0\n"
    "	svc	#0\n"
    "hostile_hvc:\n"
    "	hvc	#0\n"
    "	svc	#0\n"
    "hostile_svc:\n"
    "	svc	#0\n");
extern char hostile_smc[], hostile_hvc[], hostile_svc[];

#define EC_SVC 0x15u

static uint64_t svc_works(uint64_t unused)
{
	return at_el0((uint64_t)(uintptr_t)hostile_svc) >> 26 == EC_SVC;
}

/* Whatever the registers hold, it is an undefined instruction: 0 each time. */
static uint64_t smc_at_el0(uint64_t times)
{
	uint64_t class = 0;

	for (uint64_t i = 0; i < times; i++)
		class |= at_el0((uint64_t)(uintptr_t)hostile_smc) >> 26;
	return class;
}

static uint64_t hvc_at_el0(uint64_t times)
{
	uint64_t class = 0;

	for (uint64_t i = 0; i < times; i++)
		class |= at_el0((uint64_t)(uintptr_t)hostile_hvc) >> 26;
	return class;
}

/* clang-format off */
#define GIVES(value) EXPECT_VALUE, 0, value, 0

static const struct row rows[] = {
	{ "firmware.sip-smc", version, 0, by_smc, 0xc2000001, GIVES(NOT_SUPPORTED) },
	{ "firmware.oem-hvc", version, 0, by_hvc, 0xc3000001, GIVES(NOT_SUPPORTED) },
	{ "firmware.trusted-os", version, 0, by_smc, 0xf2000000, GIVES(NOT_SUPPORTED) },
	{ "firmware.kvm", version, 0, by_hvc, 0xc6000001, GIVES(NOT_SUPPORTED) },
	{ "firmware.ffa", version, 0, all_of_range, 0x84000060, GIVES(0) },
	{ "firmware.ffa-64", version, 0, all_of_range, 0xc4000060, GIVES(0) },
	{ "firmware.sdei", version, 0, all_of_range, 0xc4000020, GIVES(0) },
	{ "firmware.trng", version, 0, by_smc, 0x84000050, GIVES(NOT_SUPPORTED) },
	{ "firmware.migrate", version, 0, by_smc, 0xc4000005, GIVES(NOT_SUPPORTED) },
	{ "firmware.default-suspend", version, 0, by_smc, 0xc400000c, GIVES(NOT_SUPPORTED) },
	{ "firmware.system-suspend", version, 0, by_smc, 0xc400000e, GIVES(NOT_SUPPORTED) },
	{ "firmware.mem-protect", version, 0, by_smc, 0x84000013, GIVES(NOT_SUPPORTED) },
	{ "firmware.suspend-power-down", version, 0, suspend, 0x10000, GIVES(DENIED) },
	{ "firmware.cpu-on-next", version, 0, cpu_on, 1, GIVES(INVALID) },
	{ "firmware.cpu-on-victim", version, 0, cpu_on, 2, GIVES(INVALID) },
	{ "firmware.cpu-on-32-bit", version, 0, cpu_on_32, 2, GIVES(INVALID) },
	{ "firmware.cpu-on-hvc", version, 0, cpu_on_hvc, 2, GIVES(INVALID) },
	{ "firmware.cpu-on-high-affinity", version, 0, cpu_on, 0x100000000, GIVES(INVALID) },
	{ "firmware.cpu-on-reserved-bits", version, 0, cpu_on, 0x80000000, GIVES(INVALID) },
	{ "firmware.cpu-on-itself", version, 0, cpu_on, 0, GIVES(ALREADY_ON) },
	{ "firmware.cpu-on-wild", version, 0, wild_mpidrs, 1000, GIVES(0) },
	{ "firmware.affinity-of-others", version, 0, affinity_info, 2, GIVES(INVALID) },
	{ "firmware.affinity-level", version, 0, affinity_level, 1, GIVES(INVALID) },
	{ "firmware.random", version, 0, random_ids, 10000, GIVES(0) },
	{ "firmware.immediates", version, 0, odd_immediates, 0, GIVES(NOT_SUPPORTED) },
	{ "firmware.smc-at-el0", svc_works, 0, smc_at_el0, 10000, GIVES(0) },
	{ "firmware.hvc-at-el0", svc_works, 0, hvc_at_el0, 10000, GIVES(0) },
};
/* clang-format on */

ROWS(firmware_rows, rows);
