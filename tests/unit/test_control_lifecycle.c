// SPDX-License-Identifier: GPL-2.0-or-later
/* SANITIZE: address thread */
/* A cell's life from create to destroy, every refusal, and that nothing is left behind. */
#include "machine.h"

#include <arch/cell.h>
#include <cell/irq.h>
#include <cell/state.h>

#define CPUS 4u

static void setup(unsigned int parked)
{
	machine_enable(CPUS, CPUS);
	for (unsigned int i = 0; i < parked; i++)
		machine_offline(CPUS - 1 - i);
}

static void start_cell(uint32_t handle, unsigned int slot, uint32_t starts)
{
	machine_ok(0, BH_HC_CELL_LOAD, handle, 0);
	machine_ok(0, BH_HC_CELL_START, handle, 0);
	assert_true(fake_wait_starts(slot, starts, 10000));
}

/* A parked CPU is in the exit that parked it until it runs a guest again. */
static void settle(unsigned int slot)
{
	assert_int_not_equal(fake_finish(slot, FAKE_PATIENCE_MS), FAKE_LATE);
	assert_true(fake_wait_mode(slot, FAKE_GUEST, 5000));
}

/* The test's clock stands still meanwhile: of it a CPU that is late has no need. */
static void await_cpu(unsigned int slot, enum bh_cpu_state wanted)
{
	for (unsigned int ms = 0; ms < FAKE_PATIENCE_MS && cpu_state(cpu_get(slot)) != (uint32_t)wanted; ms++)
		usleep(1000);
	assert_int_equal(cpu_state(cpu_get(slot)), wanted);
}

static uint64_t ram_of(uint32_t handle, unsigned int index)
{
	return machine_call(0, BH_HC_CELL_REGION, handle, index).value[1];
}

static void test_create_destroy(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct machine_snapshot before;
	uint32_t last = 0;

	setup(1);
	before = machine_snapshot();
	for (unsigned int round = 0; round < 20; round++) {
		uint32_t handle = machine_create(0, &cell);

		assert_int_not_equal(handle, last);
		assert_int_equal(machine_state(handle), BH_CELL_CREATED);
		assert_int_equal(machine_call(0, BH_HC_CELL_FIND, handle & 0xffff, 0).value[0], handle);
		assert_int_equal(info_cell(1)->memory, 4 * MACHINE_MIB);
		assert_int_equal(info_cell(1)->cpus[0], 8);
		assert_int_equal(info_cell(0)->cpus[0], 7);
		assert_int_equal(info_cell(0)->memory, FAKE_RAM_SIZE - FAKE_HV_SIZE - 4 * MACHINE_MIB);
		assert_string_equal(info_cell(1)->name, "one");
		assert_int_not_equal(info_cell(1)->console, 0);
		assert_int_equal(irq_owner(43), 1);
		machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
		assert_int_equal(info_cell(1)->state, BH_CELL_NONE);
		assert_int_equal(info_cell(1)->handle, 0);
		assert_int_equal(machine_call(0, BH_HC_CELL_STATE, handle, 0).result, BH_E_NO_CELL);
		machine_same(before);
		last = handle;
	}
	fake_power_off();
}

