/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the cell files and the board put things: ci/system/files/hostile.yaml, configs/board/. */
#ifndef BOARD_H
#define BOARD_H

#define HOSTILE_RAM 0x40000000ull
#define HOSTILE_RAM_END 0x40200000ull
#define HOSTILE_PARAMETERS 0x401ff000ull
#define HOSTILE_READ_ONLY 0x48000000ull
#define HOSTILE_NO_EXECUTE 0x48200000ull
#define HOSTILE_FIRST_SPI 44u /* and the next one */
#define VICTIM_MEMORY 0x61000000ull
#define VICTIM_FIRST_SPI 46u /* and the next one */
#define ACCOMPLICE_MEMORY 0x63000000ull
#define ACCOMPLICE_TABLE 0x63100000ull
#define ACCOMPLICE_CPU 1u
#define ACCOMPLICE_FIRST_SPI 42u
#define ROOT_MEMORY 0x50001000ull
#define ROOT_SENTINELS 0x62000000ull
#define HYPERVISOR_MEMORY 0xbf000000ull
#define HYPERVISOR_LAST 0xbffffff8ull

/* Addresses of our own table: what the library's does not reach, or not in this way. */
#define ALIAS_DEVICES 0x100000000ull	/* guest-physical 0 as executable, normal memory */
#define ALIAS_ABOVE_4G 0x140000000ull	/* guest-physical 4 GiB */
#define ALIAS_LAST_OF_40 0x180000000ull /* the last GiB of 40 bits */

#endif
