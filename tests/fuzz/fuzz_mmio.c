// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Accesses of a guest and of root that stage 2 does not answer: dispatch to devices, two PL011, the communication page,
 * input from root's side, lines. Beside the guest's accesses its watchdog, shutdown requests and suspensions go on.
 */
#include "fake_machine.h"

#include <device/mmio.h>

#define GUEST_CPU 2u
#define SECOND_UART 0x9001000ull
#define SECOND_IRQ 34u

static uint32_t handle;

static void start_guest(void)
{
	struct machine_cell cell = machine_cell("guest", GUEST_CPU);
	uint64_t at = MACHINE_BLOB;
	struct hypercall call;
	uint32_t size;

	cell.body.devices.count = 2;
	cell.devices[1] = (struct bh_config_device){ BH_DEV_UART_PL011, SECOND_IRQ, SECOND_UART, 0x1000, 0 };
	cell.body.memory.count = 2;
	cell.memory[0].size = 2 * MACHINE_MIB;
	cell.memory[1] = (struct bh_config_memory){ .gpa = 0xb000000,
						    .hpa = 0x9040000,
						    .size = 0x1000,
						    .name = "mmio",
						    .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE };
	cell.body.watchdog_ms = 5000;
	size = machine_seal(&cell, fake_ram(hpa(at), PAGE_SIZE));
	call = call_of(0, BH_HC_CELL_CREATE, at, size);
	handle = (uint32_t)call.value[0];
	fuzz_check(!call.result && !call_of(0, BH_HC_CELL_LOAD, handle, 0).result &&
			   !call_of(0, BH_HC_CELL_START, handle, 0).result,
		   "the guest is refused");
	fuzz_check(fake_wait_mode(GUEST_CPU, FAKE_GUEST, 1000), "the guest does not run");
}

/* A stopped guest goes on from the beginning. */
static void restart_guest(void)
{
	call_of(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
	if (call_of(0, BH_HC_CELL_LOAD, handle, 0).result || call_of(0, BH_HC_CELL_START, handle, 0).result)
		return;
	fuzz_check(fake_wait_mode(GUEST_CPU, FAKE_GUEST, 1000), "the guest does not run");
}

static int is_device(uint64_t address)
{
	return address - MACHINE_UART < 0x2000;
}

static void access_as(struct input *input, unsigned int slot)
{
	static const uint64_t places[] = { MACHINE_UART,   SECOND_UART,	  MACHINE_UART,
					   MACHINE_COMM,   MACHINE_ENTRY, 0xb000000,
					   FAKE_INTC_BASE, FAKE_HV_BASE,  0,
					   ~0xfffull };
	unsigned int how = (unsigned int)take(input, 1), size = 1u << (how >> 4 & 3), is_write = how >> 6 & 1;
	uint64_t address = places[(how & 15) % 10] + (take(input, 2) & 0x1fff);
	uint64_t value = is_write ? take(input, size) : 0;
	enum fake_outcome outcome;

	if (!is_device(address))
		address &= ~(uint64_t)(size - 1);
	outcome = fake_access(slot, address, size, (int)is_write, &value);
	fuzz_check(outcome == FAKE_DONE || outcome == FAKE_INJECTED || outcome == FAKE_STOPPED ||
			   outcome == FAKE_LATE,
		   "outcome %d", outcome);
	if (slot != GUEST_CPU || !is_device(address))
		return;
	fuzz_check(outcome == FAKE_DONE, "its own device answers %d at 0x%llx", outcome,
		   (unsigned long long)address);
	fuzz_check(is_write || size == 8 || !(value >> (size * 8)), "a read of %u bytes gives 0x%llx", size,
		   (unsigned long long)value);
}

static void type(struct input *input)
{
	struct hypercall call = { .number = BH_HC_CONSOLE_WRITE, .arg = { handle, take_below(input, 26) } };

	for (unsigned int i = 2; i < 5; i++)
		call.arg[i] = take(input, 8);
	fake_hypercall(0, &call);
	fuzz_check(call.result || call.value[0] <= call.arg[1], "%llu bytes taken",
		   (unsigned long long)call.value[0]);
	fuzz_planted(!call.result && call.value[0] > 8);
}

static void check_lines(void)
{
	const struct cell *cell = cell_find(handle);
	const struct bh_ring *ring = (void *)((uint8_t *)image_info() + info_cell(1)->console);

	fuzz_check(cell && fake_irq_level(&cell->arch, MACHINE_UART_IRQ) <= 1, "the guest is gone");
	fuzz_check(ring->magic == BH_RING_MAGIC, "the console's ring is broken");
	fuzz_check(fake_irq_owner(MACHINE_UART_IRQ) != 1 && fake_irq_owner(SECOND_IRQ) != 1,
		   "a line is hardware's");
}

static void one_step(struct input *input)
{
	static const uint8_t numbers[] = { BH_HC_CELL_SUSPEND, BH_HC_CELL_RESUME, BH_HC_CELL_STOP,
					   BH_HC_CELL_STATE };
	unsigned int what = (unsigned int)take(input, 1);

	if (fake_cpu_view(GUEST_CPU).mode == FAKE_GUEST)
		fake_finish(GUEST_CPU, 0);
	switch (what & 15) {
	case 0:
		type(input);
		break;
	case 1:
		call_of(0, numbers[take_below(input, 4)], handle, BH_STOP_ASK);
		break;
	case 2:
		fake_time_advance(take(input, 1) * 100000000ull);
		break;
	case 3:
		access_as(input, 0);
		break;
	default:
		if (is_on(GUEST_CPU))
			access_as(input, GUEST_CPU);
		else
			restart_guest();
	}
	check_lines();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine_snapshot before;
	static int is_up;
	struct machine_snapshot after;
	struct input input = { data, size };

	if (!is_up++) {
		set_up();
		before = machine_snapshot();
	}
	start_guest();
	for (unsigned int step = 0; input.left && step < 200; step++)
		one_step(&input);
	fuzz_check(!call_of(0, BH_HC_CELL_DESTROY, handle, 0).result, "it cannot be destroyed");
	if (fake_cpu_view(GUEST_CPU).mode != FAKE_GUEST)
		fake_finish(GUEST_CPU, 0);
	after = machine_snapshot();
	fuzz_check(!memcmp(&after, &before, sizeof(after)), "something is left behind");
	return 0;
}
