/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * /dev/bulkhead. Every structure starts with its size and flags; a kernel that knows a
 * smaller structure accepts a larger one if the rest is zero; reserved fields must be
 * zero. Calls that change anything need CAP_SYS_ADMIN. On failure the ioctl returns -1
 * with errno, and struct bh_error in the argument tells what is wrong: errno is only a
 * hint (EINVAL bad input, EBUSY, ENOENT no cell, ETIMEDOUT, EPERM, EIO).
 */
#ifndef BULKHEAD_IOCTL_H
#define BULKHEAD_IOCTL_H

#include <bulkhead/errors.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/info.h>
#include <bulkhead/types.h>
#ifdef __KERNEL__
#include <linux/ioctl.h>
#else
#include <sys/ioctl.h>
#endif

struct bh_ioc_header {
	uint32_t size;	/* of the whole structure */
	uint32_t flags; /* per call, unknown ones are refused */
};

/* Reasons against enabling, all reported at once. X(NAME, bit, "what is wrong", "mend") */
#define BH_PREFLIGHT(X)                                                                                    \
	X(NO_HYP, 0, "the kernel was not started at EL2, so no hypervisor can be put under it",            \
	  "start the machine with virtualization (QEMU: -M virt,virtualization=on)")                       \
	X(VHE, 1, "the kernel itself runs at EL2 (VHE)",                                                   \
	  "add 'id_aa64mmfr1.vh=0 kvm-arm.mode=none' to the kernel command line")                          \
	X(KVM, 2, "KVM is initialised and owns EL2", "add 'kvm-arm.mode=none' to the kernel command line") \
	X(PKVM, 3, "protected KVM owns EL2", "add 'kvm-arm.mode=none' to the kernel command line")         \
	X(NO_MEMORY, 4, "the hypervisor's memory is not reserved: Linux uses it",                          \
	  "reserve it with 'mem=', 'memmap=' or a reserved-memory node, or run 'bulkhead memory carve'")   \
	X(NO_RAM, 5, "the hypervisor's memory is not in RAM of this machine",                              \
	  "correct the address in the board file")                                                         \
	X(POOL, 6, "the pool is not reserved: Linux uses it",                                              \
	  "reserve it with 'mem=', 'memmap=' or a reserved-memory node, or run 'bulkhead memory carve'")   \
	X(BOARD, 7, "the configuration is for another machine", "use the board file of this machine")      \
	X(CPUS, 8, "the board file does not list every CPU of this machine", "add the missing CPUs")       \
	X(INTC, 9, "the interrupt controller is not the one of the board file",                            \
	  "correct it in the board file")                                                                  \
	X(IMAGE, 10, "the hypervisor image does not fit: other architecture or version",                   \
	  "install driver, image and tool of one release")                                                 \
	X(FEATURE, 11, "the CPU lacks a feature that the hypervisor needs", "see the list in the manual")  \
	X(NO_IMAGE, 12, "the hypervisor image was not found",                                              \
	  "install it as /lib/firmware/bulkhead-<arch>.bin")                                               \
	X(NO_H, 13, "the harts have no H extension, so no hypervisor can be put under the kernel",         \
	  "take a machine that has it (QEMU: -cpu rv64,h=true)")                                           \
	X(KVM_LOADED, 14, "KVM is loaded and may run a guest at any time", "unload it: 'modprobe -r kvm'") \
	X(FIRMWARE, 15, "the firmware lacks a service that the hypervisor needs",                          \
	  "use firmware with SBI 0.3 or later (HSM, IPI and RFENCE)")                                      \
	X(NO_VIRT, 16, "the CPU has neither SVM nor VMX, so no hypervisor can be put under the kernel",    \
	  "take a machine that has it (QEMU: -cpu EPYC,+svm,+npt)")                                        \
	X(LOCKED, 17, "the firmware has switched virtualization off and locked it",                        \
	  "switch it on in the firmware's setup (SVM, AMD-V, VT-x)")                                       \
	X(KVM_CPU, 18, "KVM is loaded, and holds a CPU's virtualization or may take it at any time",       \
	  "unload it: 'modprobe -r kvm_amd kvm_intel'")                                                    \
	X(DMA, 19, "Linux translates the DMA of devices with an IOMMU that must be the hypervisor's",      \
	  "add 'intel_iommu=off' or 'amd_iommu=off' to the kernel command line")                           \
	X(OFFLINE, 20, "a CPU is offline, and on this architecture the hypervisor cannot start it",        \
	  "switch it on: 'echo 1 >/sys/devices/system/cpu/cpuN/online'")

enum bh_preflight {
#define BH_PREFLIGHT_ENUM(name, bit, what, mend) BH_PRE_##name = 1u << bit,
	BH_PREFLIGHT(BH_PREFLIGHT_ENUM)
#undef BH_PREFLIGHT_ENUM
};

#define BH_ENABLE_CHECK_ONLY (1u << 0) /* preflight and dry run only */

/** BH_IOC_ENABLE. @config: user pointer to the system blob. */
struct bh_ioc_enable {
	struct bh_ioc_header header;
	uint64_t config;
	uint32_t config_size;
	uint32_t preflight;	      /* out: enum bh_preflight bits */
	uint64_t preflight_value[32]; /* out: per bit: the offending value or address */
	char found[64];		      /* out: what was found (machine compatible, image version) */
	char inject_step[32];	      /* in, debug builds: step to fail, "" none */
	int32_t inject_cpu;	      /* in: slot, -1 any */
	uint32_t inject_kind;	      /* in: enum bh_inject */
	struct bh_error error;	      /* out */
	char step[32];		      /* out: step that failed */
};

