// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/crash.h>

#include <core/cpu.h>
#include <core/info.h>
#include <core/lock.h>
#include <core/log.h>

static uint8_t is_handling[CONFIG_MAX_CPUS]; /* by slot; each CPU its own */

void crash_stop(void)
{
	cpu_set_state(cpu_self(), BH_CPU_FAILED);
	arch_cpu_stop();
}

static void log_registers(const struct crash *crash)
{
	for (unsigned int i = 0; i < crash->count; i += 4) {
		const uint64_t *reg = &crash->registers[i];

		log_error("r%u: %016llx %016llx %016llx %016llx", i, (unsigned long long)reg[0],
			  (unsigned long long)reg[1], (unsigned long long)reg[2], (unsigned long long)reg[3]);
	}
}

void crash_take(const struct crash *crash)
{
	struct bh_record record = {
		.kind = BH_REASON_HYPERVISOR_ERROR,
		.cpu = arch_cpu_self(),
		.pc = crash->pc,
		.syndrome = crash->syndrome,
		.address = crash->address,
		.value = crash->number,
	};

	lock_abandon(); /* nothing goes on where it was */
	if (is_handling[record.cpu]++)
		crash_stop();
	format_text(record.what, sizeof(record.what), "%s %u", crash->what, crash->number);
	log_error("CPU %u: hypervisor error: %s, syndrome 0x%llx, PC 0x%llx, address 0x%llx: please report this",
		  record.cpu, record.what, (unsigned long long)record.syndrome, (unsigned long long)record.pc,
		  (unsigned long long)record.address);
	log_registers(crash);
	*info_crash() = record;
}

void crash_over(void)
{
	is_handling[arch_cpu_self()] = 0;
}
