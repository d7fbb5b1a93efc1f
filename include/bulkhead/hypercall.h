/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Hypercalls. AArch64: HVC #0, x0 = BH_HYPERCALL(number), x1 = BH_HYPERCALL_MAGIC,
 * x2..x6 = arguments; returns x0 = enum bh_error_code and x1..x5 = values, or, on an
 * error, the packed record: x1 = object | index << 32, x2 = field, x3 = low, x4 = high.
 * Other registers are preserved. EL0 cannot issue HVC.
 *
 * RISC-V: ECALL from supervisor mode, a7 = BH_SBI_EXTENSION, a6 = number, a0..a4 = arguments; returns
 * a0 = enum bh_error_code and a1..a5 = values or the packed record as above. Other registers are preserved.
 * Where x1..x5 are named below, that is a1..a5, and x2..x6 are the arguments a0..a4. Firmware alone answers
 * -2 in a0 (no such extension), and so does the hypervisor to any other number of the firmware range.
 *
 * x86-64: VMMCALL or VMCALL at CPL 0, as CPUID leaf BH_CPUID_LEAF + 1 says (bulkhead/x86.h; without that leaf the
 * instruction is unknown): RAX = BH_HYPERCALL(number), RDI, RSI, RDX, RCX, R8 = arguments (x2..x6 below); returns
 * RAX = enum bh_error_code and RDI, RSI, RDX, RCX, R8 = values (x1..x5 below) or the packed record. Other registers
 * are preserved.
 *
 * Every control call does a bounded amount of work; one that is not finished returns
 * BH_E_AGAIN and is repeated with the same arguments until it returns something else.
 */
#ifndef BULKHEAD_HYPERCALL_H
#define BULKHEAD_HYPERCALL_H

#include <bulkhead/types.h>

/* SMCCC: fast call, 64 bit, vendor hypervisor service, 0x8000 up (KVM's own start at 0). */
#define BH_HYPERCALL_BASE 0xc6008000u
#define BH_HYPERCALL(number) (BH_HYPERCALL_BASE + (number))
#define BH_HYPERCALL_MAGIC 0x44414548484b4c42ull /* "BLKHHEAD" */

/* SBI: in the range that the firmware's implementer may use, 0x0a000000 to 0x0affffff: "BLK". */
#define BH_SBI_EXTENSION 0x0a424c4bu

/*
 * X(NAME, number, who: 0 root only, 1 any cell)
 * A cell handle is id | generation << 16; the generation makes a stale handle harmless.
 */
#define BH_HYPERCALLS(X)                                                                                           \
	X(INFO, 0,                                                                                                 \
	  1) /* -> BH_HYPERCALL_MAGIC, major << 16 | minor, CPU slot (root) or vCPU, cell id, enable generation */ \
	X(DISABLE, 1, 0)     /* root, every online CPU inside one stop_machine(); x2 = generation */               \
	X(CELL_CREATE, 2, 0) /* x2 = GPA of the blob (in root's RAM, 8-byte aligned), x3 = size -> handle */       \
	X(CELL_LOAD, 3, 0)   /* x2 = handle: map loadable regions into root; state loading */                      \
	X(CELL_START, 4, 0)  /* x2 = handle: unmap from root, clean caches, start vCPU 0 */                        \
	X(CELL_STOP, 5, 0)   /* x2 = handle, x3 = enum bh_stop: ask, or force */                                   \
	X(CELL_SUSPEND, 6, 0) /* x2 = handle */                                                                    \
	X(CELL_RESUME, 7, 0)  /* x2 = handle */                                                                    \
	X(CELL_DESTROY, 8, 0) /* x2 = handle: scrub, give back; AGAIN until done */                                \
	X(CELL_STATE, 9, 0)   /* x2 = handle -> state, reason code, event count, heartbeat, CPUs parked */         \
	X(CELL_REGION, 10, 0) /* x2 = handle, x3 = index -> gpa, hpa, size, flags */                               \
	X(CELL_FIND, 11, 0)   /* x2 = id (0..) -> handle of the existing cell with that id */                      \
	X(CPU_STATE, 12, 0)   /* x2 = slot -> enum bh_cpu_state, cell id, vCPU */                                  \
	X(CONSOLE_WRITE, 13,                                                                                       \
	  0) /* x2 = handle, x3 = count (1..24), x4..x6 = bytes, little endian -> count taken */                   \
	X(CONSOLE_PUTC, 14, 1) /* x2 = character, to the caller's own console ring (cells without UART) */         \
	X(ROOT_PANIC, 15, 0)   /* root tells that it panicked: its CPUs go on spinning, guests live */             \
	X(PING, 16, 1)	       /* cheapest silent call: returns BH_E_OK, changes nothing (bench) */                \
	X(CELL_REASON, 17,                                                                                         \
	  0) /* x2 = handle -> kind | cpu << 32, pc, syndrome, address, value of the record */                     \
	X(CONSOLE_GETC, 18, 1) /* -> next byte of the caller's own input, ~0: none (cells without UART) */

