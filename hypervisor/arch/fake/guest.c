// SPDX-License-Identifier: GPL-2.0-or-later
/* What guests and the kernel on the fake CPUs do: each function is one exit. */
#include "fake.h"

#include <arch/cpu.h>
#include <arch/vcpu.h>
#include <bulkhead/image.h>
#include <core/pagetable.h>
#include <stdlib.h>

#define MOST_RETRIES 1000000 /* a retry that never ends is a bug of upcall_mmio() */

/* Entering ----------------------------------------------------------------------------------------- */

struct entering {
	uint64_t argument;
	int result;
};

static enum fake_outcome do_enter(void *argument)
{
	struct entering *entering = argument;

	entering->result = upcall_enter(entering->argument);
	if (entering->result == 0 && !(entering->argument & BH_ENTER_DRY_RUN) && !fake_context_cell())
		fake_fatal("CPU %u entered, but was not activated", arch_cpu_self());
	if (entering->result != 0 && fake_context_cell())
		fake_fatal("CPU %u was refused, but was activated", arch_cpu_self());
	return FAKE_DONE;
}

enum fake_outcome fake_enter(unsigned int slot, uint64_t argument, int *result)
{
	struct entering entering = { argument, -1 };
	enum fake_outcome outcome = fake_post(slot, FAKE_BARE, do_enter, &entering);

	if (outcome == FAKE_DONE)
		outcome = fake_finish(slot, FAKE_PATIENCE_MS);
	*result = entering.result;
	return outcome;
}

enum fake_outcome fake_enter_all(unsigned int count, uint32_t generation, int *results)
{
	struct entering *entering = calloc(count, sizeof(*entering));
	enum fake_outcome worst = FAKE_DONE;

	for (unsigned int slot = 0; slot < count; slot++) {
		enum fake_outcome outcome;

		entering[slot].argument = BH_ENTER_ARG(slot, generation);
		outcome = fake_post(slot, FAKE_BARE, do_enter, &entering[slot]);
		if (outcome != FAKE_DONE)
			fake_fatal("CPU %u cannot enter: it is busy", slot);
	}
	for (unsigned int slot = 0; slot < count; slot++) {
		enum fake_outcome outcome = fake_finish(slot, FAKE_PATIENCE_MS * 3);

		if (outcome == FAKE_LATE)
			fake_fatal("CPU %u does not come back from entering", slot);
		worst = outcome > worst ? outcome : worst;
		results[slot] = entering[slot].result;
	}
	free(entering);
	return worst;
}

/* Hypercalls and power control --------------------------------------------------------------------- */

static enum fake_outcome do_hypercall(void *argument)
{
	upcall_hypercall(argument);
	return FAKE_DONE;
}

enum fake_outcome fake_hypercall(unsigned int slot, struct hypercall *call)
{
	return fake_call(slot, do_hypercall, call);
}

struct cpu_on {
	unsigned int vcpu;
	uint64_t entry;
	uint64_t arg;
	enum power_result result;
};

static enum fake_outcome do_cpu_on(void *argument)
{
	struct cpu_on *call = argument;

	call->result = upcall_cpu_on(call->vcpu, call->entry, call->arg);
	return FAKE_DONE;
}

enum fake_outcome fake_cpu_on(unsigned int slot, unsigned int vcpu, uint64_t entry, uint64_t arg,
			      enum power_result *power)
{
	struct cpu_on call = { vcpu, entry, arg, POWER_INVALID };
	enum fake_outcome outcome = fake_call(slot, do_cpu_on, &call);

	*power = call.result;
	return outcome;
}

static enum fake_outcome do_cpu_off(void *argument)
{
	upcall_cpu_off();
	return FAKE_DONE;
}

static enum fake_outcome do_system_off(void *argument)
{
	upcall_system_off();
	return FAKE_DONE;
}

static enum fake_outcome do_system_reset(void *argument)
{
	upcall_system_reset();
	return FAKE_DONE;
}

/* These do not come back soon: a short wait tells those that do. */
static enum fake_outcome call_and_go(unsigned int slot, enum fake_outcome (*function)(void *argument))
{
	enum fake_outcome outcome = fake_post(slot, FAKE_GUEST, function, NULL);

	return outcome == FAKE_DONE ? fake_finish(slot, 20) : outcome;
}

