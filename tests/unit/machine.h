/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fake machine with the hypervisor on it, cells to create, and hypercalls as root's driver makes them. */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <asm/fake.h>
#include <bulkhead/comm.h>
#include <bulkhead/hypercall.h>
#include <cell/cell.h>
#include <cell/memory.h>
#include <core/image.h>
#include <core/info.h>
#include <core/pool.h>
#include <lib/config.h>
#include <unistd.h>

#define MACHINE_BLOB 0x41000000ull /* where root keeps blobs, one page for each CPU */
#define MACHINE_ENTRY 0x40000000ull
#define MACHINE_UART 0x9000000ull
#define MACHINE_UART_IRQ 33u
#define MACHINE_COMM 0xa000000ull
#define MACHINE_MIB 0x100000ull
#define MACHINE_RAM (BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC | BH_MEM_LOADABLE | BH_MEM_AUTO)
#define MACHINE_PAST_BUSY 20000u

/** A cell blob with room for its arrays; machine_seal() puts it together. */
struct machine_cell {
	struct bh_config_cell body;
	struct bh_config_cpu cpus[16];
	struct bh_config_memory memory[8];
	struct bh_config_irq irqs[8];
	struct bh_config_device devices[8];
};

static inline uint32_t machine_array(uint8_t *blob, uint32_t at, struct bh_config_array *array,
				     const void *from, uint32_t size)
{
	array->offset = at;
	memcpy(blob + at, from, array->count * size);
	return at + array->count * size;
}

/** The blob as the tool writes it. Return: its size. */
static inline uint32_t machine_seal(const struct machine_cell *cell, uint8_t *blob)
{
	struct bh_config_cell *body = (struct bh_config_cell *)blob;
	uint32_t at = sizeof(*body);

	memset(blob, 0, PAGE_SIZE);
	*body = cell->body;
	at = machine_array(blob, at, &body->cpus, cell->cpus, sizeof(cell->cpus[0]));
	at = machine_array(blob, at, &body->memory, cell->memory, sizeof(cell->memory[0]));
	at = machine_array(blob, at, &body->irqs, cell->irqs, sizeof(cell->irqs[0]));
	at = machine_array(blob, at, &body->devices, cell->devices, sizeof(cell->devices[0]));
	body->header.size = at;
	body->header.crc = 0;
	body->header.crc = config_crc(blob, at);
	return at;
}

/** One vCPU on @slot, 4 MiB of RAM from the pool, UART as console, communication page, one interrupt. */
static inline struct machine_cell machine_cell(const char *name, unsigned int slot)
{
	struct machine_cell cell = {
		.body = {
			.header = { .magic = BH_CONFIG_MAGIC, .major = BH_ABI_MAJOR, .minor = BH_ABI_MINOR,
				    .arch = BH_ARCH_FAKE, .kind = BH_CONFIG_CELL },
			.console = 0, .entry = MACHINE_ENTRY, .boot_arg = MACHINE_ENTRY + 0x1000,
			.comm_page = MACHINE_COMM, .stop_ms = 1000,
			.cpus.count = 1, .memory.count = 1, .irqs.count = 1, .devices.count = 1,
		},
		.cpus = { { FAKE_HWID(slot) } },
		.memory = { { .gpa = MACHINE_ENTRY, .size = 4 * MACHINE_MIB, .name = "ram",
			      .flags = MACHINE_RAM } },
		.irqs = { { 40 + slot } },
		.devices = { { .type = BH_DEV_UART_PL011, .irq = MACHINE_UART_IRQ, .gpa = MACHINE_UART,
			       .size = 0x1000 } },
	};

	memcpy(cell.body.name, name, strlen(name));
	return cell;
}

/**
 * The hypervisor's memory of earlier starts is not wiped in a test process: each start has a number of its
 * own.
 */
static inline uint32_t machine_generation(void)
{
	static uint32_t last = 100;

	return ++last;
}

/** The log of an earlier start lies in memory that is gone: until the next one begins, lines go elsewhere. */
static inline void machine_early_log(void)
{
	static uint64_t early[(sizeof(struct bh_ring) + 2 * RING_STRIDE) / sizeof(uint64_t)];

	log_init((struct bh_ring *)early, 2 * RING_STRIDE, LOG_ERROR);
}

/** A machine with @cpus CPUs, of which those below @online enter and become the root cell. */
static inline void machine_enable_system(unsigned int cpus, unsigned int online, const void *config,
					 uint32_t size)
{
	int results[64];

	fake_power_on(cpus, config, size);
	machine_early_log();
	image_header.online_count = online;
	image_header.generation = machine_generation();
	fake_start_cpus(online);
	assert_int_equal(fake_enter_all(online, image_header.generation, results), FAKE_DONE);
	for (unsigned int slot = 0; slot < online; slot++)
		assert_int_equal(results[slot], BH_E_OK);
}

static inline void machine_enable(unsigned int cpus, unsigned int online)
{
	machine_enable_system(cpus, online, NULL, 0);
}

