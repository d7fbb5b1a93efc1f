/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a file a device tree blob that libfdt may read? */
#ifndef DEVTREE_SOUND_H
#define DEVTREE_SOUND_H

#include <stdbool.h>
#include <stddef.h>

/**
 * dt_is_sound() - header, nodes and properties lie inside of the blob
 * @fdt: what claims to be one
 * @size: bytes
 *
 * fdt_check_full() of libfdt up to 1.6.1 adds a property's length to its offset without looking for an overflow:
 * it takes a length of 0xffffffff, and goes round for ever by 0xfffffff4. So the lengths are looked at first.
 *
 * See Devicetree Specification, Release v0.4, sections 5.2 and 5.4.
 */
bool dt_is_sound(const void *fdt, size_t size);

#endif
