// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SBI: hart masks, entry points, addresses, and extensions that the hypervisor has not. What a call must give is what
 * the specification says; nothing of it may reach firmware or others' memory.
 */
#include "attacks.h"

#include <regs.h>

#define BASE 0x10u
#define RFENCE 0x52464e43u
#define DBCN 0x4442434eu
#define NOT_SUPPORTED ((uint64_t)-2)
#define INVALID_PARAM ((uint64_t)-3)
#define ALREADY_AVAILABLE ((uint64_t)-6)
#define NON_RETENTIVE 0x80000000u
#define PROBE 3u
#define MANY 3000u

enum dbcn { WRITE, READ, WRITE_BYTE };

static int64_t call6(uint64_t extension, uint64_t function, const uint64_t *argument)
{
	const uint64_t v0 = argument[0], v1 = argument[1], v2 = argument[2];
	const uint64_t v3 = argument[3], v4 = argument[4], v5 = argument[5];
	register uint64_t a0 asm("a0") = v0;
	register uint64_t a1 asm("a1") = v1;
	register uint64_t a2 asm("a2") = v2;
	register uint64_t a3 asm("a3") = v3;
	register uint64_t a4 asm("a4") = v4;
	register uint64_t a5 asm("a5") = v5;
	register uint64_t a6 asm("a6") = function;
	register uint64_t a7 asm("a7") = extension;

	asm volatile("ecall"
		     : "+r"(a0), "+r"(a1)
		     : "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7)
		     : "memory");
	return (int64_t)a0;
}

static uint64_t specification(uint64_t unused)
{
	uint64_t version = 0;

	return sbi(BASE, 0, 0, 0, 0, &version) == 0 && version != 0;
}

/* Hart masks --------------------------------------------------------------------------------------- */

/* To itself, as the library does it. */
static uint64_t own_ipi(uint64_t unused)
{
	const uint64_t pending = sbi(SBI_IPI, 0, 1, 0, 0, NULL) == 0;

	csr_clear(sip, 1u << CAUSE_SOFTWARE);
	return pending;
}

/* @base and a mask of all ones, but for the base that means all harts of the cell. */
static uint64_t ipi_from(uint64_t base)
{
	return (uint64_t)sbi(SBI_IPI, 0, ~0ull, base, 0, NULL);
}

static uint64_t ipi_to(uint64_t hart)
{
	return (uint64_t)sbi(SBI_IPI, 0, 1ull << hart, 0, 0, NULL);
}

static uint64_t ipi_random(uint64_t times)
{
	uint64_t accepted = 0;

	for (uint64_t i = 0; i < times; i++) {
		const uint64_t base = random64(), mask = random64() | 2;

		accepted += base && sbi(SBI_IPI, 0, mask, base, 0, NULL) != -3;
	}
	return accepted;
}

static uint64_t fence_of(uint64_t hart)
{
	return (uint64_t)sbi(RFENCE, 1, 1ull << hart, 0, 0, NULL);
}

/* The hypervisor's own kinds of fences, and those after them. */
static uint64_t fence_by(uint64_t function)
{
	const uint64_t arguments[6] = { 1, 0, 0, ~0ull, 0, 0 };

	return (uint64_t)call6(RFENCE, function, arguments);
}

static uint64_t fence_anything(uint64_t times)
{
	uint64_t wrong = 0;

	for (uint64_t i = 0; i < times; i++) {
		const uint64_t arguments[6] = { 1, 0, random64(), random64(), random64(), 0 };

		wrong += call6(RFENCE, i % 3, arguments) != 0;
	}
	return wrong;
}

/* Harts -------------------------------------------------------------------------------------------- */

static uint64_t start(uint64_t hart)
{
	return (uint64_t)sbi(SBI_HSM, 0, hart, VICTIM_MEMORY, 0, NULL);
}

static uint64_t status(uint64_t hart)
{
	return (uint64_t)sbi(SBI_HSM, 2, hart, 0, 0, NULL);
}

static uint64_t own_status(uint64_t unused)
{
	return status(0) == 0;
}

/* Firmware would come back to the entry past the hypervisor. */
static uint64_t suspend(uint64_t type)
{
	return (uint64_t)sbi(SBI_HSM, 3, type, HYPERVISOR_MEMORY, 0, NULL);
}

static uint64_t harts_random(uint64_t times)
{
	uint64_t accepted = 0;

	for (uint64_t i = 0; i < times; i++)
		accepted += (int64_t)start(random64() | 4) == 0 || (int64_t)status(random64() | 4) >= 0;
	return accepted;
}

static uint64_t reset_type(uint64_t type)
{
	return (uint64_t)sbi(SBI_SRST, 0, type, 0, 0, NULL);
}

