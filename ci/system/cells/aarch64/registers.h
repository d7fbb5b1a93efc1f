/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every register that an owner of a CPU could leave behind for the next: what it reads at reset, and what the
 * cell that poisons it writes. Not from the hypervisor's own table: this one is there to test it.
 * X(name, read by, written by, poison, bits that count, reset value)
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#define POISON 0x0a5a5a5a5a5a5a50
#define ALL 0xffffffffffffffff

/* Those that an exception changes, and the one that switches others on: read first, poisoned last. */
#define EXCEPTION_REGISTERS(X)                                                           \
	X(vbar_el1, vbar_el1, vbar_el1, 0x5a5a5800, ALL, 0)                              \
	X(elr_el1, elr_el1, elr_el1, POISON, ALL, 0)                                     \
	X(spsr_el1, spsr_el1, spsr_el1, 0x600003c5, ALL, 0)                              \
	X(esr_el1, esr_el1, esr_el1, 0x5a5a5a5a, ALL, 0)                                 \
	X(far_el1, far_el1, far_el1, POISON, ALL, 0)                                     \
	X(cpacr_el1, cpacr_el1, cpacr_el1, 0x3330000, ALL, 0)

#define PLAIN_REGISTERS(X)                                                               \
	X(sctlr_el1, sctlr_el1, sctlr_el1, 0x34d5c800, ALL, 0x30d00800)                  \
	X(tcr_el1, tcr_el1, tcr_el1, 0x5a5a5a5a, ALL, 0)                                 \
	X(ttbr0_el1, ttbr0_el1, ttbr0_el1, 0x5a5a5000, ALL, 0)                           \
	X(ttbr1_el1, ttbr1_el1, ttbr1_el1, 0x5a5a5000, ALL, 0)                           \
	X(mair_el1, mair_el1, mair_el1, POISON, ALL, 0)                                  \
	X(amair_el1, amair_el1, amair_el1, POISON, ALL, 0)                               \
	X(contextidr_el1, contextidr_el1, contextidr_el1, 0x5a5a, ALL, 0)                \
	X(afsr0_el1, afsr0_el1, afsr0_el1, 0x5a5a, ALL, 0)                               \
	X(afsr1_el1, afsr1_el1, afsr1_el1, 0x5a5a, ALL, 0)                               \
	X(par_el1, par_el1, par_el1, 0x5a5a5000, ALL, 0)                                 \
	X(csselr_el1, csselr_el1, csselr_el1, 2, ALL, 0)                                 \
	X(sp_el0, sp_el0, sp_el0, POISON, ALL, 0)                                        \
	X(tpidr_el0, tpidr_el0, tpidr_el0, POISON, ALL, 0)                               \
	X(tpidrro_el0, tpidrro_el0, tpidrro_el0, POISON, ALL, 0)                         \
	X(tpidr_el1, tpidr_el1, tpidr_el1, POISON, ALL, 0)                               \
	X(cntkctl_el1, cntkctl_el1, cntkctl_el1, 0x3ff, ALL, 0)                          \
	X(cntv_ctl_el0, cntv_ctl_el0, cntv_ctl_el0, 3, 3, 0)                             \
	X(cntv_cval_el0, cntv_cval_el0, cntv_cval_el0, POISON, ALL, 0)                   \
	X(cntp_ctl_el0, cntp_ctl_el0, cntp_ctl_el0, 3, 3, 0)                             \
	X(cntp_cval_el0, cntp_cval_el0, cntp_cval_el0, POISON, ALL, 0)                   \
	X(os_lock, oslsr_el1, oslar_el1, 0, 2, 2)                                        \
	X(mdscr_el1, mdscr_el1, mdscr_el1, 0x9000, ALL, 0)                               \
	X(mdccint_el1, mdccint_el1, mdccint_el1, 0x60000000, ALL, 0)                     \
	X(dbgbvr0_el1, dbgbvr0_el1, dbgbvr0_el1, 0x5a5a5a58, ALL, 0)                     \
	X(dbgbcr0_el1, dbgbcr0_el1, dbgbcr0_el1, 0x1e5, 0xffffff, 0)                     \
	X(dbgbvr1_el1, dbgbvr1_el1, dbgbvr1_el1, 0x5a5a5a58, ALL, 0)                     \
	X(dbgbcr1_el1, dbgbcr1_el1, dbgbcr1_el1, 0x1e5, 0xffffff, 0)                     \
	X(dbgbvr5_el1, dbgbvr5_el1, dbgbvr5_el1, 0x5a5a5a58, ALL, 0)                     \
	X(dbgbcr5_el1, dbgbcr5_el1, dbgbcr5_el1, 0x1e5, 0xffffff, 0)                     \
	X(dbgwvr0_el1, dbgwvr0_el1, dbgwvr0_el1, 0x5a5a5a58, ALL, 0)                     \
	X(dbgwcr0_el1, dbgwcr0_el1, dbgwcr0_el1, 0x1ffd, ALL, 0)                         \
	X(dbgwvr3_el1, dbgwvr3_el1, dbgwvr3_el1, 0x5a5a5a58, ALL, 0)                     \
	X(dbgwcr3_el1, dbgwcr3_el1, dbgwcr3_el1, 0x1ffd, ALL, 0)                         \
	X(pmcr_el0, pmcr_el0, pmcr_el0, 0x19, 0x39, 0)                                   \
	X(pmcnten, pmcntenset_el0, pmcntenset_el0, 0x80000001, ALL, 0)                   \
	X(pminten, pmintenset_el1, pmintenset_el1, 0x80000001, ALL, 0)                   \
	X(pmovs, pmovsclr_el0, pmovsset_el0, 0x80000001, ALL, 0)                         \
	X(pmuserenr_el0, pmuserenr_el0, pmuserenr_el0, 0xf, ALL, 0)                      \
	X(pmccfiltr_el0, pmccfiltr_el0, pmccfiltr_el0, 0x40000000, ALL, 0)               \
	X(pmevtyper0_el0, pmevtyper0_el0, pmevtyper0_el0, 0x40000011, ALL, 0)            \
	X(pmevtyper3_el0, pmevtyper3_el0, pmevtyper3_el0, 0x40000011, ALL, 0)            \
	X(pmselr_el0, pmselr_el0, pmselr_el0, 3, ALL, 0)                                 \
	X(pmscr_el1, S3_0_C9_C9_0, S3_0_C9_C9_0, 3, ALL, 0)                              \
	X(pmblimitr_el1, S3_0_C9_C10_0, S3_0_C9_C10_0, 0x5a5a5000, ALL, 0)               \
	X(trfcr_el1, S3_0_C1_C2_1, S3_0_C1_C2_1, 3, ALL, 0)                              \
	X(trblimitr_el1, S3_0_C9_C11_0, S3_0_C9_C11_0, 0x5a5a5000, ALL, 0)               \
	X(apiakeylo_el1, S3_0_C2_C1_0, S3_0_C2_C1_0, POISON, ALL, 0)                     \
	X(apiakeyhi_el1, S3_0_C2_C1_1, S3_0_C2_C1_1, POISON, ALL, 0)                     \
	X(apibkeylo_el1, S3_0_C2_C1_2, S3_0_C2_C1_2, POISON, ALL, 0)                     \
	X(apibkeyhi_el1, S3_0_C2_C1_3, S3_0_C2_C1_3, POISON, ALL, 0)                     \
	X(apdakeylo_el1, S3_0_C2_C2_0, S3_0_C2_C2_0, POISON, ALL, 0)                     \
	X(apdakeyhi_el1, S3_0_C2_C2_1, S3_0_C2_C2_1, POISON, ALL, 0)                     \
	X(apdbkeylo_el1, S3_0_C2_C2_2, S3_0_C2_C2_2, POISON, ALL, 0)                     \
	X(apdbkeyhi_el1, S3_0_C2_C2_3, S3_0_C2_C2_3, POISON, ALL, 0)                     \
	X(apgakeylo_el1, S3_0_C2_C3_0, S3_0_C2_C3_0, POISON, ALL, 0)                     \
	X(apgakeyhi_el1, S3_0_C2_C3_1, S3_0_C2_C3_1, POISON, ALL, 0)                     \
	X(zcr_el1, S3_0_C1_C2_0, S3_0_C1_C2_0, 3, ALL, 0)                                \
	X(smcr_el1, S3_0_C1_C2_6, S3_0_C1_C2_6, 3, 0xf, 0)                               \
	X(tpidr2_el0, S3_3_C13_C0_5, S3_3_C13_C0_5, POISON, ALL, 0)                      \
	X(tfsr_el1, S3_0_C5_C6_0, S3_0_C5_C6_0, 3, ALL, 0)                               \
	X(tfsre0_el1, S3_0_C5_C6_1, S3_0_C5_C6_1, 3, ALL, 0)                             \
	X(rgsr_el1, S3_0_C1_C0_5, S3_0_C1_C0_5, 0x5a0a, ALL, 0)                          \
	X(gcr_el1, S3_0_C1_C0_6, S3_0_C1_C0_6, 0x5a5a, ALL, 0)                           \
	X(disr_el1, S3_0_C12_C1_1, S3_0_C12_C1_1, 0x5a, ALL, 0)                          \
	X(scxtnum_el1, S3_0_C13_C0_7, S3_0_C13_C0_7, POISON, ALL, 0)                     \
	X(scxtnum_el0, S3_3_C13_C0_7, S3_3_C13_C0_7, POISON, ALL, 0)                     \
	X(tcr2_el1, S3_0_C2_C0_3, S3_0_C2_C0_3, 2, ALL, 0)                               \
	X(pir_el1, S3_0_C10_C2_3, S3_0_C10_C2_3, POISON, ALL, 0)                         \
	X(pire0_el1, S3_0_C10_C2_2, S3_0_C10_C2_2, POISON, ALL, 0)                       \
	X(por_el1, S3_0_C10_C2_4, S3_0_C10_C2_4, POISON, ALL, 0)                         \
	X(por_el0, S3_3_C10_C2_4, S3_3_C10_C2_4, POISON, ALL, 0)

