// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/enable.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/csr.h>
#include <asm/entry.h>
#include <asm/features.h>
#include <asm/firmware.h>
#include <asm/formats.h>
#include <asm/found.h>
#include <asm/intc.h>
#include <asm/interrupts.h>
#include <asm/maintenance.h>
#include <asm/mmu.h>
#include <asm/vcpu.h>
#include <core/cpu.h>
#include <core/debug_uart.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/stats.h>
#include <lib/config.h>

/* What of sstatus belongs to whoever runs, and goes along with it. */
#define SSTATUS_OWN (SSTATUS_UXL | SSTATUS_MXR | SSTATUS_SUM | SSTATUS_FS | SSTATUS_VS)

static int has_mode(enum formats_mode mode)
{
	uint64_t old = csr_read(CSR_HGATP), wanted = formats_hgatp_mode(mode);
	int has;

	csr_write(CSR_HGATP, wanted << HGATP_MODE_SHIFT);
	has = csr_read(CSR_HGATP) >> HGATP_MODE_SHIFT == wanted;
	csr_write(CSR_HGATP, old);
	return has;
}

static int covers(enum formats_mode mode)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);

	for (uint32_t i = 0; i < system->dram.count; i++) {
		if (dram[i].base + (dram[i].size - 1) >= 1ull << formats_bits(mode))
			return 0;
	}
	return 1;
}

/* The narrowest that has all memory: each level more is one more step of every walk. */
static int stage2_run(void)
{
	enum formats_mode mode;

	for (mode = FORMATS_SV39X4; mode < FORMATS_MODES; mode++) {
		if (has_mode(mode) && covers(mode)) {
			formats_select(mode);
			return BH_E_OK;
		}
	}
	log_error("enable: CPU %u has no stage 2 that is wide enough for the memory", percpu()->slot);
	return BH_E_HARDWARE;
}

static void stage2_undo(void)
{
	formats_select(FORMATS_SV39X4);
}

const struct step arch_system_steps[] = {
	{ "firmware", firmware_check, NULL },
	{ "hyp-tables", mmu_init, mmu_exit },
	{ "debug-uart", debug_uart_open, debug_uart_close },
	{ "stage2-format", stage2_run, stage2_undo },
	{ "intc-probe", intc_probe, intc_unprobe },
	{ NULL, NULL, NULL },
};

/* The first CPU's choice must be every CPU's. */
static int stage2_check(void)
{
	enum formats_mode mode;

	for (mode = FORMATS_SV39X4; mode < FORMATS_MODES; mode++) {
		if (formats_hgatp_mode(mode) == formats_hgatp_selected() && has_mode(mode))
			return BH_E_OK;
	}
	log_error("CPU %u: its stage 2 is not the first CPU's", percpu()->slot);
	return BH_E_HARDWARE;
}

const struct step arch_cpu_steps[] = {
	{ "cpu-features", features_check, NULL },
	{ "cpu-stage2", stage2_check, NULL },
	{ "cpu-intc", intc_check, NULL },
	{ "cpu-tables", mmu_cpu_init, mmu_cpu_exit },
	{ NULL, NULL, NULL },
};

/* The kernel's registers become the guest's. stvec holds where it returns to, and the kernel knows that. */
static void move_registers(const struct found *found)
{
	csr_write(CSR_VSSTATUS, (found->sstatus & SSTATUS_OWN) | SSTATUS_SPP);
	csr_write(CSR_VSTVEC, found->resume);
	csr_write(CSR_VSSCRATCH, found->sscratch);
	csr_write(CSR_VSATP, found->satp);
	csr_write(CSR_SEPC, found->resume);
	csr_set(CSR_SSTATUS, SSTATUS_SPP);
}

void arch_cpu_activate(void)
{
	struct cell_arch *root = guest_root();

	traps_load(root, percpu()->slot);
	move_registers(&percpu()->found);
	intc_cpu_load(root, percpu()->slot, 1);
	interrupts_activate(percpu()->found.sie);
	percpu()->phase = PERCPU_RUNNING;
}

void arch_cpu_leave(void)
{
	struct found *found = &percpu()->found;

	found->satp = csr_read(CSR_VSATP);
	found->sscratch = csr_read(CSR_VSSCRATCH);
	found->resume = csr_read(CSR_SEPC);
	found->sstatus = csr_read(CSR_VSSTATUS) & SSTATUS_OWN;
	found->sie = interrupts_leave(found->sie);
	intc_cpu_leave();
	traps_unload();
	found_restore(found);
	maintenance_new_stage2();
	csr_write(CSR_SSTATUS, found->sstatus);
	csr_write(CSR_SIE, found->sie);
	percpu_frame()->x[REG_A0] = 0;
	percpu()->phase = PERCPU_LEAVING;
}

void arch_cpu_leave_off(void)
{
	csr_write(CSR_SIE, 0);
	found_restore(&percpu()->found);
	percpu()->phase = PERCPU_LEAVING;
	firmware_call(SBI_HSM, SBI_HSM_STOP, 0, 0, 0, 0, 0);
	log_error("CPU %u: firmware refused to switch it off: it waits here until the machine is reset",
		  percpu()->slot);
	arch_cpu_stop();
}

int arch_cpu_is_off(unsigned int slot)
{
	struct sbi_result result =
		firmware_call(SBI_HSM, SBI_HSM_STATUS, cpu_get(slot)->hwid, 0, 0, 0, 0);

	return result.error == SBI_SUCCESS && result.value == SBI_HSM_STOPPED;
}

void arch_system_leave(void)
{
	intc_system_leave(guest_root());
}
