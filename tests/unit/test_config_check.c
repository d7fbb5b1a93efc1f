// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration check: the golden layout of the blob, and arbitrary bytes under the sanitizers. */
/* SOURCES: hypervisor/lib/config_check.c hypervisor/lib/config_fields.c hypervisor/lib/config_system.c */
/* SOURCES: hypervisor/lib/config_cell.c hypervisor/lib/crc.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <lib/config.h>
#include <lib/crc.h>

#include <stdlib.h>
#include <string.h>

/* ---- a board and a cell as C structures ---- */

struct system_blob {
	struct bh_config_system body;
	struct bh_config_range dram[1];
	struct bh_config_range pool[1];
	struct bh_config_cpu cpus[4];
};

struct cell_blob {
	struct bh_config_cell body;
	struct bh_config_cpu cpus[2];
	struct bh_config_memory memory[2];
	struct bh_config_irq irqs[1];
	struct bh_config_device devices[1];
};

static void seal(void *blob, uint32_t size)
{
	struct bh_config_header *header = blob;

	header->size = size;
	header->crc = config_crc(blob, size);
}

static struct bh_config_array array_at(size_t offset, size_t count)
{
	return (struct bh_config_array){ (uint32_t)offset, (uint32_t)count };
}

#define HEADER(blob_kind)                                                               \
	{                                                                               \
		.magic = BH_CONFIG_MAGIC, .major = BH_ABI_MAJOR, .minor = BH_ABI_MINOR, \
		.arch = BH_ARCH_AARCH64, .kind = blob_kind                              \
	}

static void make_system(struct system_blob *blob)
{
	*blob = (struct system_blob){
		.body = {
			.header = HEADER(BH_CONFIG_SYSTEM),
			.board = "board",
			.compatible = "acme,board",
			.hv_memory = { 0xbf000000, 0x1000000 },
			.event_irq = 232,
			.log_level = 2,
			.timeout_ms = 1000,
			.gic = { .version = 3, .maintenance_irq = 25, .gicd = { 0x8000000, 0x10000 },
				 .gicr = { 0x80a0000, 0x80000 } },
			.dram = array_at(offsetof(struct system_blob, dram), 1),
			.pool = array_at(offsetof(struct system_blob, pool), 1),
			.cpus = array_at(offsetof(struct system_blob, cpus), 4),
		},
		.dram = { { 0x40000000, 0x80000000 } },
		.pool = { { 0x60000000, 0x5f000000 } },
		.cpus = { { 0 }, { 1 }, { 2 }, { 3 } },
	};
	seal(blob, sizeof(*blob));
}

static void make_cell(struct cell_blob *blob)
{
	*blob = (struct cell_blob){
		.body = {
			.header = HEADER(BH_CONFIG_CELL),
			.name = "cell",
			.entry = 0x40000000,
			.comm_page = 0x50000000,
			.gic = { .version = 3, .gicd = 0x8000000, .gicr = 0x80a0000 },
			.cpus = array_at(offsetof(struct cell_blob, cpus), 2),
			.memory = array_at(offsetof(struct cell_blob, memory), 2),
			.irqs = array_at(offsetof(struct cell_blob, irqs), 1),
			.devices = array_at(offsetof(struct cell_blob, devices), 1),
		},
		.cpus = { { 2 }, { 3 } },
		.memory = { { 0x40000000, 0x60000000, 0x400000, 7 | BH_MEM_LOADABLE, 0, "ram" },
			    { 0x9040000, 0x9040000, 0x1000, 3 | BH_MEM_DEVICE, 0, "uart" } },
		.irqs = { { 40 } },
		.devices = { { BH_DEV_UART_PL011, 33, 0x9000000, 0x1000 } },
	};
	seal(blob, sizeof(*blob));
}

/* ---- golden layout ---- */

struct golden {
	const char *name;
	size_t found, expected;
};

#define OFFSET(type, member, expected)                                     \
	{                                                                  \
#type "." #member, offsetof(struct type, member), expected \
	}
#define SIZE(type, expected)                         \
	{                                            \
#type, sizeof(struct type), expected \
	}

