/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Configuration blob: what 'bulkhead config compile' writes and driver and hypervisor
 * check again with the same code (hypervisor/lib/config_check.c).
 *
 * A blob is one header, one body (system or cell) and arrays. Every array is named by
 * struct bh_config_array {offset, count} relative to the start of the blob; arrays lie
 * behind the body, 8-byte aligned, in the order of their descriptors, without gaps
 * other than alignment padding, and end exactly at header.size. All reserved fields
 * and padding bytes are zero. Little endian.
 */
#ifndef BULKHEAD_CONFIG_H
#define BULKHEAD_CONFIG_H

#include <bulkhead/types.h>
#include <bulkhead/version.h>

#define BH_CONFIG_MAGIC 0x4746434b4c5542ull /* "BULKCFG\0" */
#define BH_CONFIG_MAX_SIZE 0x10000u
#define BH_NAME_SIZE 32

enum bh_config_kind { BH_CONFIG_SYSTEM = 1, BH_CONFIG_CELL = 2 };

/**
 * struct bh_config_header - start of every blob
 * @magic: BH_CONFIG_MAGIC.  @major, @minor: ABI version of the writer.
 * @arch: BH_ARCH_*.  @kind: enum bh_config_kind.
 * @size: bytes of the whole blob.
 * @crc: CRC-32 (IEEE, reflected, as zlib) of the whole blob with this field 0.
 */
struct bh_config_header {
	uint64_t magic;
	uint16_t major;
	uint16_t minor;
	uint16_t arch;
	uint16_t kind;
	uint32_t size;
	uint32_t crc;
	uint64_t reserved;
};
BH_ASSERT_SIZE(struct bh_config_header, 32);

struct bh_config_array {
	uint32_t offset;
	uint32_t count;
};

/** A physical range: DRAM bank, pool, MMIO window. */
struct bh_config_range {
	uint64_t base;
	uint64_t size;
};

/** A CPU of the board. Its place in the array is its slot. @hwid: MPIDR affinity, APIC id or hart id. */
struct bh_config_cpu {
	uint64_t hwid;
};

/**
 * struct bh_config_alias - RAM that is seen at a second address
 * @at, @size: a window onto the RAM that begins at @of: whole pages, outside of @dram.
 * @every: or RAM is seen again so often: all banks end below it; then the others are 0.
 */
struct bh_config_alias {
	uint64_t at;
	uint64_t size;
	uint64_t of;
	uint64_t every;
};
BH_ASSERT_SIZE(struct bh_config_alias, 32);

enum bh_on_reset { BH_ON_RESET_MACHINE = 0, BH_ON_RESET_STOP = 1 };

enum bh_gic_version { BH_GIC_V2 = 2, BH_GIC_V3 = 3 };

/**
 * struct bh_config_gic - the board's GIC (AArch64)
 * @version: 2 or 3.  @maintenance_irq: INTID of the maintenance PPI (25 on most).
 * @gicd: distributor, v2: 4 KiB, v3: 64 KiB.
 * @gicr: redistributor region, v3 only (128 KiB a CPU).
 * @gicc, @gich, @gicv: v2 only: CPU interface, hypervisor interface, virtual CPU interface (8 KiB).
 * @its: interrupt translation service frame, v3 only, size 0 if none.
 */
struct bh_config_gic {
	uint32_t version;
	uint32_t maintenance_irq;
	struct bh_config_range gicd;
	struct bh_config_range gicr;
	struct bh_config_range gicc;
	struct bh_config_range gich;
	struct bh_config_range gicv;
	struct bh_config_range its;
};
BH_ASSERT_SIZE(struct bh_config_gic, 104);

/** What takes the interrupts of wires, and what the harts see of it. */
enum bh_riscv_intc {
	BH_RISCV_PLIC = 1,
	BH_RISCV_APLIC = 2, /* APLIC that delivers by itself ("direct") */
	BH_RISCV_IMSIC = 3  /* IMSIC in each hart, and an APLIC that sends messages to it */
};

