// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Exceptions: provoked ones are counted and skipped, others end the program. */
#include <inmate.h>

#include <regs.h>

#define CAUSE_FETCH_ACCESS 1u
#define CAUSE_FETCH_PAGE 12u
#define RA 1

/* As entry.S stores it: the place of x0 holds the pc. */
struct frame {
	uint64_t x[32];
	uint64_t status, unused;
};
_Static_assert(sizeof(struct frame) == 272, "entry.S has another idea of the frame");

static struct attempt {
	bool on;
	unsigned int count;
	struct exception last;
} attempts[INMATE_MAX_CPUS];

void trap_taken(struct frame *frame, uint64_t cause);

static void __attribute__((noreturn)) unexpected(const struct frame *frame, uint64_t cause)
{
	printk("unexpected exception on CPU %u: scause %llx stval %llx sepc %llx ra %llx\n", cpu_self(),
	       (unsigned long long)cause, (unsigned long long)csr_read(stval),
	       (unsigned long long)frame->x[0], (unsigned long long)frame->x[RA]);
	power_off();
}

/* Behind the instruction; of a jump to where nothing is, back to who jumped. */
static uint64_t next_pc(const struct frame *frame, uint64_t cause)
{
	const uint64_t pc = frame->x[0];

	if (cause == CAUSE_FETCH_ACCESS || cause == CAUSE_FETCH_PAGE)
		return frame->x[RA];
	return pc + ((*(const uint16_t *)(uintptr_t)pc & 3) == 3 ? 4 : 2);
}

void trap_taken(struct frame *frame, uint64_t cause)
{
	struct attempt *attempt = &attempts[cpu_self()];

	if (cause & CAUSE_IS_INTERRUPT) {
		irq_dispatch(cause & ~CAUSE_IS_INTERRUPT);
		return;
	}
	if (!attempt->on)
		unexpected(frame, cause);
	attempt->count++;
	attempt->last = (struct exception){
		.syndrome = cause,
		.address = csr_read(stval),
		.pc = frame->x[0],
	};
	frame->x[0] = next_pc(frame, cause);
}

unsigned int exception_try(void (*function)(void *argument), void *argument, struct exception *last)
{
	struct attempt *attempt = &attempts[cpu_self()];

	*attempt = (struct attempt){ .on = true };
	asm volatile("" : : : "memory");
	function(argument);
	asm volatile("fence" : : : "memory");
	attempt->on = false;
	if (last)
		*last = attempt->last;
	return attempt->count;
}
