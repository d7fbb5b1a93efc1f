/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log ring. Writing never waits: no lock is held across a message, long rings are overwritten. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <bulkhead/info.h>
#include <bulkhead/types.h>

enum log_level { LOG_ERROR = 0, LOG_WARNING = 1, LOG_INFO = 2, LOG_DEBUG = 3 };

/** log_init() - @ring starts empty; lines above @level are dropped. Before it all lines are. */
void log_init(struct bh_ring *ring, uint32_t data_size, unsigned int level);
void log_set_level(unsigned int level);

/**
 * printf with %s %c %d %u %x %lx %llx %lu %llu %p %% and widths; one line, '\n' is added. At most 160 bytes.
 */
void log_write(unsigned int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

/**
 * struct log_limit - a budget for messages that a guest can provoke: @burst at once, @per_second later on;
 * what is not printed is counted in the ring's lost.
 */
struct log_limit {
	uint64_t next_refill;
	uint32_t tokens;
};

/** Like log_write(), out of @limit's budget (keep one for each cell). */
void log_limited(struct log_limit *limit, unsigned int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** Format into a buffer (cut if too long); terminates it unless @size is 0. Return: bytes without the NUL. */
int format_text(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/** The same with a list of arguments. */
int format_arguments(char *buffer, size_t size, const char *format, __builtin_va_list arguments);

/*
 * Byte rings of the info area (also the cells' consoles). One writer at a time: the caller serialises.
 * Bytes are written before the head moves, RING_STRIDE at most in one go: readers count on it.
 */
#define RING_STRIDE BH_RING_STRIDE

/** ring_init() - @data_size: power of two, at least 2 * RING_STRIDE; the bytes stand behind @ring. */
void ring_init(struct bh_ring *ring, uint32_t data_size);
void ring_put(struct bh_ring *ring, const void *bytes, uint32_t count);

#endif
