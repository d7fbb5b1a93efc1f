// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/cpu.h>

#include <asm/csr.h>
#include <asm/entry.h>
#include <asm/firmware.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/image.h>

unsigned int arch_cpu_self(void)
{
	return percpu()->slot;
}

/* PAUSE of Zihintpause; a no-operation where that is missing. */
void arch_cpu_relax(void)
{
	__asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" : : : "memory");
}

/* WFI wakes for what is enabled in sie though SIE is 0; what has come before it lets it fall through. */
void arch_cpu_wait(void)
{
	__asm__ volatile("fence rw, rw\n"
			 "wfi"
			 :
			 :
			 : "memory");
	csr_clear(CSR_SIP, SIE_SOFT);
}

void arch_cpu_stop(void)
{
	for (;;)
		__asm__ volatile("wfi");
}

void arch_cpu_kick(unsigned int slot)
{
	__asm__ volatile("fence rw, rw" : : : "memory");
	firmware_kick(cpu_get(slot)->hwid);
}

uint64_t arch_time_now(void)
{
	return csr_read(CSR_TIME);
}

uint64_t arch_time_hz(void)
{
	return image_config()->riscv.timebase_hz;
}

int arch_cpu_boot(unsigned int slot)
{
	uint64_t entry = image_header.hv_base + ((uint64_t)(uintptr_t)entry_boot - HV_BASE);
	struct sbi_result result =
		firmware_call(SBI_HSM, SBI_HSM_START, cpu_get(slot)->hwid, entry, slot, 0, 0);

	return result.error == SBI_SUCCESS ? BH_E_OK : BH_E_HARDWARE;
}