/**
 * struct bh_config_riscv - the board's interrupt controllers (RISC-V)
 * @intc: enum bh_riscv_intc.  @sources: highest number of an interrupt of a wire, 1..1023 (riscv,ndev).
 * @domain: registers of the PLIC, or of the APLIC's domain of the supervisor.
 * @context_first, @context_step: hart h has context (PLIC) or hart index (APLIC) first + step * h, as
 * "interrupts-extended" of the controller's node counts its supervisor interrupts.
 * @imsic: interrupt files of the supervisor of all harts, size 0 if none. The file of hart h is at
 * base + stride * h; its guests' files are the pages behind it.
 * @imsic_stride: bytes.  @imsic_ids: highest identity, 63..2047.  @imsic_guests: guest files of each hart.
 * @timebase_hz: frequency of the time CSR.
 */
struct bh_config_riscv {
	uint32_t intc;
	uint32_t sources;
	struct bh_config_range domain;
	uint32_t context_first;
	uint32_t context_step;
	struct bh_config_range imsic;
	uint32_t imsic_stride;
	uint32_t imsic_ids;
	uint32_t imsic_guests;
	uint32_t reserved0;
	uint64_t timebase_hz;
	uint64_t reserved1[4];
};
BH_ASSERT_SIZE(struct bh_config_riscv, 104);

/** An I/O APIC of the board. @pins: interrupts gsi..gsi + pins - 1.  @id: as the MADT names it. */
struct bh_config_ioapic {
	uint64_t base;
	uint32_t gsi;
	uint16_t pins;
	uint16_t id;
};
BH_ASSERT_SIZE(struct bh_config_ioapic, 16);

/** A window of PCI configuration space: 1 MiB for each bus of @first_bus..@last_bus, bus 0's at @base. */
struct bh_config_mmconfig {
	uint64_t base;
	uint16_t segment;
	uint8_t first_bus;
	uint8_t last_bus;
	uint32_t reserved;
};
BH_ASSERT_SIZE(struct bh_config_mmconfig, 16);

enum bh_iommu_type { BH_IOMMU_VTD = 1, BH_IOMMU_AMD = 2 };

enum bh_iommu_flags {
	BH_IOMMU_REST = 1u << 0, /* serves every function of its segment that no other unit serves */
	BH_IOMMU_FLAGS_ALL = 1
};

/**
 * struct bh_config_iommu - an IOMMU of the board (DMAR's DRHD, IVRS' IVHD)
 * @base, @size: its registers.  @type: enum bh_iommu_type.  @flags: enum bh_iommu_flags.
 * @segment: of PCI.  @function: AMD: the unit's own PCI function, bus << 8 | device << 3 | function.
 */
struct bh_config_iommu {
	uint64_t base;
	uint32_t size;
	uint8_t type;
	uint8_t flags;
	uint16_t segment;
	uint16_t function;
	uint16_t reserved0;
	uint32_t reserved1;
};
BH_ASSERT_SIZE(struct bh_config_iommu, 24);

enum bh_scope_kind { BH_SCOPE_PCI = 1, BH_SCOPE_IOAPIC = 2, BH_SCOPE_HPET = 3 };

/**
 * struct bh_config_scope - requesters that an IOMMU serves
 * @unit: index into @iommus.  @kind: enum bh_scope_kind.
 * @first, @last: requester ids, bus << 8 | device << 3 | function; last = first but for PCI.
 * @id: of the IOAPIC (as in struct bh_config_ioapic) or HPET, else 0.
 */
struct bh_config_scope {
	uint16_t unit;
	uint16_t kind;
	uint16_t first;
	uint16_t last;
	uint32_t id;
	uint32_t reserved;
};
BH_ASSERT_SIZE(struct bh_config_scope, 16);

/** What the loader knows of the machine. */
enum bh_x86_flags {
	/* root's kernel was started with nox2apic: guests are not offered x2APIC mode either */
	BH_X86_NO_X2APIC = 1u << 0,
	BH_X86_FLAGS_ALL = BH_X86_NO_X2APIC
};

/**
 * struct bh_config_x86 - the board's interrupt controllers and ports (x86-64)
 * Ports are 0 where the machine has none.
 * @pm1a_control, @pm1b_control: PM1 control registers (16 bit), a write of SLP_EN there sleeps or powers off.
 * @pm_timer: power management timer (32 bit).  @smi_command: a write there raises an SMI (8 bit).
 * @reset_port, @reset_value: what the FADT names for a reset (8 bit).
 * @flags: enum bh_x86_flags, added by the loader.
 * @hpet: 1 KiB of registers in a page of their own, size 0 if none.
 * @tsc_khz: frequency of the time stamp counter, 0: as the loader measured it.
 * The local APICs are at 0xfee00000.
 */
