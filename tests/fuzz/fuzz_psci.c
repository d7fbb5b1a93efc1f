// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Firmware calls of a cell: each step is a function id and three arguments, as SMC or HVC bring them. What may reach
 * firmware, which vCPU is meant and what comes back are said here once more, from Arm DEN 0022 and DEN 0028.
 */
#include "fuzz.h"

#include <arch/upcall.h>
#include <asm/percpu.h>
#include <asm/vcpu.h>
#include <hardware.h>

#define VCPUS 5u
#define NOT_SUPPORTED (-1)

static struct cell_arch cell;
static uint64_t sent[4];	/* x0..x3 of the call */
static enum power_result power; /* what the upcalls answer */
static enum power_state state;
static int64_t feature;
static unsigned int upcalls, firmware_calls;
static int is_64;

static uint64_t argument(unsigned int index)
{
	return is_64 ? sent[index] : (uint32_t)sent[index];
}

/* ---- what the call may lead to ---- */

enum power_result upcall_cpu_on(unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	upcalls++;
	fuzz_check(((uint32_t)sent[0] & ~0x40000000u) == 0x84000003u, "CPU_ON by 0x%llx",
		   (unsigned long long)sent[0]);
	fuzz_check(vcpu < VCPUS && cell.hwid[vcpu] == argument(1), "vCPU %u by 0x%llx", vcpu,
		   (unsigned long long)argument(1));
	fuzz_check(entry == argument(2) && arg == argument(3), "entry 0x%llx", (unsigned long long)entry);
	fuzz_planted(vcpu == 4);
	return power;
}

enum power_state upcall_cpu_info(unsigned int vcpu)
{
	upcalls++;
	fuzz_check(vcpu < VCPUS, "vCPU %u", vcpu);
	return state;
}

static void goes(uint32_t id)
{
	upcalls++;
	fuzz_check((uint32_t)sent[0] == id, "0x%x by 0x%llx", id, (unsigned long long)sent[0]);
}

void upcall_cpu_off(void)
{
	goes(PSCI_CPU_OFF);
}

void upcall_system_off(void)
{
	goes(PSCI_SYSTEM_OFF);
}

void upcall_system_reset(void)
{
	upcalls++;
	fuzz_check((uint32_t)sent[0] == PSCI_SYSTEM_RESET ||
			   ((uint32_t)sent[0] & ~0x40000000u) == 0x84000012u,
		   "reset by 0x%llx", (unsigned long long)sent[0]);
}

static int is_workaround(uint64_t id)
{
	return id == 0x80008000u || id == 0x80007fffu || id == 0x80003fffu;
}

uint64_t firmware_call(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
	firmware_calls++;
	fuzz_check(is_workaround(function) && function == (uint32_t)sent[0], "firmware is called with 0x%llx",
		   (unsigned long long)function);
	fuzz_check(feature >= 0 && !arg2 && !arg3, "firmware gets arguments");
	return 0;
}

int64_t firmware_feature(uint32_t function)
{
	fuzz_check(is_workaround(function), "firmware is asked for 0x%x", function);
	return feature;
}

/* ---- calls ---- */

static uint64_t take_id(struct input *input)
{
	static const uint32_t bases[] = { 0x84000000, 0xc4000000, 0x80000000, 0x80008000,
					  0x80007fff, 0x80003fff, 0xc4000020, 0x86000000,
					  0xc6008000, 0xbf00ff00, 0x82000000, 0xc5000000 };
	unsigned int which = (unsigned int)take(input, 1);

	if (which & 0x80)
		return take(input, 8);
	return bases[(which & 0x7f) % 12] + take_below(input, 40);
}

static uint64_t take_argument(struct input *input)
{
	unsigned int which = (unsigned int)take(input, 1);

	if (which < 0x40)
		return cell.hwid[which % VCPUS];
	return take(input, which < 0x80 ? 4 : 8);
}

static int is_result(int64_t value)
{
	return (value >= -9 && value <= 2) || value == 0x10001;
}

static void one_call(struct input *input)
{
	struct frame frame, before;

	memset(&frame, 0x5a, sizeof(frame));
	frame.x[31] = 0;
	sent[0] = frame.x[0] = take_id(input);
	for (unsigned int i = 1; i < 4; i++)
		sent[i] = frame.x[i] = take_argument(input);
	power = (enum power_result)take_below(input, POWER_BAD_ADDRESS + 1);
	state = (enum power_state)take_below(input, POWER_STATE_NONE + 1);
	feature = (int64_t)take_below(input, 3) - 1;
	is_64 = (uint32_t)sent[0] >> 30 & 1;
	upcalls = firmware_calls = 0;
	before = frame;
	smccc_call(&frame);
	fuzz_check(upcalls + firmware_calls <= 1, "%u upcalls, %u calls of firmware", upcalls,
		   firmware_calls);
	fuzz_check(!memcmp(&frame.x[1], &before.x[1], sizeof(frame) - 8), "a register but x0 was changed");
	fuzz_check(is_result((int64_t)frame.x[0]) || upcalls, "0x%llx returns 0x%llx",
		   (unsigned long long)sent[0], (unsigned long long)frame.x[0]);
	/* Of services that are not ours there is nothing. */
	if (((uint32_t)sent[0] >> 24 & 0x3f) != 4 && ((uint32_t)sent[0] >> 24 & 0x3f) != 0)
		fuzz_check((int64_t)frame.x[0] == NOT_SUPPORTED && !upcalls, "0x%llx",
			   (unsigned long long)sent[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t hwids[VCPUS] = { 0, 1, 0x100, 0x10000, 0x100000000 };
	static int is_on;
	struct input input = { data, size };

	if (!is_on++)
		shim_power_on(3, 64, 0);
	cell.vcpu_count = VCPUS;
	memcpy(cell.hwid, hwids, sizeof(hwids));
	percpu()->cell = &cell;
	while (input.left)
		one_call(&input);
	return 0;
}
