// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SBI 2.0 for every cell, root included. One table says which extensions there are; everything else is 'not
 * supported'. Nothing that carries an entry point or an address reaches firmware as the guest said it.
 */
#include <asm/sbi.h>

#include <arch/upcall.h>
#include <asm/interrupts.h>
#include <asm/vcpu.h>
#include <core/guest.h>

#define SPEC_VERSION (2u << 24)
#define IMPL_ID 0x424c4bu /* "BLK": none of the specification's numbers */
#define IMPL_VERSION (BH_ABI_MAJOR << 16 | BH_ABI_MINOR)
#define LEGACY_LAST 8u

#define SUSPEND_RETENTIVE 0ull
#define SUSPEND_NON_RETENTIVE (1ull << 31)

typedef struct sbi_result sbi_handler(const struct sbi_call *call);

static struct sbi_result answer(int64_t error, uint64_t value)
{
	return (struct sbi_result){ error, value };
}

static int exists(uint64_t extension);

/* The vendor's numbers carry nothing. */
static struct sbi_result base(const struct sbi_call *call)
{
	switch (call->function) {
	case SBI_BASE_SPEC_VERSION:
		return answer(SBI_SUCCESS, SPEC_VERSION);
	case SBI_BASE_IMPL_ID:
		return answer(SBI_SUCCESS, IMPL_ID);
	case SBI_BASE_IMPL_VERSION:
		return answer(SBI_SUCCESS, IMPL_VERSION);
	case SBI_BASE_PROBE:
		return answer(SBI_SUCCESS, exists(call->arg[0]) ? 1 : 0);
	case SBI_BASE_MVENDORID:
	case SBI_BASE_MARCHID:
	case SBI_BASE_MIMPID:
		return firmware_call(SBI_BASE, call->function, 0, 0, 0, 0, 0);
	default:
		return answer(SBI_NOT_SUPPORTED, 0);
	}
}

static struct sbi_result time(const struct sbi_call *call)
{
	if (call->function != 0)
		return answer(SBI_NOT_SUPPORTED, 0);
	interrupts_set_timer(call->arg[0]);
	return answer(SBI_SUCCESS, 0);
}

static struct sbi_harts harts_of(const struct sbi_call *call)
{
	return (struct sbi_harts){ call->arg[0], call->arg[1] };
}

static struct sbi_result ipi(const struct sbi_call *call)
{
	if (call->function != 0)
		return answer(SBI_NOT_SUPPORTED, 0);
	return answer(sbi_send_ipi(harts_of(call)), 0);
}

static struct sbi_result rfence(const struct sbi_call *call)
{
	return answer(sbi_fence(harts_of(call), call->function, call->arg[2], call->arg[3], call->arg[4]), 0);
}

static const int8_t start_results[] = {
	[POWER_OK] = SBI_SUCCESS,
	[POWER_ALREADY_ON] = SBI_ALREADY_AVAILABLE,
	[POWER_ON_PENDING] = SBI_ALREADY_AVAILABLE,
	[POWER_INVALID] = SBI_INVALID_PARAM,
	[POWER_DENIED] = SBI_FAILED,
	[POWER_BAD_ADDRESS] = SBI_INVALID_ADDRESS,
};

static const int8_t hsm_states[] = {
	[POWER_STATE_ON] = SBI_HSM_STARTED,
	[POWER_STATE_OFF] = SBI_HSM_STOPPED,
	[POWER_STATE_ON_PENDING] = SBI_HSM_START_PENDING,
};

static struct sbi_result hart_start(uint64_t hwid, uint64_t entry, uint64_t argument)
{
	unsigned int vcpu = guest_find_vcpu(percpu()->cell, hwid);

	if (vcpu == percpu()->cell->vcpu_count)
		return answer(SBI_INVALID_PARAM, 0);
	return answer(start_results[upcall_cpu_on(vcpu, entry, argument)], 0);
}

static struct sbi_result hart_status(uint64_t hwid)
{
	unsigned int vcpu = guest_find_vcpu(percpu()->cell, hwid);
	enum power_state state = POWER_STATE_NONE;

