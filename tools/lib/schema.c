// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language of board and cell files: one table. Parser and check (schema_check.c), JSON Schema for editors,
 * the reference, the manual page and completion are made from it; a key that is not in it is an error.
 *
 * A new key is one line in the map that it belongs to:
 *	KEY(name, what, how many, needed or not, "doc", more)	a value; what: NUMBER, SIZE, ... of schema.h
 *	WORD(name, "a|b|c", ...)				one of these words
 *	MAP(name, its table, ...)				a map with keys of its own
 * where "more" is nothing or .otherwise = "4K" (what counts if it is not given), .least and .most (of a
 * number), .map (a map is as good as a scalar). How many: ONE; SOME (one, or a list); MANY (a list, always).
 *
 * Then `make docs`, which writes the reference, the manual page and the JSON Schema anew, and read the value
 * with node_find() and node_number() and its kin (internal.h): after the check every text is known to be of
 * its kind. What else must hold of a value is a rule: see rules.h.
 */
#include "schema.h"

#define NEEDED 1
#define OPTION 0

/* clang-format off */
#define KEY(name, what, many, need, text, ...) \
	{ .key = name, .scalar = S_##what, .list = many, .required = need, .doc = text, ##__VA_ARGS__ }
#define WORD(name, words, many, need, text, ...) KEY(name, CHOICE, many, need, text, .choices = words, ##__VA_ARGS__)
#define MAP(name, keys, many, need, text, ...) KEY(name, NONE, many, need, text, .map = keys, ##__VA_ARGS__)
#define END { .key = NULL }

static const struct schema schema_range[] = {
	KEY("at", ADDRESS, ONE, NEEDED, "host-physical start"),
	KEY("size", SIZE, ONE, NEEDED, "bytes, with K, M, G or T"),
	END
};

static const struct schema schema_irq[] = {
	KEY("spi", NUMBER, ONE, OPTION, "shared peripheral interrupt", .most = 987),
	KEY("ppi", NUMBER, ONE, OPTION, "private peripheral interrupt", .most = 15),
	KEY("gsi", NUMBER, ONE, OPTION, "global system interrupt: a pin of an I/O APIC", .most = 1023),
	KEY("intid", NUMBER, ONE, OPTION, "number as the interrupt controller counts", .most = 1023),
	END
};

static const struct schema schema_debug_uart[] = {
	WORD("type", CHOICES_UART, ONE, NEEDED, "what it is"),
	KEY("at", ADDRESS, ONE, OPTION, "host-physical start of its registers"),
	KEY("size", SIZE, ONE, OPTION, "bytes of its registers", .otherwise = "4K"),
	KEY("port", NUMBER, ONE, OPTION, "in place of 'at': first of its I/O ports", .most = 65528),
	END
};

static const struct schema schema_hypervisor[] = {
	MAP("memory", schema_range, ONE, NEEDED, "memory of the hypervisor, hidden from Linux"),
	WORD("log", CHOICES_LOG, ONE, OPTION, "how much it writes to its log", .otherwise = "info"),
	KEY("timeout", DURATION, ONE, OPTION, "deadline of its waits, 1s to 10min", .otherwise = "1s"),
	MAP("debug-uart", schema_debug_uart, ONE, OPTION, "UART that repeats the log"),
	END
};

static const struct schema schema_root[] = {
	WORD("cpus", "all", ONE, OPTION, "what no cell claims"),
	WORD("memory", "rest", ONE, OPTION, "what no cell claims"),
	WORD("devices", "rest", ONE, OPTION, "what no cell claims"),
	WORD("on-reset", CHOICES_ON_RESET, ONE, OPTION, "what root's reset or power-off does while cells run",
	     .otherwise = "machine"),
	END
};

static const struct schema schema_gic[] = {
	KEY("version", NUMBER, ONE, NEEDED, "of the GIC", .least = 2, .most = 3),
	MAP("gicd", schema_range, ONE, NEEDED, "distributor"),
	MAP("gicr", schema_range, ONE, OPTION, "redistributors, version 3"),
	MAP("gicc", schema_range, ONE, OPTION, "CPU interface, version 2"),
	MAP("gich", schema_range, ONE, OPTION, "hypervisor interface, version 2"),
	MAP("gicv", schema_range, ONE, OPTION, "virtual CPU interface, version 2"),
	MAP("its", schema_range, ONE, OPTION, "interrupt translation service, version 3"),
	KEY("maintenance", IRQ, ONE, OPTION, "maintenance interrupt", .map = schema_irq, .otherwise = "ppi 9"),
	END
};

static const struct schema schema_reserved[] = {
	KEY("at", ADDRESS, ONE, NEEDED, "host-physical start"),
	KEY("size", SIZE, ONE, NEEDED, "bytes, with K, M, G or T"),
	KEY("name", TEXT, ONE, OPTION, "for messages"),
	END
};

static const struct schema schema_alias[] = {
	KEY("at", ADDRESS, ONE, OPTION, "start of a window through which RAM is seen again"),
	KEY("size", SIZE, ONE, OPTION, "bytes of the window"),
	KEY("of", ADDRESS, ONE, OPTION, "what is seen at its start"),
	KEY("every", SIZE, ONE, OPTION, "in place of a window: RAM repeats so often"),
	END
};

static const struct schema schema_riscv[] = {
	WORD("controller", CHOICES_RISCV_INTC, ONE, NEEDED, "what takes the interrupts of wires"),
	KEY("sources", NUMBER, ONE, NEEDED, "highest interrupt of a wire", .least = 1, .most = 1023),
	MAP("registers", schema_range, ONE, NEEDED, "of the PLIC, or of the APLIC's domain of S-mode"),
	KEY("context-first", NUMBER, ONE, OPTION, "context (hart index) of hart 0", .otherwise = "0"),
	KEY("context-step", NUMBER, ONE, OPTION, "contexts from hart to hart", .otherwise = "1"),
	KEY("timebase", NUMBER, ONE, NEEDED, "of the time CSR in Hz"),
	MAP("imsic", schema_range, ONE, OPTION, "interrupt files of S-mode and of guests"),
	KEY("imsic-stride", NUMBER, ONE, OPTION, "bytes from hart to hart"),
	KEY("imsic-ids", NUMBER, ONE, OPTION, "highest interrupt identity", .least = 63, .most = 2047),
	KEY("imsic-guests", NUMBER, ONE, OPTION, "guest files of each hart", .most = 63),
	END
};

static const struct schema schema_ioapic[] = {
	KEY("at", ADDRESS, ONE, NEEDED, "host-physical start of its registers"),
	KEY("gsi", NUMBER, ONE, OPTION, "interrupt of its first pin", .otherwise = "0", .most = 1023),
	KEY("pins", NUMBER, ONE, OPTION, "how many", .otherwise = "24", .least = 1, .most = 240),
	KEY("id", NUMBER, ONE, OPTION, "as the MADT names it", .otherwise = "0", .most = 255),
	END
};

static const struct schema schema_mmconfig[] = {
	KEY("at", ADDRESS, ONE, NEEDED, "where bus 0 of the segment is, or would be"),
	KEY("segment", NUMBER, ONE, OPTION, "of PCI", .otherwise = "0", .most = 65535),
	KEY("first-bus", NUMBER, ONE, OPTION, "that it reaches", .otherwise = "0", .most = 255),
	KEY("last-bus", NUMBER, ONE, OPTION, "that it reaches", .otherwise = "255", .most = 255),
	END
};

static const struct schema schema_scope[] = {
	WORD("kind", CHOICES_SCOPE, ONE, OPTION, "what it is", .otherwise = "pci"),
	KEY("first", NUMBER, ONE, NEEDED, "requester id: bus << 8, device << 3, function", .most = 65535),
	KEY("last", NUMBER, ONE, OPTION, "of a range", .otherwise = "first", .most = 65535),
	KEY("id", NUMBER, ONE, OPTION, "of the I/O APIC or HPET", .otherwise = "0", .most = 255),
	END
};

static const struct schema schema_iommu[] = {
	WORD("type", CHOICES_IOMMU, ONE, NEEDED, "what it is"),
	KEY("at", ADDRESS, ONE, NEEDED, "host-physical start of its registers"),
	KEY("size", SIZE, ONE, OPTION, "bytes of its registers", .otherwise = "4K"),
	KEY("segment", NUMBER, ONE, OPTION, "of PCI", .otherwise = "0", .most = 65535),
	KEY("function", NUMBER, ONE, OPTION, "amd: requester id of the unit itself", .most = 65535),
	KEY("rest", BOOL, ONE, OPTION, "it serves every function that no other unit serves", .otherwise = "false"),
	MAP("serves", schema_scope, MANY, OPTION, "requesters that it serves"),
	END
};

static const struct schema schema_x86[] = {
	MAP("ioapics", schema_ioapic, SOME, NEEDED, "I/O APICs"),
	MAP("pci-config", schema_mmconfig, SOME, OPTION, "windows of PCI configuration space"),
	MAP("hpet", schema_range, ONE, OPTION, "high precision event timers"),
	MAP("iommus", schema_iommu, MANY, OPTION, "IOMMUs"),
	KEY("pm1a-control", NUMBER, ONE, OPTION, "port that sleeps or powers off", .most = 65534),
	KEY("pm1b-control", NUMBER, ONE, OPTION, "second port for it", .most = 65534),
	KEY("pm-timer", NUMBER, ONE, OPTION, "port of the power management timer", .most = 65532),
	KEY("smi-command", NUMBER, ONE, OPTION, "port that raises an SMI", .most = 65535),
	KEY("reset-port", NUMBER, ONE, OPTION, "port that resets the machine", .most = 65535),
	KEY("reset-value", NUMBER, ONE, OPTION, "what is written there", .most = 255),
	KEY("tsc-khz", NUMBER, ONE, OPTION, "of the time stamp counter", .otherwise = "as the loader measures it"),
	END
};

static const struct schema schema_board[] = {
	KEY("board", NAME, ONE, NEEDED, "name of the board"),
	KEY("compatible", TEXT, SOME, NEEDED, "machine that this file is for; refused on others"),
	WORD("architecture", CHOICES_ARCH, ONE, OPTION, "instruction set", .otherwise = "aarch64"),
	KEY("devicetree", TEXT, ONE, OPTION, "'live', or a .dtb beside this file"),
	MAP("hypervisor", schema_hypervisor, ONE, NEEDED, "the hypervisor itself"),
	MAP("pool", schema_range, SOME, OPTION, "RAM for cells"),
	MAP("root", schema_root, ONE, OPTION, "the root cell"),
	KEY("event-interrupt", IRQ, ONE, OPTION, "free interrupt that tells root of state changes",
	    .map = schema_irq),
	MAP("gic", schema_gic, ONE, OPTION, "in place of the device tree's"),
	MAP("riscv", schema_riscv, ONE, OPTION, "in place of the device tree's"),
	KEY("acpi", TEXT, ONE, OPTION, "x86_64: 'live', or a folder with the machine's /sys and /proc below it"),
	MAP("x86", schema_x86, ONE, OPTION, "in place of what ACPI says"),
	MAP("dram", schema_range, SOME, OPTION, "in place of the device tree's"),
	MAP("reserved", schema_reserved, SOME, OPTION, "RAM that is neither Linux's nor ours: firmware's"),
	MAP("aliases", schema_alias, SOME, OPTION, "RAM that is seen at a second address"),
	KEY("cores", CPUS, MANY, OPTION, "CPUs that are threads of one core: [0-1, 2-3]",
	    .otherwise = "the device tree's"),
	KEY("clock-domains", CPUS, MANY, OPTION, "CPUs with one clock: [0-3, 4-5]",
	    .otherwise = "the device tree's"),
	KEY("cpus", NUMBER, MANY, OPTION, "MPIDR of each CPU, in place of the device tree's"),
	KEY("guests", TEXT, MANY, OPTION, "cell files that belong to this board"),
	END
};

static const struct schema schema_memory[] = {
	KEY("name", TEXT, ONE, OPTION, "for messages"),
	KEY("guest", ADDRESS, ONE, OPTION, "guest-physical start"),
	KEY("size", SIZE, ONE, NEEDED, "bytes, a multiple of 2M"),
	KEY("at", ADDRESS, ONE, OPTION, "host-physical start", .otherwise = "from the pool"),
	KEY("identity", BOOL, ONE, OPTION, "guest-physical equals host-physical", .otherwise = "false"),
	WORD("flags", CHOICES_FLAGS, SOME, OPTION, "what the guest may do with it",
	     .otherwise = "[read, write, execute]"),
	KEY("loadable", BOOL, ONE, OPTION, "root may fill it before the start", .otherwise = "true"),
	END
};

static const struct schema schema_load[] = {
	KEY("file", TEXT, ONE, NEEDED, "any file"),
	KEY("at", ADDRESS, ONE, NEEDED, "guest-physical start"),
	END
};

static const struct schema schema_boot[] = {
	WORD("protocol", CHOICES_PROTOCOL, ONE, NEEDED, "how the guest is started"),
	KEY("kernel", TEXT, ONE, OPTION, "linux: uncompressed Image; on x86_64 a bzImage"),
	KEY("initrd", TEXT, ONE, OPTION, "linux: initial RAM disk"),
	KEY("cmdline", TEXT, ONE, OPTION, "kernel command line"),
	KEY("image", TEXT, ONE, OPTION, "flat: binary; multiboot: ELF file or binary with a multiboot header"),
	WORD("mode", CHOICES_MODE, ONE, OPTION, "flat on x86_64: state of the CPU at the entry point",
	     .otherwise = "protected"),
	KEY("start", NUMBER, ONE, OPTION, "none on x86_64: EAX in protected mode, CR3 in long mode", .otherwise = "0"),
	WORD("acpi", CHOICES_TABLES, ONE, OPTION, "x86_64: ACPI tables that describe the cell, below 1M",
	     .otherwise = "generate for linux, else none"),
	KEY("at", ADDRESS, ONE, OPTION, "where the kernel or image lies in guest memory",
	    .otherwise = "start of the first executable region"),
	KEY("entry", ADDRESS, ONE, OPTION, "flat: entry point", .otherwise = "the image's start"),
	KEY("argument", ADDRESS, ONE, OPTION, "first argument of the entry point",
	    .otherwise = "the device tree's address"),
	KEY("devicetree", TEXT, ONE, OPTION, "generate, none, or a .dtb", .otherwise = "generate for linux, else none"),
	MAP("load", schema_load, MANY, OPTION, "more files to put into memory"),
	END
};

static const struct schema schema_intc[] = {
	WORD("controller", CHOICES_INTC, ONE, OPTION, "what the guest sees", .otherwise = "auto"),
	KEY("gicd", ADDRESS, ONE, OPTION, "guest-physical distributor", .otherwise = "0x800_0000"),
	KEY("gicr", ADDRESS, ONE, OPTION, "guest-physical redistributors, version 3", .otherwise = "0x80a_0000"),
	KEY("gicc", ADDRESS, ONE, OPTION, "guest-physical CPU interface, version 2", .otherwise = "0x801_0000"),
	KEY("spi", NUMBER, SOME, OPTION, "hardware interrupts given to the cell"),
	KEY("intid", NUMBER, SOME, OPTION, "the same as the interrupt controller counts"),
	KEY("gsi", NUMBER, SOME, OPTION, "the same on x86_64: pins of the I/O APICs"),
	KEY("ioapic", ADDRESS, ONE, OPTION, "x86_64: guest-physical I/O APIC", .otherwise = "0xfec0_0000"),
	KEY("pins", NUMBER, ONE, OPTION, "x86_64: of the guest's I/O APIC", .otherwise = "24", .least = 1, .most = 240),
	END
};

static const struct schema schema_uart[] = {
	WORD("type", CHOICES_VUART, ONE, OPTION, "what the guest sees", .otherwise = "pl011, on x86_64 16550"),
	KEY("at", ADDRESS, ONE, OPTION, "guest-physical start"),
	KEY("port", NUMBER, ONE, OPTION, "x86_64, in place of 'at': first of its 8 I/O ports", .most = 65528),
	KEY("gsi", NUMBER, ONE, OPTION, "the same on x86_64: pin of the guest's I/O APIC"),
	KEY("spi", NUMBER, ONE, OPTION, "interrupt that the guest sees"),
	KEY("intid", NUMBER, ONE, OPTION, "the same as the interrupt controller counts"),
	KEY("console", BOOL, ONE, OPTION, "the cell's console", .otherwise = "the first UART is"),
	END
};

static const struct schema schema_registers[] = {
	KEY("at", ADDRESS, ONE, NEEDED, "host-physical start"),
	KEY("size", SIZE, ONE, NEEDED, "bytes, whole pages"),
	KEY("guest", ADDRESS, ONE, OPTION, "guest-physical start", .otherwise = "the same"),
	KEY("writable", BOOL, ONE, OPTION, "whether the guest may write them", .otherwise = "true"),
	KEY("name", TEXT, ONE, OPTION, "for messages"),
	END
};

static const struct schema schema_hpet[] = {
	KEY("at", ADDRESS, ONE, OPTION, "guest-physical start", .otherwise = "0xfed0_0000"),
	END
};

static const struct schema schema_port[] = {
	KEY("port", NUMBER, ONE, NEEDED, "first of its I/O ports", .most = 65534),
	END
};

static const struct schema schema_ports[] = {
	KEY("first", NUMBER, ONE, NEEDED, "I/O port", .most = 65535),
	KEY("count", NUMBER, ONE, OPTION, "how many", .otherwise = "1", .least = 1, .most = 65536),
	KEY("name", TEXT, ONE, OPTION, "for messages"),
	END
};

static const struct schema schema_device[] = {
	KEY("passthrough", TEXT, ONE, OPTION, "path or alias of a node of the board's device tree"),
	WORD("dma", CHOICES_DMA, ONE, OPTION,
	     "of a passed-through device: that it writes no memory, or may write all of it"),
	KEY("clock", NUMBER, SOME, OPTION, "of a passed-through device: Hz of its clocks",
	    .otherwise = "the device tree's"),
	MAP("uart", schema_uart, ONE, OPTION, "virtual UART"),
	MAP("registers", schema_registers, ONE, OPTION, "registers that no device tree names; needs 'dma'"),
	MAP("ports", schema_ports, ONE, OPTION, "x86_64: I/O ports of a device; needs 'dma'"),
	MAP("hpet", schema_hpet, ONE, OPTION, "x86_64: a virtual HPET, to measure time with"),
	MAP("pm-timer", schema_port, ONE, OPTION, "x86_64: a virtual power management timer"),
	MAP("cmos", schema_port, ONE, OPTION, "x86_64: a virtual real-time clock"),
	MAP("power-off", schema_port, ONE, OPTION, "x86_64: ports where 0x2000 stops the cell, as on QEMU's machines"),
	KEY("pci", TEXT, ONE, OPTION, "x86_64: PCI function, '0000:00:03.0'; without 'dma' an IOMMU must hold it"),
	WORD("bars", CHOICES_BARS, ONE, OPTION,
	     "of a PCI function: its registers are read from the machine, or listed apart with 'registers'",
	     .otherwise = "machine"),
	END
};

static const struct schema schema_shared[] = {
	KEY("name", NAME, ONE, NEEDED, "of the memory: cells that give it have it in common"),
	KEY("guest", ADDRESS, ONE, NEEDED, "guest-physical start"),
	KEY("size", SIZE, ONE, NEEDED, "bytes, the same in all cells"),
	END
};

static const struct schema schema_restart[] = {
	WORD("when", CHOICES_RESTART, ONE, NEEDED, "after which end"),
	KEY("limit", RATE, ONE, OPTION, "'3 per 1min'"),
	END
};

static const struct schema schema_cell[] = {
	KEY("cell", NAME, ONE, NEEDED, "name of the cell"),
	KEY("cpus", CPUS, SOME, NEEDED, "CPUs as the board counts them: 2, 2-3, [0, 2-3], or mpidr 0x100"),
	MAP("memory", schema_memory, SOME, NEEDED, "RAM of the cell"),
	MAP("boot", schema_boot, ONE, NEEDED, "what runs in it"),
	WORD("interrupts", CHOICES_INTC, ONE, OPTION, "interrupt controller and interrupts",
	     .map = schema_intc, .otherwise = "auto"),
	MAP("shared-memory", schema_shared, SOME, OPTION, "refused: the hypervisor has none yet"),
	MAP("devices", schema_device, MANY, OPTION, "passed-through and virtual devices"),
	WORD("waive", CHOICES_WAIVE, SOME, OPTION, "what the CPUs may share with those of other cells"),
	KEY("pci-config", ADDRESS, ONE, OPTION,
	    "x86_64: guest-physical configuration space of PCI, as if bus 0's were there, too; 0: ports only",
	    .otherwise = "where there is room, if the cell has PCI functions"),
	KEY("comm-page", ADDRESS, ONE, OPTION, "guest-physical communication page"),
	KEY("watchdog", DURATION, ONE, OPTION, "the cell fails when its heartbeat stands still so long"),
	KEY("stop-timeout", DURATION, ONE, OPTION, "time to answer a shutdown request", .otherwise = "5s"),
	MAP("restart", schema_restart, ONE, OPTION, "when to start it again"),
	END
};
/* clang-format on */

const struct schema *schema_top(enum bh_config_kind kind)
{
	return kind == BH_CONFIG_SYSTEM ? schema_board : schema_cell;
}

const char *schema_expectation(const struct schema *schema)
{
	if (schema->scalar == S_CHOICE)
		return schema->choices;
	if (schema->scalar == S_NONE)
		return schema->map ? "a map of keys and values" : "a list";
	return scalar_forms[schema->scalar].words;
}

const struct scalar_form scalar_forms[S_COUNT] = {
	[S_NAME] = { "a name of at most 31 letters, digits, '-' and '_'", "^[A-Za-z0-9_-]{1,31}$" },
	[S_TEXT] = { "a text", NULL },
	[S_NUMBER] = { "a number such as 12 or 0xc", "^(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)$" },
	[S_ADDRESS] = { "an address such as 0x4000_0000", "^(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)$" },
	[S_SIZE] = { "a size such as 256M or 0x200000",
		     "^(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*) *([KMGT](iB)?)?$" },
	[S_DURATION] = { "a time such as 500ms, 10s or 2min", "^[0-9][0-9_]* *(ms|s|min|h)$" },
	[S_IRQ] = { "an interrupt such as 'spi 8', 'ppi 9' or 'intid 40'",
		    "^(spi|ppi|gsi|intid) +(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)$" },
	[S_BOOL] = { "true or false", "^(true|false)$" },
	[S_CPUS] = { "a CPU number, a range such as 2-3, or 'mpidr 0x100'",
		     "^([0-9]+(-[0-9]+)?|(mpidr|hart|apic) +(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*))$" },
	[S_RATE] = { "a rate such as '3 per 1min'", "^[0-9]+ per +[0-9]+ *(ms|s|min|h)$" },
	[S_CHOICE] = { "one of these words", NULL },
};
