/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMCS: fields, control bits, exit reasons (Intel SDM volume 3, appendices B and C, chapter "Virtual
 * Machine Control Structures"). Plain numbers only: the assembler reads this, too.
 */
#ifndef ASM_VMCS_H
#define ASM_VMCS_H

/* Control fields, 16 and 64 bits. */
#define VMCS_VPID 0x0000
#define VMCS_IO_BITMAP_A 0x2000
#define VMCS_IO_BITMAP_B 0x2002
#define VMCS_MSR_BITMAP 0x2004
#define VMCS_TSC_OFFSET 0x2010
#define VMCS_EPTP 0x201a
#define VMCS_XSS_EXITING 0x202c
#define VMCS_GUEST_PHYSICAL 0x2400 /* read only */

/* Guest state, 16 and 64 bits. */
#define VMCS_GUEST_ES 0x0800
#define VMCS_GUEST_CS 0x0802
#define VMCS_GUEST_SS 0x0804
#define VMCS_GUEST_DS 0x0806
#define VMCS_GUEST_FS 0x0808
#define VMCS_GUEST_GS 0x080a
#define VMCS_GUEST_LDTR 0x080c
#define VMCS_GUEST_TR 0x080e
#define VMCS_LINK_POINTER 0x2800
#define VMCS_GUEST_DEBUGCTL 0x2802
#define VMCS_GUEST_PAT 0x2804
#define VMCS_GUEST_EFER 0x2806
#define VMCS_GUEST_PDPTE0 0x280a
#define VMCS_GUEST_PDPTE1 0x280c
#define VMCS_GUEST_PDPTE2 0x280e
#define VMCS_GUEST_PDPTE3 0x2810

/* Host state, 16 and 64 bits. */
#define VMCS_HOST_ES 0x0c00
#define VMCS_HOST_CS 0x0c02
#define VMCS_HOST_SS 0x0c04
#define VMCS_HOST_DS 0x0c06
#define VMCS_HOST_FS 0x0c08
#define VMCS_HOST_GS 0x0c0a
#define VMCS_HOST_TR 0x0c0c
#define VMCS_HOST_PAT 0x2c00
#define VMCS_HOST_EFER 0x2c02

/* Control fields, 32 bits and natural width. */
#define VMCS_PIN_CONTROLS 0x4000
#define VMCS_CPU_CONTROLS 0x4002
#define VMCS_EXCEPTION_BITMAP 0x4004
#define VMCS_PAGE_FAULT_MASK 0x4006
#define VMCS_PAGE_FAULT_MATCH 0x4008
#define VMCS_CR3_TARGETS 0x400a
#define VMCS_EXIT_CONTROLS 0x400c
#define VMCS_EXIT_MSR_STORES 0x400e
#define VMCS_EXIT_MSR_LOADS 0x4010
#define VMCS_ENTRY_CONTROLS 0x4012
#define VMCS_ENTRY_MSR_LOADS 0x4014
#define VMCS_ENTRY_EVENT 0x4016
#define VMCS_ENTRY_ERROR_CODE 0x4018
#define VMCS_ENTRY_LENGTH 0x401a
#define VMCS_CPU_CONTROLS2 0x401e
#define VMCS_CR0_MASK 0x6000
#define VMCS_CR4_MASK 0x6002
#define VMCS_CR0_SHADOW 0x6004
#define VMCS_CR4_SHADOW 0x6006

/* What the exit was, read only. */
#define VMCS_INSTRUCTION_ERROR 0x4400
#define VMCS_EXIT_REASON 0x4402
#define VMCS_EXIT_EVENT 0x4404
#define VMCS_EXIT_ERROR_CODE 0x4406
#define VMCS_VECTORING_EVENT 0x4408
#define VMCS_VECTORING_ERROR_CODE 0x440a
#define VMCS_EXIT_LENGTH 0x440c
#define VMCS_EXIT_INSTRUCTION 0x440e
#define VMCS_EXIT_QUALIFICATION 0x6400
#define VMCS_GUEST_LINEAR 0x640a

/* Guest state, 32 bits: limits and access rights stand in the order of the selectors, 2 apart. */
#define VMCS_GUEST_ES_LIMIT 0x4800
#define VMCS_GUEST_ES_RIGHTS 0x4814
#define VMCS_GUEST_INTERRUPTIBILITY 0x4824
#define VMCS_GUEST_ACTIVITY 0x4826
#define VMCS_GUEST_SYSENTER_CS 0x482a
#define VMCS_HOST_SYSENTER_CS 0x4c00

/* Guest state, natural width. */
#define VMCS_GUEST_CR0 0x6800
#define VMCS_GUEST_CR3 0x6802
#define VMCS_GUEST_CR4 0x6804
#define VMCS_GUEST_ES_BASE 0x6806
#define VMCS_GUEST_DR7 0x681a
#define VMCS_GUEST_RSP 0x681c
#define VMCS_GUEST_RIP 0x681e
#define VMCS_GUEST_RFLAGS 0x6820
#define VMCS_GUEST_PENDING_DEBUG 0x6822
#define VMCS_GUEST_SYSENTER_ESP 0x6824
#define VMCS_GUEST_SYSENTER_EIP 0x6826

/* Host state, natural width. */
#define VMCS_HOST_CR0 0x6c00
#define VMCS_HOST_CR3 0x6c02
#define VMCS_HOST_CR4 0x6c04
#define VMCS_HOST_FS_BASE 0x6c06
#define VMCS_HOST_GS_BASE 0x6c08
#define VMCS_HOST_TR_BASE 0x6c0a
#define VMCS_HOST_GDTR_BASE 0x6c0c
#define VMCS_HOST_IDTR_BASE 0x6c0e
#define VMCS_HOST_SYSENTER_ESP 0x6c10
#define VMCS_HOST_SYSENTER_EIP 0x6c12
#define VMCS_HOST_RSP 0x6c14
#define VMCS_HOST_RIP 0x6c16

/* Pin-based controls. */
#define PIN_NMI_EXITING (1u << 3)
#define PIN_VIRTUAL_NMIS (1u << 5)

/* Primary processor-based controls. */
#define CPU_TSC_OFFSETTING (1u << 3)
#define CPU_HLT_EXITING (1u << 7)
#define CPU_MWAIT_EXITING (1u << 10)
#define CPU_NMI_WINDOW (1u << 22)
#define CPU_IO_BITMAPS (1u << 25)
#define CPU_MSR_BITMAPS (1u << 28)
#define CPU_SECONDARY (1u << 31)
#define CPU_CR3_LOAD (1u << 15)
#define CPU_CR3_STORE (1u << 16)

/* Secondary processor-based controls. */
#define CPU2_EPT (1u << 1)
#define CPU2_RDTSCP (1u << 3)
#define CPU2_VPID (1u << 5)
#define CPU2_UNRESTRICTED (1u << 7)
#define CPU2_INVPCID (1u << 12)
#define CPU2_CONCEAL_PT (1u << 19)
#define CPU2_XSAVES (1u << 20)
#define CPU2_USER_WAIT (1u << 26)

/* Exit and entry controls. */
#define EXIT_SAVE_DEBUG (1u << 2)
#define EXIT_HOST_64 (1u << 9)
#define EXIT_SAVE_PAT (1u << 18)
#define EXIT_LOAD_PAT (1u << 19)
#define EXIT_SAVE_EFER (1u << 20)
#define EXIT_LOAD_EFER (1u << 21)
#define EXIT_CONCEAL_PT (1u << 24)
#define ENTRY_LOAD_DEBUG (1u << 2)
#define ENTRY_GUEST_64 (1u << 9)
#define ENTRY_LOAD_PAT (1u << 14)
#define ENTRY_LOAD_EFER (1u << 15)
#define ENTRY_CONCEAL_PT (1u << 17)

/* Interruption information of entry, exit and vectoring is as asm/exceptions.h says, and: */
#define EVENT_IRET_UNBLOCKED (1u << 12) /* exit only */
#define EVENT_EXTERNAL 0u
#define EVENT_NMI 2u
#define EVENT_SOFTWARE_INT 4u
#define EVENT_PRIVILEGED 5u
#define EVENT_SOFTWARE_EXCEPTION 6u

/* Interruptibility and activity. */
#define BLOCKED_STI (1u << 0)
#define BLOCKED_MOV_SS (1u << 1)
#define BLOCKED_NMI (1u << 3)
#define ACTIVITY_ACTIVE 0
#define ACTIVITY_HALTED 1

#define PENDING_DEBUG_BS (1u << 14)

/* Segment access rights in the VMCS: those of a descriptor, and a bit that says it cannot be used. */
#define RIGHTS_UNUSABLE (1u << 16)
#define RIGHTS_DPL (3u << 5)

/* Exit reasons. */
#define EXIT_EXCEPTION_NMI 0
#define EXIT_EXTERNAL 1
#define EXIT_TRIPLE_FAULT 2
#define EXIT_INIT 3
#define EXIT_SIPI 4
#define EXIT_NMI_WINDOW 8
#define EXIT_TASK_SWITCH 9
#define EXIT_CPUID 10
#define EXIT_GETSEC 11
#define EXIT_INVD 13
#define EXIT_VMCALL 18
#define EXIT_VMX_FIRST 19 /* VMCLEAR to VMXON */
#define EXIT_VMX_LAST 27
#define EXIT_CR 28
#define EXIT_IO 30
#define EXIT_RDMSR 31
#define EXIT_WRMSR 32
#define EXIT_BAD_GUEST_STATE 33
#define EXIT_BAD_MSR_LOAD 34
#define EXIT_ENTRY_MACHINE_CHECK 41
#define EXIT_EPT_VIOLATION 48
#define EXIT_EPT_MISCONFIGURATION 49
#define EXIT_INVEPT 50
#define EXIT_PREEMPTION_TIMER 52
#define EXIT_INVVPID 53
#define EXIT_XSETBV 55
#define EXIT_COUNT 80
#define EXIT_REASON_MASK 0xffffu
#define EXIT_ENTRY_FAILURE (1u << 31)

#endif