/* Part of the ABI: a change here is a new major version. */
static const struct golden golden[] = {
	SIZE(bh_config_header, 32),
	OFFSET(bh_config_header, major, 8),
	OFFSET(bh_config_header, minor, 10),
	OFFSET(bh_config_header, arch, 12),
	OFFSET(bh_config_header, kind, 14),
	OFFSET(bh_config_header, size, 16),
	OFFSET(bh_config_header, crc, 20),
	OFFSET(bh_config_header, reserved, 24),
	SIZE(bh_config_system, 312),
	OFFSET(bh_config_system, board, 32),
	OFFSET(bh_config_system, compatible, 64),
	OFFSET(bh_config_system, hv_memory, 128),
	OFFSET(bh_config_system, event_irq, 144),
	OFFSET(bh_config_system, on_reset, 148),
	OFFSET(bh_config_system, log_level, 152),
	OFFSET(bh_config_system, timeout_ms, 156),
	OFFSET(bh_config_system, debug_uart, 160),
	OFFSET(bh_config_system, debug_uart_type, 176),
	OFFSET(bh_config_system, gic, 184),
	OFFSET(bh_config_system, dram, 288),
	OFFSET(bh_config_system, pool, 296),
	OFFSET(bh_config_system, cpus, 304),
	SIZE(bh_config_cell, 168),
	OFFSET(bh_config_cell, name, 32),
	OFFSET(bh_config_cell, flags, 64),
	OFFSET(bh_config_cell, console, 68),
	OFFSET(bh_config_cell, entry, 72),
	OFFSET(bh_config_cell, boot_arg, 80),
	OFFSET(bh_config_cell, comm_page, 88),
	OFFSET(bh_config_cell, watchdog_ms, 96),
	OFFSET(bh_config_cell, stop_ms, 100),
	OFFSET(bh_config_cell, gic, 104),
	OFFSET(bh_config_cell, cpus, 136),
	OFFSET(bh_config_cell, memory, 144),
	OFFSET(bh_config_cell, irqs, 152),
	OFFSET(bh_config_cell, devices, 160),
	SIZE(bh_config_memory, 48),
	OFFSET(bh_config_memory, size, 16),
	OFFSET(bh_config_memory, flags, 24),
	OFFSET(bh_config_memory, name, 32),
	SIZE(bh_config_irq, 8),
	SIZE(bh_config_cpu, 8),
	SIZE(bh_config_range, 16),
	SIZE(bh_config_device, 32),
	OFFSET(bh_config_device, gpa, 8),
};

static void test_layout_is_golden(void **state)
{
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		if (golden[i].found != golden[i].expected)
			fail_msg("%s is %zu, not %zu", golden[i].name, golden[i].found, golden[i].expected);
	}
}

static void test_crc_is_zlibs(void **state)
{
	assert_int_equal(crc_update(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc_update(crc_update(0, "1234", 4), "56789", 5), 0xcbf43926);
	assert_int_equal(crc_update(0, "", 0), 0);
}

static void test_good_blobs_are_accepted(void **state)
{
	struct bh_error error = { .code = 99 };
	struct system_blob system;
	struct cell_blob cell;

	make_system(&system);
	make_cell(&cell);
	assert_int_equal(config_check_system(&system, sizeof(system), BH_ARCH_AARCH64, &error), 0);
	assert_int_equal(error.code, 0);
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), 0);
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, NULL), 0);
}

static void test_error_names_object_index_and_field(void **state)
{
	struct bh_error error;
	struct system_blob system;
	struct cell_blob cell;

	make_system(&system);
	make_cell(&cell);
	cell.memory[1].hpa = 0x80a0000;
	seal(&cell, sizeof(cell));
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), BH_E_NOT_OWNED);
	assert_int_equal(error.object, BH_OBJ_MEMORY);
	assert_int_equal(error.index, 1);
	assert_int_equal(error.field, offsetof(struct cell_blob, memory[1].hpa));
	assert_int_equal(error.low, 0x80a0000);
	assert_int_equal(error.high, 0x80a0fff);
	assert_string_equal(config_blob_field_name(&cell, sizeof(cell), error.field), "memory.hpa");
	assert_string_equal(config_field_name(BH_CONFIG_CELL, offsetof(struct bh_config_cell, entry)),
			    "entry");
	assert_string_equal(config_field_name(BH_CONFIG_CELL, 5000), "");
}

