// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Exceptions: one that is provoked ends the attempt, others end the program. */
#include <inmate.h>

#include <regs.h>

#define EXCEPTIONS 32u
#define CODE64 0x08u
#define DATA 0x10u
#define GATE_INTERRUPT 0x8e00u

/* As entry.S stores it. */
struct frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

static struct attempt {
	bool on;
	uint64_t stack;
	struct exception last;
} attempts[INMATE_MAX_CPUS];

struct gate {
	uint16_t offset_low, selector, flags, offset_middle;
	uint32_t offset_high, reserved;
};

extern struct gate idt[256];
extern char vector_stubs[], attempt_end[];
unsigned int attempt_run(void (*function)(void *argument), void *argument, uint64_t *stack);
void trap_taken(struct frame *frame);
void exception_init(void);

void exception_init(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		const uint64_t stub = (uint64_t)(uintptr_t)vector_stubs + 16ull * i;

		idt[i] = (struct gate){
			.offset_low = (uint16_t)stub,
			.selector = CODE64,
			.flags = GATE_INTERRUPT,
			.offset_middle = (uint16_t)(stub >> 16),
			.offset_high = (uint32_t)(stub >> 32),
		};
	}
}

static uint64_t fault_address(void)
{
	uint64_t address;

	asm volatile("mov %%cr2, %0" : "=r"(address));
	return address;
}

static void __attribute__((noreturn)) unexpected(const struct frame *frame)
{
	printk("unexpected exception %llu on CPU %u: error %llx cr2 %llx rip %llx rsp %llx\n",
	       (unsigned long long)frame->vector, cpu_self(), (unsigned long long)frame->error,
	       (unsigned long long)fault_address(), (unsigned long long)frame->rip,
	       (unsigned long long)frame->rsp);
	power_off();
}

void trap_taken(struct frame *frame)
{
	struct attempt *attempt = &attempts[cpu_self()];

	if (frame->vector >= EXCEPTIONS) {
		irq_dispatch((unsigned int)frame->vector);
		return;
	}
	if (!attempt->on)
		unexpected(frame);
	attempt->last = (struct exception){
		.syndrome = frame->vector << 32 | frame->error,
		.address = fault_address(),
		.pc = frame->rip,
	};
	frame->rip = (uint64_t)(uintptr_t)attempt_end;
	frame->rsp = attempt->stack;
	/* It may have been at CPL 3. */
	frame->cs = CODE64;
	frame->ss = DATA;
}

unsigned int exception_try(void (*function)(void *argument), void *argument, struct exception *last)
{
	struct attempt *attempt = &attempts[cpu_self()];
	unsigned int count;

	*attempt = (struct attempt){ .on = true };
	count = attempt_run(function, argument, &attempt->stack);
	attempt->on = false;
	if (last)
		*last = attempt->last;
	return count;
}
