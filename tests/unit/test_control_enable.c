// SPDX-License-Identifier: GPL-2.0-or-later
/* SANITIZE: address thread */
/* Enable and disable: all CPUs or none, faults at every step, CPUs that never come or come too late. */
#include "machine.h"

#include <arch/enable.h>
#include <cell/state.h>

#define CPUS 4u

/* Short waits: these tests wait them out. */
static uint32_t quick_config(void *buffer, uint32_t size, unsigned int cpus)
{
	struct bh_config_system *system = buffer;
	uint32_t bytes = fake_build_config(buffer, size, cpus);

	system->log_level = 1;
	system->header.crc = 0;
	system->header.crc = config_crc(buffer, bytes);
	return bytes;
}

static void power_on(unsigned int cpus, unsigned int online)
{
	static uint64_t config[512];

	fake_power_on(cpus, config, quick_config(config, sizeof(config), cpus));
	machine_early_log();
	image_header.online_count = online;
	image_header.generation = machine_generation();
	fake_start_cpus(online);
	fake_time_rate(4);
}

static struct hypercall disable_calls[64];

static enum fake_outcome do_disable(void *argument)
{
	upcall_hypercall(argument);
	return FAKE_DONE;
}

static void disable_all(unsigned int online, uint64_t generation, uint64_t *codes)
{
	for (unsigned int slot = 0; slot < online; slot++) {
		disable_calls[slot] = (struct hypercall){ .number = BH_HC_DISABLE, .arg = { generation } };
		assert_int_equal(fake_post(slot, FAKE_GUEST, do_disable, &disable_calls[slot]), FAKE_DONE);
	}
	for (unsigned int slot = 0; slot < online; slot++) {
		assert_int_equal(fake_finish(slot, FAKE_PATIENCE_MS), FAKE_DONE);
		codes[slot] = disable_calls[slot].result;
	}
}

static void assert_bare(unsigned int online)
{
	for (unsigned int slot = 0; slot < online; slot++)
		assert_int_equal(fake_cpu_view(slot).mode, FAKE_BARE);
}

static void enable_all(unsigned int online, int code)
{
	int results[64];

	assert_int_equal(fake_enter_all(online, image_header.generation, results), FAKE_DONE);
	for (unsigned int slot = 0; slot < online; slot++)
		assert_int_equal(results[slot], code);
}

static void test_enable_disable(void **state)
{
	uint64_t codes[CPUS];

	for (unsigned int round = 0; round < 20; round++) {
		power_on(CPUS, CPUS);
		enable_all(CPUS, BH_E_OK);
		for (unsigned int slot = 0; slot < CPUS; slot++) {
			struct hypercall call = machine_once(slot, BH_HC_INFO, 0, 0);

			assert_int_equal(call.result, BH_E_OK);
			assert_int_equal(call.value[0], BH_HYPERCALL_MAGIC);
			assert_int_equal(call.value[1], BH_ABI_MAJOR << 16 | BH_ABI_MINOR);
			assert_int_equal(call.value[2], slot);
			assert_int_equal(call.value[3], 0);
			assert_int_equal(call.value[4], image_header.generation);
		}
		disable_all(CPUS, image_header.generation, codes);
		for (unsigned int slot = 0; slot < CPUS; slot++)
			assert_int_equal(codes[slot], BH_E_OK);
		assert_bare(CPUS);
		assert_int_equal(fake_counters().system_leave, 1);
		fake_power_off();
	}
}

static void test_root_entry(void **state)
{
	struct bh_cell_info *root;

	power_on(CPUS, CPUS - 1);
	enable_all(CPUS - 1, BH_E_OK);
	root = info_cell(0);
	assert_string_equal(root->name, "root");
	assert_int_equal(root->state, BH_CELL_RUNNING);
	assert_int_equal(root->cpus[0], (1u << CPUS) - 1);
	assert_int_equal(root->memory, FAKE_RAM_SIZE - FAKE_HV_SIZE);
	assert_int_equal(root->handle, machine_call(0, BH_HC_CELL_FIND, 0, 0).value[0]);
	assert_int_equal(machine_call(0, BH_HC_CPU_STATE, CPUS - 1, 0).value[0], BH_CPU_ABSENT);
	assert_int_equal(machine_call(0, BH_HC_CPU_STATE, 0, 0).value[0], BH_CPU_RUNNING);
	fake_power_off();
}

