// SPDX-License-Identifier: GPL-2.0-or-later
/* The fake machine as a whole: RAM, image header, counters, firmware. */
#include "fake.h"

#include <arch/cpu.h>
#include <arch/firmware.h>
#include <core/cpu.h>
#include <core/image.h>
#include <core/info.h>
#include <core/pool.h>
#include <lib/crc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct bh_image_header image_header;
struct fake_counters fake_counter_block;

static uint8_t *ram;

void fake_fatal(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("fake machine: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	abort();
}

int fake_in_ram(uint64_t address, uint64_t size)
{
	return address >= FAKE_RAM_BASE && size <= FAKE_RAM_SIZE &&
	       address - FAKE_RAM_BASE <= FAKE_RAM_SIZE - size;
}

int fake_in_hv(uint64_t address, uint64_t size)
{
	return address >= FAKE_HV_BASE && size <= FAKE_HV_SIZE &&
	       address - FAKE_HV_BASE <= FAKE_HV_SIZE - size;
}

void *fake_ram_at(uint64_t address)
{
	if (!ram)
		fake_fatal("RAM is used before fake_power_on()");
	return ram + (address - FAKE_RAM_BASE);
}

void *fake_ram(hpa_t address, uint64_t size)
{
	return fake_in_ram(address.value, size) ? fake_ram_at(address.value) : NULL;
}

static void fill_ranges(struct bh_config_range *dram, struct bh_config_range *pool)
{
	*dram = (struct bh_config_range){ FAKE_RAM_BASE, FAKE_RAM_SIZE };
	*pool = (struct bh_config_range){ FAKE_POOL_BASE, FAKE_POOL_SIZE };
}

uint32_t fake_build_config(void *buffer, uint32_t size, unsigned int cpus)
{
	struct bh_config_system *system = buffer;
	uint32_t dram = sizeof(*system), pool = dram + sizeof(struct bh_config_range);
	uint32_t cpu = pool + sizeof(struct bh_config_range);
	uint32_t end = cpu + cpus * (uint32_t)sizeof(struct bh_config_cpu);
	uint8_t *blob = buffer;

	if (end > size)
		fake_fatal("the buffer for a configuration with %u CPUs needs %u bytes, not %u", cpus, end,
			   size);
	memset(blob, 0, end);
	system->header = (struct bh_config_header){ .magic = BH_CONFIG_MAGIC,
						    .major = BH_ABI_MAJOR,
						    .minor = BH_ABI_MINOR,
						    .arch = BH_ARCH_FAKE,
						    .kind = BH_CONFIG_SYSTEM,
						    .size = end };
	strcpy(system->board, "fake");
	strcpy(system->compatible, "bulkhead,fake");
	system->hv_memory = (struct bh_config_range){ FAKE_HV_BASE, FAKE_HV_SIZE };
	system->event_irq = FAKE_EVENT_IRQ;
	system->log_level = 3;
	system->timeout_ms = 1000;
	system->dram = (struct bh_config_array){ dram, 1 };
	system->pool = (struct bh_config_array){ pool, 1 };
	system->cpus = (struct bh_config_array){ cpu, cpus };
	system->firmware = (struct bh_config_array){ end, 0 };
	system->aliases = (struct bh_config_array){ end, 0 };
	fill_ranges((struct bh_config_range *)(blob + dram), (struct bh_config_range *)(blob + pool));
	for (unsigned int slot = 0; slot < cpus; slot++)
		((struct bh_config_cpu *)(blob + cpu))[slot].hwid = FAKE_HWID(slot);
	system->header.crc = crc_update(0, blob, end);
	return end;
}

/* As the driver lays it out (bulkhead/image.h). */
static void fill_header(unsigned int cpus, uint32_t config_size)
{
	uint64_t config = FAKE_CORE_SIZE + FAKE_PERCPU_SIZE * cpus;

	image_header = (struct bh_image_header){
		.magic = BH_IMAGE_MAGIC,
		.major = BH_ABI_MAJOR,
		.minor = BH_ABI_MINOR,
		.arch = BH_ARCH_FAKE,
		.max_cpus = CONFIG_MAX_CPUS,
		.core_size = FAKE_CORE_SIZE,
		.percpu_size = FAKE_PERCPU_SIZE,
		.entry_offset = sizeof(struct bh_image_header),
		.info_size = INFO_SIZE,
		.hv_base = FAKE_HV_BASE,
		.hv_size = FAKE_HV_SIZE,
		.cpu_count = cpus,
		.online_count = cpus,
		.config_offset = config,
		.config_size = config_size,
		.info_offset = config + align_up(config_size, PAGE_SIZE),
		.generation = 1,
		.inject_cpu = -1,
		.timeout_scale = 1,
	};
}

static void new_ram(void)
{
	ram = mmap(NULL, FAKE_RAM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		   -1, 0);
	if (ram == MAP_FAILED)
		fake_fatal("no memory for %llu bytes of RAM", FAKE_RAM_SIZE);
}

void fake_power_on(unsigned int cpus, const void *config, uint32_t config_size)
{
	static uint64_t built[BH_CONFIG_MAX_SIZE / sizeof(uint64_t)];

	if (ram)
		fake_power_off();
	if (!config) {
		config_size = fake_build_config(built, sizeof(built), cpus);
		config = built;
	}
	new_ram();
	memset(&fake_counter_block, 0, sizeof(fake_counter_block));
	fill_header(cpus, config_size);
	memcpy(fake_ram_at(FAKE_HV_BASE + image_header.config_offset), config, config_size);
	fake_reset_irqs();
	fake_reset_cells();
	fake_reset_cpus(cpus);
	fake_become(0);
}

void fake_init_core(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_cpu *cpus = (const void *)((const uint8_t *)system + system->cpus.offset);
	struct bh_error error;
	uint64_t size;
	hpa_t base;

	if (image_check(&image_header, &error))
		fake_fatal("the image header is refused: error %u, field %u", error.code, error.field);
	info_init(system->log_level);
	image_pool(&base, &size);
	pool_init(base, size);
	cpu_set_count(system->cpus.count);
	for (unsigned int slot = 0; slot < cpu_count(); slot++)
		cpu_get(slot)->hwid = cpus[slot].hwid;
}

void fake_power_off(void)
{
	fake_stop_cpus();
	munmap(ram, FAKE_RAM_SIZE);
	ram = NULL;
}

#define COPY(member) copy.member = __atomic_load_n(&fake_counter_block.member, __ATOMIC_RELAXED)
struct fake_counters fake_counters(void)
{
	struct fake_counters copy;

	COPY(tlb_invalidate), COPY(tlb_invalidate_vmid), COPY(pt_publish);
	COPY(cache_flush), COPY(cache_flush_bytes), COPY(cache_zero), COPY(cache_zero_bytes), COPY(icache);
	COPY(window_open), COPY(kick), COPY(machine_off), COPY(machine_reset);
	COPY(system_steps_done), COPY(cpu_steps_done), COPY(system_leave), COPY(cell_init), COPY(cell_exit);
	return copy;
}

/* Firmware: CPU threads stop, as on a machine; a test that plays the CPU itself goes on. */
void arch_machine_off(void)
{
	fake_count(machine_off);
	fake_halt();
}

void arch_machine_reset(void)
{
	fake_count(machine_reset);
	fake_halt();
}
