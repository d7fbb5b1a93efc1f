// SPDX-License-Identifier: GPL-2.0-or-later
/* SANITIZE: address thread */
/*
 * Two CPUs of root drive two cells against each other while a third one goes off and on, guests switch their
 * vCPUs, fail and end by themselves, and root stops, suspends and destroys them in the same moment.
 */
#include "machine.h"

#include <arch/vcpu.h>
#include <pthread.h>
#include <stdio.h>

/* Root keeps 0 and 1; 2 goes off and on; each cell has two CPUs. */
#define CPUS 7u
#define ROUNDS 60u

/* cmocka's assertions belong to the main thread. */
#define CHECK(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                        \
		}                                                                       \
	} while (0)

struct driver {
	unsigned int slot;  /* root's CPU */
	unsigned int first; /* the cell's CPUs: first, first + 1 */
	const char *name;
	uint64_t seed;
};

static uint32_t stop_all;

static uint32_t chance(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*seed >> 33);
}

static struct machine_cell two_cpu_cell(const struct driver *driver)
{
	struct machine_cell cell = machine_cell(driver->name, driver->first);

	cell.body.cpus.count = 2;
	cell.cpus[1].hwid = FAKE_HWID(driver->first + 1);
	cell.memory[0].size = 2 * MACHINE_MIB;
	cell.devices[0].irq = MACHINE_UART_IRQ;
	return cell;
}

static uint64_t call(const struct driver *driver, uint64_t number, uint64_t a, uint64_t b)
{
	return machine_call(driver->slot, number, a, b).result;
}

/*
 * What a guest does of its own accord; the CPU may be in another exit, or run no guest: then nothing happens.
 */

static enum fake_outcome guest_cpu_on(void *argument)
{
	upcall_cpu_on(1, MACHINE_ENTRY, 7);
	return FAKE_DONE;
}

static enum fake_outcome guest_cpu_off(void *argument)
{
	upcall_cpu_off();
	return FAKE_DONE;
}

static enum fake_outcome guest_off(void *argument)
{
	upcall_system_off();
	return FAKE_DONE;
}

static enum fake_outcome guest_fails(void *argument)
{
	struct bh_record record = { .kind = BH_REASON_MEMORY_ACCESS, .what = "nothing" };

	upcall_violation(&record);
	return FAKE_STOPPED;
}

static enum fake_outcome guest_prints(void *argument)
{
	struct mmio_access access = { .address = MACHINE_UART, .size = 4, .is_write = 1, .value = 'x' };

	upcall_mmio(&access);
	access = (struct mmio_access){
		.address = MACHINE_UART + 0x38, .size = 4, .is_write = 1, .value = 0x70
	};
	upcall_mmio(&access);
	return FAKE_DONE;
}

static void provoke(unsigned int slot, uint32_t what)
{
	static enum fake_outcome (*const acts[])(void *argument) = { guest_prints, guest_cpu_on,
								     guest_cpu_on, guest_cpu_off,
								     guest_off,	   guest_fails };

	fake_finish(slot, 0);
	fake_post(slot, FAKE_GUEST, acts[what % 6], NULL);
}

static void one_run(const struct driver *driver, uint32_t handle, uint64_t *seed)
{
	static const struct {
		uint32_t number, argument;
	} acts[] = { { BH_HC_CELL_SUSPEND, 0 },	       { BH_HC_CELL_RESUME, 0 },
		     { BH_HC_CELL_STOP, BH_STOP_ASK }, { BH_HC_CELL_STOP, BH_STOP_FORCE },
		     { BH_HC_CELL_STATE, 0 },	       { BH_HC_CONSOLE_WRITE, 3 },
		     { BH_HC_CELL_LOAD, 0 },	       { BH_HC_CELL_START, 0 } };

	for (unsigned int i = 0; i < 12; i++) {
		uint32_t act = chance(seed) % 8;
		uint64_t code;

		provoke(driver->first, chance(seed));
		provoke(driver->first + 1, chance(seed));
		code = call(driver, acts[act].number, handle, acts[act].argument);
		CHECK(code == BH_E_OK || code == BH_E_STATE || code == BH_E_FULL);
	}
}