struct bh_ioc_disable {
	struct bh_ioc_header header;
	struct bh_error error;
	uint64_t reserved;
};

#define BH_STATUS_ENABLED (1u << 0)

struct bh_ioc_status {
	struct bh_ioc_header header;
	uint32_t status;			/* out: BH_STATUS_* */
	uint32_t abi;				/* out: major << 16 | minor of the image */
	uint32_t generation;			/* out */
	uint32_t cpu_count;			/* out: slots */
	uint32_t online;			/* out: CPUs of root */
	uint32_t cell_count;			/* out, with root */
	char board[32];				/* out */
	uint64_t hv_base, hv_size;		/* out */
	uint64_t pages_free, pages_total;	/* out: the hypervisor's page pool */
	uint64_t ram_pool_free, ram_pool_total; /* out: bytes */
	uint32_t info_size;			/* out: bytes to mmap at BH_MMAP_INFO */
	uint32_t reserved;
};

/** BH_IOC_CELL_CREATE. The driver takes the CPUs offline (and back on failure). */
struct bh_ioc_cell_create {
	struct bh_ioc_header header;
	uint64_t config; /* user pointer to the cell blob */
	uint32_t config_size;
	uint32_t handle; /* out */
	struct bh_error error;
};

/* BH_IOC_CELL_CONTROL operations. X(NAME, number) */
enum bh_cell_op {
	BH_OP_LOAD = 1,
	BH_OP_START = 2,
	BH_OP_STOP = 3, /* ask, wait @timeout_ms, then force */
	BH_OP_KILL = 4, /* force */
	BH_OP_SUSPEND = 5,
	BH_OP_RESUME = 6,
	BH_OP_DESTROY = 7, /* kill if needed, scrub, CPUs back online */
};

struct bh_ioc_cell_control {
	struct bh_ioc_header header;
	uint32_t handle;
	uint32_t op;
	uint32_t timeout_ms; /* STOP: 0: the cell's own stop_ms */
	uint32_t reserved;
	struct bh_error error;
};

struct bh_ioc_cell_info {
	struct bh_ioc_header header;
	uint32_t id;		  /* in: cell id 0..BH_MAX_CELLS-1; or */
	uint32_t handle;	  /* in: handle if not 0; out: handle */
	struct bh_cell_info info; /* out: refreshed copy */
	uint32_t cpu_state[128];  /* out: enum bh_cpu_state by slot, for the cell's CPUs */
	struct bh_error error;
};

struct bh_ioc_cell_region {
	struct bh_ioc_header header;
	uint32_t handle;
	uint32_t index;
	uint64_t gpa, hpa, size; /* out */
	uint32_t flags;		 /* out */
	uint32_t reserved;
	struct bh_error error;
};

/**
 * Copy @size bytes of user memory to @gpa of a loading cell; progress is up to the caller (call it in
 * pieces).
 */
struct bh_ioc_cell_write {
	struct bh_ioc_header header;
	uint32_t handle;
	uint32_t reserved;
	uint64_t gpa;
	uint64_t data; /* user pointer */
	uint64_t size;
	struct bh_error error;
};

/** Bytes to the cell's virtual console. @count in: bytes offered (<= 4096); out: bytes taken. */
struct bh_ioc_console_write {
	struct bh_ioc_header header;
	uint32_t handle;
	uint32_t count;
	uint64_t data; /* user pointer */
	struct bh_error error;
};

#define BH_IOC_TYPE 0xB5
#define BH_IOC_ENABLE _IOWR(BH_IOC_TYPE, 0, struct bh_ioc_enable)
#define BH_IOC_DISABLE _IOWR(BH_IOC_TYPE, 1, struct bh_ioc_disable)
#define BH_IOC_STATUS _IOWR(BH_IOC_TYPE, 2, struct bh_ioc_status)
#define BH_IOC_CELL_CREATE _IOWR(BH_IOC_TYPE, 3, struct bh_ioc_cell_create)
#define BH_IOC_CELL_CONTROL _IOWR(BH_IOC_TYPE, 4, struct bh_ioc_cell_control)
#define BH_IOC_CELL_INFO _IOWR(BH_IOC_TYPE, 5, struct bh_ioc_cell_info)
#define BH_IOC_CELL_REGION _IOWR(BH_IOC_TYPE, 6, struct bh_ioc_cell_region)
#define BH_IOC_CELL_WRITE _IOWR(BH_IOC_TYPE, 7, struct bh_ioc_cell_write)
#define BH_IOC_CONSOLE_WRITE _IOWR(BH_IOC_TYPE, 8, struct bh_ioc_console_write)

/*
 * mmap() offsets, read-only. While the hypervisor is enabled BH_MMAP_INFO is the live
 * info area (struct bh_info); after disable it is the driver's last copy, so that log
 * and crash record survive. poll(): readable when a cell changed state since the last read();
 * read() returns one uint64_t: the number of state changes so far.
 */
#define BH_MMAP_INFO 0

#endif