/*
 * What root sees: its RAM, devices; not the hypervisor, not the interrupt controller; the info area
 * read-only.
 */
static void test_root_map(void **state)
{
	uint64_t info, value = 1;

	power_on(1, 1);
	enable_all(1, BH_E_OK);
	info = image_header.hv_base + image_header.info_offset;
	assert_int_equal(fake_write(0, FAKE_RAM_BASE + 0x1000, 8, 5), FAKE_DONE);
	assert_int_equal(fake_read(0, FAKE_RAM_BASE + 0x1000, 8, &value), FAKE_DONE);
	assert_int_equal(value, 5);
	assert_int_equal(fake_read(0, FAKE_HV_BASE - 8, 8, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, FAKE_HV_BASE, 8, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, FAKE_HV_BASE + FAKE_HV_SIZE - 8, 8, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, FAKE_INTC_BASE, 4, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, FAKE_INTC_BASE + FAKE_INTC_SIZE, 4, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, 0, 4, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, (1ull << FAKE_PHYS_BITS) - 8, 8, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, info, 8, &value), FAKE_DONE);
	assert_int_equal(value, BH_INFO_MAGIC);
	assert_int_equal(fake_write(0, info, 8, 0), FAKE_INJECTED);
	assert_int_equal(fake_read(0, info - 8, 8, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, info + image_header.info_size, 8, &value), FAKE_INJECTED);
	fake_power_off();
}

/* A window onto all RAM: root sees its own through it, and nothing of the hypervisor's or the pool's. */
static void test_root_sees_no_alias(void **state)
{
	static uint64_t config[512];
	const struct bh_config_alias window = { 0x8000000000, FAKE_RAM_SIZE, FAKE_RAM_BASE, 0 };
	const uint64_t pool = window.at + (FAKE_POOL_BASE - FAKE_RAM_BASE);
	const uint64_t hypervisor = window.at + (FAKE_HV_BASE - FAKE_RAM_BASE);
	struct bh_config_system *system = (void *)config;
	uint32_t size = fake_build_config(config, sizeof(config), 1);
	uint64_t value;

	memcpy((uint8_t *)config + size, &window, sizeof(window));
	size += sizeof(window);
	system->aliases.count = 1;
	system->header.size = size;
	system->header.crc = 0;
	system->header.crc = config_crc(config, size);
	machine_enable_system(1, 1, config, size);
	assert_int_equal(fake_read(0, window.at - 8, 8, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, window.at, 8, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, pool - 8, 8, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, pool, 8, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, pool + FAKE_POOL_SIZE - 8, 8, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, pool + FAKE_POOL_SIZE, 8, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, hypervisor - 8, 8, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, hypervisor, 8, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, hypervisor + FAKE_HV_SIZE - 8, 8, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, window.at + window.size, 8, &value), FAKE_DONE);
	assert_int_equal(fake_read(0, FAKE_INTC_BASE, 4, &value), FAKE_INJECTED);
	assert_int_equal(fake_read(0, FAKE_POOL_BASE, 8, &value), FAKE_DONE);
	fake_power_off();
}

static void test_dry_run(void **state)
{
	int result;

	power_on(CPUS, CPUS);
	for (unsigned int round = 0; round < 3; round++) {
		assert_int_equal(fake_enter(1, BH_ENTER_ARG(1, image_header.generation) | BH_ENTER_DRY_RUN,
					    &result),
				 FAKE_DONE);
		assert_int_equal(result, BH_E_OK);
		assert_int_equal(fake_cpu_view(1).mode, FAKE_BARE);
		assert_int_equal(fake_counters().system_steps_done, 0);
		assert_int_equal(fake_counters().cpu_steps_done, 0);
		assert_int_equal(fake_counters().cell_init, fake_counters().cell_exit);
	}
	enable_all(CPUS, BH_E_OK);
	fake_power_off();
}

static const char *const steps[] = { "arrive",	     "config",	      "pool",	   "info",	  "fake-mmu",
				     "fake-intc",    "components",    "root-cell", "root-memory", "root-dma",
				     "root-intc",    "root-irqs",     "iommu",	   "fake-cpu-mmu", "fake-cpu-intc",
				     "activate" };

static void inject(const char *step, uint32_t kind, int cpu)
{
	memset(image_header.inject_step, 0, sizeof(image_header.inject_step));
	strncpy(image_header.inject_step, step, sizeof(image_header.inject_step) - 1);
	image_header.inject_kind = kind;
	image_header.inject_cpu = cpu;
}

