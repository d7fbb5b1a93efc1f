// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration check of x86-64: a board and a cell, each wrong in one way, and arbitrary bytes. */
/* SOURCES: hypervisor/lib/config_check.c hypervisor/lib/config_fields.c hypervisor/lib/config_system.c */
/* SOURCES: hypervisor/lib/config_riscv.c hypervisor/lib/config_x86.c */
/* SOURCES: hypervisor/lib/config_cell.c hypervisor/lib/crc.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <lib/config.h>

#include <stdlib.h>
#include <string.h>

struct system_blob {
	struct bh_config_system body;
	struct bh_config_ioapic ioapics[2];
	struct bh_config_mmconfig mmconfig[2];
	struct bh_config_iommu iommus[2];
	struct bh_config_scope scopes[3];
	struct bh_config_range dram[2];
	struct bh_config_range pool[1];
	struct bh_config_cpu cpus[4];
	struct bh_config_range firmware[1];
	struct bh_config_alias aliases[1];
};

struct cell_blob {
	struct bh_config_cell body;
	struct bh_config_ports ports[1];
	struct bh_config_pci pci[2];
	struct bh_config_cpu cpus[2];
	struct bh_config_memory memory[2];
	struct bh_config_irq irqs[1];
	struct bh_config_device devices[3];
};

static void seal(void *blob, uint32_t size)
{
	struct bh_config_header *header = blob;

	header->size = size;
	header->crc = config_crc(blob, size);
}

#define ARRAY(type, member)                                                                        \
	{                                                                                          \
		offsetof(struct type, member),                                                     \
			sizeof(((struct type *)0)->member) / sizeof(((struct type *)0)->member[0]) \
	}
#define HEADER(blob_kind)                                                               \
	{                                                                               \
		.magic = BH_CONFIG_MAGIC, .major = BH_ABI_MAJOR, .minor = BH_ABI_MINOR, \
		.arch = BH_ARCH_X86_64, .kind = blob_kind                               \
	}

/* A q35 with a second I/O APIC and segment, and an IOMMU for each. */
static void make_system(struct system_blob *blob)
{
	*blob = (struct system_blob){
		.body = {
			.header = HEADER(BH_CONFIG_SYSTEM),
			.board = "board",
			.compatible = "QEMU",
			.hv_memory = { 0x7f000000, 0x1000000 },
			.event_irq = 5,
			.log_level = 2,
			.timeout_ms = 1000,
			.debug_uart = { 0x3f8, 8 },
			.debug_uart_type = BH_DEV_UART_16550_PIO,
			.x86 = { .pm1a_control = 0x604, .pm_timer = 0x608, .smi_command = 0xb2, .reset_port = 0xcf9,
				 .reset_value = 0xf, .hpet = { 0xfed00000, 0x400 },
				 .ioapics = ARRAY(system_blob, ioapics),
				 .mmconfig = ARRAY(system_blob, mmconfig),
				 .iommus = ARRAY(system_blob, iommus),
				 .scopes = ARRAY(system_blob, scopes) },
			.dram = ARRAY(system_blob, dram),
			.pool = ARRAY(system_blob, pool),
			.cpus = ARRAY(system_blob, cpus),
			.firmware = ARRAY(system_blob, firmware),
			.aliases = ARRAY(system_blob, aliases),
		},
		.ioapics = { { 0xfec00000, 0, 24, 0 }, { 0xfec01000, 24, 24, 1 } },
		.mmconfig = { { 0xb0000000, 0, 0, 255, 0 }, { 0xa0000000, 1, 16, 31, 0 } },
		.iommus = { { 0xfed90000, 0x1000, BH_IOMMU_VTD, BH_IOMMU_REST, 0, 0, 0, 0 },
			    { 0xfed91000, 0x1000, BH_IOMMU_VTD, 0, 0, 0, 0, 0 } },
		.scopes = { { 0, BH_SCOPE_IOAPIC, 0xff00, 0xff00, 0, 0 },
			    { 1, BH_SCOPE_PCI, 0x10, 0x17, 0, 0 },
			    { 1, BH_SCOPE_HPET, 0xf800, 0xf800, 0, 0 } },
		.dram = { { 0x0, 0x9f000 }, { 0x100000, 0x7ff00000 } },
		.pool = { { 0x60000000, 0x1f000000 } },
		.cpus = { { 0 }, { 1 }, { 2 }, { 3 } },
		.firmware = { { 0xe0000, 0x20000 } },
		.aliases = { { 0x8000000000, 0x40000000, 0x40000000, 0 } },
	};
	seal(blob, sizeof(*blob));
}

