// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/features.h>

#include <arch/cpu.h>
#include <asm/access.h>
#include <asm/csr.h>
#include <asm/found.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/log.h>

/* Of the hart that came first: the tables are the same for all. */
static uint64_t common_vmids;

/* Can this field of sstatus be anything but off? */
static int field_exists(uint64_t field)
{
	uint64_t old = csr_read(CSR_SSTATUS);
	int exists;

	csr_set(CSR_SSTATUS, field);
	exists = (csr_read(CSR_SSTATUS) & field) != 0;
	csr_write(CSR_SSTATUS, old);
	return exists;
}

/* Firmware must have let us use it, and henvcfg must be able to pass it on. */
static int has_sstc(void)
{
	uint64_t old = csr_read(CSR_HENVCFG);
	int passes;

	csr_write(CSR_HENVCFG, old | HENVCFG_STCE);
	passes = (csr_read(CSR_HENVCFG) & HENVCFG_STCE) != 0;
	csr_write(CSR_HENVCFG, old);
	return passes && access_has_stimecmp();
}

void features_probe(void)
{
	uint32_t all = 1u << FEATURE_ALWAYS;

	all |= (uint32_t)has_sstc() << FEATURE_SSTC;
	all |= (uint32_t)access_has_hstateen0() << FEATURE_SMSTATEEN;
	all |= (uint32_t)access_has_hvictl() << FEATURE_SSAIA;
	all |= (uint32_t)field_exists(SSTATUS_FS) << FEATURE_FLOAT;
	all |= (uint32_t)field_exists(SSTATUS_VS) << FEATURE_VECTOR;
	percpu()->features = all;
}

/* The register is not in use yet: with MODE 0 nothing is translated, whatever the rest says. */
static uint64_t probe_vmids(void)
{
	uint64_t old = csr_read(CSR_HGATP), bits;

	csr_write(CSR_HGATP, HGATP_VMID_MASK << HGATP_VMID_SHIFT);
	bits = csr_read(CSR_HGATP) >> HGATP_VMID_SHIFT & HGATP_VMID_MASK;
	csr_write(CSR_HGATP, old);
	return bits;
}

uint64_t features_vmid_mask(void)
{
	return common_vmids;
}

int features_check(void)
{
	static uint32_t is_probed;

	if (found_hgatp(&percpu()->found))
		return cpu_refuse("another hypervisor uses it, hgatp", found_hgatp(&percpu()->found));
	if (!is_probed) {
		is_probed = 1;
		common_vmids = FEATURES_POOR ? 0 : probe_vmids();
		log_info("VMIDs to 0x%llx", (unsigned long long)common_vmids);
	}
	return cpu_check_features(percpu()->features);
}