/** One hypercall on CPU @slot, as it is answered. */
static inline struct hypercall machine_once(unsigned int slot, uint64_t number, uint64_t a, uint64_t b)
{
	struct hypercall call = { .number = number, .arg = { a, b } };

	if (fake_hypercall(slot, &call) != FAKE_DONE)
		call.result = ~0ull;
	return call;
}

/** As the driver makes it: again while the hypervisor says so. */
static inline struct hypercall machine_call(unsigned int slot, uint64_t number, uint64_t a, uint64_t b)
{
	struct hypercall call;

	for (unsigned int turn = 0; turn < MACHINE_PAST_BUSY; turn++) {
		call = machine_once(slot, number, a, b);
		if (call.result != BH_E_AGAIN && call.result != BH_E_BUSY)
			break;
	}
	return call;
}

static inline void machine_ok(unsigned int slot, uint64_t number, uint64_t a, uint64_t b)
{
	assert_int_equal(machine_call(slot, number, a, b).result, BH_E_OK);
}

/** Root's CPU @slot goes offline: PSCI CPU_OFF. */
static inline void machine_offline(unsigned int slot)
{
	assert_int_equal(fake_cpu_off(slot), FAKE_LATE);
	while (cpu_state(cpu_get(slot)) != BH_CPU_PARKED)
		usleep(100);
}

static inline struct hypercall machine_create_blob(unsigned int slot, const struct machine_cell *cell)
{
	uint64_t at = MACHINE_BLOB + slot * PAGE_SIZE;
	uint32_t size = machine_seal(cell, fake_ram(hpa(at), PAGE_SIZE));

	return machine_call(slot, BH_HC_CELL_CREATE, at, size);
}

/** Create @cell from root's CPU @slot. Return: its handle. */
static inline uint32_t machine_create(unsigned int slot, const struct machine_cell *cell)
{
	struct hypercall call = machine_create_blob(slot, cell);

	assert_int_equal(call.result, BH_E_OK);
	return (uint32_t)call.value[0];
}

static inline unsigned int machine_state(uint32_t handle)
{
	struct hypercall call = machine_call(0, BH_HC_CELL_STATE, handle, 0);

	return call.result ? BH_CELL_NONE : (unsigned int)call.value[0];
}

/** Wait until the cell is in @state. */
static inline void machine_await(uint32_t handle, unsigned int state)
{
	for (unsigned int turn = 0; turn < 20000 && machine_state(handle) != state; turn++)
		usleep(100);
	assert_int_equal(machine_state(handle), state);
}

/** All that a cell may leave behind, if something is forgotten. */
struct machine_snapshot {
	uint64_t pages;
	uint64_t root_tables;
	uint64_t root_ram;
	uint64_t pool_owners;
	uint64_t root_map;
	uint64_t irqs;
	uint64_t cpus;
	uint64_t rings;
};

static inline uint64_t machine_mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3ull;
}

static inline struct machine_snapshot machine_snapshot(void)
{
	struct cell *root = cell_root();
	struct machine_snapshot shot = {
		pool_free_pages(), root->arch.stage2.pages, root->memory, 0, 0, 0, 0, 0
	};
	unsigned int prot;
	hpa_t to;

	for (uint64_t at = FAKE_POOL_BASE; at < FAKE_POOL_BASE + FAKE_POOL_SIZE; at += BH_RAM_ALIGN) {
		shot.pool_owners = machine_mix(shot.pool_owners, (uint64_t)memory_block_owner(at));
		shot.root_map = machine_mix(
			shot.root_map, pt_lookup(&root->arch.stage2, at, &to, &prot) ? to.value + prot : 0);
	}
	for (uint64_t at = 0x9000000; at < 0x9100000; at += PAGE_SIZE)
		shot.root_map = machine_mix(
			shot.root_map, pt_lookup(&root->arch.stage2, at, &to, &prot) ? to.value + prot : 0);
	for (uint32_t irq = 32; irq < 1020; irq++)
		shot.irqs = machine_mix(shot.irqs, (uint64_t)fake_irq_owner(irq));
	for (unsigned int slot = 0; slot < cpu_count(); slot++)
		shot.cpus = machine_mix(shot.cpus, cpu_get(slot)->cell->id * 16 + cpu_state(cpu_get(slot)));
	return shot;
}

#define machine_same(before)                                                \
	do {                                                                \
		struct machine_snapshot after_ = machine_snapshot();        \
		assert_int_equal((before).pages, after_.pages);             \
		assert_int_equal((before).root_tables, after_.root_tables); \
		assert_int_equal((before).root_ram, after_.root_ram);       \
		assert_int_equal((before).pool_owners, after_.pool_owners); \
		assert_int_equal((before).root_map, after_.root_map);       \
		assert_int_equal((before).irqs, after_.irqs);               \
		assert_int_equal((before).cpus, after_.cpus);               \
	} while (0)

#endif