enum bh_hypercall {
#define BH_HYPERCALL_ENUM(name, number, who) BH_HC_##name = number,
	BH_HYPERCALLS(BH_HYPERCALL_ENUM)
#undef BH_HYPERCALL_ENUM
	BH_HC_COUNT
};

enum bh_stop { BH_STOP_ASK = 0, BH_STOP_FORCE = 1 };

/* X(NAME, number, "as the user reads it") */
#define BH_CELL_STATES(X)                                                                          \
	X(NONE, 0, "none")                                                                         \
	X(CREATED, 1, "created")                                                                   \
	X(LOADING, 2, "loading")                                                                   \
	X(RUNNING, 3, "running")                                                                   \
	X(SUSPENDED, 4, "suspended")                                                               \
	X(STOPPING, 5, "stopping")                                                                 \
	X(STOPPED, 6, "stopped")                                                                   \
	X(FAILED, 7, "failed")                                                                     \
	X(DESTROYING, 8, "destroying")

enum bh_cell_state {
#define BH_CELL_STATE_ENUM(name, number, text) BH_CELL_##name = number,
	BH_CELL_STATES(BH_CELL_STATE_ENUM)
#undef BH_CELL_STATE_ENUM
	BH_CELL_STATE_COUNT
};

/* Why a cell left the state running. X(NAME, number, "sentence") */
#define BH_REASONS(X)                                                                              \
	X(NONE, 0, "none")                                                                         \
	X(POWER_OFF, 1, "the guest switched itself off")                                           \
	X(RESET, 2, "the guest asked for a reset")                                                 \
	X(FORCED, 3, "stopped by the user")                                                        \
	X(WATCHDOG, 4, "its heartbeat stood still")                                                \
	X(MEMORY_ACCESS, 5, "it accessed memory that is not its own")                              \
	X(MMIO_ACCESS, 6, "it accessed a device that is not its own")                              \
	X(SYSREG_ACCESS, 7, "it accessed a forbidden system register")                             \
	X(BAD_TRAP, 8, "it raised an exception that a guest cannot raise")                         \
	X(HYPERVISOR_ERROR, 9, "the hypervisor could not go on with it")                           \
	X(ANSWERED, 10, "it answered the shutdown request")                                        \
	X(CRASHED, 11, "the guest reported its own crash")                                         \
	X(DMA_ACCESS, 12, "a device of it accessed memory that is not its own")

enum bh_reason {
#define BH_REASON_ENUM(name, number, text) BH_REASON_##name = number,
	BH_REASONS(BH_REASON_ENUM)
#undef BH_REASON_ENUM
	BH_REASON_COUNT
};

enum bh_cpu_state {
	BH_CPU_ABSENT = 0,   /* never entered the hypervisor */
	BH_CPU_PARKED = 1,   /* in the hypervisor, runs no guest; offline for its cell */
	BH_CPU_RUNNING = 2,  /* runs its cell */
	BH_CPU_SUSPENDED = 3,
	BH_CPU_FAILED = 4
};

#define BH_MAX_CELLS 16 /* with the root cell, which has id 0 */

#endif