/* Root loads the image, cannot touch it afterwards, and finds zeros when the cell is gone. */
static void test_memory(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct machine_snapshot before;
	uint64_t value, at;
	uint32_t handle;

	setup(1);
	before = machine_snapshot();
	handle = machine_create(0, &cell);
	at = ram_of(handle, 0);
	assert_int_equal(memory_block_owner(at), 1);
	assert_int_equal(fake_read(0, at, 8, &value), FAKE_INJECTED);
	machine_ok(0, BH_HC_CELL_LOAD, handle, 0);
	assert_int_equal(fake_write(0, at, 8, 0x1122334455667788), FAKE_DONE);
	assert_int_equal(fake_write(0, at + 4 * MACHINE_MIB - 8, 8, 99), FAKE_DONE);
	machine_ok(0, BH_HC_CELL_START, handle, 0);
	settle(3);
	assert_int_equal(fake_cpu_view(3).entry, MACHINE_ENTRY);
	assert_int_equal(fake_cpu_view(3).arg, MACHINE_ENTRY + 0x1000);
	assert_int_equal(fake_read(0, at, 8, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(3, MACHINE_ENTRY, 8, &value), FAKE_DONE);
	assert_int_equal(value, 0x1122334455667788);
	assert_int_equal(fake_write(3, MACHINE_ENTRY + 0x2000, 8, 1), FAKE_DONE);
	assert_true(fake_counters().cache_flush_bytes >= 4 * MACHINE_MIB);
	assert_int_equal(fake_counters().icache, 1);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	for (uint64_t offset = 0; offset < 4 * MACHINE_MIB; offset += 0x1000) {
		assert_int_equal(*(uint64_t *)fake_ram(hpa(at + offset), 8), 0);
	}
	assert_int_equal(*(uint64_t *)fake_ram(hpa(at + 4 * MACHINE_MIB - 8), 8), 0);
	assert_int_equal(fake_read(0, at, 8, &value), FAKE_DONE);
	machine_same(before);
	fake_power_off();
}

#define LONG_SUSPENSION 1000000000000ull /* ns */

static void test_full_life(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct machine_snapshot before;
	uint32_t handle;

	setup(1);
	before = machine_snapshot();
	handle = machine_create(0, &cell);
	for (uint32_t round = 1; round < 6; round++) {
		start_cell(handle, 3, round);
		if (round == 1)
			settle(3);
		assert_int_equal(machine_state(handle), BH_CELL_RUNNING);
		assert_int_equal(info_cell(1)->restarts, round - 1);
		machine_ok(0, BH_HC_CELL_SUSPEND, handle, 0);
		assert_int_equal(cpu_state(cpu_get(3)), BH_CPU_SUSPENDED);
		assert_int_equal(machine_state(handle), BH_CELL_SUSPENDED);
		machine_ok(0, BH_HC_CELL_SUSPEND, handle, 0);
		fake_time_advance(LONG_SUSPENSION);
		machine_ok(0, BH_HC_CELL_RESUME, handle, 0);
		assert_true(fake_wait_mode(3, FAKE_GUEST, 5000));
		assert_int_equal(fake_cpu_view(3).resumes, round);
		/* Its time stood still, and what it lost before it was started anew is forgotten. */
		assert_in_range(fake_cpu_view(3).behind, LONG_SUSPENSION, 2 * LONG_SUSPENSION - 1);
		machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_ASK);
		assert_int_equal(machine_state(handle), BH_CELL_STOPPING);
		machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
		assert_int_equal(machine_state(handle), BH_CELL_STOPPED);
		assert_int_equal(machine_call(0, BH_HC_CELL_STATE, handle, 0).value[4], 1);
		assert_int_equal(machine_call(0, BH_HC_CELL_REASON, handle, 0).value[0] & 0xffff,
				 BH_REASON_FORCED);
	}
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	machine_same(before);
	fake_power_off();
}

/* From every state, without being stopped first. */
static void test_destroy_anywhere(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct machine_snapshot before;
	uint32_t handle;

	setup(1);
	before = machine_snapshot();
	for (unsigned int depth = 0; depth < 6; depth++) {
		handle = machine_create(0, &cell);
		if (depth >= 1)
			machine_ok(0, BH_HC_CELL_LOAD, handle, 0);
		if (depth >= 2) {
			machine_ok(0, BH_HC_CELL_START, handle, 0);
			assert_true(fake_wait_starts(3, depth - 1, 5000));
		}
		if (depth == 3)
			machine_ok(0, BH_HC_CELL_SUSPEND, handle, 0);
		if (depth == 4)
			machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_ASK);
		if (depth == 5)
			machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
		machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
		machine_same(before);
	}
	fake_power_off();
}

static void test_guest_ends(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	uint32_t handle, starts = 0;

	setup(1);
	handle = machine_create(0, &cell);
	start_cell(handle, 3, ++starts);
	settle(3);
	assert_int_equal(fake_system_off(3), FAKE_LATE);
	machine_await(handle, BH_CELL_STOPPED);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_POWER_OFF);
	start_cell(handle, 3, ++starts);
	settle(3);
	assert_int_equal(fake_system_reset(3), FAKE_LATE);
	machine_await(handle, BH_CELL_STOPPED);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_RESET);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	fake_power_off();
}

