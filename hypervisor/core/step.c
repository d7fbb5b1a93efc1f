// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/step.h>

#include <arch/cpu.h>
#include <core/deadline.h>
#include <core/image.h>
#include <core/log.h>
#include <lib/errors.h>
#include <lib/string.h>

/* 1: a failure is recorded, later ones are consequences of it. */
static uint32_t failure_recorded;

#ifdef CONFIG_FAULT_INJECTION
static int wait_out_the_deadline(void)
{
	uint64_t deadline = deadline_default();

	while (!deadline_passed(deadline))
		arch_cpu_relax();
	return BH_E_TIMEOUT;
}

int step_injected(const char *step)
{
	const struct bh_image_header *header = &image_header;

	if (header->inject_kind == BH_INJECT_NONE ||
	    strncmp(header->inject_step, step, sizeof(header->inject_step)))
		return BH_E_OK;
	if (header->inject_cpu >= 0 && (unsigned int)header->inject_cpu != arch_cpu_self())
		return BH_E_OK;
	return header->inject_kind == BH_INJECT_TIMEOUT ? wait_out_the_deadline() : BH_E_INJECTED;
}
#else
int step_injected(const char *step)
{
	return BH_E_OK;
}
#endif

/* As the user reads it. */
static const char *sentence(int code)
{
	static const char *const sentences[] = {
#define SENTENCE(name, number, what, mend) [number] = what,
		BH_ERRORS(SENTENCE)
#undef SENTENCE
	};

	return code >= 0 && code < BH_E_COUNT && sentences[code] ? sentences[code] : "unknown error";
}

void step_failed(const char *step, int code, const struct bh_error *error)
{
	struct bh_info *info = image_info();

	log_error("step %s failed: %s (error %d)", step, sentence(code), code);
	if (__atomic_exchange_n(&failure_recorded, 1, __ATOMIC_ACQ_REL))
		return;
	memset(info->last_step, 0, sizeof(info->last_step));
	memcpy(info->last_step, step, strnlen(step, sizeof(info->last_step) - 1));
	if (error)
		info->last_error = *error;
	else
		error_set(&info->last_error, (unsigned int)code, BH_OBJ_STEP, arch_cpu_self(), 0, 0);
}

void steps_clear_failure(void)
{
	struct bh_info *info = image_info();

	memset(info->last_step, 0, sizeof(info->last_step));
	memset(&info->last_error, 0, sizeof(info->last_error));
	__atomic_store_n(&failure_recorded, 0, __ATOMIC_RELEASE);
}

static void undo_backward(const struct step *steps, unsigned int done)
{
	while (done-- > 0) {
		if (steps[done].undo)
			steps[done].undo();
	}
}

int steps_run(const struct step *steps)
{
	unsigned int done;

	for (done = 0; steps[done].name; done++) {
		int code = step_injected(steps[done].name);

		if (!code && steps[done].run)
			code = steps[done].run();
		if (code) {
			step_failed(steps[done].name, code, NULL);
			undo_backward(steps, done);
			return code;
		}
		log_debug("step %s done", steps[done].name);
	}
	return BH_E_OK;
}

void steps_undo(const struct step *steps)
{
	unsigned int count = 0;

	while (steps[count].name)
		count++;
	undo_backward(steps, count);
}
