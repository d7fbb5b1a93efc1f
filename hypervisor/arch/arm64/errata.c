// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPU errata that a guest could use against the hypervisor, by MIDR, and what is done about them.
 *
 * Training of branch predictors (Spectre variant 2 and its kin through the branch history): the hypervisor maps no
 * memory of cells and takes no indirect branch before a guest's registers are saved; where firmware offers the
 * work-around for this very CPU, it is called on each exit besides, by vectors of their own that cost other CPUs
 * nothing. Speculation of AT and of table walks (Cortex-A55, A57, A72, A76): see borrow_vmid() in maintenance.c.
 */
#include <asm/errata.h>

#include <arch/cpu.h>
#include <asm/percpu.h>
#include <asm/sysreg.h>
#include <asm/vcpu.h>
#include <core/log.h>

#define MIDR_MODEL 0xff00fff0u /* implementer and part; variant and revision do not matter here */
#define MIDR_ARM(part) (0x41000000u | (part) << 4)

static const struct {
	uint32_t model;
	const char *name;
} trainable[] = {
	{ MIDR_ARM(0xd07u), "Cortex-A57" },  { MIDR_ARM(0xd08u), "Cortex-A72" },
	{ MIDR_ARM(0xd09u), "Cortex-A73" },  { MIDR_ARM(0xd0au), "Cortex-A75" },
	{ MIDR_ARM(0xd0bu), "Cortex-A76" },  { MIDR_ARM(0xd0cu), "Neoverse N1" },
	{ MIDR_ARM(0xd0du), "Cortex-A77" },  { MIDR_ARM(0xd40u), "Neoverse V1" },
	{ MIDR_ARM(0xd41u), "Cortex-A78" },  { MIDR_ARM(0xd44u), "Cortex-X1" },
	{ MIDR_ARM(0xd47u), "Cortex-A710" }, { MIDR_ARM(0xd48u), "Cortex-X2" },
	{ MIDR_ARM(0xd49u), "Neoverse N2" },
};

static const char *trainable_name(void)
{
	uint32_t model = (uint32_t)sysreg_read("midr_el1") & MIDR_MODEL;

	for (unsigned int i = 0; i < sizeof(trainable) / sizeof(trainable[0]); i++) {
		if (trainable[i].model == model)
			return trainable[i].name;
	}
	return NULL;
}

/*
 * Firmware answers for the CPU that asks: 0: call it, 1: not needed here, negative: unknown. Number 3 does all that
 * number 1 does.
 */
static uint32_t offered(void)
{
	if (firmware_feature(SMCCC_WORKAROUND_3) == 0)
		return SMCCC_WORKAROUND_3;
	if (firmware_feature(SMCCC_WORKAROUND_1) == 0)
		return SMCCC_WORKAROUND_1;
	return 0;
}

int errata_init(void)
{
	const char *name = trainable_name();

	percpu()->workaround = offered();
	if (percpu()->workaround)
		log_info("CPU %u: firmware's work-around 0x%x runs on each exit", arch_cpu_self(),
			 (unsigned int)percpu()->workaround);
	else if (name)
		log_debug(
			"CPU %u: %s without a work-around in firmware: guests can train its branch predictor",
			arch_cpu_self(), name);
	return 0;
}
