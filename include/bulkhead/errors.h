/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Errors carry evidence. One table gives code, name and sentence; the same record
 * travels from the hypervisor through hypercall and ioctl to the command line tool,
 * which puts the user's names (cell, file, line) in place of indices.
 */
#ifndef BULKHEAD_ERRORS_H
#define BULKHEAD_ERRORS_H

#include <bulkhead/types.h>

/*
 * X(NAME, number, "what is wrong", "what to do")
 * Numbers are ABI: append only.
 */
#define BH_ERRORS(X)                                                                               \
	X(OK, 0, "no error", "")                                                                   \
	X(AGAIN, 1, "not finished yet", "repeat the call")                                         \
	X(BUSY, 2, "another control operation is in progress", "repeat the command")               \
	X(PERMISSION, 3, "only the root cell may do this", "run it in the root cell")              \
	X(UNKNOWN_CALL, 4, "unknown hypercall", "use a driver that fits the hypervisor")           \
	X(VERSION, 5, "ABI version does not fit", "install driver, tool and image of one release") \
	X(MAGIC, 6, "not a Bulkhead configuration", "compile it with 'bulkhead config compile'")   \
	X(ARCH, 7, "made for another architecture", "compile it for this machine")                 \
	X(SIZE, 8, "size is wrong", "compile the configuration again")                             \
	X(CHECKSUM, 9, "checksum does not fit", "compile the configuration again")                 \
	X(RESERVED, 10, "reserved field is not zero", "compile the configuration again")           \
	X(RANGE, 11, "value is out of range", "correct it")                                        \
	X(ALIGN, 12, "address or size is not aligned", "align it to the page or block size")       \
	X(WRAP, 13, "region wraps around the end of the address space", "make it smaller")         \
	X(OVERLAP, 14, "overlaps", "move one of them")                                             \
	X(NOT_OWNED, 15, "is not free for a cell", "take it from the pool or from the root cell")  \
	X(NO_MEMORY, 16, "the hypervisor's page pool is empty", "give the hypervisor more memory") \
	X(NO_POOL, 17, "the memory pool has no free range of that size", "destroy a cell or enlarge the pool") \
	X(EXISTS, 18, "a cell with this name exists", "destroy it or choose another name")         \
	X(NO_CELL, 19, "no such cell", "see 'bulkhead cell list'")                                 \
	X(STATE, 20, "not possible in this state", "see 'bulkhead cell list'")                     \
	X(CPU_ONLINE, 21, "CPU is still in use by the root cell", "take it offline first")         \
	X(CPU_UNKNOWN, 22, "CPU is not in the board's list", "correct the CPU list")               \
	X(CPU_TAKEN, 23, "CPU belongs to another cell", "choose another CPU")                      \
	X(TIMEOUT, 24, "a CPU or device did not answer in time", "see 'bulkhead log'")             \
	X(INJECTED, 25, "fault injected by request", "this is a test")                             \
	X(NO_EL2, 26, "the kernel was not started at EL2", "start the machine with virtualization enabled") \
	X(HARDWARE, 27, "the hardware lacks a required feature", "see 'bulkhead log'")             \
	X(IRQ, 28, "interrupt cannot be given to a cell", "choose another interrupt")              \
	X(STALE, 29, "the hypervisor has been enabled anew since", "repeat the command")           \
	X(TOO_MANY, 30, "too many", "use fewer")                                                   \
	X(FULL, 31, "the receiver's buffer is full", "repeat later")                               \
	X(FAULT, 32, "address does not belong to the caller", "pass an address of your own memory") \
	X(NAME, 33, "name is empty, too long or not printable", "use letters, digits, '-' and '_'") \
	X(DUPLICATE, 34, "is listed twice", "list it once")                                        \
	X(NO_ENTRY, 35, "entry point is not in the cell's executable memory", "correct the entry point") \
	X(GENERATION, 36, "came too late: this start of the hypervisor was given up", "repeat the command") \
	X(ENABLED, 37, "the hypervisor is already enabled", "disable it first")                    \
	X(DISABLED, 38, "the hypervisor is not enabled", "run 'bulkhead enable BOARD.yaml'")       \
	X(CELLS_EXIST, 39, "guest cells still exist", "destroy them first")                        \
	X(NO_STEP, 40, "no step of that name was run on that CPU", "see the steps in the manual")  \
	X(DAMAGED, 41, "an error of the hypervisor cut an operation short", "destroy all cells, disable and enable")

enum bh_error_code {
#define BH_ERROR_ENUM(name, number, what, mend) BH_E_##name = number,
	BH_ERRORS(BH_ERROR_ENUM)
#undef BH_ERROR_ENUM
	BH_E_COUNT
};

/* X(NAME, number, "as the user reads it"): what an error is about. */
#define BH_OBJECTS(X)                        \
	X(NONE, 0, "")                       \
	X(HEADER, 1, "header")               \
	X(HV_MEMORY, 2, "hypervisor memory") \
	X(POOL, 3, "pool")                   \
	X(DRAM, 4, "memory bank")            \
	X(CPU, 5, "cpu")                     \
	X(MEMORY, 6, "memory region")        \
	X(IRQ, 7, "interrupt")               \
	X(DEVICE, 8, "device")               \
	X(CELL, 9, "cell")                   \
	X(STEP, 10, "step")                  \
	X(INTC, 11, "interrupt controller")  \
	X(COMM, 12, "communication page")    \
	X(BOOT, 13, "boot")                  \
	X(CALL, 14, "hypercall")             \
	X(PLATFORM, 15, "platform")          \
	X(MMIO, 16, "device address")        \
	X(SYSREG, 17, "system register")     \
	X(FIRMWARE, 18, "reserved memory")   \
	X(ALIAS, 19, "alias")

enum bh_object {
#define BH_OBJECT_ENUM(name, number, text) BH_OBJ_##name = number,
	BH_OBJECTS(BH_OBJECT_ENUM)
#undef BH_OBJECT_ENUM
	BH_OBJ_COUNT
};

/**
 * struct bh_error - an error with its evidence
 * @code: enum bh_error_code.
 * @object: enum bh_object: what it is about.
 * @index: which one (its place in the blob's array, a CPU slot, a cell id, a step).
 * @field: byte offset of the offending field in the blob, 0 if none.
 * @low: offending value, or start of the offending range.
 * @high: allowed limit, or last byte of the range.
 */
struct bh_error {
	uint16_t code;
	uint16_t object;
	uint32_t index;
	uint32_t field;
	uint32_t reserved;
	uint64_t low;
	uint64_t high;
};
BH_ASSERT_SIZE(struct bh_error, 32);

#endif
