// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration check: the golden layout of the blob, and arbitrary bytes under the sanitizers. */
/* SOURCES: hypervisor/lib/config_check.c hypervisor/lib/config_fields.c hypervisor/lib/config_system.c */
/* SOURCES: hypervisor/lib/config_riscv.c hypervisor/lib/config_x86.c */
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
	struct bh_config_range firmware[2];
	struct bh_config_alias aliases[2];
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
			.firmware = array_at(offsetof(struct system_blob, firmware), 2),
			.aliases = array_at(offsetof(struct system_blob, aliases), 2),
		},
		.dram = { { 0x40000000, 0x80000000 } },
		.pool = { { 0x60000000, 0x5f000000 } },
		.cpus = { { 0 }, { 1 }, { 2 }, { 3 } },
		.firmware = { { 0x41000000, 0x10001 }, { 0xe0000000, 0x100000 } },
		.aliases = { { 0xc000000000, 0x80000000, 0x40000000, 0 }, { .every = 0x100000000 } },
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
	SIZE(bh_config_system, 328),
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
	OFFSET(bh_config_system, riscv, 184),
	OFFSET(bh_config_system, dram, 288),
	OFFSET(bh_config_system, pool, 296),
	OFFSET(bh_config_system, cpus, 304),
	OFFSET(bh_config_system, firmware, 312),
	OFFSET(bh_config_system, aliases, 320),
	SIZE(bh_config_alias, 32),
	OFFSET(bh_config_alias, size, 8),
	OFFSET(bh_config_alias, of, 16),
	OFFSET(bh_config_alias, every, 24),
	SIZE(bh_config_gic, 104),
	SIZE(bh_config_riscv, 104),
	OFFSET(bh_config_riscv, sources, 4),
	OFFSET(bh_config_riscv, domain, 8),
	OFFSET(bh_config_riscv, context_first, 24),
	OFFSET(bh_config_riscv, context_step, 28),
	OFFSET(bh_config_riscv, imsic, 32),
	OFFSET(bh_config_riscv, imsic_stride, 48),
	OFFSET(bh_config_riscv, imsic_ids, 52),
	OFFSET(bh_config_riscv, imsic_guests, 56),
	OFFSET(bh_config_riscv, timebase_hz, 64),
	SIZE(bh_config_x86, 104),
	OFFSET(bh_config_system, x86, 184),
	OFFSET(bh_config_x86, pm_timer, 4),
	OFFSET(bh_config_x86, reset_value, 10),
	OFFSET(bh_config_x86, tsc_khz, 12),
	OFFSET(bh_config_x86, hpet, 16),
	OFFSET(bh_config_x86, ioapics, 32),
	OFFSET(bh_config_x86, mmconfig, 40),
	OFFSET(bh_config_x86, iommus, 48),
	OFFSET(bh_config_x86, scopes, 56),
	SIZE(bh_config_ioapic, 16),
	OFFSET(bh_config_ioapic, pins, 12),
	SIZE(bh_config_mmconfig, 16),
	OFFSET(bh_config_mmconfig, segment, 8),
	SIZE(bh_config_iommu, 24),
	OFFSET(bh_config_iommu, type, 12),
	OFFSET(bh_config_iommu, function, 16),
	SIZE(bh_config_scope, 16),
	OFFSET(bh_config_scope, id, 8),
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
	OFFSET(bh_config_cell, riscv, 104),
	OFFSET(bh_config_cell, cpus, 136),
	OFFSET(bh_config_cell, memory, 144),
	OFFSET(bh_config_cell, irqs, 152),
	OFFSET(bh_config_cell, devices, 160),
	SIZE(bh_config_cell_riscv, 32),
	OFFSET(bh_config_cell_riscv, sources, 4),
	OFFSET(bh_config_cell_riscv, domain, 8),
	OFFSET(bh_config_cell_riscv, imsic, 16),
	SIZE(bh_config_cell_x86, 32),
	OFFSET(bh_config_cell, x86, 104),
	OFFSET(bh_config_cell_x86, ioapic, 4),
	OFFSET(bh_config_cell_x86, start, 8),
	OFFSET(bh_config_cell_x86, mmconfig, 12),
	OFFSET(bh_config_cell_x86, ports, 16),
	OFFSET(bh_config_cell_x86, pci, 24),
	SIZE(bh_config_ports, 8),
	SIZE(bh_config_pci, 8),
	OFFSET(bh_config_pci, function, 2),
	OFFSET(bh_config_pci, flags, 4),
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

/* ---- RISC-V ---- */