static enum fake_outcome touch_foreign(void *argument)
{
	struct bh_record record = {
		.kind = BH_REASON_MEMORY_ACCESS, .address = 0x666, .pc = 0x777, .what = "something"
	};

	return upcall_violation(&record) == VIOLATION_HANDLED ? FAKE_STOPPED : FAKE_INJECTED;
}

static void test_violation(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	uint32_t handle, edges;
	struct hypercall reason;

	setup(1);
	handle = machine_create(0, &cell);
	start_cell(handle, 3, 1);
	settle(3);
	edges = fake_irq_edges(&cell_root()->arch, FAKE_EVENT_IRQ);
	assert_int_equal(fake_post(3, FAKE_GUEST, touch_foreign, NULL), FAKE_DONE);
	machine_await(handle, BH_CELL_FAILED);
	assert_true(fake_irq_edges(&cell_root()->arch, FAKE_EVENT_IRQ) > edges);
	reason = machine_call(0, BH_HC_CELL_REASON, handle, 0);
	assert_int_equal(reason.value[0], BH_REASON_MEMORY_ACCESS | 3ull << 32);
	assert_int_equal(reason.value[1], 0x777);
	assert_int_equal(reason.value[3], 0x666);
	assert_string_equal(info_cell(1)->reason.what, "something");
	/* Root is only answered. */
	assert_int_equal(fake_violation(0, &(struct bh_record){ .kind = BH_REASON_SYSREG_ACCESS }),
			 FAKE_INJECTED);
	machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
	assert_int_equal(machine_state(handle), BH_CELL_FAILED);
	start_cell(handle, 3, 2);
	assert_int_equal(fake_finish(3, 5000), FAKE_STOPPED);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_NONE);
	fake_power_off();
}

static void test_smp(void **state)
{
	struct machine_cell cell = machine_cell("two", 2);
	enum power_result power;
	uint32_t handle;

	setup(2);
	cell.body.cpus.count = 2;
	cell.cpus[1].hwid = FAKE_HWID(3);
	handle = machine_create(0, &cell);
	start_cell(handle, 2, 1);
	settle(2);
	assert_int_equal(fake_cpu_view(3).starts, 0);
	fake_cpu_on(2, 0, MACHINE_ENTRY, 0, &power);
	assert_int_equal(power, POWER_ALREADY_ON);
	fake_cpu_on(2, 2, MACHINE_ENTRY, 0, &power);
	assert_int_equal(power, POWER_INVALID);
	fake_cpu_on(2, 1, MACHINE_ENTRY - 4096, 0, &power);
	assert_int_equal(power, POWER_BAD_ADDRESS);
	fake_cpu_on(2, 1, MACHINE_ENTRY + 8, 5, &power);
	assert_int_equal(power, POWER_OK);
	settle(3);
	assert_int_equal(fake_cpu_view(3).vcpu, 1);
	assert_int_equal(fake_cpu_view(3).arg, 5);
	/* Root cannot have them back while they are lent. */
	fake_cpu_on(0, 3, FAKE_RAM_BASE, 0, &power);
	assert_int_equal(power, POWER_DENIED);
	/* A vCPU goes off and comes again. */
	assert_int_equal(fake_cpu_off(3), FAKE_LATE);
	while (cpu_state(cpu_get(3)) != BH_CPU_PARKED)
		usleep(100);
	fake_cpu_on(2, 1, MACHINE_ENTRY + 16, 6, &power);
	assert_int_equal(power, POWER_OK);
	settle(3);
	assert_int_equal(fake_cpu_view(3).arg, 6);
	/* One of them ends the cell for both. */
	assert_int_equal(fake_system_off(3), FAKE_LATE);
	machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
	assert_int_equal(cpu_state(cpu_get(2)), BH_CPU_PARKED);
	assert_int_equal(cpu_state(cpu_get(3)), BH_CPU_PARKED);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_POWER_OFF);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	fake_power_off();
}

/* A CPU that does not answer: the calls end with a time-out that names it; when it answers, all is well. */
static uint32_t stubborn;

static enum fake_outcome be_stubborn(void *argument)
{
	while (!__atomic_load_n(&stubborn, __ATOMIC_ACQUIRE))
		arch_cpu_relax();
	return FAKE_DONE;
}