/* ---- arbitrary bytes ---- */

static uint64_t seed = 0x123456789abcdef;

static uint32_t random_below(uint32_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 11) % limit);
}

static uint64_t interesting(void)
{
	static const uint64_t values[] = {
		0,
		1,
		2,
		7,
		8,
		0xff,
		0xfff,
		0x1000,
		0xffff,
		0x1fffff,
		0x200000,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		0x40000000,
		0xbf000000,
		1ull << 47,
		1ull << 48,
		1ull << 63,
		~0ull,
		~0xfffull,
		~0x1fffffull,
	};

	return values[random_below(sizeof(values) / sizeof(values[0]))];
}

/* Some bytes of a copy as large as the blob become something else; then the checksum is right again. */
static void *mutate(const void *blob, uint32_t size)
{
	uint8_t *copy = malloc(size);
	const uint32_t changes = 1 + random_below(4);

	memcpy(copy, blob, size);
	for (uint32_t i = 0; i < changes; i++) {
		const uint32_t width = 1u << random_below(4);
		const uint32_t offset = 8 + random_below((size - 16) / width) * width;
		const uint64_t value = random_below(4) ? interesting() : seed;

		memcpy(copy + offset, &value, width);
	}
	if (random_below(2))
		((struct bh_config_header *)(void *)copy)->size = size;
	((struct bh_config_header *)(void *)copy)->crc = config_crc(copy, size);
	return copy;
}

/*
 * What is accepted was not proven here; the sanitizers watch that nothing is read beyond, and that errors
 * make sense.
 */
static void check_error(const void *blob, uint32_t size, int code, const struct bh_error *error)
{
	assert_int_equal(error->code, code);
	assert_true(code >= 0 && code < BH_E_COUNT);
	if (code)
		assert_true(*config_blob_field_name(blob, size, error->field));
}

static void test_arbitrary_bytes(void **state)
{
	unsigned int accepted = 0;
	struct system_blob system;
	struct cell_blob cell;

	make_system(&system);
	make_cell(&cell);
	for (unsigned int i = 0; i < 100000; i++) {
		struct bh_error error = { 0 };
		void *copy = mutate(&system, sizeof(system));
		int code = config_check_system(copy, sizeof(system), BH_ARCH_AARCH64, &error);

		check_error(copy, sizeof(system), code, &error);
		accepted += !code;
		free(copy);
		copy = mutate(&cell, sizeof(cell));
		code = config_check_cell(copy, sizeof(cell), &system.body, &error);
		check_error(copy, sizeof(cell), code, &error);
		accepted += !code;
		free(copy);
	}
	assert_in_range(accepted, 1000, 100000);
}

static void test_nothing_but_noise(void **state)
{
	struct bh_error error;
	struct system_blob system;

	make_system(&system);
	for (unsigned int i = 0; i < 20000; i++) {
		const uint32_t size = sizeof(struct bh_config_header) + random_below(1000);
		struct bh_config_header *noise = malloc(size);

		for (uint32_t j = 0; j < size; j++)
			((uint8_t *)noise)[j] = (uint8_t)random_below(256);
		*noise = (struct bh_config_header){
			.magic = BH_CONFIG_MAGIC,
			.major = BH_ABI_MAJOR,
			.minor = BH_ABI_MINOR,
			.arch = BH_ARCH_AARCH64,
			.kind = (uint16_t)(1 + i % 2),
			.size = size,
		};
		noise->crc = config_crc(noise, size);
		assert_int_not_equal(i % 2 ? config_check_cell(noise, size, &system.body, &error) :
					     config_check_system(noise, size, BH_ARCH_AARCH64, &error),
				     0);
		free(noise);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_is_golden),
		cmocka_unit_test(test_crc_is_zlibs),
		cmocka_unit_test(test_good_blobs_are_accepted),
		cmocka_unit_test(test_error_names_object_index_and_field),
		cmocka_unit_test(test_arbitrary_bytes),
		cmocka_unit_test(test_nothing_but_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