/* The virt machine with PLIC: context 2n + 1 is S-mode of hart n. */
static void make_riscv(struct system_blob *blob)
{
	make_system(blob);
	blob->body.header.arch = BH_ARCH_RISCV64;
	blob->body.event_irq = 95;
	blob->body.gic = (struct bh_config_gic){ 0 };
	blob->body.riscv = (struct bh_config_riscv){ .intc = BH_RISCV_PLIC,
						     .sources = 95,
						     .timebase_hz = 10000000,
						     .domain = { 0xc000000, 0x600000 },
						     .context_first = 1,
						     .context_step = 2 };
	seal(blob, sizeof(*blob));
}

/* The same with IMSIC: three guest files beside each hart's own. */
static void make_imsic(struct system_blob *blob)
{
	make_riscv(blob);
	blob->body.riscv = (struct bh_config_riscv){ .intc = BH_RISCV_IMSIC,
						     .sources = 96,
						     .timebase_hz = 10000000,
						     .domain = { 0xd000000, 0x8000 },
						     .context_step = 1,
						     .imsic = { 0x28000000, 0x10000 },
						     .imsic_stride = 0x4000,
						     .imsic_ids = 255,
						     .imsic_guests = 3 };
	seal(blob, sizeof(*blob));
}

static void make_riscv_cell(struct cell_blob *blob)
{
	make_cell(blob);
	blob->body.header.arch = BH_ARCH_RISCV64;
	blob->body.gic = (struct bh_config_cell_gic){ 0 };
	blob->body.riscv =
		(struct bh_config_cell_riscv){ .intc = BH_RISCV_PLIC, .sources = 95, .domain = 0xc000000 };
	blob->memory[1].gpa = blob->memory[1].hpa = 0x10000000;
	blob->devices[0] = (struct bh_config_device){ BH_DEV_UART_16550, 33, 0x10001000, 0x1000, 0 };
	seal(blob, sizeof(*blob));
}

static int check_riscv(struct system_blob *blob, struct bh_error *error)
{
	seal(blob, sizeof(*blob));
	return config_check_system(blob, sizeof(*blob), BH_ARCH_RISCV64, error);
}

static void test_good_riscv_blobs_are_accepted(void **state)
{
	struct system_blob system;
	struct cell_blob cell;
	struct bh_error error;

	make_riscv(&system);
	make_riscv_cell(&cell);
	assert_int_equal(check_riscv(&system, &error), 0);
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), 0);
	make_imsic(&system);
	assert_int_equal(check_riscv(&system, &error), 0);
	cell.body.riscv = (struct bh_config_cell_riscv){ BH_RISCV_IMSIC, 96, 0xd000000, 0x28000000, 0 };
	seal(&cell, sizeof(cell));
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), 0);
	system.body.riscv = (struct bh_config_riscv){ .intc = BH_RISCV_APLIC,
						      .sources = 96,
						      .timebase_hz = 10000000,
						      .context_step = 1,
						      .domain = { 0xd000000, 0x5000 } };
	assert_int_equal(check_riscv(&system, &error), 0);
}

