// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/core/component.c hypervisor/core/cpu.c hypervisor/core/deadline.c hypervisor/core/format.c */
/* SOURCES: hypervisor/core/image.c hypervisor/core/info.c hypervisor/core/lock.c hypervisor/core/log.c */
/* SOURCES: hypervisor/core/pagetable.c hypervisor/core/pool.c hypervisor/core/rendezvous.c hypervisor/core/ring.c */
/* SOURCES: hypervisor/core/stats.c */
/* SOURCES: hypervisor/core/step.c hypervisor/lib/crc.c hypervisor/arch/fake/cell.c hypervisor/arch/fake/cpu.c */
/* SOURCES: hypervisor/arch/fake/enable.c hypervisor/arch/fake/guest.c hypervisor/arch/fake/irq.c */
/* SOURCES: hypervisor/arch/fake/machine.c hypervisor/arch/fake/mmu.c */
/* SANITIZE: address thread */
/*
 * The fake machine itself, below a hypervisor of a few lines (the upcalls here): a machine that does not do
 * what hardware does, or that lets the contract be broken, would prove nothing about what is tested on it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arch/cell.h>
#include <arch/cpu.h>
#include <arch/enable.h>
#include <arch/firmware.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/upcall.h>
#include <arch/vcpu.h>
#include <asm/fake.h>
#include <bulkhead/errors.h>
#include <bulkhead/image.h>
#include <core/cpu.h>
#include <core/pool.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPUS 4
#define UART 0x09000000ull
#define RAM FAKE_POOL_BASE

static struct cell_arch root, guest;

/* A hypervisor of a few lines -------------------------------------------------------------------------- */

static uint64_t uart_value;

int upcall_enter(uint64_t argument)
{
	if ((uint32_t)argument != arch_cpu_self())
		return BH_E_RANGE;
	arch_cpu_activate();
	cpu_set_state(cpu_self(), BH_CPU_RUNNING);
	return BH_E_OK;
}

void upcall_service(void)
{
	struct cpu *cpu = cpu_self();

	for (;;) {
		uint32_t requests = __atomic_exchange_n(&cpu->requests, 0, __ATOMIC_ACQUIRE);

		if (requests & CPU_REQ_LEAVE)
			arch_cpu_leave_off();
		if (requests & CPU_REQ_PARK) {
			arch_vcpu_park();
			cpu_set_state(cpu, BH_CPU_PARKED);
		}
		if (requests & CPU_REQ_START) {
			arch_vcpu_start(&guest, 0, cpu->start_entry, cpu->start_arg);
			cpu_set_state(cpu, BH_CPU_RUNNING);
		}
		if (cpu_state(cpu) == BH_CPU_RUNNING)
			return;
		arch_cpu_wait();
	}
}

void upcall_arrive(void)
{
	cpu_set_state(cpu_self(), BH_CPU_PARKED);
	upcall_service();
}

void upcall_hypercall(struct hypercall *call)
{
	if (call->number == BH_HC_DISABLE)
		arch_cpu_leave();
	call->value[0] = arch_cpu_self();
	call->result = BH_E_OK;
}

enum mmio_result upcall_mmio(struct mmio_access *access)
{
	if (access->address != UART)
		return MMIO_REFUSED;
	if (access->is_write)
		uart_value = access->value;
	else
		access->value = uart_value;
	return MMIO_HANDLED;
}

enum violation_result upcall_violation(const struct bh_record *record)
{
	return VIOLATION_INJECT;
}

enum power_result upcall_cpu_on(unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	return vcpu < CPUS ? POWER_ALREADY_ON : POWER_INVALID;
}

void upcall_cpu_off(void)
{
	cpu_request(cpu_self(), CPU_REQ_PARK);
	upcall_service();
}

void upcall_system_off(void)
{
	arch_machine_off();
}

void upcall_system_reset(void)
{
	arch_machine_reset();
}

/* Set-up ------------------------------------------------------------------------------------------- */