struct bh_config_x86 {
	uint16_t pm1a_control;
	uint16_t pm1b_control;
	uint16_t pm_timer;
	uint16_t smi_command;
	uint16_t reset_port;
	uint8_t reset_value;
	uint8_t flags;
	uint32_t tsc_khz;
	struct bh_config_range hpet;
	struct bh_config_array ioapics;	 /* of struct bh_config_ioapic */
	struct bh_config_array mmconfig; /* of struct bh_config_mmconfig */
	struct bh_config_array iommus;	 /* of struct bh_config_iommu */
	struct bh_config_array scopes;	 /* of struct bh_config_scope */
	uint64_t reserved1[5];
};
BH_ASSERT_SIZE(struct bh_config_x86, 104);

/**
 * struct bh_config_system - the board and its root cell
 * @board: name of the board.  @compatible: machine compatible that the driver compares ("linux,dummy-virt").
 * @hv_memory: memory of the hypervisor, 2 MiB aligned, outside what Linux uses.
 * @event_irq: interrupt by which the hypervisor tells root of state changes (a free SPI on AArch64, a free
 * GSI on x86-64); 0: none.
 * @on_reset: enum bh_on_reset: what root's reset or power-off does while guests run.
 * @log_level: 0 error, 1 warning, 2 info, 3 debug.
 * @debug_uart: physical UART for log output, size 0 if none; @debug_uart_type: 0 none, 1 PL011, 2 16550
 * (MMIO, 8 bit), 4 16550 at I/O ports (x86-64; then @debug_uart is the ports).
 * @timeout_ms: deadline of every wait in the hypervisor, at least 1000.
 * @gic, @riscv, @x86: the interrupt controllers, by architecture; all zero on others.
 * @dram: all RAM banks of the machine.  @pool: RAM for guest cells, 2 MiB aligned, inside @dram, owned by
 * root while free.
 * @cpus: all CPUs of the machine.
 * @firmware: memory that firmware or Linux keep for something else: none of it is the hypervisor's, the pool's
 * or a cell's. These may overlap each other.
 * @aliases: root does not see @hv_memory and @pool through them, and no cell maps any of them.
 */
struct bh_config_system {
	struct bh_config_header header;
	char board[BH_NAME_SIZE];
	char compatible[64];
	struct bh_config_range hv_memory;
	uint32_t event_irq;
	uint32_t on_reset;
	uint32_t log_level;
	uint32_t timeout_ms;
	struct bh_config_range debug_uart;
	uint32_t debug_uart_type;
	uint32_t reserved;
	union {
		struct bh_config_gic gic;
		struct bh_config_riscv riscv;
		struct bh_config_x86 x86;
	};
	struct bh_config_array dram; /* of struct bh_config_range */
	struct bh_config_array pool; /* of struct bh_config_range */
	struct bh_config_array cpus; /* of struct bh_config_cpu */
	struct bh_config_array firmware; /* of struct bh_config_range */
	struct bh_config_array aliases;	 /* of struct bh_config_alias */
};
BH_ASSERT_OFFSET(struct bh_config_system, hv_memory, 128);
BH_ASSERT_OFFSET(struct bh_config_system, gic, 184);
BH_ASSERT_SIZE(struct bh_config_system, 328);

enum bh_memory_flags {
	BH_MEM_READ = 1u << 0,
	BH_MEM_WRITE = 1u << 1,
	BH_MEM_EXEC = 1u << 2,
	BH_MEM_DEVICE = 1u << 3,   /* MMIO passed through; else normal RAM from the pool */
	BH_MEM_LOADABLE = 1u << 4, /* root may write it while the cell is loading */
	BH_MEM_AUTO = 1u << 5,	   /* hypervisor takes host memory from the pool; hpa is 0 */
	BH_MEM_ALL = (1u << 6) - 1
};

