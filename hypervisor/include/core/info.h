/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parts of the info area (bulkhead/info.h), which root reads and only the hypervisor writes:
 * struct bh_info, crash record, cells, statistics, log ring, console rings.
 */
#ifndef CORE_INFO_H
#define CORE_INFO_H

#include <bulkhead/hypercall.h>
#include <bulkhead/info.h>
#include <core/cpu.h>

#define INFO_LOG_SIZE 0x8000u     /* bytes of log */
#define INFO_CONSOLE_SIZE 0x1000u /* bytes of a console ring, at most */
#define INFO_CONSOLES (BH_MAX_CELLS - 1)

/* What the image asks of the driver (bh_image_header.info_size): up to 512 CPUs fit into 256 KiB. */
#if CONFIG_MAX_CPUS <= 512
#define INFO_SIZE 0x40000
#else
#define INFO_SIZE 0x80000
#endif

/**
 * info_init() - lay the area out for this start, empty; the log begins to work. Context: first CPU, header
 * checked.
 */
void info_init(unsigned int log_level);

/** Bytes that the area needs for @cpus CPUs. */
uint64_t info_needed(unsigned int cpus);

/**
 * Entry of cell @id (< BH_MAX_CELLS). The writer makes its sequence odd meanwhile: info_cell_begin(), _end().
 */
struct bh_cell_info *info_cell(unsigned int id);
void info_cell_begin(struct bh_cell_info *cell);
void info_cell_end(struct bh_cell_info *cell);

/** Record of the hypervisor's own death. */
struct bh_record *info_crash(void);

/**
 * info_alloc_ring() - a byte ring for a cell's console
 * @data_size: power of two, at most INFO_CONSOLE_SIZE. Context: control lock.
 * Return: an empty ring, NULL if the size is wrong or all are taken.
 */
struct bh_ring *info_alloc_ring(uint32_t data_size);
void info_free_ring(struct bh_ring *ring);

/** Offset of something inside the area, as bh_info and bh_cell_info give it; 0 for NULL. */
uint32_t info_offset(const void *pointer);

/** Bring the pool's figures up to date. */
void info_refresh(void);

#endif
