/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_CRC_H
#define LIB_CRC_H

#include <bulkhead/types.h>

/**
 * crc_update() - CRC-32 (IEEE 802.3, reflected) of more bytes
 * @crc: result for the bytes before, 0 at the start.
 * Return: what zlib's crc32(crc, data, size) returns.
 */
uint32_t crc_update(uint32_t crc, const void *data, uint32_t size);

#endif
