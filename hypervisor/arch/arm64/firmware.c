// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine's firmware: SMC from EL2, PSCI. */
#include <arch/firmware.h>

#include <asm/vcpu.h>

uint64_t firmware_call(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = arg1;
	register uint64_t x2 __asm__("x2") = arg2;
	register uint64_t x3 __asm__("x3") = arg3;

	/* SMCCC 1.0 lets firmware change x4 to x17. */
	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
			   "x16", "x17", "memory");
	return x0;
}

int64_t firmware_feature(uint32_t function)
{
	if ((int32_t)firmware_call(PSCI_FEATURES, SMCCC_VERSION, 0, 0) < 0)
		return -1;
	if ((int32_t)firmware_call(SMCCC_VERSION, 0, 0, 0) < (int32_t)SMCCC_1_1)
		return -1;
	return (int32_t)firmware_call(SMCCC_ARCH_FEATURES, function, 0, 0);
}

void arch_machine_off(void)
{
	firmware_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}

void arch_machine_reset(void)
{
	firmware_call(PSCI_SYSTEM_RESET, 0, 0, 0);
}
