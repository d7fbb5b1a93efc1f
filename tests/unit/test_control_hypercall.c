// SPDX-License-Identifier: GPL-2.0-or-later
/* Hypercalls with every number and with arguments that nobody means: an answer, no crash, nothing lost. */
#include "machine.h"

#include <control/lock.h>
#include <core/lock.h>

#define CPUS 4u
#define TURNS 60000u

static uint64_t seed = 88172645463325252ull;

static uint64_t chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void test_numbers(void **state)
{
	static const uint64_t numbers[] = { BH_HC_COUNT, 1000, 1ull << 32, ~0ull, 1ull << 63 };

	machine_enable(2, 2);
	for (unsigned int i = 0; i < 5; i++) {
		struct hypercall call = machine_once(0, numbers[i], 1, 2);

		assert_int_equal(call.result, BH_E_UNKNOWN_CALL);
		assert_int_equal(call.value[0] & 0xffff, BH_OBJ_CALL);
		assert_int_equal(call.value[2], numbers[i]);
	}
	assert_int_equal(machine_once(0, BH_HC_PING, 0, 0).result, BH_E_OK);
	assert_int_equal(machine_once(0, BH_HC_ROOT_PANIC, 0, 0).result, BH_E_OK);
	assert_int_equal(info_cell(0)->reason.kind, BH_REASON_CRASHED);
	fake_power_off();
}

/* Whatever is refused, a guest that repeats it for ever writes nothing into root's log. */
static void test_refused_calls_say_nothing(void **state)
{
	const struct bh_ring *log;
	struct machine_cell cell = machine_cell("guest", 1);
	uint64_t head;

	machine_enable(2, 2);
	machine_offline(1);
	machine_ok(0, BH_HC_CELL_START, machine_create(0, &cell), 0);
	fake_finish(1, 5000);
	assert_true(fake_wait_mode(1, FAKE_GUEST, 5000));
	log = (const struct bh_ring *)((const uint8_t *)image_info() + image_info()->log);
	head = log->head;
	for (unsigned int i = 0; i < 2000; i++)
		assert_int_not_equal(machine_once(1, BH_HC_CELL_CREATE + i % 40, chance(), chance()).result,
				     BH_E_TIMEOUT);
	assert_int_equal(log->head, head);
	assert_int_equal(log->lost, 0);
	fake_power_off();
}

/* A CPU that fails in the middle of a control operation: afterwards cells can be ended, and the hypervisor disabled. */
static void test_an_operation_cut_short(void **state)
{
	struct machine_cell cell = machine_cell("guest", 1);
	uint32_t handle;

	machine_enable(2, 2);
	machine_offline(1);
	handle = machine_create(0, &cell);
	assert_true(lock_control_try());
	assert_int_equal(machine_once(0, BH_HC_CELL_START, handle, 0).result, BH_E_BUSY);
	assert_false(lock_control_is_damaged());
	lock_abandon();
	assert_int_equal(machine_once(0, BH_HC_CELL_START, handle, 0).result, BH_E_DAMAGED);
	assert_int_equal(machine_once(0, BH_HC_CELL_LOAD, handle, 0).result, BH_E_DAMAGED);
	assert_int_equal(machine_once(0, BH_HC_CELL_STATE, handle, 0).result, BH_E_OK);
	assert_true(lock_control_is_damaged());
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	assert_int_equal(cell_guest_count(), 0);
	fake_power_off();
	machine_enable(2, 2);
	assert_false(lock_control_is_damaged());
	fake_power_off();
}