static int setup(void **state)
{
	static const struct bh_config_cell config = { .cpus = { .count = 1 } };

	memset(&root, 0, sizeof(root));
	memset(&guest, 0, sizeof(guest));
	uart_value = 0;
	fake_power_on(CPUS, NULL, 0);
	fake_init_core();
	assert_int_equal(arch_cell_init(&root, NULL, 0, NULL), 0);
	assert_int_equal(arch_cell_init(&guest, &config, 1, NULL), 0);
	for (unsigned int slot = 0; slot < CPUS; slot++)
		arch_cell_set_vcpu(&root, slot, slot);
	arch_cell_set_vcpu(&guest, 0, 3);
	assert_int_equal(pt_map(&root.stage2, RAM, hpa(RAM), 0x200000, PT_READ | PT_WRITE, PT_NORMAL), 0);
	assert_int_equal(
		pt_map(&root.stage2, RAM + 0x200000, hpa(RAM + 0x200000), 0x1000, PT_READ, PT_NORMAL), 0);
	return 0;
}

static int setup_running(void **state)
{
	int result;

	setup(state);
	fake_start_cpus(CPUS - 1);
	for (unsigned int slot = 0; slot < CPUS - 1; slot++) {
		assert_int_equal(fake_enter(slot, BH_ENTER_ARG(slot, 1), &result), FAKE_DONE);
		assert_int_equal(result, 0);
	}
	return 0;
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

/* What CPUs do ------------------------------------------------------------------------------------- */

static void test_entering(void **state)
{
	int results[CPUS];

	setup(state);
	fake_start_cpus(CPUS);
	assert_int_equal(fake_enter(1, BH_ENTER_ARG(2, 1), &results[1]), FAKE_DONE);
	assert_int_equal(results[1], BH_E_RANGE);
	assert_int_equal(fake_cpu_view(1).mode, FAKE_BARE);
	assert_int_equal(fake_enter_all(CPUS, 1, results), FAKE_DONE);
	for (unsigned int slot = 0; slot < CPUS; slot++) {
		struct fake_cpu_view view = fake_cpu_view(slot);

		assert_int_equal(results[slot], 0);
		assert_int_equal(view.mode, FAKE_GUEST);
		assert_int_equal(view.activations, 1);
		assert_int_equal(view.cell_id, 0);
		assert_int_equal(view.vcpu, slot);
	}
	assert_int_equal(fake_enter(1, BH_ENTER_ARG(1, 1), &results[1]), FAKE_WRONG_MODE);
}

static void test_hypercall_and_leaving(void **state)
{
	struct hypercall call = { .number = BH_HC_INFO };
	int result;

	assert_int_equal(fake_hypercall(2, &call), FAKE_DONE);
	assert_int_equal(call.value[0], 2);
	call.number = BH_HC_DISABLE;
	assert_int_equal(fake_hypercall(2, &call), FAKE_DONE);
	assert_int_equal(fake_cpu_view(2).mode, FAKE_BARE);
	assert_int_equal(fake_cpu_view(2).leaves, 1);
	assert_int_equal(fake_hypercall(2, &call), FAKE_WRONG_MODE);
	assert_int_equal(fake_enter(2, BH_ENTER_ARG(2, 2), &result), FAKE_DONE);
	assert_int_equal(fake_cpu_view(2).mode, FAKE_GUEST);
}

static void test_memory(void **state)
{
	uint64_t value = 0;

	for (unsigned int size = 1; size <= 8; size *= 2) {
		uint64_t want = 0x1122334455667788ull & (size == 8 ? ~0ull : (1ull << size * 8) - 1);

		assert_int_equal(fake_write(0, RAM + 64 * size, size, 0x1122334455667788ull), FAKE_DONE);
		assert_int_equal(fake_read(1, RAM + 64 * size, size, &value), FAKE_DONE);
		assert_true(value == want);
		assert_memory_equal(fake_ram(hpa(RAM + 64 * size), 8), &want, 8);
	}
	assert_int_equal(fake_read(0, RAM + 0x200000, 4, &value), FAKE_DONE);
	assert_int_equal(fake_write(0, RAM + 0x200000, 4, 1), FAKE_INJECTED); /* read-only */
	assert_int_equal(fake_read(0, FAKE_HV_BASE, 4, &value), FAKE_INJECTED);
	assert_true(fake_cpu_view(0).fault_address == FAKE_HV_BASE);
	assert_int_equal(fake_cpu_view(0).faults, 2);
	assert_int_equal(fake_write(0, UART, 1, 'x'), FAKE_DONE);
	assert_int_equal(fake_read(1, UART, 1, &value), FAKE_DONE);
	assert_int_equal(value, 'x');
}

static void test_boot_start_and_off(void **state)
{
	struct cpu *cpu = cpu_get(3);
	struct fake_cpu_view view;

	assert_int_equal(arch_cpu_boot(2), BH_E_HARDWARE); /* runs */
	assert_int_equal(arch_cpu_boot(3), BH_E_OK);
	while (cpu_state(cpu) != BH_CPU_PARKED)
		arch_cpu_relax();
	cpu->start_entry = 0x1000;
	cpu->start_arg = 0x2000;
	cpu_request(cpu, CPU_REQ_START);
	assert_true(fake_wait_starts(3, 1, FAKE_PATIENCE_MS));
	assert_true(fake_wait_mode(3, FAKE_GUEST, FAKE_PATIENCE_MS));
	view = fake_cpu_view(3);
	assert_int_equal(view.cell_id, 1);
	assert_int_equal(view.vcpu, 0);
	assert_int_equal(view.entry, 0x1000);
	assert_int_equal(view.arg, 0x2000);
	cpu_request(cpu, CPU_REQ_PARK);
	while (cpu_state(cpu) != BH_CPU_PARKED)
		arch_cpu_relax();
	assert_int_equal(fake_cpu_view(3).has_context, 0);
	assert_false(arch_cpu_is_off(3));
	cpu_request(cpu, CPU_REQ_LEAVE);
	assert_true(fake_wait_mode(3, FAKE_OFF, FAKE_PATIENCE_MS));
	assert_true(arch_cpu_is_off(3));
	fake_refuse_boot(3);
	assert_int_equal(arch_cpu_boot(3), BH_E_HARDWARE);
}

static void test_exits_that_do_not_come_back(void **state)
{
	struct hypercall call = { .number = BH_HC_INFO };
	enum power_result power;

	assert_int_equal(fake_cpu_on(0, 9, 0, 0, &power), FAKE_DONE);
	assert_int_equal(power, POWER_INVALID);
	assert_int_equal(fake_cpu_off(1), FAKE_LATE);
	assert_int_equal(fake_cpu_view(1).mode, FAKE_HV);
	assert_int_equal(fake_hypercall(1, &call), FAKE_BUSY);
	arch_cell_set_vcpu(&guest, 0, 1);
	cpu_request(cpu_get(1), CPU_REQ_START);
	assert_int_equal(fake_finish(1, FAKE_PATIENCE_MS), FAKE_DONE);
	assert_int_equal(fake_hypercall(1, &call), FAKE_DONE);
	assert_int_equal(fake_system_off(2), FAKE_GONE);
	assert_int_equal(fake_system_reset(0), FAKE_GONE);
	assert_int_equal(fake_counters().machine_off, 1);
	assert_int_equal(fake_counters().machine_reset, 1);
	assert_int_equal(fake_cpu_view(2).mode, FAKE_OFF);
}

static void test_virtual_lines(void **state)
{
	uint32_t kicks = fake_cpu_view(3).kicks;

	arch_irq_release(&root, 40);
	arch_irq_assign(&guest, 40);
	assert_int_equal(fake_irq_owner(40), 1);
	arch_irq_add_virtual(&guest, 41);
	arch_irq_set(&guest, 41, 1);
	arch_irq_set(&guest, 41, 1);
	arch_irq_set(&guest, 41, 0);
	arch_irq_set(&guest, 41, 1);
	assert_int_equal(fake_irq_level(&guest, 41), 1);
	assert_int_equal(fake_irq_edges(&guest, 41), 2);
	assert_int_equal(fake_cpu_view(3).kicks, kicks + 2);
	arch_cell_reset(&guest);
	assert_int_equal(fake_irq_level(&guest, 41), 0);
}

static void test_everything_is_given_back(void **state)
{
	uint64_t before = pool_free_pages();

	arch_cell_exit(&guest);
	arch_cell_exit(&root);
	assert_true(pool_free_pages() > before);
	assert_int_equal(fake_irq_owner(40), -1);
	assert_int_equal(arch_cell_init(&root, NULL, 0, NULL), 0);
	assert_int_equal(arch_cell_init(&guest, &(struct bh_config_cell){ .cpus = { .count = 1 } }, 1, NULL),
			 0);
}

/* What ends the test ------------------------------------------------------------------------------- */

static void window_twice(void)
{
	arch_window_open(hpa(RAM), 0x1000);
	arch_window_open(hpa(RAM), 0x1000);
}

static void window_across_a_border(void)
{
	arch_window_open(hpa(RAM + 0x1ff000), 0x2000);
}

static void window_to_the_hypervisor(void)
{
	arch_window_open(hpa(FAKE_HV_BASE), 0x1000);
}

static void window_closed_twice(void)
{
	arch_window_open(hpa(RAM), 0x1000);
	arch_window_close();
	arch_window_close();
}

static void pointer_to_cell_memory(void)
{
	arch_hv_ptr(hpa(RAM));
}

static void irq_of_another(void)
{
	arch_irq_assign(&guest, 50);
}

static void irq_released_twice(void)
{
	arch_irq_release(&root, 50);
	arch_irq_release(&root, 50);
}

static void line_nobody_added(void)
{
	arch_irq_set(&guest, 60, 1);
}

static void vcpu_on_a_wrong_cpu(void)
{
	fake_become(2);
	arch_vcpu_start(&guest, 0, 0, 0);
}

static void resume_what_is_not_suspended(void)
{
	arch_cpu_activate();
	arch_vcpu_resume(0);
}

static void leave_from_a_guest(void)
{
	fake_become(3);
	arch_vcpu_start(&guest, 0, 0, 0);
	arch_cpu_leave();
}

static void cell_set_up_twice(void)
{
	arch_cell_init(&guest, NULL, 2, NULL);
}

static void (*const breaches[])(void) = {
	window_twice,
	window_across_a_border,
	window_to_the_hypervisor,
	window_closed_twice,
	pointer_to_cell_memory,
	irq_of_another,
	irq_released_twice,
	line_nobody_added,
	vcpu_on_a_wrong_cpu,
	resume_what_is_not_suspended,
	leave_from_a_guest,
	cell_set_up_twice,
};

/* Each in a process of its own, which must die of abort(). */
static void test_breaches_of_the_contract(void **state)
{
	for (unsigned int i = 0; i < sizeof(breaches) / sizeof(breaches[0]); i++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			signal(SIGABRT, SIG_DFL);
			dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
			breaches[i]();
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
			fail_msg("breach %u is not noticed", i);
	}
}

static void test_time(void **state)
{
	uint64_t now = arch_time_now();

	fake_time_advance(5000000000ull);
	assert_true(arch_time_now() - now >= 5000000000ull);
	fake_time_rate(1000);
	now = arch_time_now();
	usleep(10000);
	assert_true(arch_time_now() - now >= 10000000000ull);
	assert_int_equal(arch_time_hz(), 1000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_entering, teardown),
		cmocka_unit_test_setup_teardown(test_hypercall_and_leaving, setup_running, teardown),
		cmocka_unit_test_setup_teardown(test_memory, setup_running, teardown),
		cmocka_unit_test_setup_teardown(test_boot_start_and_off, setup_running, teardown),
		cmocka_unit_test_setup_teardown(test_exits_that_do_not_come_back, setup_running, teardown),
		cmocka_unit_test_setup_teardown(test_virtual_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_everything_is_given_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_breaches_of_the_contract, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