static void test_stuck_cpu(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct hypercall call;
	uint32_t handle;

	setup(1);
	handle = machine_create(0, &cell);
	start_cell(handle, 3, 1);
	settle(3);
	stubborn = 0;
	fake_post(3, FAKE_GUEST, be_stubborn, NULL);
	usleep(20000);
	call = machine_once(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
	assert_int_equal(call.result, BH_E_AGAIN);
	fake_time_advance(3000000000ull);
	call = machine_once(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
	assert_int_equal(call.result, BH_E_TIMEOUT);
	assert_int_equal(call.value[0], BH_OBJ_CPU | 3ull << 32);
	assert_int_equal(machine_once(0, BH_HC_CELL_LOAD, handle, 0).result, BH_E_TIMEOUT);
	assert_int_equal(machine_once(0, BH_HC_CELL_START, handle, 0).result, BH_E_TIMEOUT);
	__atomic_store_n(&stubborn, 1, __ATOMIC_RELEASE);
	fake_finish(3, 5000);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	fake_power_off();
}

/* A cell goes on when all of it stood still, not earlier: its CPUs share their time. */
static void test_resume_waits(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	uint32_t handle;

	setup(1);
	handle = machine_create(0, &cell);
	start_cell(handle, 3, 1);
	settle(3);
	__atomic_store_n(&stubborn, 0, __ATOMIC_RELEASE);
	fake_post(3, FAKE_GUEST, be_stubborn, NULL);
	usleep(20000);
	assert_int_equal(machine_once(0, BH_HC_CELL_SUSPEND, handle, 0).result, BH_E_AGAIN);
	assert_int_equal(machine_once(0, BH_HC_CELL_RESUME, handle, 0).result, BH_E_AGAIN);
	assert_int_equal(machine_state(handle), BH_CELL_SUSPENDED);
	fake_time_advance(3000000000ull);
	assert_int_equal(machine_once(0, BH_HC_CELL_RESUME, handle, 0).result, BH_E_TIMEOUT);
	__atomic_store_n(&stubborn, 1, __ATOMIC_RELEASE);
	fake_finish(3, 5000);
	await_cpu(3, BH_CPU_SUSPENDED);
	machine_ok(0, BH_HC_CELL_SUSPEND, handle, 0);
	machine_ok(0, BH_HC_CELL_RESUME, handle, 0);
	assert_true(fake_wait_mode(3, FAKE_GUEST, 5000));
	assert_int_equal(fake_cpu_view(3).resumes, 1);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	fake_power_off();
}

/* Refusals: nothing is left behind by any of them. */

static struct hypercall refused(const struct machine_cell *cell)
{
	struct machine_snapshot before = machine_snapshot();
	struct hypercall call = machine_create_blob(0, cell);

	machine_same(before);
	assert_int_not_equal(call.result, BH_E_OK);
	return call;
}

static void test_refusals(void **state)
{
	struct machine_cell good = machine_cell("one", 3), cell;
	struct hypercall call;

	setup(1);
	cell = good; /* CPU is online */
	cell.cpus[0].hwid = FAKE_HWID(1);
	call = refused(&cell);
	assert_int_equal(call.result, BH_E_CPU_ONLINE);
	assert_int_equal(call.value[0], BH_OBJ_CPU);
	cell = good; /* no such CPU */
	cell.cpus[0].hwid = 0x1000;
	assert_int_equal(refused(&cell).result, BH_E_CPU_UNKNOWN);
	cell = good; /* more than the pool */
	cell.memory[0].size = FAKE_POOL_SIZE + BH_RAM_ALIGN;
	assert_int_equal(refused(&cell).result, BH_E_NO_POOL);
	cell = good; /* pinned outside of the pool */
	cell.memory[0].flags &= ~BH_MEM_AUTO;
	cell.memory[0].hpa = FAKE_RAM_BASE;
	assert_int_equal(refused(&cell).result, BH_E_NOT_OWNED);
	cell = good; /* interrupt of the hypervisor */
	cell.irqs[0].intid = FAKE_EVENT_IRQ;
	assert_int_equal(refused(&cell).result, BH_E_IRQ);
	cell = good; /* a device that nobody has */
	cell.devices[0].type = BH_DEV_UART_16550 + 1;
	assert_int_equal(refused(&cell).result, BH_E_RANGE);
	cell = good; /* interrupt controller passed through */
	cell.body.memory.count = 2;
	cell.memory[1] = (struct bh_config_memory){ .gpa = 0x8000000,
						    .hpa = FAKE_INTC_BASE,
						    .size = 0x1000,
						    .name = "mmio",
						    .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE };
	assert_int_equal(refused(&cell).result, BH_E_NOT_OWNED);
	cell = good;
	cell.body.header.arch = BH_ARCH_AARCH64;
	assert_int_equal(refused(&cell).result, BH_E_ARCH);
	fake_power_off();
}

static void test_two_cells(void **state)
{
	struct machine_cell one = machine_cell("one", 3), two = machine_cell("two", 2), bad;
	struct machine_snapshot before;
	uint32_t first, second;

	setup(2);
	before = machine_snapshot();
	one.body.memory.count = two.body.memory.count = 2;
	one.memory[1] = (struct bh_config_memory){ .gpa = 0x9040000,
						   .hpa = 0x9040000,
						   .size = 0x1000,
						   .name = "mmio",
						   .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE };
	two.memory[1] = one.memory[1];
	two.memory[1].hpa = 0x9041000;
	first = machine_create(0, &one);
	assert_int_equal(refused(&one).result, BH_E_EXISTS);
	bad = two;
	bad.memory[1].hpa = 0x9040000;
	assert_int_equal(refused(&bad).result, BH_E_NOT_OWNED);
	bad = two;
	bad.cpus[0].hwid = FAKE_HWID(3);
	assert_int_equal(refused(&bad).result, BH_E_CPU_TAKEN);
	bad = two;
	bad.irqs[0].intid = one.irqs[0].intid;
	assert_int_equal(refused(&bad).result, BH_E_NOT_OWNED);
	bad = two;
	bad.memory[0].flags &= ~BH_MEM_AUTO;
	bad.memory[0].hpa = ram_of(first, 0) + BH_RAM_ALIGN;
	assert_int_equal(refused(&bad).result, BH_E_NOT_OWNED);
	second = machine_create(1, &two);
	assert_int_equal(ram_of(second, 0), ram_of(first, 0) + 4 * MACHINE_MIB);
	/* In the other order, and the hole in the middle is found again. */
	machine_ok(1, BH_HC_CELL_DESTROY, first, 0);
	first = machine_create(0, &one);
	assert_int_equal(ram_of(first, 0), FAKE_POOL_BASE);
	machine_ok(1, BH_HC_CELL_DESTROY, first, 0);
	machine_ok(0, BH_HC_CELL_DESTROY, second, 0);
	machine_same(before);
	fake_power_off();
}

/* Every amount of pages that is left: create fails cleanly until it succeeds. */
static void test_out_of_pages(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	unsigned int failures = 0;
	void *held;

	setup(1);
	held = pool_alloc((unsigned int)pool_free_pages(), 1);
	assert_non_null(held);
	for (unsigned int pages = 0;; pages++) {
		struct hypercall call;
		uint8_t *page;

		if (pages) {
			page = (uint8_t *)held;
			pool_free(page, 1);
			held = page + PAGE_SIZE;
		}
		call = machine_create_blob(0, &cell);
		if (call.result == BH_E_OK)
			break;
		assert_int_equal(call.result, BH_E_NO_MEMORY);
		assert_int_equal(pool_free_pages(), pages);
		failures++;
	}
	assert_true(failures > 2);
	machine_ok(0, BH_HC_CELL_DESTROY, info_cell(1)->handle, 0);
	fake_power_off();
}

static void test_watchdog(void **state)
{
	struct machine_cell cell = machine_cell("dog", 3);
	uint32_t handle;

	setup(1);
	cell.body.watchdog_ms = 500;
	handle = machine_create(0, &cell);
	start_cell(handle, 3, 1);
	settle(3);
	for (uint64_t beat = 1; beat < 5; beat++) {
		assert_int_equal(fake_write(3, MACHINE_COMM + offsetof(struct bh_comm_page, heartbeat), 8,
					    beat),
				 FAKE_DONE);
		fake_time_advance(400000000);
		assert_int_equal(machine_state(handle), BH_CELL_RUNNING);
		assert_int_equal(info_cell(1)->heartbeat, beat);
	}
	/* Suspended, it need not beat. */
	machine_ok(0, BH_HC_CELL_SUSPEND, handle, 0);
	fake_time_advance(2000000000);
	assert_int_equal(machine_state(handle), BH_CELL_SUSPENDED);
	machine_ok(0, BH_HC_CELL_RESUME, handle, 0);
	assert_int_equal(machine_state(handle), BH_CELL_RUNNING);
	fake_time_advance(600000000);
	machine_await(handle, BH_CELL_FAILED);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_WATCHDOG);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	fake_power_off();
}

static void test_shutdown_request(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	uint32_t handle;
	uint64_t value;

	setup(1);
	handle = machine_create(0, &cell);
	start_cell(handle, 3, 1);
	settle(3);
	fake_read(3, MACHINE_COMM, 8, &value);
	assert_int_equal(value, BH_COMM_MAGIC);
	fake_read(3, MACHINE_COMM + offsetof(struct bh_comm_page, message), 4, &value);
	assert_int_equal(value, BH_MSG_NONE);
	machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_ASK);
	fake_read(3, MACHINE_COMM + offsetof(struct bh_comm_page, message), 4, &value);
	assert_int_equal(value, BH_MSG_SHUTDOWN);
	assert_int_equal(machine_state(handle), BH_CELL_STOPPING);
	fake_write(3, MACHINE_COMM + offsetof(struct bh_comm_page, reply), 4, 0x1234); /* nonsense */
	assert_int_equal(machine_state(handle), BH_CELL_STOPPING);
	fake_write(3, MACHINE_COMM + offsetof(struct bh_comm_page, reply), 4, BH_REPLY_DENY);
	machine_await(handle, BH_CELL_RUNNING);
	machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_ASK);
	fake_write(3, MACHINE_COMM + offsetof(struct bh_comm_page, reply), 4, BH_REPLY_ACCEPT);
	machine_await(handle, BH_CELL_STOPPED);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_ANSWERED);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	fake_power_off();
}

