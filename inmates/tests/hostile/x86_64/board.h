/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the cell files and the board put things: ci/system/files/hostile-x86_64.yaml, configs/board/. */
#ifndef BOARD_H
#define BOARD_H

#define HOSTILE_RAM 0x0ull
#define HOSTILE_RAM_END 0x200000ull
#define HOSTILE_PARAMETERS 0x1ff000ull
#define HOSTILE_READ_ONLY 0x48000000ull
#define HOSTILE_NO_EXECUTE 0x48200000ull
#define HOSTILE_PIN 4u
#define VICTIM_MEMORY 0x41000000ull
#define VICTIM_APIC_ID 2u /* of its CPU on the machine */
#define ACCOMPLICE_MEMORY 0x43000000ull
#define ACCOMPLICE_TABLE (ACCOMPLICE_MEMORY + 0x100000)
#define ACCOMPLICE_APIC_ID 1ull
#define ROOT_MEMORY 0x30001000ull
#define ROOT_SENTINELS 0x42000000ull
#define HYPERVISOR_MEMORY 0x7e000000ull
#define HYPERVISOR_LAST 0x7efffff8ull
#define HYPERVISOR_LINEAR 0xffffffff80000000ull /* where it runs */

/* Addresses that the library does not map: hostile_begin() does. */
#define ALIAS_ABOVE_4G 0x100000000ull  /* guest-physical 4 GiB */
#define ALIAS_LAST_OF_40 0x140000000ull /* the last GiB of 40 bits */

#endif
