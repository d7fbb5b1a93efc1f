/* SPDX-License-Identifier: GPL-2.0-only */
/* Where board and cell files put things: configs/board/qemu-riscv64.yaml, ci/system/files/. */
#ifndef BOARD_H
#define BOARD_H

#define HYPERVISOR 0xfe000000ull
#define HYPERVISOR_SIZE 0x1000000ull
#define VICTIM 0xc1000000ull
#define VICTIM_SIZE 0x200000ull
#define OWN_MEMORY 0xc2000000ull /* root's sentinels */
#define OWN_DEVICE 0x00101000ull /* the real-time clock */
#define OWN_DEVICE_REGISTER 0
#define PLIC 0x0c000000ull
#define APLIC 0x0d000000ull
#define IMSIC 0x28000000ull
#define IMSIC_STRIDE 0x4000ull
#define LENT_HART 2u
#define VICTIM_SOURCE 14u
#define EVENT_SOURCE 60u

/* What a row may be for. */
#define IS_PLIC 1u
#define IS_ANY_APLIC 2u
#define IS_IMSIC 3u

#endif
