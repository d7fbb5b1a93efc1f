/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's firmware: SBI, as the hypervisor itself calls it. The numbers are guests' numbers, too. */
#ifndef ASM_FIRMWARE_H
#define ASM_FIRMWARE_H

#include <bulkhead/types.h>

#define SBI_BASE 0x10u
#define SBI_TIME 0x54494d45u
#define SBI_IPI 0x735049u
#define SBI_RFENCE 0x52464e43u
#define SBI_HSM 0x48534du
#define SBI_SRST 0x53525354u
#define SBI_DBCN 0x4442434eu

enum sbi_base {
	SBI_BASE_SPEC_VERSION = 0,
	SBI_BASE_IMPL_ID = 1,
	SBI_BASE_IMPL_VERSION = 2,
	SBI_BASE_PROBE = 3,
	SBI_BASE_MVENDORID = 4,
	SBI_BASE_MARCHID = 5,
	SBI_BASE_MIMPID = 6
};

enum sbi_rfence {
	SBI_RFENCE_FENCE_I = 0,
	SBI_RFENCE_SFENCE_VMA = 1,
	SBI_RFENCE_SFENCE_VMA_ASID = 2,
	SBI_RFENCE_HFENCE_GVMA_VMID = 3,
	SBI_RFENCE_HFENCE_GVMA = 4,
	SBI_RFENCE_HFENCE_VVMA_ASID = 5,
	SBI_RFENCE_HFENCE_VVMA = 6
};

enum sbi_hsm { SBI_HSM_START = 0, SBI_HSM_STOP = 1, SBI_HSM_STATUS = 2, SBI_HSM_SUSPEND = 3 };
enum sbi_hsm_state { SBI_HSM_STARTED = 0, SBI_HSM_STOPPED = 1, SBI_HSM_START_PENDING = 2, SBI_HSM_STOP_PENDING = 3 };
enum sbi_srst { SBI_SRST_SHUTDOWN = 0, SBI_SRST_COLD_REBOOT = 1, SBI_SRST_WARM_REBOOT = 2 };
enum sbi_dbcn { SBI_DBCN_WRITE = 0, SBI_DBCN_READ = 1, SBI_DBCN_WRITE_BYTE = 2 };
enum sbi_legacy {
	SBI_LEGACY_SET_TIMER = 0,
	SBI_LEGACY_PUTCHAR = 1,
	SBI_LEGACY_GETCHAR = 2,
	SBI_LEGACY_CLEAR_IPI = 3,
	SBI_LEGACY_SEND_IPI = 4,
	SBI_LEGACY_FENCE_I = 5,
	SBI_LEGACY_SFENCE_VMA = 6,
	SBI_LEGACY_SFENCE_VMA_ASID = 7,
	SBI_LEGACY_SHUTDOWN = 8
};

#define SBI_SUCCESS 0
#define SBI_FAILED (-1)
#define SBI_NOT_SUPPORTED (-2)
#define SBI_INVALID_PARAM (-3)
#define SBI_DENIED (-4)
#define SBI_INVALID_ADDRESS (-5)
#define SBI_ALREADY_AVAILABLE (-6)
#define SBI_ALREADY_STARTED (-7)

/** What a call of SBI 0.2 and later answers. */
struct sbi_result {
	int64_t error;
	uint64_t value;
};

/** Call the machine's firmware. */
struct sbi_result firmware_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1,
				uint64_t arg2, uint64_t arg3, uint64_t arg4);

/** The same for calls of SBI 0.1. Return: a0. */
int64_t firmware_call_legacy(uint64_t number, uint64_t arg0);

/** Make the hart with @hwid take a software interrupt. */
void firmware_kick(uint64_t hwid);

/** System step: does firmware have what we call? Return: 0 or BH_E_HARDWARE. */
int firmware_check(void);

#endif
