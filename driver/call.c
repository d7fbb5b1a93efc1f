// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls of the driver: repeated while the hypervisor says so, errors as records. */
#include "call.h"

#include <lib/errors.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#define BUSY_LIMIT (30 * HZ)
#define AGAIN_LIMIT (300 * HZ) /* the largest cell, scrubbed by a slow emulator */
#define EAGER_REPEATS 2000     /* slices of 2 MiB: so far it works; afterwards it rather waits */

static int unpack_error(const struct arch_call *call, struct bh_error *error)
{
	error_set(error, call->code, call->value[0] & 0xffff, call->value[0] >> 32, call->value[2],
		  call->value[3]);
	error->field = call->value[1];
	return error->code;
}

int call_run(struct arch_call *call, struct bh_error *error)
{
	unsigned long start = jiffies;
	unsigned int repeats = 0;
	struct arch_call try;

	for (;;) {
		try = *call;
		arch_hypercall(&try);
		if (try.code == BH_E_BUSY && time_before(jiffies, start + BUSY_LIMIT)) {
			usleep_range(200, 1000);
		} else if (try.code == BH_E_AGAIN && time_before(jiffies, start + AGAIN_LIMIT)) {
			if (++repeats > EAGER_REPEATS)
				usleep_range(100, 500);
			cond_resched();
		} else {
			break;
		}
	}
	*call = try;
	if (call->code == BH_E_OK)
		return BH_E_OK;
	if (call->code == BH_E_AGAIN)
		return error_set(error, BH_E_TIMEOUT, BH_OBJ_CALL, call->number, 0, 0);
	if (call->code >= BH_E_COUNT)
		return error_set(error, BH_E_UNKNOWN_CALL, BH_OBJ_CALL, call->number, call->code, 0);
	return unpack_error(call, error);
}

int call_handle(u32 number, u32 handle, u64 arg, struct bh_error *error)
{
	struct arch_call call = { .number = number, .arg = { handle, arg } };

	return call_run(&call, error);
}
