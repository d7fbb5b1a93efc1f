// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/log.h>

#include <arch/cpu.h>
#include <core/debug_uart.h>
#include <core/lock.h>
#include <lib/string.h>

#define LINE_SIZE 160
#define LOCK_TRIES \
	100000 /* far more than copying a line takes; a CPU that died with the lock must not take us along */
#define LIMIT_BURST 10u
#define LIMIT_PER_SECOND 2u

static struct bh_ring *log_ring;
static unsigned int log_level;
static struct spinlock log_lock; /* order: last; held for one line's copy only */

static const char *const level_names[] = { "error: ", "warning: ", "", "debug: " };

void log_init(struct bh_ring *ring, uint32_t data_size, unsigned int level)
{
	ring_init(ring, data_size);
	log_level = level;
	__atomic_store_n(&log_ring, ring, __ATOMIC_RELEASE);
}

void log_set_level(unsigned int level)
{
	__atomic_store_n(&log_level, level, __ATOMIC_RELAXED);
}

static int wanted(unsigned int level)
{
	return level <= __atomic_load_n(&log_level, __ATOMIC_RELAXED) && level <= LOG_DEBUG;
}

static int lock_bounded(void)
{
	for (unsigned int try = 0; try < LOCK_TRIES; try++) {
		if (spin_trylock(&log_lock))
			return 1;
		lock_take_over(&log_lock);
		arch_cpu_relax();
	}
	return 0;
}

/* A message that was not written; may be called without the lock. */
static void count_lost(struct bh_ring *ring)
{
	__atomic_fetch_add(&ring->lost, 1, __ATOMIC_RELAXED);
}

static void repeat_on_uart(const char *line, unsigned int length)
{
#ifdef CONFIG_LOG_UART
	for (unsigned int i = 0; i < length; i++)
		debug_uart_putc(line[i]);
#endif
}

/* The line is complete before the lock is taken: formatting is the long part. */
static void write_line(struct bh_ring *ring, const char *line, unsigned int length)
{
	if (!lock_bounded()) {
		count_lost(ring);
		return;
	}
	ring_put(ring, line, length);
	spin_unlock(&log_lock);
	repeat_on_uart(line, length);
}

static unsigned int put_head(char *line, size_t size, unsigned int level)
{
	uint64_t hz = arch_time_hz(), now = arch_time_now();

	return (unsigned int)format_text(line, size, "[%5llu.%06llu] cpu %u: %s",
					 (unsigned long long)(now / hz),
					 (unsigned long long)(now % hz * 1000000 / hz), arch_cpu_self(),
					 level_names[level]);
}

static void write_arguments(unsigned int level, const char *format, __builtin_va_list arguments)
{
	struct bh_ring *ring = __atomic_load_n(&log_ring, __ATOMIC_ACQUIRE);
	char line[LINE_SIZE];
	unsigned int used;

	if (!ring || !wanted(level))
		return;
	used = put_head(line, sizeof(line), level);
	/* One byte less than there is: it is the newline's. */
	used += (unsigned int)format_arguments(line + used, sizeof(line) - used, format, arguments);
	line[used++] = '\n';
	write_line(ring, line, used);
}

void log_write(unsigned int level, const char *format, ...)
{
	__builtin_va_list arguments;

	__builtin_va_start(arguments, format);
	write_arguments(level, format, arguments);
	__builtin_va_end(arguments);
}

/* A fresh budget is full; later it grows by LIMIT_PER_SECOND each second, up to LIMIT_BURST. */
static void refill(struct log_limit *limit)
{
	uint64_t hz = arch_time_hz(), now = arch_time_now();
	uint64_t next = __atomic_load_n(&limit->next_refill, __ATOMIC_RELAXED);
	uint64_t seconds, tokens;

	if (now < next)
		return;
	if (!__atomic_compare_exchange_n(&limit->next_refill, &next, now + hz, 0, __ATOMIC_RELAXED,
					 __ATOMIC_RELAXED))
		return; /* another CPU of the cell does it */
	seconds = next ? (now - next) / hz + 1 : LIMIT_BURST;
	tokens = __atomic_load_n(&limit->tokens, __ATOMIC_RELAXED) +
		 (seconds < LIMIT_BURST ? seconds : LIMIT_BURST) * LIMIT_PER_SECOND;
	__atomic_store_n(&limit->tokens, (uint32_t)(tokens < LIMIT_BURST ? tokens : LIMIT_BURST),
			 __ATOMIC_RELAXED);
}

static int take_token(struct log_limit *limit)
{
	uint32_t tokens = __atomic_load_n(&limit->tokens, __ATOMIC_RELAXED);

	while (tokens) {
		if (__atomic_compare_exchange_n(&limit->tokens, &tokens, tokens - 1, 0, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return 1;
	}
	return 0;
}

void log_limited(struct log_limit *limit, unsigned int level, const char *format, ...)
{
	struct bh_ring *ring = __atomic_load_n(&log_ring, __ATOMIC_ACQUIRE);
	__builtin_va_list arguments;

	if (!ring || !wanted(level))
		return;
	refill(limit);
	if (!take_token(limit)) {
		count_lost(ring);
		return;
	}
	__builtin_va_start(arguments, format);
	write_arguments(level, format, arguments);
	__builtin_va_end(arguments);
}