/* A multiboot guest: console, power-off and HPET. */
static void make_cell(struct cell_blob *blob)
{
	*blob = (struct cell_blob){
		.body = {
			.header = HEADER(BH_CONFIG_CELL),
			.name = "cell",
			.entry = 0x200000,
			.boot_arg = 0x9000,
			.x86 = { .mode = BH_X86_PROTECTED, .pins = 24, .ioapic = 0xfec00000, .start = 0x2badb002,
				 .mmconfig = 0xe0000000,
				 .ports = ARRAY(cell_blob, ports), .pci = ARRAY(cell_blob, pci) },
			.cpus = ARRAY(cell_blob, cpus),
			.memory = ARRAY(cell_blob, memory),
			.irqs = ARRAY(cell_blob, irqs),
			.devices = ARRAY(cell_blob, devices),
		},
		.ports = { { 0x2f8, 8 } },
		.pci = { { 0, 0x10, 0 }, { 2, 0x18, BH_PCI_DMA_UNPROTECTED } },
		.cpus = { { 2 }, { 3 } },
		.memory = { { 0, 0x60000000, 0x400000, 7 | BH_MEM_LOADABLE, 0, "ram" },
			    { 0xfe000000, 0xfe000000, 0x1000, 3 | BH_MEM_DEVICE, 0, "bar" } },
		.irqs = { { 3 } },
		.devices = { { BH_DEV_UART_16550_PIO, 4, 0x3f8, 8, 0 },
			     { BH_DEV_POWER_OFF, 0, 0x604, 2, 0 },
			     { BH_DEV_HPET, 0, 0xfed00000, 0x1000, 0 } },
	};
	seal(blob, sizeof(*blob));
}

static void test_good_blobs_are_accepted(void **state)
{
	struct bh_error error = { .code = 99 };
	struct system_blob system;
	struct cell_blob cell;

	make_system(&system);
	make_cell(&cell);
	assert_int_equal(config_check_system(&system, sizeof(system), BH_ARCH_X86_64, &error), 0);
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), 0);
	cell.body.x86.mode = BH_X86_LONG;
	cell.body.x86.start = 0x1000;
	seal(&cell, sizeof(cell));
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), 0);
	cell.body.x86 = (struct bh_config_cell_x86){ .mode = BH_X86_REAL,
						     .ports = ARRAY(cell_blob, ports),
						     .pci = ARRAY(cell_blob, pci) };
	cell.body.entry = 0x8000;
	cell.irqs[0].intid = 3;
	seal(&cell, sizeof(cell));
	assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error), BH_E_IRQ);
}

