/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control and status registers: access, numbers, and bits that more than one file needs. */
#ifndef ASM_CSR_H
#define ASM_CSR_H

#include <bulkhead/types.h>

#define CSR_TEXT_(number) #number
#define CSR_TEXT(number) CSR_TEXT_(number)

#define csr_read(number)                                                                           \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("csrr %0, " CSR_TEXT(number) : "=r"(value_) : : "memory");        \
		value_;                                                                            \
	})
#define csr_write(number, value)                                                                   \
	__asm__ volatile("csrw " CSR_TEXT(number) ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define csr_set(number, bits)                                                                      \
	__asm__ volatile("csrs " CSR_TEXT(number) ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define csr_clear(number, bits)                                                                    \
	__asm__ volatile("csrc " CSR_TEXT(number) ", %0" : : "rK"((uint64_t)(bits)) : "memory")

#define csr_swap(number, value)                                                                    \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("csrrw %0, " CSR_TEXT(number) ", %1"                              \
				 : "=r"(value_)                                                    \
				 : "rK"((uint64_t)(value))                                         \
				 : "memory");                                                      \
		value_;                                                                            \
	})

#define CSR_SEED 0x015
#define CSR_SSTATUS 0x100
#define CSR_SIE 0x104
#define CSR_STVEC 0x105
#define CSR_SCOUNTEREN 0x106
#define CSR_SENVCFG 0x10a
#define CSR_SSTATEEN0 0x10c
#define CSR_SSCRATCH 0x140
#define CSR_SEPC 0x141
#define CSR_SCAUSE 0x142
#define CSR_STVAL 0x143
#define CSR_SIP 0x144
#define CSR_STIMECMP 0x14d
#define CSR_SISELECT 0x150
#define CSR_SIREG 0x151
#define CSR_STOPEI 0x15c
#define CSR_SATP 0x180
#define CSR_SCONTEXT 0x5a8
#define CSR_VSSTATUS 0x200
#define CSR_VSIE 0x204
#define CSR_VSTVEC 0x205
#define CSR_VSSCRATCH 0x240
#define CSR_VSEPC 0x241
#define CSR_VSCAUSE 0x242
#define CSR_VSTVAL 0x243
#define CSR_VSIP 0x244
#define CSR_VSTIMECMP 0x24d
#define CSR_VSISELECT 0x250
#define CSR_VSIREG 0x251
#define CSR_VSATP 0x280
#define CSR_HSTATUS 0x600
#define CSR_HEDELEG 0x602
#define CSR_HIDELEG 0x603
#define CSR_HTIMEDELTA 0x605
#define CSR_HCOUNTEREN 0x606
#define CSR_HGEIE 0x607
#define CSR_HVICTL 0x609
#define CSR_HENVCFG 0x60a
#define CSR_HSTATEEN0 0x60c
#define CSR_HTVAL 0x643
#define CSR_HVIP 0x645
#define CSR_HTINST 0x64a
#define CSR_HGATP 0x680
#define CSR_TIME 0xc01
#define CSR_STOPI 0xdb0

/* sstatus, vsstatus */
#define SSTATUS_SIE (1ull << 1)
#define SSTATUS_SPIE (1ull << 5)
#define SSTATUS_SPP (1ull << 8)
#define SSTATUS_VS (3ull << 9)
#define SSTATUS_FS (3ull << 13)
#define SSTATUS_SUM (1ull << 18)
#define SSTATUS_MXR (1ull << 19)
#define SSTATUS_UXL (3ull << 32)
#define SSTATUS_UXL_64 (2ull << 32)

#define HSTATUS_GVA (1ull << 6)
#define HSTATUS_SPV (1ull << 7)
#define HSTATUS_SPVP (1ull << 8)
#define HSTATUS_VGEIN_SHIFT 12
#define HSTATUS_VGEIN (0x3full << HSTATUS_VGEIN_SHIFT)
#define HSTATUS_VSXL_64 (2ull << 32)

/* Interrupts: bit in sie, sip; that of the guest, in hvip and hideleg, is one higher. */
#define IRQ_SOFT 1u
#define IRQ_TIMER 5u
#define IRQ_EXTERNAL 9u
#define SIE_SOFT (1ull << IRQ_SOFT)
#define SIE_TIMER (1ull << IRQ_TIMER)
#define SIE_EXTERNAL (1ull << IRQ_EXTERNAL)
#define HVIP_SOFT (1ull << 2)
#define HVIP_TIMER (1ull << 6)
#define HVIP_EXTERNAL (1ull << 10)
#define HVIP_ALL (HVIP_SOFT | HVIP_TIMER | HVIP_EXTERNAL)

#define HENVCFG_FIOM (1ull << 0)
#define HENVCFG_CBIE_FLUSH (1ull << 4)
#define HENVCFG_CBCFE (1ull << 6)
#define HENVCFG_CBZE (1ull << 7)
#define HENVCFG_ADUE (1ull << 61)
#define HENVCFG_PBMTE (1ull << 62)
#define HENVCFG_STCE (1ull << 63)

#define HGATP_MODE_SHIFT 60
#define HGATP_VMID_SHIFT 44
#define HGATP_VMID_MASK 0x3fffull

/* Ssaia: what hvictl says of the guest's external interrupt, see intc.c. */
#define HVICTL_IID_EXTERNAL (9ull << 16)

/* Causes. */
#define CAUSE_INTERRUPT (1ull << 63)
#define CAUSE_FETCH_ACCESS 1u
#define CAUSE_ILLEGAL 2u
#define CAUSE_LOAD_ACCESS 5u
#define CAUSE_STORE_ACCESS 7u
#define CAUSE_ECALL_VS 10u
#define CAUSE_FETCH_GUEST_PAGE 20u
#define CAUSE_LOAD_GUEST_PAGE 21u
#define CAUSE_VIRTUAL_INSTRUCTION 22u
#define CAUSE_STORE_GUEST_PAGE 23u

#define CSR_NO_TIMER (~0ull)

#endif
