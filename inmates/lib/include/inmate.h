/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Library for bare-metal programs in a cell. A program defines inmate_main() and is linked with the
 * library into one flat binary that runs from the start of its memory; see inmates/demos/.
 *
 * Memory is mapped one to one: devices below 1 GiB, memory from there to 4 GiB, caches on (RISC-V: no
 * translation; x86-64: below 3 GiB with caches). All vCPUs share it. Interrupts are masked at the start of every CPU.
 */
#ifndef INMATE_H
#define INMATE_H

#include <bulkhead/comm.h>
#include <bulkhead/hypercall.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INMATE_MAX_CPUS 8
#define INMATE_NO_IRQ 0xffffffffu

/**
 * struct inmate_config - where things are; a program may define its own inmate_config
 * @uart: PL011 (RISC-V: 16550; x86-64: at ports) for printk() and uart_*(), 0: none.
 * @uart_irq: its interrupt, INMATE_NO_IRQ: none.
 * @comm_page: guest address of the communication page, 0: none.
 * @gicd, @gicr, @gicc: interrupt controller: distributor, redistributors (GICv3), CPU interface (GICv2).
 * @plic, @aplic, @timebase: RISC-V: interrupt controller, the one that the cell has; ticks of the time CSR in a second.
 */
struct inmate_config {
	uint64_t uart;
	uint64_t comm_page;
	uint64_t gicd;
	uint64_t gicr;
	uint64_t gicc;
	uint64_t plic;
	uint64_t aplic;
	uint64_t timebase;
	uint32_t uart_irq;
	uint32_t reserved;
};

extern const struct inmate_config inmate_config;

/* The same places in every cell file of ours; a program that needs others writes its own initializer. */
#if defined(__x86_64__)
#define INMATE_UART 0x3f8ull
#define INMATE_UART_IRQ 36u /* pin 4 */
#elif defined(__riscv)
#define INMATE_UART 0x10000000ull
#define INMATE_UART_IRQ 42u /* source 10 */
#else
#define INMATE_UART 0x09000000ull
#define INMATE_UART_IRQ 33u
#endif
#define INMATE_COMM_PAGE 0x50000000ull
#define INMATE_PLIC 0x0c000000ull
#define INMATE_APLIC 0x0d000000ull
#define INMATE_TIMEBASE 10000000ull
#define INMATE_GICD 0x08000000ull
#define INMATE_GICR 0x080a0000ull
#define INMATE_GICC 0x08010000ull

/** The program. Runs on vCPU 0; @boot_arg: what the cell's file gives it. Returning switches the cell off. */
void inmate_main(uint64_t boot_arg);

/* Console */

void uart_putc(char c);
/** Next byte, -1 if there is none. */
int uart_getc(void);
/** Let received bytes raise the UART's interrupt; the handler must take them with uart_getc(). */
void uart_irq_enable(void);

/** %d %u %x %s %c %p %%, with l, ll or z, width and leading zeros; one caller at a time. */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* CPUs */

typedef void (*cpu_function)(void);

/** Number of the vCPU that we run on, from 0. */
unsigned int cpu_self(void);
/** Start vCPU @cpu in @function. Return: 0, or a negative number if there is no such vCPU or it runs. */
int cpu_start(unsigned int cpu, cpu_function function);
/** Switch this vCPU off. */
void cpu_off(void) __attribute__((noreturn));
/** Wait for an interrupt; returns at once when one is pending, masked or not; on x86-64 it is handled in here. */
void cpu_wait(void);
/** Tell the other hyper-thread, if any, that we spin. */
void cpu_relax(void);

void power_off(void) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));

/* Interrupts. Numbers are those of the interrupt controller: on AArch64 INTIDs; else see plic.c, irq.c. */

typedef void (*irq_handler)(unsigned int irq);

/** Set up the interrupt controller for this CPU; on the first one also what all CPUs share. */
void irq_init(void);
void irq_set_handler(unsigned int irq, irq_handler handler);
void irq_enable(unsigned int irq);
void irq_disable(unsigned int irq);
/** Lower numbers are more urgent. */
void irq_set_priority(unsigned int irq, unsigned int priority);
unsigned int irq_priority(unsigned int irq);
void irq_set_edge(unsigned int irq, bool edge);
/** Make @irq pending by software. */
void irq_pend(unsigned int irq);
bool irq_is_enabled(unsigned int irq);
/** How many interrupt numbers the controller has. */
unsigned int irq_count(void);
/** Send interrupt @number (0..15) to vCPU @cpu. */
void irq_send(unsigned int cpu, unsigned int number);
/** For this CPU. */
void irqs_unmask(void);
void irqs_mask(void);

/* Time */

/** Ticks since the machine started; timer_frequency() of them are a second. */
uint64_t timer_ticks(void);
uint64_t timer_frequency(void);
uint64_t timer_ns(uint64_t ticks);
uint64_t timer_from_us(uint64_t us);
/** The timer's interrupt number. */
unsigned int timer_irq(void);
/** Raise the timer's interrupt at @ticks; it stays raised until the timer is set anew or stopped. */
void timer_set(uint64_t ticks);
void timer_stop(void);
void delay_us(uint64_t us);

/* Hypervisor */

/** struct hypercall_result - @code: enum bh_error_code; @value: the call's results, or the error record. */
struct hypercall_result {
	uint64_t code;
	uint64_t value[5];
};

struct hypercall_result hypercall(unsigned int number, uint64_t a, uint64_t b, uint64_t c);
/** Is this a cell of Bulkhead? The demos also run on a bare machine, without these calls. */
bool hypervisor_present(void);

/* Communication page. Without one, these do nothing and nobody asks. */

struct bh_comm_page *comm_page(void);
/** Sign of life for the watchdog. */
void comm_heartbeat(void);
void comm_set_status(uint64_t status);
bool comm_shutdown_requested(void);
/** Answer the request; the program then switches itself off. */
void comm_reply(enum bh_comm_reply reply);
/** Answer a shutdown request, if there is one, with yes, and switch off. */
void comm_poll_shutdown(void);

/* Exceptions that a test provokes */

/** struct exception - @syndrome, @address, @pc: as the architecture reports them. */
struct exception {
	uint64_t syndrome;
	uint64_t address;
	uint64_t pc;
};

/**
 * exception_try() - call @function and skip each instruction of it that raises an exception; x86-64, where
 * instructions have no length of their own: end @function there
 * Return: how many did; the last one is in *@last if that is not NULL.
 */
unsigned int exception_try(void (*function)(void *argument), void *argument, struct exception *last);

/** Bytes and words of the compiler. */
void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

/** CRC-32 as zlib's, to check what was transferred. */
uint32_t crc32(uint32_t crc, const void *data, size_t size);

#endif
