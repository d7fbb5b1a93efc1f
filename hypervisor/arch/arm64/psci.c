// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PSCI 1.1 (Arm DEN 0022) for every cell, root included: nothing of it reaches firmware as the guest said it.
 */
#include <asm/vcpu.h>

#include <arch/upcall.h>
#include <core/guest.h>

#define PSCI_VERSION_1_1 0x10001u
#define PSCI_BASE 0x84000000u
#define PSCI_64 0x40000000u

enum psci_function {
	PSCI_FN_VERSION = 0,
	PSCI_FN_CPU_SUSPEND = 1,
	PSCI_FN_CPU_OFF = 2,
	PSCI_FN_CPU_ON = 3,
	PSCI_FN_AFFINITY_INFO = 4,
	PSCI_FN_MIGRATE_INFO_TYPE = 6,
	PSCI_FN_SYSTEM_OFF = 8,
	PSCI_FN_SYSTEM_RESET = 9,
	PSCI_FN_FEATURES = 10,
	PSCI_FN_SYSTEM_RESET2 = 18,
	PSCI_FN_COUNT = 32
};

#define PSCI_NOT_SUPPORTED (-1)
#define PSCI_INVALID (-2)
#define PSCI_DENIED (-3)
#define PSCI_ALREADY_ON (-4)
#define PSCI_ON_PENDING (-5)
#define PSCI_BAD_ADDRESS (-9)
#define PSCI_NO_MIGRATION 2

#define AFFINITY_MASK 0xff00ffffffull
#define SUSPEND_POWER_DOWN (1u << 16)

/* Functions that exist: with their 32-bit number; with a 64-bit number, too. */
#define BIT(n) (1u << (n))
static const uint32_t known32 =
	BIT(PSCI_FN_VERSION) | BIT(PSCI_FN_CPU_SUSPEND) | BIT(PSCI_FN_CPU_OFF) | BIT(PSCI_FN_CPU_ON) |
	BIT(PSCI_FN_AFFINITY_INFO) | BIT(PSCI_FN_MIGRATE_INFO_TYPE) | BIT(PSCI_FN_SYSTEM_OFF) |
	BIT(PSCI_FN_SYSTEM_RESET) | BIT(PSCI_FN_FEATURES) | BIT(PSCI_FN_SYSTEM_RESET2);
static const uint32_t known64 = BIT(PSCI_FN_CPU_SUSPEND) | BIT(PSCI_FN_CPU_ON) | BIT(PSCI_FN_AFFINITY_INFO) |
				BIT(PSCI_FN_SYSTEM_RESET2);

static const int8_t power_results[] = {
	[POWER_OK] = 0,
	[POWER_ALREADY_ON] = PSCI_ALREADY_ON,
	[POWER_ON_PENDING] = PSCI_ON_PENDING,
	[POWER_INVALID] = PSCI_INVALID,
	[POWER_DENIED] = PSCI_DENIED,
	[POWER_BAD_ADDRESS] = PSCI_BAD_ADDRESS,
};

static int is_known(uint64_t id)
{
	uint64_t number = id & ~(uint64_t)PSCI_64;

	if (number < PSCI_BASE || number >= PSCI_BASE + PSCI_FN_COUNT)
		return 0;
	return (id & PSCI_64 ? known64 : known32) >> (number - PSCI_BASE) & 1;
}

static int64_t cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context)
{
	const struct cell_arch *cell = percpu()->cell;
	unsigned int vcpu = mpidr & ~AFFINITY_MASK ? cell->vcpu_count : guest_find_vcpu(cell, mpidr);

	if (vcpu == percpu()->cell->vcpu_count)
		return PSCI_INVALID;
	return power_results[upcall_cpu_on(vcpu, entry, context)];
}

static int64_t affinity_info(uint64_t mpidr, uint64_t level)
{
	unsigned int vcpu = guest_find_vcpu(percpu()->cell, mpidr & AFFINITY_MASK);
	enum power_state state;

	if (level || vcpu == percpu()->cell->vcpu_count)
		return PSCI_INVALID;
	state = upcall_cpu_info(vcpu);
	return state == POWER_STATE_NONE ? PSCI_INVALID : (int64_t)state;
}

/*
 * Standby may end at any time, and does so at once. Power-down with an entry point is denied: the vCPU
 * would come back through firmware, past the hypervisor.
 */
static int64_t cpu_suspend(uint64_t state)
{
	return state & SUSPEND_POWER_DOWN ? PSCI_DENIED : 0;
}

static int64_t features(uint64_t id)
{
	return is_known(id) || id == SMCCC_VERSION ? 0 : PSCI_NOT_SUPPORTED;
}

int psci_call(struct frame *frame)
{
	uint64_t id = (uint32_t)frame->x[0];
	uint64_t mask = id & PSCI_64 ? ~0ull : 0xffffffffull;
	uint64_t a = frame->x[1] & mask, b = frame->x[2] & mask, c = frame->x[3] & mask;
	int64_t result;

	if (!is_known(id))
		return 0;
	switch ((enum psci_function)(id & (PSCI_FN_COUNT - 1))) {
	case PSCI_FN_VERSION:
		result = PSCI_VERSION_1_1;
		break;
	case PSCI_FN_CPU_SUSPEND:
		result = cpu_suspend(a);
		break;
	case PSCI_FN_CPU_ON:
		result = cpu_on(a, b, c);
		break;
	case PSCI_FN_AFFINITY_INFO:
		result = affinity_info(a, b);
		break;
	case PSCI_FN_MIGRATE_INFO_TYPE:
		result = PSCI_NO_MIGRATION;
		break;
	case PSCI_FN_FEATURES:
		result = features((uint32_t)a);
		break;
	/* Those that do not come back to the caller: the frame may hold another context afterwards. */
	case PSCI_FN_CPU_OFF:
		upcall_cpu_off();
		return 1;
	case PSCI_FN_SYSTEM_OFF:
		upcall_system_off();
		return 1;
	case PSCI_FN_SYSTEM_RESET:
	case PSCI_FN_SYSTEM_RESET2:
		upcall_system_reset();
		return 1;
	default:
		result = PSCI_NOT_SUPPORTED;
		break;
	}
	frame->x[0] = (uint64_t)result;
	return 1;
}
