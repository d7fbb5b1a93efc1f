/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the fake architecture only. */
#ifndef FAKE_H
#define FAKE_H

#include <asm/fake.h>
#include <setjmp.h>

/* Upper layers may be absent from a test program. */
#pragma weak upcall_hypercall
#pragma weak upcall_mmio
#pragma weak upcall_violation
#pragma weak upcall_service
#pragma weak upcall_enter
#pragma weak upcall_arrive
#pragma weak upcall_cpu_on
#pragma weak upcall_cpu_off
#pragma weak upcall_system_off
#pragma weak upcall_system_reset

/* The contract was broken, by the code under test or by the test. */
void fake_fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define fake_count(member) __atomic_fetch_add(&fake_counter_block.member, 1, __ATOMIC_RELAXED)
#define fake_count_add(member, amount) \
	__atomic_fetch_add(&fake_counter_block.member, (amount), __ATOMIC_RELAXED)
extern struct fake_counters fake_counter_block;

/* Is the range inside RAM, inside the hypervisor's part of it? */
int fake_in_ram(uint64_t address, uint64_t size);
int fake_in_hv(uint64_t address, uint64_t size);
void *fake_ram_at(uint64_t address);

void fake_reset_irqs(void);
void fake_reset_cpus(unsigned int count);
void fake_reset_cells(void);
void fake_stop_cpus(void);
unsigned int fake_cpu_total(void);
struct cell_arch *fake_root(void);
void fake_set_root(struct cell_arch *cell);

/* Change the calling CPU's record under its lock; @change gets the view. */
void fake_update(void (*change)(struct fake_cpu_view *view, void *argument), void *argument);

/* The calling CPU's context. */
struct cell_arch *fake_context_cell(void);
void fake_set_context(struct cell_arch *cell, unsigned int vcpu, uint64_t entry, uint64_t arg);
void fake_drop_context(void);

/* End of a CPU's life in this exit: back to its base, switched off. */
void fake_switch_off(void) __attribute__((noreturn));
/* The same if the caller is a CPU thread; else return. */
void fake_halt(void);
void fake_mark_left(void);

#endif