/* A CPU that was off when the hypervisor came can be a guest's. */
static void test_absent_cpu(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct machine_snapshot before;
	uint32_t handle;

	machine_enable(CPUS, CPUS - 1);
	before = machine_snapshot();
	handle = machine_create(0, &cell);
	fake_refuse_boot(2);
	start_cell(handle, 3, 1);
	assert_true(fake_wait_mode(3, FAKE_GUEST, 5000));
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	assert_int_equal(before.pages, machine_snapshot().pages);
	handle = machine_create(0, &cell);
	start_cell(handle, 3, 2);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	fake_power_off();
}

static void test_boot_refused(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	uint32_t handle;

	machine_enable(CPUS, CPUS - 1);
	fake_refuse_boot(3);
	handle = machine_create(0, &cell);
	machine_ok(0, BH_HC_CELL_LOAD, handle, 0);
	assert_int_equal(machine_call(0, BH_HC_CELL_START, handle, 0).result, BH_E_HARDWARE);
	assert_int_equal(machine_state(handle), BH_CELL_FAILED);
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	fake_power_off();
}

static void test_root_goes(void **state)
{
	static uint64_t config[512];
	struct bh_config_system *system = (void *)config;
	struct machine_cell cell = machine_cell("one", 3);
	uint32_t size = fake_build_config(config, sizeof(config), CPUS), handle;

	system->on_reset = BH_ON_RESET_STOP;
	system->header.crc = 0;
	system->header.crc = config_crc(config, size);
	machine_enable_system(CPUS, CPUS, config, size);
	machine_offline(3);
	handle = machine_create(0, &cell);
	start_cell(handle, 3, 1);
	settle(3);
	assert_int_equal(fake_system_reset(1), FAKE_LATE);
	for (unsigned int slot = 0; slot < 3; slot++) {
		while (cpu_state(cpu_get(slot)) != BH_CPU_PARKED)
			usleep(100);
	}
	assert_int_equal(cpu_state(cpu_get(3)), BH_CPU_RUNNING);
	assert_int_equal(fake_counters().machine_reset, 0);
	/* When the last guest goes, the machine does what root wanted. */
	fake_system_off(3);
	for (unsigned int turn = 0; turn < 1000 && !fake_counters().machine_reset; turn++)
		usleep(1000);
	assert_int_equal(fake_counters().machine_reset, 1);
	fake_power_off();
	/* Without guests at once. */
	machine_enable_system(CPUS, CPUS, config, size);
	fake_system_off(0);
	assert_int_equal(fake_counters().machine_off, 1);
	fake_power_off();
}