/* One change of a good board, or of a good cell: what it must be called. */
#define BOARD(change, error_code, field_name)                                                          \
	do {                                                                                           \
		make_system(&system);                                                                  \
		change;                                                                                \
		seal(&system, sizeof(system));                                                         \
		assert_int_equal(config_check_system(&system, sizeof(system), BH_ARCH_X86_64, &error), \
				 BH_E_##error_code);                                                   \
		assert_string_equal(config_blob_field_name(&system, sizeof(system), error.field),      \
				    field_name);                                                       \
	} while (0)
#define CELL(change, error_code, field_name)                                                               \
	do {                                                                                               \
		make_cell(&cell);                                                                          \
		change;                                                                                    \
		seal(&cell, sizeof(cell));                                                                 \
		assert_int_equal(config_check_cell(&cell, sizeof(cell), &system.body, &error),             \
				 BH_E_##error_code);                                                       \
		assert_string_equal(config_blob_field_name(&cell, sizeof(cell), error.field), field_name); \
	} while (0)

static void test_wrong_boards_are_refused(void **state)
{
	struct system_blob system;
	struct bh_error error;

	BOARD(system.ioapics[0].base = 0xfec00800, ALIGN, "ioapic.base");
	BOARD(system.ioapics[1].base = 0x1fec00000, RANGE, "ioapic.base");
	BOARD(system.ioapics[1].base = 0xfec00000, OVERLAP, "ioapic.base");
	BOARD(system.ioapics[1].gsi = 23, OVERLAP, "ioapic.gsi");
	BOARD(system.ioapics[1].gsi = 1024, RANGE, "ioapic.gsi");
	BOARD(system.ioapics[1].gsi = 1001, RANGE, "ioapic.pins");
	BOARD(system.ioapics[1].pins = 0, RANGE, "ioapic.pins");
	BOARD(system.ioapics[1].pins = 241, RANGE, "ioapic.pins");
	BOARD(system.ioapics[1].id = 0, DUPLICATE, "ioapic.id");
	BOARD(system.ioapics[1].id = 256, RANGE, "ioapic.id");
	BOARD(system.mmconfig[0].base = 0xb0080000, ALIGN, "mmconfig.base");
	BOARD(system.mmconfig[0].base = 0xfffff8000000, RANGE, "mmconfig.base");
	BOARD(system.mmconfig[1].last_bus = 15, RANGE, "mmconfig.last_bus");
	BOARD(system.mmconfig[1].segment = 0, OVERLAP, "mmconfig.first_bus");
	BOARD(system.mmconfig[1].base = 0xaf000000, OVERLAP, "mmconfig.base");
	BOARD(system.mmconfig[1].base = 0x40000000, OVERLAP, "mmconfig.base");
	BOARD(system.iommus[0].type = 3, RANGE, "iommu.type");
	BOARD(system.iommus[0].flags = 2, RANGE, "iommu.flags");
	BOARD(system.iommus[0].size = 0x800, RANGE, "iommu.size");
	BOARD(system.iommus[0].size = 0x1800, ALIGN, "iommu.base");
	BOARD(system.iommus[0].function = 8, RESERVED, "iommu.function");
	BOARD(system.iommus[1].flags = 1, DUPLICATE, "iommu.flags");
	BOARD(system.iommus[1].base = 0xfed90000, OVERLAP, "iommu.base");
	BOARD(system.scopes[1].unit = 2, RANGE, "scope.unit");
	BOARD(system.scopes[1].kind = 4, RANGE, "scope.kind");
	BOARD(system.scopes[1].last = 0xf, RANGE, "scope.last");
	BOARD(system.scopes[0].last = 0xff01, RANGE, "scope.last");
	BOARD(system.scopes[1].id = 1, RESERVED, "scope.id");
	BOARD(system.scopes[2].kind = BH_SCOPE_IOAPIC, OVERLAP, "scope.first");
	BOARD((system.scopes[2] = (struct bh_config_scope){ 0, BH_SCOPE_PCI, 0x17, 0x17, 0, 0 }), OVERLAP,
	      "scope.first");
	BOARD(system.body.x86.pm1b_control = 0x604, DUPLICATE, "x86.pm1b_control");
	BOARD((system.body.x86.pm1a_control = 0, system.body.x86.pm1b_control = 1), RANGE,
	      "x86.pm1b_control");
	BOARD(system.body.x86.reset_port = 0, RESERVED, "x86.reset_value");
	BOARD(system.body.x86.hpet.base = 0xfec00000, OVERLAP, "ioapic.base");
	BOARD(system.body.x86.reserved1[4] = 1, RESERVED, "x86.reserved1[4]");
	BOARD(system.body.x86.flags = 2, RANGE, "x86.flags");
	BOARD(system.body.x86.ioapics.count = 0, RANGE, "x86.ioapics.count");
	BOARD(system.body.event_irq = 48, IRQ, "event_irq");
	BOARD(system.body.debug_uart.base = 0xfffc, RANGE, "debug_uart.base");
	BOARD(system.body.debug_uart_type = BH_DEV_UART_16550, ALIGN, "debug_uart.base");
	BOARD(system.body.debug_uart_type = BH_DEV_HPET, RANGE, "debug_uart_type");
	BOARD(system.cpus[3].hwid = 1ull << 32, RANGE, "cpu.hwid");
	BOARD(system.aliases[0].at = 0xfe000000, OVERLAP, "alias.at");
}

static void test_wrong_cells_are_refused(void **state)
{
	struct system_blob system;
	struct bh_error error;
	struct cell_blob cell;

	make_system(&system);
	CELL(cell.body.x86.mode = 0, RANGE, "x86.mode");
	CELL(cell.body.x86.mode = 4, RANGE, "x86.mode");
	CELL(cell.body.x86.mode = BH_X86_LONG, ALIGN, "x86.start");
	CELL((cell.body.x86.mode = BH_X86_LONG, cell.body.x86.start = 0), ALIGN, "x86.start");
	CELL(cell.body.x86.mode = BH_X86_REAL, RANGE, "entry");
	CELL((cell.body.x86.mode = BH_X86_REAL, cell.body.entry = 0x8000), RESERVED, "x86.start");
	CELL((cell.memory[0].gpa = 0x100000000, cell.body.entry = 0x100000000, cell.body.boot_arg = 0), RANGE,
	     "entry");
	CELL(cell.body.x86.pins = 0, RANGE, "x86.pins");
	CELL(cell.body.x86.ioapic = 0, RANGE, "x86.pins");
	CELL(cell.body.x86.pins = 241, RANGE, "x86.pins");
	CELL(cell.body.x86.ioapic = 0xfee00000, OVERLAP, "x86.ioapic");
	CELL(cell.memory[1].gpa = 0xfee00000, OVERLAP, "x86.ioapic");
	CELL(cell.body.x86.mmconfig = 0xe0080000, ALIGN, "x86.mmconfig");
	CELL(cell.body.x86.mmconfig = 0xfe000000, OVERLAP, "x86.mmconfig");
	CELL(cell.body.x86.mmconfig = 0xfee00000, OVERLAP, "x86.mmconfig");
	CELL(cell.body.x86.mmconfig = 0xfff00000, OK, "magic");
	CELL((cell.body.x86.mmconfig = 0xfff00000, cell.pci[1].function = 0x118), RANGE, "x86.mmconfig");
	CELL((cell.body.x86.mmconfig = 0xfdf00000, cell.pci[1].function = 0x118), OVERLAP, "x86.mmconfig");
	CELL((cell.body.x86.mmconfig = 0xfdf00000, cell.pci[1].function = 0x18), OK, "magic");
	/* Both functions on bus 16: that is the window's only one. */
	CELL((cell.body.x86.mmconfig = 0xfd000000, cell.pci[0].function = 0x1000, cell.pci[1].function = 0x1018),
	     OVERLAP, "x86.mmconfig");
	CELL((cell.body.x86.mmconfig = 0xfd100000, cell.pci[0].function = 0x1000, cell.pci[1].function = 0x1018),
	     OK, "magic");
	CELL(cell.memory[1].hpa = 0xfee00000, NOT_OWNED, "memory.hpa");
	CELL(cell.memory[1].hpa = 0xfec01000, NOT_OWNED, "memory.hpa");
	CELL(cell.memory[1].hpa = 0xb0100000, NOT_OWNED, "memory.hpa");
	CELL(cell.memory[1].hpa = 0xfed91000, NOT_OWNED, "memory.hpa");
	CELL(cell.memory[1].hpa = 0xfed00000, NOT_OWNED, "memory.hpa");
	CELL(cell.devices[0].size = 4, RANGE, "device.size");
	CELL(cell.devices[0].gpa = 0xfff9, RANGE, "device.gpa");
	CELL(cell.devices[1].gpa = 0x3ff, OVERLAP, "device.gpa");
	CELL(cell.devices[2].gpa = 0xfed00400, ALIGN, "device.gpa");
	CELL(cell.devices[2].size = 8, RANGE, "device.size");
	CELL(cell.devices[0].type = BH_DEV_LAST + 1, RANGE, "device.type");
	CELL(cell.devices[0].irq = 24, IRQ, "device.irq");
	CELL(cell.devices[0].irq = 3, DUPLICATE, "device.irq");
	CELL(cell.irqs[0].intid = 24, IRQ, "irq.intid");
	CELL(cell.irqs[0].intid = 5, IRQ, "irq.intid");
	CELL(cell.irqs[0].intid = 48, IRQ, "irq.intid");
	CELL(cell.ports[0].first = 0x3f1, OVERLAP, "ports.first");
	CELL(cell.ports[0].first = 0x10000, RANGE, "ports.first");
	CELL((cell.ports[0].first = 0xfff9), RANGE, "ports.first");
	CELL(cell.ports[0].count = 0, RANGE, "ports.count");
	CELL(cell.ports[0].first = 0xcf0, OK, "magic");
	CELL(cell.ports[0].first = 0xcf5, NOT_OWNED, "ports.first");
	CELL((cell.ports[0] = (struct bh_config_ports){ 0x605, 1 }), OVERLAP, "ports.first");
	CELL((cell.ports[0] = (struct bh_config_ports){ 0xb2, 1 }), NOT_OWNED, "ports.first");
	CELL((cell.ports[0] = (struct bh_config_ports){ 0x60, 5 }), NOT_OWNED, "ports.first");
	CELL((cell.devices[0].gpa = 0x3e8, cell.ports[0].first = 0x3f8), NOT_OWNED, "ports.first");
	CELL(cell.memory[1].hpa = 0x8000001000, NOT_OWNED, "memory.hpa");
	CELL(cell.pci[0].flags = 2, RANGE, "pci.flags");
	CELL(cell.pci[1].flags = 0, RANGE, "pci.flags");
	CELL(cell.pci[0].segment = 1, RANGE, "pci.flags");
	CELL((cell.pci[1] = (struct bh_config_pci){ 0, 0x10, 0 }), DUPLICATE, "pci.function");
	CELL(cell.body.x86.pci.count = 33, TOO_MANY, "x86.pci.count");
	system.iommus[0].flags = 0;
	CELL(cell.pci[0].function = 0x17, OK, "magic");
	CELL(cell.pci[0].function = 0x18, RANGE, "pci.flags");
	system.iommus[1] = (struct bh_config_iommu){ 0xfed91000, 0x1000, BH_IOMMU_AMD, 0, 0, 0x10, 0, 0 };
	CELL(cell.pci[0].flags = BH_PCI_DMA_UNPROTECTED, NOT_OWNED, "pci.function");
}

/* What x86-64 alone has is refused elsewhere. */
static void test_other_architectures_have_no_ports(void **state)
{
	struct bh_error error;
	struct system_blob system;
	struct {
		struct bh_config_system body;
		struct bh_config_range dram;
		struct bh_config_cpu cpu;
	} fake = {
		.body = { .header = HEADER(BH_CONFIG_SYSTEM),
			  .board = "b",
			  .compatible = "c",
			  .timeout_ms = 1000,
			  .hv_memory = { 0x200000, 0x200000 },
			  .debug_uart = { 0x3f8, 8 },
			  .debug_uart_type = BH_DEV_UART_16550_PIO,
			  .dram = { sizeof(struct bh_config_system), 1 },
			  .pool = { sizeof(struct bh_config_system) + 16, 0 },
			  .cpus = { sizeof(struct bh_config_system) + 16, 1 },
			  .firmware = { sizeof(struct bh_config_system) + 24, 0 },
			  .aliases = { sizeof(struct bh_config_system) + 24, 0 } },
		.dram = { 0x200000, 0x400000 },
	};

	fake.body.header.arch = BH_ARCH_FAKE;
	seal(&fake, sizeof(fake));
	assert_int_equal(config_check_system(&fake, sizeof(fake), BH_ARCH_FAKE, &error), BH_E_RANGE);
	assert_string_equal(config_blob_field_name(&fake, sizeof(fake), error.field), "debug_uart_type");
	make_system(&system);
	assert_int_equal(config_check_system(&system, sizeof(system), BH_ARCH_RISCV64, &error), BH_E_ARCH);
}

/* ---- arbitrary bytes ---- */

static uint64_t seed = 88172645463325252ull;

static uint32_t random_below(uint32_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % limit;
}

static void *mutate(const void *blob, uint32_t size)
{
	static const uint64_t values[] = { 0,	   1,	    8,		23,    24,	  255,
					   0xffff, 0x10000, 0xfee00000, ~0ull, 1ull << 47 };
	uint8_t *copy = malloc(size);

	memcpy(copy, blob, size);
	for (unsigned int i = 0; i < 1 + random_below(2); i++) {
		const unsigned int width = 1u << random_below(4);
		const uint32_t offset =
			(uint32_t)sizeof(struct bh_config_header) +
			random_below(size - (uint32_t)sizeof(struct bh_config_header) - width);

		memcpy(copy + offset, &values[random_below(sizeof(values) / sizeof(values[0]))], width);
	}
	((struct bh_config_header *)(void *)copy)->crc = config_crc(copy, size);
	return copy;
}

static void check_error(const void *blob, uint32_t size, int code, const struct bh_error *error)
{
	assert_int_equal(error->code, code);
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
	for (unsigned int i = 0; i < 50000; i++) {
		struct bh_error error = { 0 };
		void *copy = mutate(&system, sizeof(system));
		int code = config_check_system(copy, sizeof(system), BH_ARCH_X86_64, &error);

		check_error(copy, sizeof(system), code, &error);
		accepted += !code;
		free(copy);
		copy = mutate(&cell, sizeof(cell));
		code = config_check_cell(copy, sizeof(cell), &system.body, &error);
		check_error(copy, sizeof(cell), code, &error);
		accepted += !code;
		free(copy);
	}
	assert_in_range(accepted, 500, 50000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_blobs_are_accepted),
		cmocka_unit_test(test_wrong_boards_are_refused),
		cmocka_unit_test(test_wrong_cells_are_refused),
		cmocka_unit_test(test_other_architectures_have_no_ports),
		cmocka_unit_test(test_arbitrary_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