/* A guest may only what the table allows it. */
static void test_permissions(void **state)
{
	static const uint8_t any_cell[BH_HC_COUNT] = {
#define WHO(name, number, who) [number] = who,
		BH_HYPERCALLS(WHO)
#undef WHO
	};
	struct machine_cell cell = machine_cell("guest", 1);
	uint32_t handle;

	machine_enable(2, 2);
	machine_offline(1);
	handle = machine_create(0, &cell);
	machine_ok(0, BH_HC_CELL_START, handle, 0);
	fake_finish(1, 5000);
	assert_true(fake_wait_mode(1, FAKE_GUEST, 5000));
	for (unsigned int number = 0; number < BH_HC_COUNT; number++) {
		struct hypercall call = machine_once(1, number, handle, 0);

		assert_int_equal(call.result, any_cell[number] ? BH_E_OK : BH_E_PERMISSION);
		if (number == BH_HC_INFO) {
			assert_int_equal(call.value[2], 0);
			assert_int_equal(call.value[3], 1);
		}
	}
	/* Root's handle is for looking, not for control. */
	handle = (uint32_t)machine_once(0, BH_HC_CELL_FIND, 0, 0).value[0];
	assert_int_equal(machine_once(0, BH_HC_CELL_STATE, handle, 0).value[0], BH_CELL_RUNNING);
	for (unsigned int number = BH_HC_CELL_LOAD; number <= BH_HC_CELL_DESTROY; number++)
		assert_int_equal(machine_once(0, number, handle, 0).result, BH_E_RANGE);
	assert_int_equal(machine_once(0, BH_HC_CELL_REGION, handle, 0).result, BH_E_RANGE);
	fake_power_off();
}

/* Where the blob may be: root's RAM, all of it, and nothing else. */
static void test_blob_addresses(void **state)
{
	static const uint64_t bad[] = {
		0,	    0x9000000, FAKE_HV_BASE, FAKE_HV_BASE - 8, FAKE_INTC_BASE, FAKE_RAM_BASE - 8,
		1ull << 40, ~7ull,     1ull << 63
	};
	struct machine_cell cell = machine_cell("guest", 1);
	struct hypercall call;
	uint32_t size;
	uint64_t free, across = 0x41800000 - 64;

	machine_enable(2, 2);
	machine_offline(1);
	free = pool_free_pages();
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(machine_once(0, BH_HC_CELL_CREATE, bad[i], 1024).result, BH_E_FAULT);
	assert_int_equal(machine_once(0, BH_HC_CELL_CREATE, MACHINE_BLOB + 4, 1024).result, BH_E_ALIGN);
	assert_int_equal(machine_once(0, BH_HC_CELL_CREATE, MACHINE_BLOB, 0).result, BH_E_SIZE);
	assert_int_equal(machine_once(0, BH_HC_CELL_CREATE, MACHINE_BLOB, 8).result, BH_E_SIZE);
	assert_int_equal(machine_once(0, BH_HC_CELL_CREATE, MACHINE_BLOB, ~0ull).result, BH_E_SIZE);
	assert_int_equal(machine_once(0, BH_HC_CELL_CREATE, MACHINE_BLOB, 1ull << 32).result, BH_E_SIZE);
	assert_int_equal(machine_once(0, BH_HC_CELL_CREATE, MACHINE_BLOB, 4096).result, BH_E_MAGIC);
	assert_int_equal(pool_free_pages(), free);
	/* Across a page and a block. */
	size = machine_seal(&cell, fake_ram(hpa(across), PAGE_SIZE));
	call = machine_once(0, BH_HC_CELL_CREATE, across, size);
	assert_int_equal(call.result, BH_E_OK);
	/* A guest's memory is not root's any more. */
	call = machine_once(0, BH_HC_CELL_CREATE, FAKE_POOL_BASE, 1024);
	assert_int_equal(call.result, BH_E_FAULT);
	fake_power_off();
}

/*
 * Every byte of a good blob changed: with its checksum put right, refused or accepted, and then nothing
 * overlaps.
 */
static void check_disjoint(void)
{
	struct cell *guest = cell_get(1);
	const struct bh_config_memory *region;

	if (cell_state(guest) == BH_CELL_NONE)
		return;
	region = CONFIG_ARRAY(struct bh_config_memory, guest->config, memory);
	for (uint32_t i = 0; i < guest->config->memory.count; i++) {
		for (uint64_t at = 0; at < region[i].size; at += PAGE_SIZE) {
			hpa_t mine, roots;

			assert_true(pt_lookup(&guest->arch.stage2, region[i].gpa + at, &mine, NULL));
			assert_int_equal(mine.value, region[i].hpa + at);
			assert_false(pt_lookup(&cell_root()->arch.stage2, mine.value, &roots, NULL));
			assert_true(mine.value < FAKE_HV_BASE || mine.value >= FAKE_HV_BASE + FAKE_HV_SIZE);
		}
	}
}