/* One change of a good board: what it must be called. */
#define WRONG(maker, change, error_code, field_name)                                              \
	do {                                                                                      \
		maker(&system);                                                                   \
		change;                                                                           \
		assert_int_equal(check_riscv(&system, &error), BH_E_##error_code);                \
		assert_string_equal(config_blob_field_name(&system, sizeof(system), error.field), \
				    field_name);                                                  \
	} while (0)

static void test_wrong_riscv_boards_are_refused(void **state)
{
	struct system_blob system;
	struct bh_error error;

	WRONG(make_riscv, system.body.riscv.intc = 0, RANGE, "riscv.intc");
	WRONG(make_riscv, system.body.riscv.intc = 4, RANGE, "riscv.intc");
	WRONG(make_riscv, system.body.event_irq = system.body.riscv.sources = 0, RANGE, "riscv.sources");
	WRONG(make_riscv, system.body.riscv.sources = 1024, RANGE, "riscv.sources");
	WRONG(make_riscv, system.body.riscv.timebase_hz = 999, RANGE, "riscv.timebase_hz");
	WRONG(make_riscv, system.body.riscv.timebase_hz = 1ull << 63, RANGE, "riscv.timebase_hz");
	WRONG(make_riscv, system.body.riscv.reserved0 = 1, RESERVED, "riscv.reserved0");
	WRONG(make_riscv, system.body.riscv.reserved1[3] = 1, RESERVED, "riscv.reserved1[3]");
	WRONG(make_riscv, system.body.riscv.imsic = system.body.hv_memory, RESERVED, "riscv.imsic.base");
	WRONG(make_riscv, system.body.riscv.imsic_ids = 63, RESERVED, "riscv.imsic_ids");
	WRONG(make_riscv, system.body.riscv.imsic_stride = 0x1000, RESERVED, "riscv.imsic_stride");
	WRONG(make_riscv, system.body.riscv.imsic_guests = 1, RESERVED, "riscv.imsic_guests");
	WRONG(make_riscv, system.body.riscv.domain.size = 0x1ff000, SIZE, "riscv.domain.size");
	WRONG(make_riscv, system.body.riscv.domain.size = 0x207000, RANGE, "cpu.hwid");
	WRONG(make_riscv, system.body.riscv.domain.base = 0x80000000, OVERLAP, "riscv.domain.base");
	WRONG(make_riscv, system.body.riscv.domain.base = 0x800, ALIGN, "riscv.domain.base");
	WRONG(make_riscv, system.body.riscv.context_first = 0x400, RANGE, "riscv.context_first");
	WRONG(make_riscv, system.body.riscv.context_step = 0, RANGE, "riscv.context_step");
	WRONG(make_riscv, system.body.riscv.context_step = 0xffffffff, RANGE, "riscv.context_step");
	WRONG(make_riscv, system.body.event_irq = 96, IRQ, "event_irq");
	WRONG(make_riscv, system.cpus[2].hwid = 1ull << 32, RANGE, "cpu.hwid");
	WRONG(make_riscv, system.cpus[2].hwid = 0xffffffff, RANGE, "cpu.hwid");
	WRONG(make_riscv, system.cpus[2].hwid = 1, DUPLICATE, "cpu.hwid");
	WRONG(make_imsic, system.body.riscv.imsic_ids = 64, RANGE, "riscv.imsic_ids");
	WRONG(make_imsic, system.body.riscv.imsic_ids = 2111, RANGE, "riscv.imsic_ids");
	WRONG(make_imsic, system.body.riscv.imsic_guests = 64, RANGE, "riscv.imsic_guests");
	WRONG(make_imsic, system.body.riscv.imsic_guests = 4, SIZE, "riscv.imsic_stride");
	WRONG(make_imsic, system.body.riscv.imsic_stride = 0x4800, ALIGN, "riscv.imsic_stride");
	WRONG(make_imsic, system.body.riscv.imsic.size = 0xf000, RANGE, "cpu.hwid");
	WRONG(make_imsic, system.body.riscv.imsic.size = 0x3000, SIZE, "riscv.imsic.size");
	WRONG(make_imsic, system.body.riscv.imsic.base = 0xd000000, OVERLAP, "riscv.imsic.base");
	WRONG(make_imsic, system.body.riscv.domain.size = 0x3000, SIZE, "riscv.domain.size");
	WRONG(make_imsic, system.cpus[2].hwid = 4, RANGE, "cpu.hwid");
}

#define WRONG_CELL(change, error_code, name)                                                         \
	do {                                                                                         \
		make_riscv_cell(&cell);                                                              \
		change;                                                                              \
		seal(&cell, sizeof(cell));                                                           \
		assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error),       \
				 BH_E_##error_code);                                                 \
		assert_string_equal(config_blob_field_name(&cell, sizeof(cell), error.field), name); \
	} while (0)

static void test_wrong_riscv_cells_are_refused(void **state)
{
	struct system_blob system;
	struct cell_blob cell;
	struct bh_error error;

	make_riscv(&system);
	WRONG_CELL(cell.body.riscv.intc = BH_RISCV_APLIC, RANGE, "riscv.intc");
	WRONG_CELL(cell.body.riscv.reserved = 1, RESERVED, "riscv.reserved");
	WRONG_CELL(cell.body.riscv.sources = 0, RANGE, "riscv.sources");
	WRONG_CELL(cell.body.riscv.sources = 96, RANGE, "riscv.sources");
	WRONG_CELL(cell.body.riscv.sources = 39, IRQ, "irq.intid");
	WRONG_CELL((cell.irqs[0].intid = 1, cell.body.riscv.sources = 32), IRQ, "device.irq");
	WRONG_CELL(cell.body.riscv.domain = 0x40000000, OVERLAP, "riscv.domain");
	WRONG_CELL(cell.body.riscv.domain = 0x800, ALIGN, "riscv.domain");
	WRONG_CELL(cell.body.riscv.domain = (1ull << 48) - 0x200000, RANGE, "riscv.domain");
	WRONG_CELL(cell.body.riscv.imsic = 0x28000000, RESERVED, "riscv.imsic");
	WRONG_CELL(cell.body.riscv.intc = 0, RESERVED, "riscv.sources");
	WRONG_CELL(cell.body.entry |= 1, ALIGN, "entry");
	WRONG_CELL(cell.irqs[0].intid = 96, IRQ, "irq.intid");
	WRONG_CELL(cell.irqs[0].intid = 0, IRQ, "irq.intid");
	WRONG_CELL(cell.irqs[0].intid = 95, IRQ, "irq.intid");
	WRONG_CELL(cell.memory[1].hpa = 0xc200000, NOT_OWNED, "memory.hpa");
	WRONG_CELL(cell.body.riscv = ((struct bh_config_cell_riscv){ 0 }), IRQ, "irq.intid");
	make_imsic(&system);
	WRONG_CELL(cell.body.riscv =
			   ((struct bh_config_cell_riscv){ BH_RISCV_IMSIC, 96, 0xd000000, 0x28001000, 0 }),
		   ALIGN, "riscv.imsic");
	WRONG_CELL(cell.body.riscv =
			   ((struct bh_config_cell_riscv){ BH_RISCV_IMSIC, 96, 0xd000000, 0xd000000, 0 }),
		   OVERLAP, "riscv.imsic");
	WRONG_CELL((cell.body.riscv =
			    (struct bh_config_cell_riscv){ BH_RISCV_IMSIC, 96, 0xd000000, 0x28000000, 0 },
		    cell.memory[1].hpa = 0x28003000),
		   NOT_OWNED, "memory.hpa");
}

