/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of board and cell files: each way in which a file can be wrong has a name. The name stands in
 * JSON, SARIF and gcc output and in Documentation/config-reference.md, which is made from this table.
 *
 * A new rule:
 *	1. a line here: X(ID, "name", "what must be so"), near its kin;
 *	2. error_add(messages, RULE_ID, place, mend, sentence...) where it is found broken; if a second place is
 *	   to blame, message_also() with the result;
 *	3. a row in tests/config/wrong.py that breaks it, and nothing else. test_config_rules.py demands one of
 *	   every rule, and that the row fails in a tool in which the rule is switched off;
 *	4. `make docs`.
 */
#ifndef CFG_RULES_H
#define CFG_RULES_H

/* clang-format off */
#define CFG_RULES(X) \
	X(FILE_READ, "file-unreadable", "A file can be read.") \
	X(FILE_WRITE, "file-unwritable", "The output can be written.") \
	X(FILE_KIND, "file-kind", \
	  "A board file stands where a board is asked for, a cell file where a cell is.") \
	X(YAML_SYNTAX, "yaml-syntax", "The file is YAML: a map of plain keys to values.") \
	X(YAML_DUPLICATE, "yaml-duplicate", "A key stands once in a map.") \
	X(YAML_TAG, "yaml-tag", "No tags: the key says what its value is.") \
	X(YAML_ALIAS, "yaml-alias", "An alias names an anchor that stands above it.") \
	X(YAML_MERGE, "yaml-merge", "A merge takes a map, or a list of maps.") \
	X(YAML_EXPANSION, "yaml-expansion", "Aliases do not blow a small file up to a large one.") \
	X(YAML_DOCUMENT, "yaml-document", "A file holds one document.") \
	X(YAML_DEPTH, "yaml-depth", "Lists and maps are nested no deeper than the language needs.") \
	X(KEY_UNKNOWN, "key-unknown", "Every key is one of the language.") \
	X(KEY_MISSING, "key-missing", "Keys that are needed are there.") \
	X(VALUE_TYPE, "value-type", "A value is what its key asks for.") \
	X(VALUE_RANGE, "value-range", "A number is in the range of its key.") \
	X(VALUE_LIST, "value-list", "A key that takes a list has a list.") \
	X(TEXT_LENGTH, "text-length", "A text is no longer than the blob can hold.") \
	X(TIME_RANGE, "time-range", "A time is in its range.") \
	X(BOARD_MACHINE, "board-machine", \
	  "The board file is for the machine whose device tree it is checked with.") \
	X(BOARD_SOURCE, "board-source", \
	  "RAM, CPUs and interrupt controller come from a device tree or stand in the board file.") \
	X(DEVICETREE_READ, "devicetree-unreadable", "The device tree can be read, and is one.") \
	X(DEVICETREE_CONTENT, "devicetree-incomplete", \
	  "The device tree has RAM, CPUs and interrupt controller unless the board file gives them.") \
	X(ACPI_READ, "acpi-unreadable", "ACPI tables can be read, and are some.") \
	X(ACPI_CONTENT, "acpi-incomplete", \
	  "ACPI has RAM, CPUs and I/O APICs unless the board file gives them.") \
	X(MEMORY_ALIGNED, "memory-alignment", "Memory of hypervisor and pool is aligned to 2 MiB.") \
	X(MEMORY_EMPTY, "memory-empty", "Memory of hypervisor and pool is not empty.") \
	X(MEMORY_IN_RAM, "memory-outside-ram", \
	  "Memory of hypervisor and pool lies in one bank of the machine's RAM.") \
	X(MEMORY_OVERLAP, "memory-overlap", "No two owners have the same memory.") \
	X(MEMORY_RESERVED, "memory-reserved", \
	  "Memory of hypervisor and pool is none that firmware or Linux keep for something else.") \
	X(MEMORY_ALIAS, "memory-alias", "No memory has a second owner through an alias.") \
	X(ALIAS_FORM, "alias-form", "An alias is a window onto RAM, or how often RAM repeats.") \
	X(EVENT_INTERRUPT, "event-interrupt", "The event interrupt is a shared peripheral interrupt.") \
	X(CELL_NAME, "cell-name-root", "No guest cell is called 'root'.") \
	X(NAME_SHARED, "cell-name-shared", "No two cells have one name.") \
	X(CPU_KNOWN, "cpu-unknown", "A cell's CPUs are CPUs of the board.") \
	X(CPU_TWICE, "cpu-duplicate", "A cell lists a CPU once.") \
	X(CPU_NONE, "cpu-none", "A cell has a CPU.") \
	X(CPU_ALL, "cpu-all", "A cell leaves at least one CPU to the root cell.") \
	X(CPU_SHARED, "cpu-shared", "A CPU belongs to one cell.") \
	X(CPU_CORE, "cpu-core", "Threads of one core belong to one cell unless the file waives it.") \
	X(CPU_CLOCK, "cpu-clock", \
	  "CPUs with one clock belong to one cell (a warning) unless the file waives it.") \
	X(CPU_ROOT, "cpu-root", "All cells together leave at least one CPU to the root cell.") \
	X(MEMORY_NONE, "memory-none", "A cell has memory.") \
	X(REGION_ADDRESS, "region-address", "A memory region has a guest address.") \
	X(REGION_IDENTITY, "region-identity", "An identity region has one address.") \
	X(REGION_NAME, "region-name", "The name of a memory region is short and has no blanks.") \
	X(REGION_TWICE, "region-duplicate", "No two memory regions of a cell have one name.") \
	X(REGION_SIZE, "region-size", "The size of a memory region is a multiple of 2 MiB.") \
	X(REGION_ALIGNED, "region-alignment", "The guest address of a memory region is aligned to 2 MiB.") \
	X(REGION_LIMIT, "region-limit", "A memory region ends within the guest's address space.") \
	X(REGION_READABLE, "region-readable", \
	  "A memory region can be read: most CPUs have no write-only memory.") \
	X(REGION_HOST_ALIGNED, "region-host-alignment", \
	  "The host address of a memory region is aligned to 2 MiB.") \
	X(POOL_INSIDE, "pool-outside", "Memory with a host address lies in the pool.") \
	X(POOL_SIZE, "pool-size", "A memory region is no larger than the pool.") \
	X(POOL_SUM, "pool-sum", "All cells together need no more memory than the pool has.") \
	X(MEMORY_SHARED, "memory-shared", "Memory and registers of one cell are in no other cell.") \
	X(GUEST_OVERLAP, "guest-overlap", "No two things lie at one address of the guest.") \
	X(PAGE_ALIGNED, "page-alignment", "Virtual devices and the communication page start at a page.") \
	X(INTERRUPT_RANGE, "interrupt-range", "A cell's interrupts are shared peripheral interrupts.") \
	X(INTERRUPT_EVENT, "interrupt-event", "The board's event interrupt is not given to a cell.") \
	X(INTERRUPT_TWICE, "interrupt-duplicate", "A cell lists an interrupt once.") \
	X(INTERRUPT_VIRTUAL, "interrupt-virtual", "A virtual device has an interrupt of its own.") \
	X(INTERRUPT_SHARED, "interrupt-shared", "An interrupt belongs to one cell.") \
	X(INTERRUPT_LINE, "interrupt-line", \
	  "All devices on an interrupt line belong to one cell, disabled ones apart.") \
	X(INTERRUPT_OWNED, "interrupt-owned", \
	  "An interrupt given by number is of no device that stays with the root cell (a warning).") \
	X(INTC_VERSION, "controller-version", \
	  "A cell sees an interrupt controller that the board can give it.") \
	X(DEVICE_KIND, "device-kind", "An entry of 'devices' is one thing.") \
	X(DEVICE_PLACE, "device-place", "A virtual device has one place: an address, or I/O ports.") \
	X(PORT_RANGE, "port-range", "I/O ports are ports, and none that would reset or stop the machine.") \
	X(PORT_OVERLAP, "port-overlap", "No two things of a cell have one I/O port.") \
	X(PORT_SHARED, "port-shared", "An I/O port belongs to one cell.") \
	X(DEVICE_TREE, "device-tree-needed", "Passing a device through needs the board's device tree.") \
	X(DEVICE_NODE, "device-unknown", "A passed-through device is in the board's device tree.") \
	X(DEVICE_AMBIGUOUS, "device-ambiguous", "The name of a passed-through device is that of one node.") \
	X(DEVICE_TRANSLATED, "device-translation", \
	  "The registers of a passed-through device have a physical address.") \
	X(DEVICE_REGISTERS, "device-registers", "A passed-through device has registers.") \
	X(DEVICE_INTERRUPTS, "device-interrupts", \
	  "The interrupts of a passed-through device go to the board's interrupt controller.") \
	X(DEVICE_NEIGHBOUR, "device-neighbour", "Devices that share a page are passed through together.") \
	X(DEVICE_TWICE, "device-duplicate", "A cell lists a device once.") \
	X(DEVICE_CONTROLLER, "device-controller", \
	  "A passed-through device is no part of the interrupt controller.") \
	X(DEVICE_ALIAS, "device-alias", "Registers are not where RAM is seen through an alias.") \
	X(DEVICE_PROVIDER, "device-provider", \
	  "A device that others need stays with them: clocks, power, pins, DMA.") \
	X(DEVICE_DEPENDS, "device-depends", "What a device needs of others is known (a note).") \
	X(DEVICE_DISABLED, "device-disabled", "A device that the board does not use is told (a note).") \
	X(DEVICE_CLOCK, "device-clock", "The rates of a device's clocks are known (a warning).") \
	X(DEVICE_DMA, "device-dma", \
	  "A device that can write memory is held by an IOMMU, or the file says that it need not be.") \
	X(DEVICE_IDENTITY, "device-identity", \
	  "A cell with unprotected DMA has its memory at the machine's addresses.") \
	X(DEVICE_STREAM, "device-stream", "Devices that an IOMMU cannot tell apart belong to one cell.") \
	X(UNSUPPORTED, "unsupported", "What the hypervisor cannot do yet is not asked for.") \
	X(PCI_FORM, "pci-address", "A PCI function is written as '0000:00:03.0' or '00:03.0'.") \
	X(PCI_KNOWN, "pci-unknown", "A PCI function of a cell is one of the machine, and no bridge.") \
	X(PCI_WINDOW, "pci-window", \
	  "A cell with PCI functions has their configuration space at whole MiB below 4 GiB.") \
	X(PCI_SHARED, "pci-shared", "A PCI function belongs to one cell.") \
	X(SHARED_SIZE, "shared-memory-size", "All cells give shared memory one size.") \
	X(SHARED_PEER, "shared-memory-peer", "Shared memory has two cells at least.") \
	X(WATCHDOG_HEARTBEAT, "watchdog-heartbeat", "A watchdog has a heartbeat to look at.") \
	X(BOOT_KEY, "boot-key", "The keys of 'boot' mean something to its protocol.") \
	X(BOOT_NEEDS, "boot-missing", "What a boot protocol needs is given.") \
	X(BOOT_PLACE, "boot-place", "The image lies in executable memory.") \
	X(BOOT_LOW, "boot-low-memory", \
	  "Boot data of a guest on x86-64 has RAM from guest address 0 on to lie in.") \
	X(BOOT_LOADABLE, "boot-loadable", "The image lies in memory that root may fill.") \
	X(BOOT_ALIGNED, "boot-alignment", "A kernel is aligned as its boot protocol asks.") \
	X(BOOT_TREE_ROOM, "boot-devicetree-room", "There is room for the guest's device tree.") \
	X(IMAGE_FILE, "image-missing", "Image files are there (a warning until they are loaded).") \
	X(IMAGE_FORMAT, "image-format", "A kernel is one for this architecture, and not compressed.") \
	X(IMAGE_FITS, "image-size", "Images fit into the memory that they are loaded to.") \
	X(IMAGE_PLACE, "image-place", "Files of 'load' lie in loadable memory.") \
	X(IMAGE_OVERLAP, "image-overlap", "No image lies over another.") \
	X(GUEST_TREE, "guest-devicetree", "The guest's device tree can be made.") \
	X(GUEST_TREE_DEVICE, "guest-devicetree-device", \
	  "What a user's device tree has, the cell has too (a warning).") \
	X(BLOB, "blob", "The check that driver and hypervisor make accepts the result.")
/* clang-format on */

enum cfg_rule {
#define CFG_RULE_ID(id, name, text) RULE_##id,
	CFG_RULES(CFG_RULE_ID)
#undef CFG_RULE_ID
		RULE_COUNT
};

/** Name and sentence of a rule. @rule: below RULE_COUNT. */
const char *rule_name(enum cfg_rule rule);
const char *rule_text(enum cfg_rule rule);

#ifdef CFG_MUTANTS
/** Test builds only: what breaks this rule is not noticed. RULE_COUNT: all rules hold. */
extern enum cfg_rule cfg_mutant;
#endif

#endif