static void fail_once(const char *step, uint32_t kind, int cpu)
{
	int code = kind == BH_INJECT_ERROR ? BH_E_INJECTED : BH_E_TIMEOUT;

	inject(step, kind, cpu);
	image_header.generation = machine_generation();
	enable_all(CPUS, code);
	assert_bare(CPUS);
	assert_string_equal(image_info()->last_step, step);
	assert_int_equal(image_info()->last_error.code, code);
	assert_int_equal(fake_counters().system_steps_done, 0);
	assert_int_equal(fake_counters().cpu_steps_done, 0);
	assert_int_equal(fake_counters().cell_init, fake_counters().cell_exit);
}

/* System steps run on the first CPU, whichever came first. */
static int runs_on(const char *step, int cpu)
{
	return cpu == 0 || !strncmp(step, "fake-cpu", 8) || !strcmp(step, "activate") ||
	       !strcmp(step, "arrive");
}

static void test_inject_everywhere(void **state)
{
	uint64_t codes[CPUS];

	power_on(CPUS, CPUS);
	for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		for (uint32_t kind = BH_INJECT_ERROR; kind <= BH_INJECT_TIMEOUT; kind++) {
			fail_once(steps[i], kind, -1);
			for (int cpu = 0; cpu < (int)CPUS && runs_on(steps[i], cpu); cpu += cpu ? 2 : 1)
				fail_once(steps[i], kind, cpu);
		}
	}
	inject("", BH_INJECT_NONE, -1);
	image_header.generation = machine_generation();
	enable_all(CPUS, BH_E_OK);
	disable_all(CPUS, image_header.generation, codes);
	assert_bare(CPUS);
	fake_power_off();
}

static void test_one_never_comes(void **state)
{
	struct hypercall call;
	int result;

	power_on(CPUS, CPUS);
	enable_all(CPUS - 1, BH_E_TIMEOUT);
	assert_bare(CPUS);
	assert_int_equal(fake_counters().system_steps_done, 0);
	/* And then it comes. */
	assert_int_equal(fake_enter(CPUS - 1, BH_ENTER_ARG(CPUS - 1, image_header.generation), &result),
			 FAKE_DONE);
	assert_int_equal(result, BH_E_TIMEOUT);
	/* One CPU too many of a dead generation, one of a generation that is none. */
	assert_int_equal(fake_enter(0, BH_ENTER_ARG(0, image_header.generation), &result), FAKE_DONE);
	assert_int_equal(result, BH_E_GENERATION);
	assert_int_equal(fake_enter(0, BH_ENTER_ARG(0, 7), &result), FAKE_DONE);
	assert_int_equal(result, BH_E_GENERATION);
	image_header.generation = machine_generation();
	enable_all(CPUS, BH_E_OK);
	call = machine_once(0, BH_HC_DISABLE, 1, 0);
	assert_int_equal(call.result, BH_E_STALE);
	fake_power_off();
}

static void test_bad_config(void **state)
{
	static uint64_t config[512];
	uint32_t size = quick_config(config, sizeof(config), CPUS);

	config[20] ^= 1;
	fake_power_on(CPUS, config, size);
	machine_early_log();
	fake_start_cpus(CPUS);
	enable_all(CPUS, BH_E_CHECKSUM);
	assert_string_equal(image_info()->last_step, "config");
	assert_int_equal(image_info()->last_error.object, BH_OBJ_HEADER);
	fake_power_off();
}

static void test_too_little_memory(void **state)
{
	uint64_t codes[CPUS];
	unsigned int failures = 0;

	/* Every amount of pages: whichever allocation fails, nothing is left and the next start succeeds. */
	for (uint64_t pages = 1; pages < 64; pages++) {
		power_on(CPUS, CPUS);
		image_header.hv_size = image_header.info_offset + image_header.info_size + pages * PAGE_SIZE;
		int results[CPUS];

		assert_int_equal(fake_enter_all(CPUS, image_header.generation, results), FAKE_DONE);
		for (unsigned int slot = 1; slot < CPUS; slot++)
			assert_int_equal(results[slot], results[0]);
		failures += results[0] != 0;
		if (results[0])
			assert_int_equal(fake_counters().cell_init, fake_counters().cell_exit);
		image_header.hv_size = FAKE_HV_SIZE;
		image_header.generation = machine_generation();
		if (results[0])
			enable_all(CPUS, BH_E_OK);
		disable_all(CPUS, image_header.generation, codes);
		fake_power_off();
		if (!results[0])
			break;
	}
	assert_true(failures > 3);
}