/* ---- what firmware keeps, and RAM that is seen twice ---- */

#define WRONG_BOARD(change, error_code, name)                                                            \
	do {                                                                                             \
		make_system(&system);                                                                    \
		change;                                                                                  \
		seal(&system, sizeof(system));                                                           \
		assert_int_equal(config_check_system(&system, sizeof(system), BH_ARCH_AARCH64, &error),  \
				 BH_E_##error_code);                                                     \
		assert_string_equal(config_blob_field_name(&system, sizeof(system), error.field), name); \
	} while (0)

static void test_reserved_memory_is_nobodys(void **state)
{
	struct system_blob system;
	struct cell_blob cell;
	struct bh_error error;

	WRONG_BOARD(system.firmware[0].size = 0, RANGE, "firmware.base");
	WRONG_BOARD(system.firmware[0].size = ~0ull, WRAP, "firmware.base");
	WRONG_BOARD(system.firmware[0].base = 1ull << 48, RANGE, "firmware.base");
	WRONG_BOARD(system.firmware[1] = system.firmware[0], OK, "magic"); /* firmware's own affair */
	WRONG_BOARD(system.firmware[0].base = 0xbeffffff, OVERLAP, "hv_memory.base");
	WRONG_BOARD(system.firmware[0].base = 0xbeff0000, OVERLAP, "hv_memory.base");
	WRONG_BOARD(system.firmware[0].base = 0xbefe0000, OVERLAP, "pool.base");
	WRONG_BOARD(system.firmware[0].base = 0x5fffffff, OVERLAP, "pool.base");
	WRONG_BOARD(system.firmware[0].base = 0x5ffeffff, OK, "magic");
	/* through the window, and where RAM is seen again */
	WRONG_BOARD(system.firmware[0].base = 0xc07f000000, OVERLAP, "hv_memory.base");
	WRONG_BOARD(system.firmware[0].base = 0xc01ffeffff, OK, "magic");
	WRONG_BOARD(system.firmware[0].base = 0xc01fff0000, OVERLAP, "pool.base");
	WRONG_BOARD(system.firmware[0].base = 0x2bf000000, OVERLAP, "hv_memory.base");
	WRONG_BOARD(system.firmware[0].base = 0x15ffeffff, OK, "magic");
	WRONG_BOARD(system.firmware[0].base = 0x15fff0000, OVERLAP, "pool.base");
	WRONG_BOARD((system.firmware[0] = (struct bh_config_range){ 0x1c0000000, 0xa0000000 }), OK, "magic");
	WRONG_BOARD((system.firmware[0] = (struct bh_config_range){ 0x1c0000000, 0xa0000001 }), OVERLAP,
		    "pool.base");
	make_system(&system);
	make_cell(&cell);
	cell.memory[1].gpa = cell.memory[1].hpa = 0xe00ff000;
	seal(&cell, sizeof(cell));
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), BH_E_NOT_OWNED);
	assert_string_equal(config_blob_field_name(&cell, sizeof(cell), error.field), "memory.hpa");
}