static void *drive(void *argument)
{
	struct driver *driver = argument;
	uint64_t seed = driver->seed;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct machine_cell cell = two_cpu_cell(driver);
		struct hypercall created = machine_create_blob(driver->slot, &cell);
		uint32_t handle = (uint32_t)created.value[0];

		CHECK(created.result == BH_E_OK);
		CHECK(call(driver, BH_HC_CELL_LOAD, handle, 0) == BH_E_OK);
		CHECK(call(driver, BH_HC_CELL_START, handle, 0) == BH_E_OK);
		one_run(driver, handle, &seed);
		CHECK(call(driver, BH_HC_CELL_DESTROY, handle, 0) == BH_E_OK);
	}
	return NULL;
}

/* CPU 2 of root goes off and on. */
static void *hotplug(void *argument)
{
	while (!__atomic_load_n(&stop_all, __ATOMIC_ACQUIRE)) {
		enum power_result power;

		fake_finish(2, 0);
		if (fake_post(2, FAKE_GUEST, guest_cpu_off, NULL) != FAKE_DONE)
			continue;
		do {
			usleep(200);
			power = POWER_DENIED;
		} while (fake_cpu_on(1, 2, FAKE_RAM_BASE, 0, &power) == FAKE_BUSY ||
			 power == POWER_ALREADY_ON);
		usleep(500);
	}
	return NULL;
}

static void test_against_each_other(void **state)
{
	struct driver one = { 0, 3, "one", 1 }, two = { 1, 5, "two", 2 };
	struct machine_snapshot before;
	pthread_t first, second;

	machine_enable(CPUS, CPUS);
	fake_time_rate(1);
	for (unsigned int slot = 3; slot < CPUS; slot++)
		machine_offline(slot);
	before = machine_snapshot();
	pthread_create(&first, NULL, drive, &one);
	pthread_create(&second, NULL, drive, &two);
	pthread_join(first, NULL);
	pthread_join(second, NULL);
	machine_same(before);
	fake_power_off();
}

static void test_with_hotplug(void **state)
{
	struct driver two = { 0, 5, "two", 3 };
	pthread_t first, second;

	machine_enable(CPUS, CPUS);
	for (unsigned int slot = 3; slot < CPUS; slot++)
		machine_offline(slot);
	stop_all = 0;
	pthread_create(&first, NULL, hotplug, NULL);
	pthread_create(&second, NULL, drive, &two);
	pthread_join(second, NULL);
	__atomic_store_n(&stop_all, 1, __ATOMIC_RELEASE);
	pthread_join(first, NULL);
	fake_power_off();
}

/*
 * Root takes a CPU for a cell in the moment in which another CPU of root switches it on: one of them has it.
 */

static void *take_it(void *argument)
{
	struct machine_cell cell = machine_cell("one", 3);
	struct hypercall *created = argument;

	*created = machine_create_blob(0, &cell);
	return NULL;
}

static void test_one_cpu_two_takers(void **state)
{
	unsigned int taken = 0;

	machine_enable(4, 4);
	machine_offline(3);
	for (unsigned int round = 0; round < 200; round++) {
		enum power_result power;
		struct hypercall created;
		pthread_t taker;

		pthread_create(&taker, NULL, take_it, &created);
		fake_cpu_on(1, 3, FAKE_RAM_BASE, 0, &power);
		pthread_join(taker, NULL);
		if (created.result == BH_E_OK) {
			taken++;
			assert_int_not_equal(power, POWER_OK);
			machine_ok(0, BH_HC_CELL_DESTROY, created.value[0], 0);
			continue;
		}
		assert_int_equal(created.result, BH_E_CPU_ONLINE);
		assert_int_equal(power, POWER_OK);
		fake_finish(3, 5000);
		assert_true(fake_wait_mode(3, FAKE_GUEST, 5000));
		machine_offline(3);
	}
	print_message("the cell had it %u times of 200\n", taken);
	fake_power_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_each_other),
		cmocka_unit_test(test_with_hotplug),
		cmocka_unit_test(test_one_cpu_two_takers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