/* Addresses ---------------------------------------------------------------------------------------- */

static uint64_t own_console(uint64_t unused)
{
	uint64_t written = 0;

	return sbi(DBCN, WRITE, 1, HOSTILE_PARAMETERS, 0, &written) == 0 && written <= 1;
}

static uint64_t console_write(uint64_t address)
{
	return (uint64_t)sbi(DBCN, WRITE, 16, address, 0, NULL);
}

static uint64_t console_read(uint64_t address)
{
	return (uint64_t)sbi(DBCN, READ, 16, address, 0, NULL);
}

/* The second half of an address of twice 64 bits. */
static uint64_t console_high(uint64_t high)
{
	return (uint64_t)sbi(DBCN, WRITE, 1, HOSTILE_PARAMETERS, high, NULL);
}

static uint64_t console_random(uint64_t times)
{
	uint64_t accepted = 0;

	for (uint64_t i = 0; i < times; i++) {
		const uint64_t address = random64() | 1ull << 33, function = i % 2;

		accepted += sbi(DBCN, function, random64() | 1, address, 0, NULL) != -3;
	}
	return accepted;
}

/* Extensions that there are not -------------------------------------------------------------------- */

static const uint32_t unsupported[] = {
	0x504d55,   /* PMU: snapshot memory */
	0x535345,   /* SSE: entry points of events */
	0x53555350, /* SUSP: entry point */
	0x43505043, /* CPPC */
	0x4e41434c, /* NACL: shared memory */
	0x535441,   /* STA: shared memory */
	0x46574654, /* FWFT */
	0x44425452, /* DBTR: shared memory */
	0x4d505859, /* MPXY: shared memory */
	0x08000000, /* experimental */
	0x09000000, /* vendor */
	0x0a000000, /* firmware */
};

/* Every function of each, with addresses of others. */
static uint64_t extensions(uint64_t unused)
{
	const uint64_t arguments[6] = { HYPERVISOR_MEMORY, 0, VICTIM_MEMORY, ROOT_MEMORY, 4096, 1 };
	uint64_t accepted = 0;

	for (unsigned int i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
		for (uint64_t function = 0; function < 32; function++)
			accepted += call6(unsupported[i], function, arguments) != -2;
	}
	return accepted;
}

static uint64_t probes(uint64_t unused)
{
	uint64_t found = 0, value;

	for (unsigned int i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++)
		found += sbi(BASE, PROBE, unsupported[i], 0, 0, &value) != 0 || value;
	return found;
}

static uint64_t extensions_random(uint64_t times)
{
	uint64_t accepted = 0;

	for (uint64_t i = 0; i < times; i++) {
		const uint64_t arguments[6] = { random64(), random64(), random64(),
						random64(), random64(), random64() };

		accepted += call6(random64() | 1ull << 40, random64(), arguments) != -2;
	}
	return accepted;
}

/* Numbers of extensions that there are, with other bits above. */
static uint64_t aliases(uint64_t unused)
{
	return (uint64_t)sbi(SBI_SRST | 1ull << 32, 0, 0, 0, 0, NULL) +
	       (uint64_t)sbi(SBI_HSM | 1ull << 63, 1, 0, 0, 0, NULL);
}

static uint64_t functions(uint64_t extension)
{
	uint64_t accepted = 0;

	for (uint64_t function = 32; function < MANY; function++)
		accepted += sbi(extension, function, HYPERVISOR_MEMORY, 1, 1, NULL) != -2;
	return accepted;
}

/* clang-format off */
#define GIVES(value) EXPECT_VALUE, 0, value, ANY

