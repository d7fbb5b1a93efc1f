/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Numbers of the x86-64 interface that assembler and C both read; what they mean is in image.h (entry) and
 * hypercall.h.
 */
#ifndef BULKHEAD_X86_H
#define BULKHEAD_X86_H

/* Where the entry's tables map the hypervisor's memory, all of it: hv_base is seen there. */
#define BH_X86_BASE 0xffffffff80000000
#define BH_X86_SIZE_MAX 0x20000000

/*
 * CPUID leaf by which a guest, root included, finds the hypervisor: EAX = last leaf, EBX, ECX, EDX = "BULKHEADHYPV".
 * Leaf + 1: EAX = how to call: 1: VMMCALL, 2: VMCALL.
 */
#define BH_CPUID_LEAF 0x40000000
#define BH_CPUID_EBX 0x4b4c5542
#define BH_CPUID_ECX 0x44414548
#define BH_CPUID_EDX 0x56505948
#define BH_CPUID_CALL_VMMCALL 1
#define BH_CPUID_CALL_VMCALL 2

#endif
