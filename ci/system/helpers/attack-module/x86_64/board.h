/* SPDX-License-Identifier: GPL-2.0-only */
/* Where board and cell files put things: configs/board/qemu-x86_64.yaml, ci/system/files/. */
#ifndef BOARD_H
#define BOARD_H

#define HYPERVISOR 0x7e000000ull
#define HYPERVISOR_SIZE 0x1000000ull
#define VICTIM 0x41000000ull
#define VICTIM_SIZE 0x200000ull
#define OWN_MEMORY 0x42000000ull /* root's sentinels */
#define OWN_DEVICE 0xfed00000ull /* the HPET */
#define OWN_DEVICE_REGISTER 0
#define LOCAL_APIC 0xfee00000ull
#define LENT_APIC_ID 2ull

#define DISABLE_REFUSAL BH_E_ALIGN /* the caller's tables are looked at first */

/* Code that runs at any address: the compiler's own functions end with a jump. */
void attack_nothing(void);
#define OWN_CODE attack_nothing

/* What a row may be for: local APICs with registers in memory. */
#define IS_XAPIC 1u

#endif