static void test_console(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct bh_ring *ring;
	uint32_t handle;

	setup(1);
	handle = machine_create(0, &cell);
	start_cell(handle, 3, 1);
	settle(3);
	fake_write(3, MACHINE_UART, 1, 'h');
	fake_write(3, MACHINE_UART, 4, 'i');
	machine_ok(3, BH_HC_CONSOLE_PUTC, '!', 0);
	ring = (void *)((uint8_t *)image_info() + info_cell(1)->console);
	assert_int_equal(ring->magic, BH_RING_MAGIC);
	assert_int_equal(ring->head, 3);
	assert_memory_equal(ring + 1, "hi!", 3);
	assert_int_equal(machine_call(3, BH_HC_CELL_STATE, handle, 0).result, BH_E_PERMISSION);
	machine_ok(0, BH_HC_CONSOLE_WRITE, handle, 1);
	assert_int_equal(machine_call(0, BH_HC_CONSOLE_WRITE, handle, 25).result, BH_E_RANGE);
	assert_int_equal(machine_call(0, BH_HC_CONSOLE_WRITE, handle, 0).result, BH_E_RANGE);
	assert_int_equal(machine_call(0, BH_HC_CONSOLE_WRITE, handle, 1).result, BH_E_FULL); /* no FIFO yet */
	fake_power_off();
}