static void test_windows_onto_ram(void **state)
{
	struct system_blob system;
	struct cell_blob cell;
	struct bh_error error;

	WRONG_BOARD(system.aliases[0].size = 0, RANGE, "alias.at");
	WRONG_BOARD(system.aliases[0].at = 0x800, ALIGN, "alias.at");
	WRONG_BOARD(system.aliases[0].at = 0xffffff000000, RANGE, "alias.at");
	WRONG_BOARD(system.aliases[0].of = 0xffffff000000, RANGE, "alias.of");
	WRONG_BOARD(system.aliases[0].at = 0x80000000, OVERLAP, "alias.of");
	WRONG_BOARD((system.aliases[0].at = 0x80000000, system.aliases[0].of = 0x200000000), OVERLAP,
		    "alias.at");
	WRONG_BOARD((system.aliases[0].at = 0x8000000, system.aliases[0].size = 0x1000), OVERLAP, "alias.at");
	WRONG_BOARD(system.aliases[1].of = 0x1000, RESERVED, "alias.at");
	WRONG_BOARD(system.aliases[1].every = 0xbffff000, RANGE, "dram.base");
	WRONG_BOARD(system.aliases[1].every = 0xc0000000, OK, "magic");
	WRONG_BOARD((system.aliases[1].every = 0xc0000000, system.firmware[1].base = 0x120000000), OVERLAP,
		    "pool.base");
	/* a window onto a window */
	WRONG_BOARD((system.aliases[1] = (struct bh_config_alias){ 0xd000000000, 0x1000, 0xc07ffff000, 0 }),
		    OVERLAP, "alias.of");
	make_system(&system);
	make_cell(&cell);
	cell.memory[1].gpa = cell.memory[1].hpa = 0xc07ffff000;
	seal(&cell, sizeof(cell));
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), BH_E_NOT_OWNED);
	cell.memory[1].gpa = cell.memory[1].hpa = 0xc080000000;
	seal(&cell, sizeof(cell));
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), 0);
}

static void test_part_that_a_window_shows(void **state)
{
	const struct bh_config_alias window = { 0x100000000, 0x10000, 0x40000000, 0 },
				     repeats = { .every = 0x100000000 };
	struct bh_config_range part = { 1, 1 };

	assert_int_equal(config_alias_part(&window, &(struct bh_config_range){ 0x3fff0000, 0x10000 }, &part),
			 0);
	assert_int_equal(config_alias_part(&window, &(struct bh_config_range){ 0x40010000, 0x10000 }, &part),
			 0);
	assert_int_equal(config_alias_part(&repeats, &(struct bh_config_range){ 0x40010000, 0x10000 }, &part),
			 0);
	assert_int_equal(config_alias_part(&window, &(struct bh_config_range){ 0x3fff0000, 0x11000 }, &part),
			 1);
	assert_true(part.base == 0x100000000 && part.size == 0x1000);
	assert_int_equal(config_alias_part(&window, &(struct bh_config_range){ 0x4000f000, 0x11000 }, &part),
			 1);
	assert_true(part.base == 0x10000f000 && part.size == 0x1000);
	assert_int_equal(config_alias_part(&window, &(struct bh_config_range){ 0x3fff0000, 0x40000 }, &part),
			 1);
	assert_true(part.base == 0x100000000 && part.size == 0x10000);
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

static void test_arbitrary_riscv_bytes(void **state)
{
	unsigned int accepted = 0;
	struct system_blob system;
	struct cell_blob cell;

	make_riscv_cell(&cell);
	for (unsigned int i = 0; i < 50000; i++) {
		struct bh_error error = { 0 };
		void *copy;
		int code;

		if (i % 2)
			make_riscv(&system);
		else
			make_imsic(&system);
		copy = mutate(&system, sizeof(system));
		code = config_check_system(copy, sizeof(system), BH_ARCH_RISCV64, &error);
		check_error(copy, sizeof(system), code, &error);
		accepted += !code;
		free(copy);
		make_riscv(&system);
		copy = mutate(&cell, sizeof(cell));
		code = config_check_cell(copy, sizeof(cell), &system.body, &error);
		check_error(copy, sizeof(cell), code, &error);
		accepted += !code;
		free(copy);
	}
	assert_in_range(accepted, 500, 50000);
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
		cmocka_unit_test(test_reserved_memory_is_nobodys),
		cmocka_unit_test(test_windows_onto_ram),
		cmocka_unit_test(test_part_that_a_window_shows),
		cmocka_unit_test(test_good_riscv_blobs_are_accepted),
		cmocka_unit_test(test_wrong_riscv_boards_are_refused),
		cmocka_unit_test(test_wrong_riscv_cells_are_refused),
		cmocka_unit_test(test_arbitrary_bytes),
		cmocka_unit_test(test_arbitrary_riscv_bytes),
		cmocka_unit_test(test_nothing_but_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
