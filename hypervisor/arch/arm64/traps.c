// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a vCPU may do without the hypervisor. Registers start from what the kernel had set up at EL2, because
 * it knows its CPU (pointer authentication, SVE, fine-grained traps): bits are added, none is taken away.
 */
#include <asm/vcpu.h>

#include <asm/entry.h>
#include <asm/features.h>
#include <asm/formats.h>
#include <asm/gic.h>
#include <asm/maintenance.h>
#include <asm/sysreg.h>
#include <core/stats.h>

#define HCR_ALWAYS (HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_RW)
#define CNTHCTL_PASS 3u /* EL1 may use the physical counter and timer */
#define MPIDR_RES1 (1ull << 31)

static uint64_t hcr_value(void)
{
	uint64_t hcr = found_hcr(&percpu()->found) | HCR_ALWAYS | (features_has(FEATURE_LOR) ? HCR_TLOR : 0);

	/* Error records are the machine's: a guest could switch error detection off, for others too. */
	return !percpu()->cell->is_root && features_has(FEATURE_RAS) ? hcr | HCR_TERR : hcr;
}

/*
 * Tracing and statistical profiling write to memory by addresses of their own: root's are translated, guests
 * have none.
 */
static uint64_t guest_mdcr(void)
{
	uint64_t mdcr = found_mdcr(&percpu()->found) & ~(MDCR_E2PB | MDCR_E2TB);

	if (features_has(FEATURE_SPE))
		mdcr |= MDCR_TPMS;
	if (features_has(FEATURE_TRF))
		mdcr |= MDCR_TTRF;
	return mdcr;
}

static void load_root(void)
{
	sysreg_write("cptr_el2", found_cptr(&percpu()->found));
	sysreg_write("mdcr_el2", found_mdcr(&percpu()->found));
	sysreg_write("vmpidr_el2", sysreg_read("mpidr_el1"));
	sysreg_write("cnthctl_el2", found_cnthctl(&percpu()->found));
	sysreg_write("cntvoff_el2", 0);
}

static void load_guest(const struct cell_arch *cell, unsigned int vcpu)
{
	sysreg_write("cptr_el2", found_cptr(&percpu()->found) | CPTR_TTA);
	sysreg_write("mdcr_el2", guest_mdcr());
	sysreg_write("vmpidr_el2", MPIDR_RES1 | cell->hwid[vcpu]);
	sysreg_write("cnthctl_el2", CNTHCTL_PASS);
	sysreg_write("cntvoff_el2", vtime_offset(&cell->time));
}

static const char *vectors(void)
{
#ifdef CONFIG_GICV3
	if (gic_version() == 3)
		return percpu()->workaround ? vectors_v3_hardened : vectors_v3;
#endif
#ifdef CONFIG_GICV2
	return percpu()->workaround ? vectors_v2_hardened : vectors_v2;
#else
	return NULL; /* gic_probe() refused this machine */
#endif
}

void traps_load(struct cell_arch *cell, unsigned int vcpu)
{
	percpu()->cell = cell;
	percpu()->vcpu = vcpu;
	percpu()->stats = stats_of(percpu()->slot);
	if (cell->is_root)
		load_root();
	else
		load_guest(cell, vcpu);
	sysreg_write("vpidr_el2", sysreg_read("midr_el1"));
	sysreg_write("hstr_el2", 0);
	sysreg_write("vbar_el2", (uintptr_t)vectors());
	sysreg_write("vtcr_el2", formats_vtcr());
	sysreg_write("vttbr_el2", cell->vttbr);
	sysreg_isb();
	sysreg_write("hcr_el2", hcr_value());
	maintenance_new_stage2();
}

void traps_unload(void)
{
	sysreg_write("hcr_el2", sysreg_read("hcr_el2") & ~HCR_VM);
	maintenance_new_stage2();
	sysreg_write("vttbr_el2", 0);
	sysreg_isb();
}
