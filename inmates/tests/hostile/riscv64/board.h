/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the cell files and the board put things: ci/system/files/hostile-riscv64.yaml, configs/board/. */
#ifndef BOARD_H
#define BOARD_H

#define HOSTILE_RAM 0x80000000ull
#define HOSTILE_RAM_END 0x80200000ull
#define HOSTILE_PARAMETERS 0x801ff000ull
#define HOSTILE_READ_ONLY 0x48000000ull
#define HOSTILE_NO_EXECUTE 0x48200000ull
#define HOSTILE_SOURCE 12u /* and the next one */
#define VICTIM_MEMORY 0xc1000000ull
#define VICTIM_SOURCE 14u /* and the next one */
#define ACCOMPLICE_MEMORY 0xc3000000ull
#define ACCOMPLICE_TABLE 0xc3100000ull
#define ACCOMPLICE_HART 1u
#define ACCOMPLICE_SOURCE 16u /* and the next one */
#define ROOT_MEMORY 0x90001000ull
#define ROOT_SENTINELS 0xc2000000ull
#define HYPERVISOR_MEMORY 0xfe000000ull
#define HYPERVISOR_LAST 0xfefffff8ull

#endif