static void test_disable_refused(void **state)
{
	struct machine_cell cell = machine_cell("one", CPUS - 1);
	uint64_t codes[CPUS];
	uint32_t handle;

	power_on(CPUS, CPUS);
	enable_all(CPUS, BH_E_OK);
	machine_offline(CPUS - 1);
	handle = machine_create(0, &cell);
	for (unsigned int round = 0; round < 3; round++) {
		disable_all(CPUS - 1, image_header.generation, codes);
		for (unsigned int slot = 0; slot < CPUS - 1; slot++)
			assert_int_equal(codes[slot], BH_E_CELLS_EXIST);
	}
	machine_ok(0, BH_HC_CELL_DESTROY, handle, 0);
	/* One CPU does not take part: all stay. */
	disable_all(CPUS - 2, image_header.generation, codes);
	for (unsigned int slot = 0; slot < CPUS - 2; slot++)
		assert_int_equal(codes[slot], BH_E_TIMEOUT);
	assert_int_equal(machine_call(0, BH_HC_INFO, 0, 0).result, BH_E_OK);
	/* The parked CPU goes back to firmware with the others. */
	disable_all(CPUS - 1, image_header.generation, codes);
	for (unsigned int slot = 0; slot < CPUS - 1; slot++)
		assert_int_equal(codes[slot], BH_E_OK);
	assert_bare(CPUS - 1);
	assert_int_equal(fake_cpu_view(CPUS - 1).mode, FAKE_OFF);
	fake_power_off();
}

static void test_absent_cpu_arrives(void **state)
{
	enum power_result power;
	uint64_t codes[CPUS];

	power_on(CPUS, CPUS - 1);
	enable_all(CPUS - 1, BH_E_OK);
	assert_int_equal(fake_cpu_on(0, CPUS - 1, FAKE_RAM_BASE, 77, &power), FAKE_DONE);
	assert_int_equal(power, POWER_OK);
	assert_true(fake_wait_starts(CPUS - 1, 1, 5000));
	assert_int_equal(fake_cpu_view(CPUS - 1).entry, FAKE_RAM_BASE);
	assert_int_equal(fake_cpu_view(CPUS - 1).arg, 77);
	assert_true(fake_wait_mode(CPUS - 1, FAKE_GUEST, 5000));
	fake_cpu_on(0, CPUS - 1, FAKE_RAM_BASE, 78, &power);
	assert_int_equal(power, POWER_ALREADY_ON);
	fake_cpu_on(0, CPUS, FAKE_RAM_BASE, 78, &power);
	assert_int_equal(power, POWER_INVALID);
	fake_cpu_on(0, 1, FAKE_HV_BASE, 0, &power);
	assert_int_equal(power, POWER_ALREADY_ON);
	disable_all(CPUS, image_header.generation, codes);
	assert_int_equal(codes[0], BH_E_OK);
	assert_bare(CPUS);
	fake_power_off();
}

static void test_hotplug(void **state)
{
	enum power_result power;

	power_on(CPUS, CPUS);
	enable_all(CPUS, BH_E_OK);
	for (unsigned int round = 1; round < 20; round++) {
		machine_offline(2);
		fake_cpu_on(0, 2, FAKE_HV_BASE, 0, &power);
		assert_int_equal(power, POWER_BAD_ADDRESS);
		fake_cpu_on(0, 2, FAKE_RAM_BASE + round * 4096, round, &power);
		assert_int_equal(power, POWER_OK);
		assert_int_equal(fake_finish(2, FAKE_PATIENCE_MS), FAKE_DONE);
		assert_true(fake_wait_mode(2, FAKE_GUEST, 5000));
		assert_int_equal(fake_cpu_view(2).arg, round);
	}
	fake_power_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enable_disable),
		cmocka_unit_test(test_root_entry),
		cmocka_unit_test(test_root_map),
		cmocka_unit_test(test_root_sees_no_alias),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_inject_everywhere),
		cmocka_unit_test(test_one_never_comes),
		cmocka_unit_test(test_bad_config),
		cmocka_unit_test(test_too_little_memory),
		cmocka_unit_test(test_disable_refused),
		cmocka_unit_test(test_absent_cpu_arrives),
		cmocka_unit_test(test_hotplug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