static void test_changed_bytes(void **state)
{
	struct machine_cell cell = machine_cell("guest", 1);
	struct machine_snapshot before;
	unsigned int accepted = 0;
	uint8_t good[PAGE_SIZE], *blob;
	uint32_t size;

	machine_enable(2, 2);
	machine_offline(1);
	before = machine_snapshot();
	cell.body.memory.count = 2;
	cell.memory[1] = (struct bh_config_memory){ .gpa = 0xb000000,
						    .hpa = 0x9040000,
						    .size = 0x2000,
						    .name = "mmio",
						    .flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE };
	size = machine_seal(&cell, good);
	blob = fake_ram(hpa(MACHINE_BLOB), PAGE_SIZE);
	for (uint32_t at = 0; at < size * 4; at++) {
		struct bh_config_header *header = (void *)blob;
		struct hypercall call;

		memcpy(blob, good, PAGE_SIZE);
		blob[at / 4] ^= (uint8_t[]){ 0x01, 0x80, 0xff, 0x10 }[at % 4];
		header->crc = 0;
		header->crc = config_crc(blob, header->size <= PAGE_SIZE ? header->size : size);
		call = machine_call(0, BH_HC_CELL_CREATE, MACHINE_BLOB, size);
		if (call.result == BH_E_OK) {
			accepted++;
			check_disjoint();
			machine_ok(0, BH_HC_CELL_DESTROY, call.value[0], 0);
		}
		if (at % 64 == 0)
			machine_same(before);
	}
	assert_true(accepted > 10);
	machine_same(before);
	fake_power_off();
}

/* Arguments: sometimes right, sometimes near, mostly nonsense. */
static uint64_t argument(const uint32_t *handles)
{
	static const uint64_t odd[] = {
		0,     1,	   2,	      3, 24, 25, MACHINE_BLOB, MACHINE_BLOB + 4096, FAKE_HV_BASE,
		~0ull, 1ull << 63, 1ull << 32
	};

	switch (chance() % 4) {
	case 0:
		return handles[chance() % BH_MAX_CELLS];
	case 1:
		return odd[chance() % (sizeof(odd) / sizeof(odd[0]))];
	case 2:
		return chance() % 2048;
	default:
		return chance();
	}
}

static void one_call(unsigned int slot, const uint32_t *handles)
{
	struct hypercall call = { .number = chance() % (BH_HC_COUNT + 2) };

	if (call.number == BH_HC_DISABLE)
		return; /* has its own test */
	for (unsigned int i = 0; i < 5; i++)
		call.arg[i] = argument(handles);
	if (fake_hypercall(slot, &call) == FAKE_DONE && call.result)
		assert_true(call.result < BH_E_COUNT);
}

static void test_nonsense(void **state)
{
	static const char *const names[] = { "a", "b" };
	struct machine_snapshot before;
	uint32_t handles[BH_MAX_CELLS] = { 0 };

	machine_enable(CPUS, CPUS);
	machine_offline(3);
	machine_offline(2);
	before = machine_snapshot();
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		if (turn % 50 == 0) {
			struct machine_cell cell = machine_cell(names[turn / 50 % 2], 2 + turn / 50 % 2);

			machine_create_blob(0, &cell);
		}
		for (unsigned int id = 0; turn % 10 == 0 && id < BH_MAX_CELLS; id++)
			handles[id] = info_cell(id)->handle;
		one_call(turn % 2, handles);
	}
	for (unsigned int id = 1; id < BH_MAX_CELLS; id++) {
		if (info_cell(id)->handle)
			machine_ok(0, BH_HC_CELL_DESTROY, info_cell(id)->handle, 0);
	}
	machine_same(before);
	fake_power_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),	       cmocka_unit_test(test_refused_calls_say_nothing),
		cmocka_unit_test(test_an_operation_cut_short),
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_blob_addresses), cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
