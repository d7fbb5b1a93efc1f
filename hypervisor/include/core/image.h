/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The image header that the driver filled in, and the parts of the hypervisor's memory. */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <bulkhead/image.h>
#include <bulkhead/info.h>
#include <lib/addr.h>

/** Header at the start of the image (arch's entry code defines the symbol). */
extern struct bh_image_header image_header;

/**
 * image_check() - check all that the driver wrote into the header. Pure
 * Return: 0 or error code; @error names the header's field by its offset (error.field).
 */
int image_check(const struct bh_image_header *header, struct bh_error *error);

/** The system configuration after its check (in the hypervisor's memory). */
const struct bh_config_system *image_config(void);

/** Is a physical address in one of the board's memory banks? */
int image_is_ram(uint64_t address);

/**
 * image_root_keeps() - are @size bytes at @address RAM that no cell can get, neither of the pool nor the hypervisor's?
 * What is root's there stays root's, and need not be asked for again. They may wrap: 0.
 */
int image_root_keeps(uint64_t address, uint64_t size);

/** Start of the info area, writable here and read-only for root. */
struct bh_info *image_info(void);

/** The tail of the hypervisor's memory, for pool_init(). */
void image_pool(hpa_t *base, uint64_t *size);

#endif
