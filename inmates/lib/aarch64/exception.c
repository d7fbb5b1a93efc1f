// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Synchronous exceptions: provoked ones are counted and skipped, others end the program. */
#include <inmate.h>

#include <regs.h>

/* As vectors.S stores it. */
struct frame {
	uint64_t x[31];
	uint64_t pc, pstate, unused;
};
_Static_assert(sizeof(struct frame) == 272, "vectors.S has another idea of the frame");

static struct attempt {
	bool on;
	unsigned int count;
	struct exception last;
} attempts[INMATE_MAX_CPUS];

void exception_sync(struct frame *frame);
void exception_unexpected(struct frame *frame);

void exception_unexpected(struct frame *frame)
{
	printk("unexpected exception on CPU %u: ESR %llx FAR %llx PC %llx LR %llx\n", cpu_self(),
	       (unsigned long long)sysreg_read(ESR_EL1), (unsigned long long)sysreg_read(FAR_EL1),
	       (unsigned long long)frame->pc, (unsigned long long)frame->x[30]);
	power_off();
}

void exception_sync(struct frame *frame)
{
	struct attempt *attempt = &attempts[cpu_self()];

	if (!attempt->on)
		exception_unexpected(frame);
	attempt->count++;
	attempt->last = (struct exception){
		.syndrome = sysreg_read(ESR_EL1),
		.address = sysreg_read(FAR_EL1),
		.pc = frame->pc,
	};
	frame->pc += 4;
}

unsigned int exception_try(void (*function)(void *argument), void *argument, struct exception *last)
{
	struct attempt *attempt = &attempts[cpu_self()];

	*attempt = (struct attempt){ .on = true };
	asm volatile("" : : : "memory");
	function(argument);
	asm volatile("dsb sy; isb" : : : "memory"); /* an access may report late */
	attempt->on = false;
	if (last)
		*last = attempt->last;
	return attempt->count;
}
