// SPDX-License-Identifier: GPL-2.0-or-later
#include "hardware.h"

#include "../fuzz.h"

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/features.h>
#include <asm/layout.h>
#include <asm/mmu.h>
#include <asm/percpu.h>
#include <asm/sysreg.h>
#include <core/cpu.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <lib/config.h>

#define REGISTERS 128u
#define SPIN_LIMIT 1000u /* nobody else runs: who waits that long waits for ever */

struct shim_hooks shim_hooks;
unsigned int shim_cpu;
struct shim_frames shim_frames;
struct bh_image_header image_header;

static uint64_t registers[SHIM_CPUS][REGISTERS];
static const char *names[REGISTERS];
static uint8_t *areas[SHIM_CPUS];
static struct bh_cpu_stats stats[SHIM_CPUS];
static uint8_t *hv_memory;
static unsigned int spins;
static uint64_t now;

/* ---- registers ---- */

static unsigned int index_of(const char *name)
{
	unsigned int hash = 5381;

	for (const char *c = name; *c; c++)
		hash = hash * 33 + (unsigned char)*c;
	for (unsigned int i = 0; i < REGISTERS; i++) {
		unsigned int at = (hash + i) % REGISTERS;

		if (!names[at])
			names[at] = name;
		if (!strcmp(names[at], name))
			return at;
	}
	fuzz_check(0, "more system registers than the shim has room for: %s", name);
	return 0;
}

uint64_t *shim_register(unsigned int cpu, const char *name)
{
	return &registers[cpu][index_of(name)];
}

uint64_t shim_register_read(const char *name)
{
	uint64_t value;

	if (shim_hooks.read_register && shim_hooks.read_register(name, &value))
		return value;
	return *shim_register(shim_cpu, name);
}

void shim_register_write(const char *name, uint64_t value)
{
	if (!shim_hooks.write_register || !shim_hooks.write_register(name, value))
		*shim_register(shim_cpu, name) = value;
}

/* Stage 1 of the guest: the target answers a read of PAR_EL1. */
void shim_translate(uint64_t address)
{
	shim_register_write("at s1e1r", address);
}

/* ---- memory ---- */

uint32_t shim_read(volatile const void *address)
{
	uint32_t value;

	fuzz_check((uintptr_t)address % 4 == 0, "a register is read unaligned");
	if (shim_hooks.read && shim_hooks.read(address, &value))
		return value;
	return *(volatile const uint32_t *)address;
}

void shim_write(volatile void *address, uint32_t value)
{
	fuzz_check((uintptr_t)address % 4 == 0, "a register is written unaligned");
	if (!shim_hooks.write || !shim_hooks.write(address, value))
		*(volatile uint32_t *)address = value;
}

uintptr_t shim_area(void)
{
	return (uintptr_t)areas[shim_cpu];
}

void *arch_hv_ptr(hpa_t address)
{
	fuzz_check(address.value - SHIM_HV_BASE < SHIM_HV_SIZE, "0x%llx is no memory of the hypervisor",
		   (unsigned long long)address.value);
	return hv_memory + (address.value - SHIM_HV_BASE);
}

hpa_t arch_hv_hpa(const void *pointer)
{
	return hpa(SHIM_HV_BASE + (uint64_t)((const uint8_t *)pointer - hv_memory));
}

volatile void *arch_map_device(hpa_t base, uint64_t size)
{
	switch (base.value) {
	case SHIM_GICD_BASE:
		return shim_frames.gicd;
	case SHIM_GICR_BASE:
		return shim_frames.gicr;
	case SHIM_GICC_BASE:
		return shim_frames.gicc;
	case SHIM_GICH_BASE:
		return shim_frames.gich;
	case SHIM_ITS_BASE:
		return shim_frames.its;
	default:
		return NULL;
	}
}

void *arch_window_open(hpa_t address, size_t size)
{
	fuzz_check(0, "a window at 0x%llx: no target has memory of cells", (unsigned long long)address.value);
	return NULL;
}

void arch_window_close(void)
{
}

void arch_cache_flush(const void *start, size_t size)
{
}

/* Maintenance changes nothing here. */
void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size)
{
}

void arch_tlb_invalidate_vmid(uint32_t vmid)
{
}

void arch_pt_publish(void)
{
}

/* ---- CPU ---- */

#undef arch_cpu_self
unsigned int arch_cpu_self(void)
{
	return shim_cpu;
}

void arch_cpu_kick(unsigned int slot)
{
	fuzz_check(0, "CPU %u is asked for something: no target does that", slot);
}

void arch_cpu_relax(void)
{
	fuzz_check(++spins < SPIN_LIMIT, "CPU %u waits for ever", shim_cpu);
}

uint64_t arch_time_now(void)
{
	return now += 100;
}

uint64_t arch_time_hz(void)
{
	return 1000000000u;
}

int features_has(enum feature feature)
{
	return *shim_register(0, "shim features") >> feature & 1;
}

uint32_t features_all(void)
{
	return (uint32_t)*shim_register(0, "shim features");
}