/**
 * struct bh_config_memory - one region of a cell
 * @gpa: guest-physical start.  @hpa: host-physical start, 0 with BH_MEM_AUTO.
 * @size: bytes. RAM: multiple of 2 MiB, @hpa and @gpa 2 MiB aligned. DEVICE: multiple of 4 KiB.
 * @flags: enum bh_memory_flags.
 */
struct bh_config_memory {
	uint64_t gpa;
	uint64_t hpa;
	uint64_t size;
	uint32_t flags;
	uint32_t reserved;
	char name[16];
};
BH_ASSERT_SIZE(struct bh_config_memory, 48);

/**
 * A hardware interrupt given to the cell; the guest sees it under the same number. @intid: AArch64: INTID of
 * an SPI (32..1019). RISC-V: source of the PLIC or APLIC. x86-64: global system interrupt (GSI).
 */
struct bh_config_irq {
	uint32_t intid;
	uint32_t reserved;
};

/* Those from the HPET on are for x86-64 only, and those behind the HPET are at I/O ports. */
enum bh_device_type {
	BH_DEV_NONE = 0,
	BH_DEV_UART_PL011 = 1,
	BH_DEV_UART_16550 = 2,
	BH_DEV_HPET = 3,	   /* a counter that a guest measures time with; its timers do not fire */
	BH_DEV_UART_16550_PIO = 4, /* 8 ports, 0x3f8 on most */
	BH_DEV_PM_TIMER = 5,	   /* a port of 32 bits, 3.579545 MHz */
	BH_DEV_CMOS = 6,	   /* 2 ports, 0x70 on all */
	BH_DEV_POWER_OFF = 7,	   /* 2 ports: 0x2000 stops the cell; 0x604 on QEMU's machines */
	BH_DEV_LAST = BH_DEV_POWER_OFF
};

/**
 * struct bh_config_device - a virtual device
 * @irq: guest interrupt it raises (a number that is not in the cell's irqs), 0: none.
 * @gpa, @size: where the guest finds it: 4 KiB of guest-physical addresses, or I/O ports.
 */
struct bh_config_device {
	uint32_t type;
	uint32_t irq;
	uint64_t gpa;
	uint64_t size;
	uint64_t reserved;
};
BH_ASSERT_SIZE(struct bh_config_device, 32);

/**
 * struct bh_config_cell_gic - the interrupt controller that the guest sees (AArch64)
 * @version: 3 on a GICv3 board, 2 on a GICv2 board.
 * @gicd: guest-physical address of the distributor.
 * @gicr: of the redistributors (v3; 128 KiB for each vCPU).  @gicc: of the CPU interface (v2; 8 KiB).
 */
struct bh_config_cell_gic {
	uint32_t version;
	uint32_t reserved;
	uint64_t gicd;
	uint64_t gicr;
	uint64_t gicc;
};
BH_ASSERT_SIZE(struct bh_config_cell_gic, 32);

/**
 * struct bh_config_cell_riscv - the interrupt controllers that the guest sees (RISC-V)
 * @intc: the board's, or 0: none but those in the hart (software interrupt and timer).
 * @sources: highest interrupt number of the guest's controller, at most the board's.
 * @domain: guest-physical address of the PLIC or APLIC; context (hart index) of vCPU v is v.
 * @imsic: guest-physical address of vCPU 0's interrupt file; the next ones follow, a page each. 0: none.
 */
struct bh_config_cell_riscv {
	uint32_t intc;
	uint32_t sources;
	uint64_t domain;
	uint64_t imsic;
	uint64_t reserved;
};
BH_ASSERT_SIZE(struct bh_config_cell_riscv, 32);

/** I/O ports given to a cell: @first..@first + @count - 1. */
struct bh_config_ports {
	uint32_t first;
	uint32_t count;
};

enum bh_pci_flags {
	BH_PCI_DMA_UNPROTECTED =
		1u << 0, /* no IOMMU keeps it from memory of others, and the user wants it so */
	BH_PCI_FLAGS_ALL = 1
};

/**
 * struct bh_config_pci - a PCI function given to a cell (x86-64)
 * Its registers are regions of the cell's memory with BH_MEM_DEVICE, and entries of its ports; its interrupts are
 * messages. The guest sees it under the same number.
 * @function: bus << 8 | device << 3 | function.  @flags: enum bh_pci_flags.
 */