static const struct row rows[] = {
	{ "firmware.ipi-to-all-bits", own_ipi, 0, ipi_from, 0, GIVES(INVALID_PARAM) },
	{ "firmware.ipi-to-victim", own_ipi, 0, ipi_to, 2, GIVES(INVALID_PARAM) },
	{ "firmware.ipi-to-real-hart", own_ipi, 0, ipi_to, 3, GIVES(INVALID_PARAM) },
	{ "firmware.ipi-from-one", own_ipi, 0, ipi_from, 1, GIVES(INVALID_PARAM) },
	{ "firmware.ipi-that-wraps", own_ipi, 0, ipi_from, ~0ull - 1, GIVES(INVALID_PARAM) },
	{ "firmware.ipi-from-far", own_ipi, 0, ipi_from, 1ull << 62, GIVES(INVALID_PARAM) },
	{ "firmware.ipi-random", own_ipi, 0, ipi_random, MANY, GIVES(0) },
	{ "firmware.fence-of-victim", specification, 0, fence_of, 2, GIVES(INVALID_PARAM) },
	{ "firmware.fence-gvma-vmid", specification, 0, fence_by, 3, GIVES(NOT_SUPPORTED) },
	{ "firmware.fence-gvma", specification, 0, fence_by, 4, GIVES(NOT_SUPPORTED) },
	{ "firmware.fence-vvma-asid", specification, 0, fence_by, 5, GIVES(NOT_SUPPORTED) },
	{ "firmware.fence-vvma", specification, 0, fence_by, 6, GIVES(NOT_SUPPORTED) },
	{ "firmware.fence-unknown", specification, 0, fence_by, 1ull << 32, GIVES(NOT_SUPPORTED) },
	{ "firmware.fence-of-anything", specification, 0, fence_anything, 300, GIVES(0) },
	{ "firmware.start-itself", own_status, 0, start, 0, GIVES(ALREADY_AVAILABLE) },
	{ "firmware.start-victims-hart", own_status, 0, start, 2, GIVES(INVALID_PARAM) },
	{ "firmware.start-no-hart", own_status, 0, start, ~0ull, GIVES(INVALID_PARAM) },
	{ "firmware.status-of-victims-hart", own_status, 0, status, 2, GIVES(INVALID_PARAM) },
	{ "firmware.harts-random", own_status, 0, harts_random, MANY, GIVES(0) },
	{ "firmware.suspend-with-entry", own_status, 0, suspend, NON_RETENTIVE, GIVES(NOT_SUPPORTED) },
	{ "firmware.suspend-of-platform", own_status, 0, suspend, 0x90000000, GIVES(INVALID_PARAM) },
	{ "firmware.suspend-of-no-type", own_status, 0, suspend, 1, GIVES(INVALID_PARAM) },
	{ "firmware.suspend-without-entry", own_status, 0, suspend, 0, GIVES(0) },
	{ "firmware.suspend-above-32-bits", own_status, 0, suspend, 1ull << 32 | NON_RETENTIVE, GIVES(INVALID_PARAM) },
	{ "firmware.reset-of-no-type", own_status, 0, reset_type, 0x10000000, GIVES(INVALID_PARAM) },
	{ "firmware.reset-of-vendor", own_status, 0, reset_type, 0xf0000000, GIVES(INVALID_PARAM) },
	{ "firmware.console-of-hypervisor", own_console, 0, console_write, HYPERVISOR_MEMORY, GIVES(INVALID_PARAM) },
	{ "firmware.console-of-root", own_console, 0, console_write, ROOT_MEMORY, GIVES(INVALID_PARAM) },
	{ "firmware.console-of-victim", own_console, 0, console_write, VICTIM_MEMORY, GIVES(INVALID_PARAM) },
	{ "firmware.console-of-device", own_console, 0, console_write, INMATE_UART, GIVES(INVALID_PARAM) },
	{ "firmware.console-across-the-end", own_console, 0, console_write, HOSTILE_RAM_END - 8,
	  GIVES(INVALID_PARAM) },
	{ "firmware.console-that-wraps", own_console, 0, console_write, ~0ull - 7, GIVES(INVALID_PARAM) },
	{ "firmware.console-into-hypervisor", own_console, 0, console_read, HYPERVISOR_MEMORY, GIVES(INVALID_PARAM) },
	{ "firmware.console-into-victim", own_console, 0, console_read, VICTIM_MEMORY, GIVES(INVALID_PARAM) },
	{ "firmware.console-into-read-only", own_console, 0, console_read, HOSTILE_READ_ONLY, GIVES(INVALID_PARAM) },
	{ "firmware.console-high-half", own_console, 0, console_high, 1, GIVES(INVALID_PARAM) },
	{ "firmware.console-random", own_console, 0, console_random, MANY, GIVES(0) },
	{ "firmware.extensions", specification, 0, extensions, 0, GIVES(0) },
	{ "firmware.probes", specification, 0, probes, 0, GIVES(0) },
	{ "firmware.extensions-random", specification, 0, extensions_random, MANY, GIVES(0) },
	{ "firmware.extensions-with-high-bits", specification, 0, aliases, 0, GIVES(NOT_SUPPORTED * 2) },
	{ "firmware.functions-of-base", specification, 0, functions, BASE, GIVES(0) },
	{ "firmware.functions-of-ipi", specification, 0, functions, SBI_IPI, GIVES(0) },
	{ "firmware.functions-of-hsm", specification, 0, functions, SBI_HSM, GIVES(0) },
	{ "firmware.functions-of-srst", specification, 0, functions, SBI_SRST, GIVES(0) },
	{ "firmware.functions-of-dbcn", specification, 0, functions, DBCN, GIVES(0) },
};
/* clang-format on */

ROWS(firmware_rows, rows);