/* ---- the machine ---- */

uint64_t shim_hwid(unsigned int slot)
{
	return slot / 4 << 8 | slot % 4;
}

static void *fresh(void *old, size_t size)
{
	if (!old)
		return calloc(1, size);
	memset(old, 0, size);
	return old;
}

/* Only the parts with registers: the rest is never written, which is cheaper than clearing it each time. */
static void clear_redistributors(void)
{
	if (!shim_frames.gicr)
		shim_frames.gicr = calloc(1, SHIM_GICR_SIZE);
	for (uint32_t at = 0; at < SHIM_GICR_SIZE; at += 0x10000)
		memset(shim_frames.gicr + at, 0, 0x1000);
}

struct configuration {
	struct bh_config_system body;
	struct bh_config_range dram[1];
	struct bh_config_range pool[1];
	struct bh_config_cpu cpus[SHIM_CPUS];
};

static void configure(unsigned int version, int its)
{
	struct configuration *config = arch_hv_ptr(hpa(SHIM_HV_BASE));

	*config = (struct configuration){
		.body = {
			.header = { .magic = BH_CONFIG_MAGIC, .major = BH_ABI_MAJOR, .minor = BH_ABI_MINOR,
				    .arch = BH_ARCH_AARCH64, .kind = BH_CONFIG_SYSTEM, .size = sizeof(*config) },
			.board = "shim", .compatible = "acme,shim",
			.hv_memory = { SHIM_HV_BASE, SHIM_HV_SIZE },
			.timeout_ms = 1000,
			.gic = { .version = version, .maintenance_irq = SHIM_MAINTENANCE,
				 .gicd = { SHIM_GICD_BASE, version == 3 ? SHIM_GICD_SIZE : 0x1000 } },
			.dram = { offsetof(struct configuration, dram), 1 },
			.pool = { offsetof(struct configuration, pool), 1 },
			.cpus = { offsetof(struct configuration, cpus), SHIM_CPUS },
			.firmware.offset = sizeof(*config), .aliases.offset = sizeof(*config),
		},
		.dram = { { 0x40000000, 0x40000000 } },
		.pool = { { SHIM_POOL_BASE, 0x10000000 } },
	};
	if (version == 3) {
		config->body.gic.gicr = (struct bh_config_range){ SHIM_GICR_BASE, SHIM_GICR_SIZE };
		config->body.gic.its = (struct bh_config_range){ SHIM_ITS_BASE, its ? 0x20000 : 0 };
	} else {
		config->body.gic.gicc = (struct bh_config_range){ SHIM_GICC_BASE, SHIM_GICC_SIZE };
		config->body.gic.gich = (struct bh_config_range){ SHIM_GICH_BASE, SHIM_GICH_SIZE };
		config->body.gic.gicv = (struct bh_config_range){ SHIM_GICV_BASE, SHIM_GICC_SIZE };
	}
	for (unsigned int slot = 0; slot < SHIM_CPUS; slot++)
		config->cpus[slot].hwid = shim_hwid(slot);
	image_header = (struct bh_image_header){ .hv_base = SHIM_HV_BASE, .hv_size = SHIM_HV_SIZE };
}

static void power_cpus(void)
{
	memset(registers, 0, sizeof(registers));
	memset(stats, 0, sizeof(stats));
	cpu_set_count(SHIM_CPUS);
	for (unsigned int slot = 0; slot < SHIM_CPUS; slot++) {
		areas[slot] = fresh(areas[slot], PERCPU_STACK_END);
		shim_cpu = slot;
		percpu()->slot = slot;
		percpu()->stats = &stats[slot];
		cpu_get(slot)->hwid = shim_hwid(slot);
		*shim_register(slot, ID_AA64MMFR0_EL1) = 5; /* 48 bits */
	}
	shim_cpu = 0;
}

void shim_power_on(unsigned int version, unsigned int intids, int its)
{
	static uint64_t ring[(sizeof(struct bh_ring) + 4 * RING_STRIDE) / 8];

	shim_hooks = (struct shim_hooks){ NULL };
	if (!hv_memory)
		hv_memory = aligned_alloc(0x10000, SHIM_HV_SIZE);
	now = 1000000000;
	spins = 0;
	log_init((struct bh_ring *)ring, 4 * RING_STRIDE, LOG_DEBUG);
	shim_frames.gicd = fresh(shim_frames.gicd, SHIM_GICD_SIZE);
	clear_redistributors();
	shim_frames.gicc = fresh(shim_frames.gicc, SHIM_GICC_SIZE);
	shim_frames.gich = fresh(shim_frames.gich, SHIM_GICH_SIZE);
	shim_frames.its = fresh(shim_frames.its, 0x10000);
	configure(version, its);
	pool_init(hpa(SHIM_HV_BASE + 0x10000), SHIM_HV_SIZE - 0x10000);
	power_cpus();
	*(uint32_t *)(shim_frames.gicd + 4) = intids / 32 - 1;
}
