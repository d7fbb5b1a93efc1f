// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/cpu.h>

#include <bulkhead/errors.h>
#include <core/log.h>
#include <lib/string.h>

static struct cpu cpus[CONFIG_MAX_CPUS];
static unsigned int count;

unsigned int cpu_count(void)
{
	return count;
}

void cpu_set_count(unsigned int new_count)
{
	count = new_count < CONFIG_MAX_CPUS ? new_count : CONFIG_MAX_CPUS;
	memset(cpus, 0, sizeof(cpus));
	for (unsigned int slot = 0; slot < count; slot++) {
		cpus[slot].slot = slot;
		cpus[slot].vcpu = slot;
		cpus[slot].state = BH_CPU_ABSENT;
	}
}

struct cpu *cpu_get(unsigned int slot)
{
	return &cpus[slot];
}

struct cpu *cpu_self(void)
{
	return &cpus[arch_cpu_self()];
}

unsigned int cpu_find(uint64_t hwid)
{
	unsigned int slot;

	for (slot = 0; slot < count; slot++) {
		if (cpus[slot].hwid == hwid)
			break;
	}
	return slot;
}

int cpu_refuse(const char *what, uint64_t value)
{
	log_error("CPU %u: %s (0x%llx): this CPU cannot run the hypervisor", arch_cpu_self(), what,
		  (unsigned long long)value);
	return BH_E_HARDWARE;
}

__attribute__((cold)) int cpu_check_features(uint64_t features)
{
	static uint64_t common;
	static uint32_t is_known;

	if (!is_known) {
		common = features;
		is_known = 1;
		log_info("CPU %u: features 0x%llx", arch_cpu_self(), (unsigned long long)features);
	}
	if (features != common)
		return cpu_refuse("features other than the first CPU's", features);
	return BH_E_OK;
}

void cpu_request(struct cpu *cpu, uint32_t bits)
{
	/* Release: what the request is about (start_entry, cell) is seen by whoever sees the bit. */
	__atomic_fetch_or(&cpu->requests, bits, __ATOMIC_RELEASE);
	arch_cpu_kick(cpu->slot);
}