struct bh_config_pci {
	uint16_t segment;
	uint16_t function;
	uint32_t flags;
};
BH_ASSERT_SIZE(struct bh_config_pci, 8);

/**
 * How the first vCPU of a cell begins (x86-64); the others wait for INIT and SIPI in every mode. Segments are
 * flat, interrupts off, caches on, all other registers 0.
 */
enum bh_x86_mode {
	/* at entry >> 4 : entry & 15, entry below 1 MiB */
	BH_X86_REAL = 1,
	/* 32 bit, no paging: EAX = start, ESI = boot_arg; with start != 0 EBX = boot_arg, too */
	BH_X86_PROTECTED = 2,
	/* 64 bit, PAE and paging on: CR3 = start, RDI = RSI = boot_arg */
	BH_X86_LONG = 3
};

/**
 * struct bh_config_cell_x86 - how a cell begins, and what the guest sees of the platform (x86-64)
 * The guest's local APICs are at 0xfee00000 (and x2APIC); their ids are the numbers of the vCPUs: 0, 1, ...
 * @mode: enum bh_x86_mode.  @start: EAX or CR3.
 * @ioapic: guest-physical address of the virtual I/O APIC (a page below 4 GiB), 0: none.
 * @pins: of the I/O APIC, whose first is GSI 0; 24 on most, 0 without I/O APIC.
 * @mmconfig: where the guest sees configuration space in memory, as base of struct bh_config_mmconfig, below 4 GiB: the
 * buses from the first to the last on which it has functions. 0: by ports 0xcf8 to 0xcff only.
 * @ports: passed through; all others read as ones, and writes there are dropped.
 * @pci: PCI functions, none twice. All but those with BH_PCI_DMA_UNPROTECTED are served by an IOMMU of the board.
 */
struct bh_config_cell_x86 {
	uint16_t mode;
	uint16_t pins;
	uint32_t ioapic;
	uint32_t start;
	uint32_t mmconfig;
	struct bh_config_array ports; /* of struct bh_config_ports */
	struct bh_config_array pci;   /* of struct bh_config_pci */
};
BH_ASSERT_SIZE(struct bh_config_cell_x86, 32);

enum bh_cell_flags {
	BH_CELL_AARCH32 = 1u << 0, /* reserved, refused */
	BH_CELL_FLAGS_ALL = 0
};

/**
 * struct bh_config_cell - one guest cell
 * @name: letters, digits, '-', '_'; unique.  @flags: enum bh_cell_flags.
 * @entry: guest-physical entry point of the first vCPU, in executable memory.
 * @boot_arg: its first argument (x0, a1, ESI): the guest-physical address of device tree or boot data, or 0.
 * @comm_page: guest-physical address of the communication page, 0: none.
 * @watchdog_ms: the cell fails when its heartbeat stands still for that long; 0: none.
 * @stop_ms: time that a cell gets to answer a shutdown request.
 * @console: index into @devices of the console UART, 0xffffffff: none.
 * @gic, @riscv, @x86: by architecture.
 * @cpus: hwids; the place in the array is the vCPU's number.
 */
struct bh_config_cell {
	struct bh_config_header header;
	char name[BH_NAME_SIZE];
	uint32_t flags;
	uint32_t console;
	uint64_t entry;
	uint64_t boot_arg;
	uint64_t comm_page;
	uint32_t watchdog_ms;
	uint32_t stop_ms;
	union {
		struct bh_config_cell_gic gic;
		struct bh_config_cell_riscv riscv;
		struct bh_config_cell_x86 x86;
	};
	struct bh_config_array cpus;	/* of struct bh_config_cpu */
	struct bh_config_array memory;	/* of struct bh_config_memory */
	struct bh_config_array irqs;	/* of struct bh_config_irq */
	struct bh_config_array devices; /* of struct bh_config_device */
};
BH_ASSERT_OFFSET(struct bh_config_cell, entry, 72);
BH_ASSERT_SIZE(struct bh_config_cell, 168);

#define BH_NO_CONSOLE 0xffffffffu
#define BH_RAM_ALIGN 0x200000u /* RAM of cells, pool and hypervisor: whole 2 MiB blocks */
#define BH_PAGE_SIZE 0x1000u

#endif