enum fake_outcome fake_cpu_off(unsigned int slot)
{
	return call_and_go(slot, do_cpu_off);
}

enum fake_outcome fake_system_off(unsigned int slot)
{
	return call_and_go(slot, do_system_off);
}

enum fake_outcome fake_system_reset(unsigned int slot)
{
	return call_and_go(slot, do_system_reset);
}

/* Memory ------------------------------------------------------------------------------------------- */

static enum fake_outcome do_violation(void *argument)
{
	const struct bh_record *record = argument;

	if (upcall_violation(record) == VIOLATION_HANDLED)
		return FAKE_STOPPED;
	arch_vcpu_inject_fault(record->address, 0);
	return FAKE_INJECTED;
}

enum fake_outcome fake_violation(unsigned int slot, const struct bh_record *record)
{
	struct bh_record copy = *record;

	return fake_call(slot, do_violation, &copy);
}

static uint64_t load(const void *from, unsigned int size)
{
	switch (size) {
	case 1:
		return __atomic_load_n((const uint8_t *)from, __ATOMIC_RELAXED);
	case 2:
		return __atomic_load_n((const uint16_t *)from, __ATOMIC_RELAXED);
	case 4:
		return __atomic_load_n((const uint32_t *)from, __ATOMIC_RELAXED);
	default:
		return __atomic_load_n((const uint64_t *)from, __ATOMIC_RELAXED);
	}
}

static void store(void *to, unsigned int size, uint64_t value)
{
	switch (size) {
	case 1:
		__atomic_store_n((uint8_t *)to, (uint8_t)value, __ATOMIC_RELAXED);
		break;
	case 2:
		__atomic_store_n((uint16_t *)to, (uint16_t)value, __ATOMIC_RELAXED);
		break;
	case 4:
		__atomic_store_n((uint32_t *)to, (uint32_t)value, __ATOMIC_RELAXED);
		break;
	default:
		__atomic_store_n((uint64_t *)to, value, __ATOMIC_RELAXED);
	}
}

/* Passed-through devices are not modelled: they read as all ones. */
static void access_physical(hpa_t address, struct mmio_access *access)
{
	void *memory = fake_ram(address, access->size);

	if (memory && access->is_write)
		store(memory, access->size, access->value);
	else if (!access->is_write)
		access->value = memory ? load(memory, access->size) : ~0ull;
}

static enum fake_outcome refuse(const struct mmio_access *access)
{
	struct bh_record record = {
		.kind = BH_REASON_MEMORY_ACCESS,
		.cpu = arch_cpu_self(),
		.address = access->address,
		.value = access->is_write ? access->value : 0,
		.what = "memory",
	};

	return do_violation(&record);
}

static enum fake_outcome do_access(void *argument)
{
	struct mmio_access *access = argument;
	unsigned int need = access->is_write ? PT_WRITE : PT_READ, prot;

	for (unsigned int turn = 0; turn < MOST_RETRIES; turn++) {
		enum mmio_result result;
		hpa_t address;

		if (pt_lookup(&fake_context_cell()->stage2, access->address, &address, &prot) &&
		    (prot & need)) {
			access_physical(address, access);
			return FAKE_DONE;
		}
		result = upcall_mmio(access);
		if (result != MMIO_RETRY)
			return result == MMIO_HANDLED ? FAKE_DONE : refuse(access);
	}
	fake_fatal("CPU %u retries an access to 0x%llx for ever", arch_cpu_self(),
		   (unsigned long long)access->address);
}

enum fake_outcome fake_access(unsigned int slot, uint64_t address, unsigned int size, int is_write,
			      uint64_t *value)
{
	struct mmio_access access = { .address = address,
				      .value = is_write ? *value : 0,
				      .size = (uint8_t)size,
				      .is_write = (uint8_t)is_write };
	enum fake_outcome outcome = fake_call(slot, do_access, &access);

	*value = access.value;
	return outcome;
}

enum fake_outcome fake_read(unsigned int slot, uint64_t address, unsigned int size, uint64_t *value)
{
	*value = 0;
	return fake_access(slot, address, size, 0, value);
}

enum fake_outcome fake_write(unsigned int slot, uint64_t address, unsigned int size, uint64_t value)
{
	return fake_access(slot, address, size, 1, &value);
}
