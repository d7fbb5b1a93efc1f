/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What bench.c asks of an architecture's file in bench/<architecture>/. */
#ifndef BENCH_H
#define BENCH_H

#include <inmate.h>

#define BENCH_ROUNDS 2000u

/* A no-op that the plugin sees; the numbers are those of the table in ci/system/bench. */
#if defined(__riscv)
#define PHASE(number) asm volatile("slti x0, x0, %0" : : "i"(0x60 + (number)) : "memory")
#elif defined(__x86_64__)
#define PHASE(number) asm volatile(".byte 0x0f, 0x1f, 0x80, %c0, 0, 0, 0" : : "i"(0x60 + (number)) : "memory")
#else
#define PHASE(number) asm volatile("hint %0" : : "i"(0x60 + (number)) : "memory")
#endif

/** The handler that counts; bench_wired_make() raises its interrupt once. */
void bench_wired_set_up(irq_handler handler);
void bench_wired_enable(bool on);
void bench_wired_make(void);
/** Before the handler counts: the device's line goes down, where it has one. */
void bench_wired_quiet(void);

/** Reads of the cheapest register of the interrupt controller, and of the UART's flags. Return: how many were equal. */
unsigned int bench_reads_controller(void);
unsigned int bench_reads_uart(void);
/** Writes of 32 interrupts' enable bits. Return: how many. */
unsigned int bench_writes(void);

/** What only this architecture has: phases from 9 on; @verdict as in bench.c. */
void bench_more(void (*verdict)(const char *what, unsigned int count));

#endif