/* The CPU interface of GICv3: another owner's priorities would keep interrupts from the next one. */
#define INTERRUPT_REGISTERS(X)                                                           \
	X(icc_pmr_el1, S3_0_C4_C6_0, S3_0_C4_C6_0, 0x50, ALL, 0)                         \
	X(icc_bpr1_el1, S3_0_C12_C12_3, S3_0_C12_C12_3, 5, 4, 0)                         \
	X(icc_igrpen0_el1, S3_0_C12_C12_6, S3_0_C12_C12_6, 1, 1, 0)                      \
	X(icc_igrpen1_el1, S3_0_C12_C12_7, S3_0_C12_C12_7, 1, 1, 0)                      \
	X(icc_ctlr_el1, S3_0_C12_C12_4, S3_0_C12_C12_4, 2, 3, 0)                         \
	X(icc_ap0r0_el1, S3_0_C12_C8_4, S3_0_C12_C8_4, 0x100, ALL, 0)                    \
	X(icc_ap1r0_el1, S3_0_C12_C9_0, S3_0_C12_C9_0, 0x200, ALL, 0)

/* X(name, offset in the window of private interrupts, poison, bits that count, reset value) */
#define PRIVATE_INTERRUPTS(X)                                                            \
	X(enabled, 0x100, 0x08200028, 0xffff0000, 0)                                     \
	X(pending, 0x200, 0x08000000, 0xffff0000, 0)                                     \
	X(active, 0x300, 0x08000000, 0xffff0000, 0)                                      \
	X(priority_0, 0x400, 0x50505050, ALL, 0)                                         \
	X(priority_16, 0x410, 0x50505050, ALL, 0)                                        \
	X(priority_27, 0x418, 0x50505050, ALL, 0)

/* GICv2's CPU interface: X as above. */
#define INTERFACE_V2(X)                                                                  \
	X(gicc_ctlr, 0x00, 0x201, 0x201, 0)                                              \
	X(gicc_pmr, 0x04, 0x50, ALL, 0)                                                  \
	X(gicc_bpr, 0x08, 5, 4, 0)                                                       \
	X(gicc_apr0, 0xd0, 0x200, ALL, 0)

#endif