static uint64_t typed(unsigned int slot)
{
	struct hypercall call = machine_call(slot, BH_HC_CONSOLE_GETC, 0, 0);

	assert_int_equal(call.result, BH_E_OK);
	return call.value[0];
}

/* What is typed waits until the guest asks: as much as fits, in order, and only in one life of the cell. */
static void test_console_without_uart(void **state)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct hypercall call = { .number = BH_HC_CONSOLE_WRITE,
				  .arg = { 0, 20, 0x6463626164636261ull, 0x6463626164636261ull } };
	uint32_t handle;

	setup(1);
	cell.body.console = BH_NO_CONSOLE;
	handle = machine_create(0, &cell);
	call.arg[0] = handle;
	start_cell(handle, 3, 1);
	settle(3);
	assert_true(typed(3) == ~0ull);
	assert_int_equal(fake_hypercall(0, &call), FAKE_DONE);
	assert_int_equal(call.result, BH_E_OK);
	assert_int_equal(call.value[0], 16);
	assert_int_equal(machine_call(0, BH_HC_CONSOLE_WRITE, handle, 1).result, BH_E_FULL);
	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(typed(3), 'a' + i % 4);
	assert_true(typed(3) == ~0ull);
	machine_ok(0, BH_HC_CONSOLE_WRITE, handle, 1);
	machine_ok(0, BH_HC_CELL_STOP, handle, BH_STOP_FORCE);
	machine_await(handle, BH_CELL_STOPPED);
	start_cell(handle, 3, 2);
	assert_true(fake_wait_mode(3, FAKE_GUEST, 5000));
	assert_true(typed(3) == ~0ull);
	fake_power_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_console_without_uart),
		cmocka_unit_test(test_create_destroy),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_full_life),
		cmocka_unit_test(test_destroy_anywhere),
		cmocka_unit_test(test_guest_ends),
		cmocka_unit_test(test_violation),
		cmocka_unit_test(test_smp),
		cmocka_unit_test(test_stuck_cpu),
		cmocka_unit_test(test_resume_waits),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_two_cells),
		cmocka_unit_test(test_out_of_pages),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_shutdown_request),
		cmocka_unit_test(test_absent_cpu),
		cmocka_unit_test(test_boot_refused),
		cmocka_unit_test(test_root_goes),
		cmocka_unit_test(test_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