	if (vcpu != percpu()->cell->vcpu_count)
		state = upcall_cpu_info(vcpu);
	if (state == POWER_STATE_NONE)
		return answer(SBI_INVALID_PARAM, 0);
	return answer(SBI_SUCCESS, (uint64_t)hsm_states[state]);
}

/*
 * A retentive suspend may end at any time, and does so at once. One that is not has an entry point: the hart
 * would come back through firmware, past the hypervisor. Types of the platform's own there are none.
 */
static struct sbi_result hart_suspend(uint64_t type)
{
	if (type == SUSPEND_RETENTIVE)
		return answer(SBI_SUCCESS, 0);
	return answer(type == SUSPEND_NON_RETENTIVE ? SBI_NOT_SUPPORTED : SBI_INVALID_PARAM, 0);
}

/* hart_stop does not return here: see sbi_call(). */
static struct sbi_result hsm(const struct sbi_call *call)
{
	switch (call->function) {
	case SBI_HSM_START:
		return hart_start(call->arg[0], call->arg[1], call->arg[2]);
	case SBI_HSM_STATUS:
		return hart_status(call->arg[0]);
	case SBI_HSM_SUSPEND:
		return hart_suspend(call->arg[0]);
	default:
		return answer(SBI_NOT_SUPPORTED, 0);
	}
}

/* The types and reasons that the specification has. */
static struct sbi_result srst(const struct sbi_call *call)
{
	if (call->function != 0)
		return answer(SBI_NOT_SUPPORTED, 0);
	if (call->arg[0] > SBI_SRST_WARM_REBOOT || call->arg[1] > 1)
		return answer(SBI_INVALID_PARAM, 0);
	return answer(SBI_FAILED, 0);
}

static const struct extension {
	uint32_t number;
	const char *name;
	sbi_handler *handle;
} extensions[] = {
	{ SBI_BASE, "BASE", base },     { SBI_TIME, "TIME", time }, { SBI_IPI, "IPI", ipi },
	{ SBI_RFENCE, "RFENCE", rfence }, { SBI_HSM, "HSM", hsm },  { SBI_SRST, "SRST", srst },
	{ SBI_DBCN, "DBCN", sbi_console },
};

static const struct extension *find(uint64_t number)
{
	for (unsigned int i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		if (extensions[i].number == number)
			return &extensions[i];
	}
	return NULL;
}

static int exists(uint64_t extension)
{
	return extension <= LEGACY_LAST || extension == BH_SBI_EXTENSION || find(extension);
}

/* What comes back with another context in the frame, or not at all. Return: 1: it was such a call. */
static int changes_context(uint64_t extension, const struct sbi_call *call)
{
	if (extension == SBI_HSM && call->function == SBI_HSM_STOP) {
		upcall_cpu_off();
		return 1;
	}
	if (extension != SBI_SRST || call->function != 0 || call->arg[1] > 1)
		return 0;
	if (call->arg[0] == SBI_SRST_SHUTDOWN)
		upcall_system_off();
	else if (call->arg[0] == SBI_SRST_COLD_REBOOT || call->arg[0] == SBI_SRST_WARM_REBOOT)
		upcall_system_reset();
	else
		return 0;
	return 1;
}

void sbi_call(struct frame *frame)
{
	const uint64_t *a = &frame->x[REG_A0];
	const struct sbi_call call = {
		.function = frame->x[REG_A6],
		.arg = { a[0], a[1], a[2], a[3], a[4], a[5] },
	};
	const struct extension *extension = find(frame->x[REG_A7]);
	struct sbi_result result = { SBI_NOT_SUPPORTED, 0 };

	percpu_count(BH_STAT_FIRMWARE);
	if (frame->x[REG_A7] <= LEGACY_LAST) {
		sbi_legacy_call(frame);
		return;
	}
	if (changes_context(frame->x[REG_A7], &call))
		return;
	if (extension)
		result = extension->handle(&call);
	frame->x[REG_A0] = (uint64_t)result.error;
	frame->x[REG_A1] = result.value;
}
