/* SPDX-License-Identifier: GPL-2.0-only */
/* Where board and cell files put things: configs/board/qemu-aarch64.yaml, ci/system/files/hostile-victim.yaml. */
#ifndef BOARD_H
#define BOARD_H

#define HYPERVISOR 0xbf000000ull
#define HYPERVISOR_SIZE 0x1000000ull
#define VICTIM 0x61000000ull
#define VICTIM_SIZE 0x200000ull
#define OWN_MEMORY 0x62000000ull /* root's sentinels */
#define OWN_DEVICE GICD
#define OWN_DEVICE_REGISTER 4
#define GICD 0x08000000ull
#define GICC 0x08010000ull
#define GICH 0x08030000ull
#define GICV 0x08040000ull
#define GITS 0x08080000ull
#define GICR 0x080a0000ull
#define GICR_STRIDE 0x20000ull
#define UART_OF_VICTIM 0x09040000ull
#define LENT_CPU 2u
#define VICTIM_SPI 46u
#define EVENT_SPI 232u

#endif
