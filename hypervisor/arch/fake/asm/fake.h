/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Controls of the fake machine, for unit tests.
 *
 * The machine has one piece of RAM (an mmap'ed arena, addressed by host-physical addresses) and CPUs. A test
 * either plays a CPU itself, in its own thread: fake_become(slot); or it starts a thread for each CPU and
 * tells
 * them what their guests do: fake_enter(), fake_hypercall(), fake_access()... Between such exits a CPU
 * "runs its
 * guest", that is, waits for a kick, and then calls upcall_service() as hardware would.
 *
 * Kicks carry no memory ordering (relaxed atomics and a futex), so that ThreadSanitizer sees a release or an
 * acquire that is missing in the code under test. What breaks the contract of hypervisor/include/arch ends
 * the
 * test with a sentence and abort().
 */
#ifndef ASM_FAKE_H
#define ASM_FAKE_H

#include <arch/types.h>
#include <arch/upcall.h>
#include <bulkhead/config.h>
#include <bulkhead/types.h>
#include <lib/addr.h>

/* The machine: fake_build_config() describes it. */
#define FAKE_RAM_BASE 0x40000000ull
#define FAKE_RAM_SIZE 0x20000000ull /* 512 MiB; pages that nobody touches cost nothing */
#define FAKE_POOL_BASE 0x50000000ull
#define FAKE_POOL_SIZE 0x8000000ull /* 128 MiB */
#define FAKE_HV_BASE 0x5f000000ull
#define FAKE_HV_SIZE 0x1000000ull /* 16 MiB, the end of RAM */
#define FAKE_CORE_SIZE 0x20000ull
#define FAKE_PERCPU_SIZE 0x1000ull
#define FAKE_TEXT_SIZE 0x10000ull /* arch_space: as if the image had code, and an address space of its own */
#define FAKE_RODATA_END 0x18000ull
#define FAKE_SPACE_HV 0x4000000000ull
#define FAKE_SPACE_DEVICES 0x6000000000ull
#define FAKE_SPACE_DEVICES_SIZE 0x40000000ull
#define FAKE_INTC_BASE 0x08000000ull /* arch_platform_range() */
#define FAKE_INTC_SIZE 0x20000ull
#define FAKE_EVENT_IRQ 100u
#define FAKE_PHYS_BITS 40u
#define FAKE_HWID(slot) ((uint64_t)(slot) / 4 << 8 | (slot) % 4)

/**
 * fake_build_config() - write a system blob for the machine above with @cpus CPUs
 * Return: its size.
 */
uint32_t fake_build_config(void *buffer, uint32_t size, unsigned int cpus);

/**
 * fake_power_on() - a fresh machine: zeroed RAM, counters, interrupts, and image_header filled in as the
 * driver does. @config, @config_size: system blob; NULL: that of fake_build_config().
 * Nothing of core is initialised: that is what enable does. See fake_init_core().
 */
void fake_power_on(unsigned int cpus, const void *config, uint32_t config_size);

/** What enable does first, for tests below control: image_check, info, pool, CPUs with their hwids. */
void fake_init_core(void);

/** Stop all CPU threads (wherever they are) and give RAM back. */
void fake_power_off(void);

/** RAM as tests see it. NULL if [@address, @address + @size) is not RAM. */
void *fake_ram(hpa_t address, uint64_t size);

/* CPUs ------------------------------------------------------------------------------------------- */

enum fake_mode {
	FAKE_OFF = 0,  /* switched off: arch_cpu_boot() starts it */
	FAKE_BARE = 1, /* runs the kernel, no hypervisor below */
	FAKE_GUEST = 2,
	FAKE_HV = 3 /* in the hypervisor: handling an exit, parked, suspended */
};

/** The calling thread plays CPU @slot from now on (it may change as often as it likes). */
void fake_become(unsigned int slot);

/** Start a thread for each CPU: slots below @bare run the kernel (FAKE_BARE), the others are off. */
void fake_start_cpus(unsigned int bare);

/**
 * What a CPU is doing and what was done to it. @cell_id: of the context that arch_vcpu_start() or
 * _activate() made.
 */
struct fake_cpu_view {
	enum fake_mode mode;
	uint32_t has_context; /* a guest's context is loaded */
	uint32_t suspended;
	uint64_t behind; /* of the last arch_vcpu_resume() */
	uint32_t cell_id;
	uint32_t vcpu;
	uint64_t entry;
	uint64_t arg;
	uint32_t starts; /* calls of each arch function on this CPU */
	uint32_t parks;
	uint32_t suspends;
	uint32_t resumes;
	uint32_t activations;
	uint32_t leaves;
	uint32_t kicks; /* sent to it */
	uint32_t faults;
	uint64_t fault_address;
};
struct fake_cpu_view fake_cpu_view(unsigned int slot);

/**
 * Wait (real time) for a mode, or for the given number of arch_vcpu_start() on that CPU. Return: 1, or 0
 * after @ms.
 */
int fake_wait_mode(unsigned int slot, enum fake_mode mode, unsigned int ms);
int fake_wait_starts(unsigned int slot, uint32_t starts, unsigned int ms);

/* Exits of CPU threads. All return one of these; FAKE_DONE: fine. */
enum fake_outcome {
	FAKE_DONE = 0,
	FAKE_INJECTED = 1,   /* the guest got the architecture's fault */
	FAKE_STOPPED = 2,    /* the violation was handled: the CPU has another context */
	FAKE_WRONG_MODE = 3, /* the CPU does not run a guest (or, for entering, the kernel) */
	FAKE_BUSY = 4,	     /* its last exit is not over */
	FAKE_LATE = 5,	     /* not over yet (it is parked, say): collect it with fake_finish() */
	FAKE_GONE = 6	     /* the CPU was switched off in that exit */
};
#define FAKE_PATIENCE_MS 20000u

/** Run @function in an exit of CPU @slot and wait for its end; its result is returned. */
enum fake_outcome fake_call(unsigned int slot, enum fake_outcome (*function)(void *argument), void *argument);

/** The same in two halves, for CPUs that act at the same time. @mode: FAKE_GUEST, or FAKE_BARE (no exit). */
enum fake_outcome fake_post(unsigned int slot, enum fake_mode mode,
			    enum fake_outcome (*function)(void *argument), void *argument);
enum fake_outcome fake_finish(unsigned int slot, unsigned int ms);

/** The kernel on CPU @slot calls the image's entry. *result: what upcall_enter() returned. */
enum fake_outcome fake_enter(unsigned int slot, uint64_t argument, int *result);

/**
 * All CPUs below @count enter at the same time (stop_machine). Return: FAKE_DONE if all came back;
 * @results by slot.
 */
enum fake_outcome fake_enter_all(unsigned int count, uint32_t generation, int *results);

/** The guest on CPU @slot makes a hypercall. call->result and value are filled in. */
enum fake_outcome fake_hypercall(unsigned int slot, struct hypercall *call);

/** The guest accesses memory: stage 2, then upcall_mmio(), then upcall_violation(). @size: 1, 2, 4, 8. */
enum fake_outcome fake_access(unsigned int slot, uint64_t address, unsigned int size, int is_write,
			      uint64_t *value);
enum fake_outcome fake_read(unsigned int slot, uint64_t address, unsigned int size, uint64_t *value);
enum fake_outcome fake_write(unsigned int slot, uint64_t address, unsigned int size, uint64_t value);

/** The guest provokes any other violation. */
enum fake_outcome fake_violation(unsigned int slot, const struct bh_record *record);

/**
 * The guest's power control (PSCI). @power: what upcall_cpu_on() said. Off and system calls may be FAKE_LATE.
 */
enum fake_outcome fake_cpu_on(unsigned int slot, unsigned int vcpu, uint64_t entry, uint64_t arg,
			      enum power_result *power);
enum fake_outcome fake_cpu_off(unsigned int slot);
enum fake_outcome fake_system_off(unsigned int slot);
enum fake_outcome fake_system_reset(unsigned int slot);

/** Firmware refuses to boot this CPU. */
void fake_refuse_boot(unsigned int slot);

/* Time --------------------------------------------------------------------------------------------- */

/**
 * arch_time_now() counts nanoseconds of the machine; let it jump, or run @rate times as fast as the wall
 * clock.
 */
void fake_time_advance(uint64_t nanoseconds);
void fake_time_rate(uint64_t rate);

/* What was done ------------------------------------------------------------------------------------ */

/** Calls of arch functions since fake_power_on(). */
struct fake_counters {
	uint64_t tlb_invalidate;
	uint64_t tlb_invalidate_vmid;
	uint64_t pt_publish;
	uint64_t cache_flush;
	uint64_t cache_flush_bytes;
	uint64_t cache_zero;
	uint64_t cache_zero_bytes;
	uint64_t icache;
	uint64_t window_open;
	uint64_t kick;
	uint64_t machine_off;
	uint64_t machine_reset;
	uint64_t system_steps_done; /* undone ones are taken off */
	uint64_t cpu_steps_done;
	uint64_t system_leave;
	uint64_t cell_init;
	uint64_t cell_exit;
};
struct fake_counters fake_counters(void);

/** Called in arch_tlb_invalidate(), NULL: nothing. Set it while no CPU runs. */
typedef void fake_tlb_hook_t(const struct page_table *table, uint64_t in, uint64_t size);
void fake_set_tlb_hook(fake_tlb_hook_t *hook);

/** Owner of a hardware interrupt: cell id, or -1 if nobody. */
int fake_irq_owner(uint32_t irq);

/** A virtual line of a cell: its level, and how often it rose. */
int fake_irq_level(const struct cell_arch *cell, uint32_t irq);
uint32_t fake_irq_edges(const struct cell_arch *cell, uint32_t irq);

/** Registers of whatever device was mapped last, and where it is; 4 KiB of them. */
extern uint8_t fake_registers[];
extern uint64_t fake_registers_base;

/** Formats of real machines as data, 4 KiB granule, to test the walker: VMSAv8 and RISC-V's G-stage. */
const struct pt_format *fake_format_vmsa_stage1(void);
const struct pt_format *fake_format_vmsa_stage2(void);
const struct pt_format *fake_format_sv39x4(void);

#endif
