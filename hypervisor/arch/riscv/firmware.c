// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/firmware.h>

#include <arch/firmware.h>
#include <bulkhead/errors.h>
#include <core/log.h>

#define SRST_NO_REASON 0

struct sbi_result firmware_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1,
				uint64_t arg2, uint64_t arg3, uint64_t arg4)
{
	register uint64_t a0 __asm__("a0") = arg0;
	register uint64_t a1 __asm__("a1") = arg1;
	register uint64_t a2 __asm__("a2") = arg2;
	register uint64_t a3 __asm__("a3") = arg3;
	register uint64_t a4 __asm__("a4") = arg4;
	register uint64_t a6 __asm__("a6") = function;
	register uint64_t a7 __asm__("a7") = extension;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
			 : "memory");
	return (struct sbi_result){ (int64_t)a0, a1 };
}

int64_t firmware_call_legacy(uint64_t number, uint64_t arg0)
{
	return firmware_call(number, 0, arg0, 0, 0, 0, 0).error;
}

void firmware_kick(uint64_t hwid)
{
	firmware_call(SBI_IPI, 0, 1, hwid, 0, 0, 0);
}

int firmware_check(void)
{
	static const struct {
		uint32_t extension;
		const char *name;
	} needed[] = { { SBI_TIME, "TIME" }, { SBI_IPI, "IPI" }, { SBI_RFENCE, "RFENCE" }, { SBI_HSM, "HSM" } };

	for (unsigned int i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct sbi_result result =
			firmware_call(SBI_BASE, SBI_BASE_PROBE, needed[i].extension, 0, 0, 0, 0);

		if (result.error == SBI_SUCCESS && result.value)
			continue;
		log_error("enable: firmware has no SBI %s: the hypervisor needs it", needed[i].name);
		return BH_E_HARDWARE;
	}
	return BH_E_OK;
}

void arch_machine_off(void)
{
	firmware_call(SBI_SRST, 0, SBI_SRST_SHUTDOWN, SRST_NO_REASON, 0, 0, 0);
	firmware_call_legacy(SBI_LEGACY_SHUTDOWN, 0);
}

void arch_machine_reset(void)
{
	firmware_call(SBI_SRST, 0, SBI_SRST_COLD_REBOOT, SRST_NO_REASON, 0, 0, 0);
}
